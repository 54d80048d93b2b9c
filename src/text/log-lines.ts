/** Foreign words in a log: the runner must read neither commands nor problem matches in them. */

/** Blanks within a line. `\s` has line breaks as well, and would take quadratic time for many of them. */
const BLANKS = "[^\\S\\r\\n\\u2028\\u2029]*";

const COMMAND = new RegExp(`^(${BLANKS}):(?=:)`, "gm");

// The runner takes `##[…]` anywhere, and `::` at the beginning of a line, for a command. Names of remote runs and jobs come
// from outside, and so do inputs.
export function inert(text: string): string {
  return text.replaceAll("##[", "## [").replace(COMMAND, "$1: ");
}

/** A place in a file, as compilers and linters write it: without one, no matcher of the setup actions takes a line. */
const PLACES = [
  // `a.c:12:` and `a.c:12:5: error`.
  /:\d+:/,
  // `12:5  error`, a place in the file that the line before names.
  new RegExp(`^${BLANKS}\\d+:\\d+\\s`, "m"),
  // `a.ts(12,5): error`. A job `test (12)` of a matrix is none.
  /[(:]\d[\d,]*(?::\d+)?\)?\s*[:-]\s*(?:fatal\s)?(?:error|warning|info)\b/i,
  // The matcher of Go does without a line's number.
  /\.go:/,
  // `File "a.py", line 12` and `a.js: line 12, col 5`.
  /[",:]\s?line\s\d/i,
];
/** Our own (wording.ts). */
const TIME_OF_DAY = /\b\d\d:\d\d:\d\d UTC\b/g;

/** True where a problem matcher could make an annotation of it (docs/platform.md#problem-matchers). */
export function showsPlace(text: string): boolean {
  const others = text.replace(TIME_OF_DAY, "");
  return PLACES.some((place) => place.test(others));
}
