/** The regular expressions of a source, found without a compiler, and hostile texts of their own alphabets. */

/** After these, a `/` divides. */
const VALUE_ENDS = /[\w$)\]}]$/;
/** After these words, a `/` begins a pattern all the same. */
const WORD_BEFORE = /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/;

export interface PatternLiteral {
  pattern: RegExp;
  line: number;
}

/** In order. Comments, strings and the texts of templates have none. */
export function patternLiterals(code: string): PatternLiteral[] {
  const found: PatternLiteral[] = [];
  /** How many braces are open in each `${` that is. */
  const open: number[] = [];
  let before = "";
  let at = 0;
  const template = () => {
    while (at < code.length && code[at] !== "`") {
      if (code.startsWith("${", at)) {
        open.push(0);
        at += 2;
        return;
      }
      at += code[at] === "\\" ? 2 : 1;
    }
    at++;
  };
  while (at < code.length) {
    const sign = code[at] as string;
    if (code.startsWith("//", at)) at = lineEnd(code, at);
    else if (code.startsWith("/*", at)) at = code.indexOf("*/", at) + 2;
    else if (sign === '"' || sign === "'") {
      at = stringEnd(code, at);
      before = ")";
    } else if (sign === "`") {
      at++;
      template();
      before = open.length > 0 && code.startsWith("${", at - 2) ? "{" : ")";
    } else if (sign === "}" && open.at(-1) === 0) {
      open.pop();
      at++;
      template();
      before = code.startsWith("${", at - 2) ? "{" : ")";
    } else if (sign === "/" && (!VALUE_ENDS.test(before) || WORD_BEFORE.test(before))) {
      const literal = literalAt(code, at);
      found.push({ pattern: literal.pattern, line: code.slice(0, at).split("\n").length });
      at += literal.length;
      before = ")";
    } else {
      const depth = open.length - 1;
      if (depth >= 0 && sign === "{") open[depth] = (open[depth] ?? 0) + 1;
      if (depth >= 0 && sign === "}") open[depth] = (open[depth] ?? 0) - 1;
      if (/\S/.test(sign)) before = (before + sign).slice(-12);
      else if (/\w$/.test(before)) before += code[at + 1] && /[\w$]/.test(code[at + 1] as string) ? " " : "";
      at++;
    }
  }
  return found;
}

function lineEnd(code: string, at: number): number {
  const end = code.indexOf("\n", at);
  return end < 0 ? code.length : end;
}

function stringEnd(code: string, start: number): number {
  let at = start + 1;
  while (code[at] !== code[start]) at += code[at] === "\\" ? 2 : 1;
  return at + 1;
}

function literalAt(code: string, start: number): { pattern: RegExp; length: number } {
  let at = start + 1;
  for (let inClass = false; inClass || code[at] !== "/"; at++) {
    if (code[at] === "\\") at++;
    else if (code[at] === "[") inClass = true;
    else if (code[at] === "]") inClass = false;
  }
  const flags = /^\w*/.exec(code.slice(at + 1))?.[0] ?? "";
  return { pattern: new RegExp(code.slice(start + 1, at), flags), length: at + 1 + flags.length - start };
}

const CANDIDATES = [..."aZ7_- .:/'\"`<{[(|\\&#$\n\t", "\u0090", "\u2028", "é", "\u{1F680}", "\u00AD", "\uD83D"];

interface Alphabet {
  /** Each character that the pattern names, and one or two for each class. */
  signs: readonly string[];
  /** What the pattern asks for, in its order: words, and one character for each class. */
  skeleton: readonly string[];
}

const TOKEN =
  /\[\^?(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|\(\?(?:<?[=!]|:)|\{\d+(?:,\d*)?\}|[\s\S]/gu;

export function alphabetOf({ source, flags }: RegExp): Alphabet {
  const signs: string[] = [];
  const skeleton: string[] = [];
  let word = "";
  const endWord = () => {
    if (word !== "") skeleton.push(word);
    word = "";
  };
  for (const [token] of source.matchAll(TOKEN)) {
    if (/^(?:\(\?.*|\{\d.*|[()|?*+^$]|\\[bB])$/s.test(token)) {
      endWord();
      continue;
    }
    const single = new RegExp(`^${token}$`, flags.replace(/[gimy]/g, ""));
    if (/^(?:\[|\\[dDwWsSpP]|\.$)/.test(token)) {
      endWord();
      const fitting = [...signsIn(token), ...CANDIDATES].filter((each) => single.test(each));
      if (fitting.length === 0) throw new Error(`no sign fits ${token}`);
      signs.push(fitting[0] ?? "", fitting.at(-1) ?? "");
      skeleton.push(fitting[0] ?? "");
      continue;
    }
    const sign = [...everySign()].find((each) => single.test(each)) ?? "";
    signs.push(sign);
    word += sign;
  }
  endWord();
  return { signs: [...new Set(signs.filter((sign) => sign !== ""))], skeleton };
}

function* everySign(): Generator<string> {
  for (let code = 0; code < 0x3000; code++) yield String.fromCharCode(code);
  for (const sign of "\uFEFF\uFFFC\uFFFD") yield sign;
}

/** The characters that a class names one by one, or by the ends of a range. */
function signsIn(token: string): string[] {
  if (!token.startsWith("[")) return [];
  const unescaped = token.replace(/\\u\{([0-9a-fA-F]+)\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})/g, (_, ...codes) =>
    String.fromCodePoint(Number.parseInt(codes.slice(0, 3).find(Boolean), 16)),
  );
  return [...unescaped];
}

/** Nothing in the patterns matches it. */
const END = "\uE000";

/** Each of about `n` characters, made by repeating and combining what the pattern is about, with an end that does not match. */
export function* hostileTexts(pattern: RegExp): Generator<(n: number) => string> {
  const { signs, skeleton } = alphabetOf(pattern);
  const few = signs.slice(0, 12);
  const windows = new Set<string>();
  for (let from = 0; from < skeleton.length; from++)
    for (let to = from + 1; to <= Math.min(from + 6, skeleton.length); to++)
      windows.add(skeleton.slice(from, to).join(""));
  const pairs = few.flatMap((one) => few.map((other) => one + other));
  for (const part of new Set([...signs, ...[...windows].slice(0, 60), ...pairs]))
    yield (n) => part.repeat(n / part.length) + END;
  for (const window of [...windows].slice(0, 40))
    for (const sign of few) yield (n) => window + sign.repeat(n / sign.length) + END;
}
