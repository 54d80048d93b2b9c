import { type Document, isScalar, LineCounter, parseDocument, visit, YAMLParseError } from "yaml";
import { expandsWithinReason, NO_LIMIT } from "../inputs/aliases.ts";

/** Parsed; or where the mistake is and how to fix it, as far as known, which follows "is not valid YAML". */
export function parseYaml(text: string): { value: unknown } | { hint: string } {
  const lines = new LineCounter();
  const hintAt = (code: string, offset: number) => ({ hint: hintFor(code, lines.linePos(offset).line, text) });
  try {
    // yaml 2 would print its warnings on stderr, and they quote the file. It compares each key with all others: that is done here.
    const document = parseDocument(text, {
      logLevel: "silent",
      prettyErrors: false,
      uniqueKeys: false,
      lineCounter: lines,
    });
    const [mistake] = document.errors;
    if (mistake) return hintAt(mistake.code, mistake.pos[0]);
    const repeated = repeatedKeyIn(document);
    if (repeated !== undefined) return hintAt("DUPLICATE_KEY", repeated);
    return expandsWithinReason(document) ? { value: document.toJS(NO_LIMIT) } : { hint: "" };
  } catch (error) {
    return error instanceof YAMLParseError ? hintAt(error.code, error.pos[0]) : { hint: "" };
  }
}

/** Where the first one begins. */
function repeatedKeyIn(document: Document): number | undefined {
  let at: number | undefined;
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (keys.has(key.value)) {
          at = key.range?.[0];
          return visit.BREAK;
        }
        keys.add(key.value);
      }
      return undefined;
    },
  });
  return at;
}

/** The likeliest mistakes, by error code of yaml 2. */
const MISTAKES: Partial<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: "a text with `: ` in it needs quotes",
  DUPLICATE_KEY: "a key is given twice",
  TAB_AS_INDENT: "YAML is indented with spaces, not tabs",
};

/** The messages of yaml 2 quote the file, so this has its own words. */
function hintFor(code: string, line: number, text: string): string {
  const [before = "", expression] = (text.split("\n")[line - 1] ?? "").split("${{", 2);
  const open = before.slice(Math.max(before.lastIndexOf("]"), before.lastIndexOf("}")) + 1);
  const bracket = expression === undefined ? undefined : /:\s+([[{])/.exec(open)?.[1];
  const mistake = bracket ? `a text that begins with \`${bracket}\` needs quotes` : MISTAKES[code];
  return ` (line ${line})${mistake ? `: ${mistake}` : ""}`;
}
