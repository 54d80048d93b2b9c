/** Where a text stops being JSON. The parser's own message differs from Node to Node, and may quote the text. */

/** Each is linear: its alternatives begin with different characters. */
const BLANK = /[ \t\r\n]*/y;
const VALUE =
  /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

type Expected = "value" | "first value" | "key" | "first key" | "colon" | "comma" | "end";

/** The offset of the first character that cannot stand where it does, or of the end that comes too early; undefined for JSON. */
export function endOfJson(text: string): number | undefined {
  /** What closes each open object or list. */
  const open: string[] = [];
  let expected: Expected = "value";
  for (let at = lengthOf(BLANK, text, 0); ; at += lengthOf(BLANK, text, at)) {
    const next = afterSign(text[at] ?? "", expected, open);
    const length = next ? 1 : lengthOfValue(text, at, expected);
    if (length === 0) return expected === "end" && at === text.length ? undefined : at;
    at += length;
    expected = next ?? (isKey(expected) ? "colon" : afterValue(open));
  }
}

function lengthOfValue(text: string, at: number, expected: Expected): number {
  const fits = isKey(expected) ? text[at] === '"' : isValue(expected);
  return fits ? lengthOf(VALUE, text, at) : 0;
}

function isKey(expected: Expected): boolean {
  return expected === "key" || expected === "first key";
}

function isValue(expected: Expected): boolean {
  return expected === "value" || expected === "first value";
}

function afterValue(open: readonly string[]): Expected {
  return open.length === 0 ? "end" : "comma";
}

/** Undefined where a bracket, a brace, a comma or a colon cannot stand, and for any other sign. Changes `open`. */
function afterSign(sign: string, expected: Expected, open: string[]): Expected | undefined {
  if (sign === ":" && expected === "colon") return "value";
  if (sign === "," && expected === "comma") return open.at(-1) === "}" ? "key" : "value";
  if ((sign === "{" || sign === "[") && isValue(expected)) return afterOpening(sign, open);
  return sign === open.at(-1) ? afterClosing(sign, expected, open) : undefined;
}

function afterClosing(sign: string, expected: Expected, open: string[]): Expected | undefined {
  const isEmpty = expected === (sign === "}" ? "first key" : "first value");
  if (expected !== "comma" && !isEmpty) return undefined;
  open.pop();
  return afterValue(open);
}

function afterOpening(sign: "{" | "[", open: string[]): Expected {
  open.push(sign === "{" ? "}" : "]");
  return sign === "{" ? "first key" : "first value";
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** e.g. ", at `}`"; empty for a blank, and for a letter or a digit, which may be of a secret. Signs that nobody sees have their number. */
export function describeSign(text: string, at: number): string {
  const sign = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (at >= text.trimEnd().length) return ", at its end";
  if (/[\p{L}\p{M}\p{N} \t\r\n]/u.test(sign)) return "";
  const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /[\p{P}\p{S}]/u.test(sign) && sign !== "`" ? `, at \`${sign}\`` : `, at U+${code}`;
}
