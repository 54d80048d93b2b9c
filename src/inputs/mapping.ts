/** Reads an input that holds an object. JSON is parsed as YAML too, which keeps how a number was written. */

import {
  type ErrorCode,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  visit,
} from "yaml";
import { expandsWithinReason, NO_LIMIT } from "./aliases.ts";

import { describeSign, endOfJson } from "./json-syntax.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type JsonObject<Value extends Json = Json> = { [name: string]: Value };

/** A problem never quotes the text, which may hold secrets. */
export type Mapping<Value extends Json> = { value: JsonObject<Value> } | { problems: string[] };

export function readMapping(text: string): Mapping<Json> {
  const parsed = parseYaml(text);
  return "problems" in parsed ? parsed : { value: parsed.document.toJS(NO_LIMIT) as JsonObject };
}

/** Keeps each scalar as written, as a `workflow_dispatch` takes it: `1.10`, `0x1F`; null is the empty string. */
export function readScalars(text: string): Mapping<string> {
  const parsed = parseYaml(text, { isAsWritten: () => true });
  if ("problems" in parsed) return parsed;
  const { document } = parsed;
  const items = isMap(document.contents) ? document.contents.items : [];
  const entries = items.map(({ key, value }) => {
    const name = String(isScalar(key) ? key.value : key);
    return [name, asWritten(isAlias(value) ? value.resolve(document) : value)] as const;
  });
  const problems = entries.flatMap(([name, value]) =>
    value === undefined
      ? [`'${name}' is a list or an object; an input takes a single value (pass it as a JSON string)`]
      : [],
  );
  return problems.length > 0 ? { problems } : { value: Object.fromEntries(entries) as JsonObject<string> };
}

/** Undefined for a list or an object. */
export function asWritten(node: unknown): string | undefined {
  if (node === null || node === undefined) return "";
  if (!isScalar(node)) return undefined;
  const { value, source } = node;
  if (value === null) return "";
  return typeof value === "string" ? value : (source ?? String(value));
}

/** The problem with a scalar that would not arrive as written, as a function of its place. */
function wouldChange(node: Scalar, text: string, asWritten: boolean): ((place: string) => string) | undefined {
  const [start = 0, end = 0] = node.range ?? [];
  if (node.type === "PLAIN" && /^[ \t]*#/.test(text.slice(end)))
    return (place) => `it has a \`#\` that cuts a value short (line ${place}): put the whole value in quotes`;
  const isFlow = node.type === "PLAIN" || node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
  if (isFlow && /[\r\n]/.test(text.slice(start, end))) {
    return (place) =>
      `it has a value of several lines that would arrive as one (line ${place}): put it in double quotes, with \`\\n\` for each line break, as \`toJSON\` does`;
  }
  // 0123456 would arrive as 123456, 1.10 as 1.1, 12e4567 as null: versions and short commit ids look like this.
  if (asWritten || typeof node.value !== "number" || JSON.stringify(node.value) === node.source) return undefined;
  return (place) => `it has a number that would not arrive as it is written (line ${place}): put it in quotes`;
}

/** By error code: the messages of yaml 2 may quote the text. */
const SYNTAX_ERRORS: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: "a `\\` in double quotes begins no known escape",
  BAD_ALIAS: "a value begins with `*` or `&`: put it in quotes",
  BAD_INDENT: "the indentation is off, or a bracket is not closed",
  BAD_SCALAR_START: "a value begins with a reserved character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "there is a second `: ` in the value: put it in quotes, or fix the indentation",
  BLOCK_IN_FLOW: "a comma is missing",
  DUPLICATE_KEY: "a key is given twice",
  MISSING_CHAR: "a quote, a bracket, a brace, a comma or a `:` is missing",
  MULTILINE_IMPLICIT_KEY: "a comma or a `:` is missing",
  MULTIPLE_DOCS: "it is more than one document",
  TAB_AS_INDENT: "a tab is used for indentation",
  TAG_RESOLVE_FAILED: "a `!tag` is unknown: put the value in quotes",
  UNEXPECTED_TOKEN: "something is in the wrong place",
};

/** JSON is nearly always YAML too: a text that is neither is wrong where the second of them ends. */
function whereWrong(text: string, yamlOffset: number): number {
  const jsonOffset = /^\s*(\{\s*"|\[\s*["{[])/.test(text) ? endOfJson(text) : undefined;
  return Math.max(yamlOffset, jsonOffset ?? 0);
}

export type ParsedDocument = ReturnType<typeof parseDocument<ParsedNode>>;
type Parsed = { document: ParsedDocument; lineOf: (node: unknown) => number } | { problems: string[] };

interface ParseOptions {
  root?: "object" | "list";
  /** Scalars below these keys are sent as written, so any form of a number is right. */
  isAsWritten?: (keys: readonly string[]) => boolean;
}

/** Refuses whatever would not arrive as written. */
export function parseYaml(text: string, { root = "object", isAsWritten = () => false }: ParseOptions = {}): Parsed {
  const lines = new LineCounter();
  // JSON has no `!!set`, `!!binary` and the like.
  const options = { lineCounter: lines, prettyErrors: false, resolveKnownTags: false };
  const document = parseDocument<ParsedNode>(text, options);
  const at = (offset: number | undefined) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `${line}, column ${col}`;
  };
  // The other errors usually follow from the first.
  const wrong = document.errors[0] ?? document.warnings[0];
  if (wrong) {
    const what = SYNTAX_ERRORS[wrong.code] ?? "it cannot be read further";
    const offset = whereWrong(text, wrong.pos[0]);
    return { problems: [`neither JSON nor YAML; ${what} (line ${at(offset)})${describeSign(text, offset)}`] };
  }
  const lineOf = (node: unknown) => lines.linePos((node as Partial<ParsedNode> | null)?.range?.[0] ?? 0).line;
  if (document.contents === null) return { document: parseDocument<ParsedNode>(root === "list" ? "[]" : "{}"), lineOf };
  if (root === "list" && !isSeq(document.contents)) return { problems: ["not a list (`- ` lines or `[…]`)"] };
  if (root === "object" && !isMap(document.contents))
    return { problems: [`not an object (\`key: value\` lines or \`{"key": "value"}\`)`] };

  const problems: string[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key)) problems.push("it has a key that is not text: probably an unfilled `{{ … }}`");
    },
    Scalar(_, node, path) {
      const keys = path.flatMap((each) => (isPair(each) ? [String(each.key)] : []));
      const changed = wouldChange(node, text, isAsWritten(keys));
      if (changed) problems.push(changed(at(node.range?.[0])));
    },
    Alias(_, node) {
      if (!node.resolve(document))
        problems.push(`it has an undefined alias (line ${at(node.range?.[0])}): put it in quotes`);
    },
  });
  if (problems.length > 0) return { problems: [...new Set(problems)] };
  return expandsWithinReason(document)
    ? { document, lineOf }
    : { problems: ["it has aliases that expand without end"] };
}
