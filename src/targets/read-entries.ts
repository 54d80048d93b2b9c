/** Reads the list in `targets`: YAML or JSON → entries, as they were given. */

import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { asWritten, type ParsedDocument, parseYaml } from "../inputs/mapping.ts";
import { adviceFor, type InputName } from "../inputs/names.ts";
import { oneLine } from "../text/foreign-text.ts";
import { inCode } from "../text/wording.ts";

/** The inputs that speak of one dispatch. */
export const ENTRY_INPUTS = [
  "repo",
  "owner",
  "event_type",
  "client_payload",
  "workflow",
  "workflow_inputs",
  "ref",
  "run_id",
  "jobs",
  "success_conclusions",
  "find_timeout_seconds",
  "timeout_seconds",
  "start_timeout_seconds",
  "rerun_failed",
  "rerun_grace_seconds",
  "outputs_from",
  "reuse",
  "reuse_key",
  "distinct_id_key",
] as const satisfies readonly InputName[];
/** Keys that a job has in a workflow file. */
const JOB_KEYS = ["name", "needs", "continue_on_error"] as const;
const KEYS: readonly string[] = [...ENTRY_INPUTS, ...JOB_KEYS];
const LISTS: readonly string[] = ["jobs", "ref", "success_conclusions"];

export type EntryInput = (typeof ENTRY_INPUTS)[number];

export interface Entry {
  /** How a message names it before its inputs are read. */
  title: string;
  /** Where it stands in `targets`, and each of its keys. */
  line: number;
  lines: Readonly<Record<string, number>>;
  /** As texts, like the inputs that they take the place of. */
  given: Partial<Record<EntryInput, string>>;
  name: string | undefined;
  needs: readonly string[];
  continuesOnError: boolean;
}

export const MAX_ENTRIES = 256;
const MAX_TITLE = 100;

export function readEntries(text: string): { entries: Entry[]; problems: string[] } {
  const isAsWritten = (keys: readonly string[]) => !keys.includes("client_payload");
  const parsed = parseYaml(text, { root: "list", isAsWritten });
  if ("problems" in parsed)
    return { entries: [], problems: parsed.problems.map((problem) => `\`targets\`: ${problem}.`) };
  const { document, lineOf } = parsed;
  const items = isSeq(document.contents) ? document.contents.items : [];
  if (items.length === 0) return { entries: [], problems: ["`targets` is an empty list: give at least one entry."] };
  if (items.length > MAX_ENTRIES) {
    const problem = `\`targets\` has ${items.length} entries; one step takes at most ${MAX_ENTRIES}: divide them among several.`;
    return { entries: [], problems: [problem] };
  }
  const read = items.map((item) => readEntry(resolved(item, document), lineOf(item), lineOf, document));
  return { entries: read.map(({ entry }) => entry), problems: read.flatMap(({ problems }) => problems) };
}

function readEntry(
  item: unknown,
  line: number,
  lineOf: (node: unknown) => number,
  document: ParsedDocument,
): { entry: Entry; problems: string[] } {
  const pairs = isMap(item) ? item.items : [{ key: "repo", value: item }];
  const keyOf = (key: unknown) => oneLine(String(isScalar(key) ? key.value : key));
  const values = pairs.map(({ key, value }) => [keyOf(key), resolved(value, document)] as const);
  const lines = isMap(item) ? Object.fromEntries(pairs.map(({ key }) => [keyOf(key), lineOf(key)])) : {};
  const texts = new Map(values.map(([key, node]) => [key, textOf(key, node, document)]));
  const title = oneLine(texts.get("name") || texts.get("repo") || "entry", MAX_TITLE);
  const wrong = [
    ...values.flatMap(([key]) => (KEYS.includes(key) ? [] : [unknownKey(key)])),
    ...[...texts].flatMap(([key, value]) => (KEYS.includes(key) && value === undefined ? [wrongKind(key)] : [])),
    ...problemsOfName(texts.get("name")),
    // The default would start a run in the caller's own repository, for a `-` too many or an expression without a value.
    ...(texts.get("repo")?.trim() === "" ? ["`repo` is empty: name a repository, or remove the entry"] : []),
  ];
  const continues = texts.get("continue_on_error") ?? "false";
  if (continues !== "true" && continues !== "false") wrong.push("`continue_on_error` is neither `true` nor `false`");
  const given = Object.fromEntries(
    ENTRY_INPUTS.flatMap((name) => (texts.has(name) ? [[name, texts.get(name) ?? ""]] : [])),
  );
  const entry: Entry = {
    title,
    line,
    lines,
    given,
    name: texts.get("name"),
    needs: textsOf(values.find(([key]) => key === "needs")?.[1], document),
    continuesOnError: continues === "true",
  };
  return { entry, problems: wrong.map((problem) => aboutEntry(entry, `${problem}.`)) };
}

/** With the line of the first key that the problem names, else of the entry. */
export function aboutEntry({ title, line, lines }: Entry, problem: string): string {
  const named = [...problem.matchAll(/`(\w+)`/g)].map(([, key = ""]) =>
    Object.hasOwn(lines, key) ? lines[key] : undefined,
  );
  return `\`targets\`, ${title} (line ${named.find((each) => each !== undefined) ?? line}): ${problem}`;
}

function unknownKey(key: string): string {
  const advice = adviceFor(key, KEYS);
  return `\`${key}\` is not a key of an entry: ${advice ?? `it takes ${inCode(KEYS)}`}`;
}

function wrongKind(key: string): string {
  if (key === "client_payload") return "`client_payload` is not an object";
  if (key === "workflow_inputs") return "`workflow_inputs` is not an object of single values";
  return `\`${key}\` takes ${LISTS.includes(key) || key === "needs" ? "a text or a list of texts" : "a single value"}`;
}

function problemsOfName(name: string | undefined): string[] {
  if (name === undefined) return [];
  if (name.trim() === "" || name !== oneLine(name) || name.length > 100)
    return ["`name` has to be a text of 1 to 100 characters, on one line"];
  return [];
}

/** The value as the text of the input of that name; undefined where it is of a wrong kind. */
function textOf(key: string, node: unknown, document: ParsedDocument): string | undefined {
  if (isMap(node)) {
    if (key === "client_payload") return JSON.stringify(node.toJS(document));
    if (key !== "workflow_inputs") return undefined;
    const pairs = node.items.map(({ key: name, value }) => [
      String(isScalar(name) ? name.value : name),
      asWritten(resolved(value, document)),
    ]);
    return pairs.some(([, value]) => value === undefined) ? undefined : JSON.stringify(Object.fromEntries(pairs));
  }
  if (isSeq(node)) {
    if (!LISTS.includes(key) && key !== "needs") return undefined;
    const texts = node.items.map((item) => asWritten(resolved(item, document)));
    if (texts.some((text) => text === undefined)) return undefined;
    return key === "success_conclusions" ? texts.join(" ") : JSON.stringify(texts);
  }
  return asWritten(node);
}

function textsOf(node: unknown, document: ParsedDocument): string[] {
  const items = isSeq(node) ? node.items : node === undefined ? [] : [node];
  return items.flatMap((item) => asWritten(resolved(item, document)) ?? []);
}

function resolved(node: unknown, document: ParsedDocument): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}
