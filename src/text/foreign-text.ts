/** Texts of others, which may have any length and hold any character. Each is cut before it is cleaned, so that no text takes long. */

/** The target's files may have names of any length. */
const MAX_NAME_LENGTH = 100;
/** Of a line. GitHub's own names are shorter: a job's has 100 characters. */
const MAX_LINE_LENGTH = 1000;
/** How much longer a line may be before it is cleaned: of a coloured one, more than half may be terminal codes. */
const UNCLEANED = 8;

export function quoted(name: string): string {
  return oneLine(name, MAX_NAME_LENGTH);
}

/** In a log, a line break could begin a runner command, and a terminal code could hide what follows. */
export function oneLine(text: string, maxLength = MAX_LINE_LENGTH): string {
  return cleaned(text, maxLength, " ");
}

/** As `oneLine`; where it is cut, or `isCut` before, it ends with the number of characters that it had: `length`. */
export function excerpt(text: string, length = text.length, isCut = length > text.length): string {
  const line = oneLine(text);
  const isWhole = !isCut && !(line.length > MAX_LINE_LENGTH);
  return isWhole ? line : `${line.replace(/…$/, "")}… (${length} characters)`;
}

/** Of a log, whose lines have tabs. */
export function logLine(text: string, maxLength: number): string {
  return cleaned(text.slice(0, UNCLEANED * maxLength).replaceAll("\t", "  "), maxLength, "", text.length);
}

function cleaned(text: string, maxLength: number, instead: string, length = text.length): string {
  const whole = shortened(text, UNCLEANED * maxLength);
  const plain = withoutInvisible(withoutCodes(whole)).replace(/[\p{Cc}\u2028\u2029]+/gu, instead);
  return whole.length < length || plain.length > maxLength ? `${shortened(plain, maxLength)}…` : plain;
}

/** No half of a surrogate pair is left. */
function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxLength - 1 : maxLength);
}

/**
 * Whole terminal codes (ECMA-48): `ESC [ … letter` or the one character for `ESC [`, `ESC ] … BEL`, `ESC (B`. A string ends where
 * another begins, too: else, of many that nothing ends, each would be read to the end of the text.
 */
const CODES = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]",
    "(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u0090\\u0098\\u009c-\\u009f\\r\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)",
    "\\u001b[ -/]*[0-~]",
  ].join("|"),
  "g",
);

function withoutCodes(text: string): string {
  return text.replace(CODES, "");
}

/**
 * Without characters that turn the direction of the text around them, and those that show nothing at all: two texts that look
 * alike would differ. Joiners and variants stay behind a letter or sign that is not ASCII: emoji and many scripts need them.
 */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, "").replace(/(?<![^\0-\x7F])(?:\u200C|\u200D|[\uFE00-\uFE0F])+/gu, "");
}

const INVISIBLE =
  /(?!\u200C|\u200D|[\uFE00-\uFE0F])\p{Default_Ignorable_Code_Point}|[\u200E\u200F\u202A-\u202E\uFFF9-\uFFFB]/gu;
