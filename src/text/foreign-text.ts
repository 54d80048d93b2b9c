/** A file of the target may have names of any length. */
const MAX_NAME_LENGTH = 100;

/** A name from the target, in a form that a finding may quote. */
export function quoted(name: string): string {
  const line = oneLine(name);
  return line.length > MAX_NAME_LENGTH ? `${line.slice(0, MAX_NAME_LENGTH)}…` : line;
}

/** The text on one line. In a log, a line break could begin a command to the runner, and a terminal's code could hide what follows. */
export function oneLine(text: string): string {
  return withoutCodes(text).replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/** The codes of terminals (ECMA-48), whole: `ESC [ … letter` or the one character for `ESC [`, `ESC ] … BEL`, `ESC (B`. */
const CODES = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]",
    "(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c\\r\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)",
    "\\u001b[ -/]*[0-~]",
  ].join("|"),
  "g",
);

/** The text without a terminal's codes. */
export function withoutCodes(text: string): string {
  return text.replace(CODES, "");
}
