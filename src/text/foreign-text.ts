/** The target's files may have names of any length. */
const MAX_NAME_LENGTH = 100;

export function quoted(name: string): string {
  const line = oneLine(name);
  return line.length > MAX_NAME_LENGTH ? `${line.slice(0, MAX_NAME_LENGTH)}…` : line;
}

/** In a log, a line break could begin a runner command, and a terminal code could hide what follows. */
export function oneLine(text: string): string {
  return withoutCodes(text).replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/** Whole terminal codes (ECMA-48): `ESC [ … letter` or the one character for `ESC [`, `ESC ] … BEL`, `ESC (B`. */
const CODES = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]",
    "(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c\\r\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)",
    "\\u001b[ -/]*[0-~]",
  ].join("|"),
  "g",
);

export function withoutCodes(text: string): string {
  return text.replace(CODES, "");
}
