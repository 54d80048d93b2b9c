import type { Step } from "../github/responses.ts";
import { logLine } from "../text/foreign-text.ts";

/** Longer lines are cut: minified code in a stack trace says nothing to a reader. */
const MAX_LINE_LENGTH = 500;
/** What is read of a line, with its time and codes. */
const MAX_READ_LENGTH = 10 * MAX_LINE_LENGTH;
/** The header in which the runner shows what it is about to run is shorter; a group of the step's own may be longer. */
const MAX_HEADER_LINES = 200;

/**
 * Oldest first, without times, colours and marks. The log has the lines of all steps. They are told apart by their times, in
 * whole seconds, by the runner's header before each step, and by the error with which the runner closes a failed one.
 */
export async function lastLines(
  parts: AsyncIterable<string>,
  step: Pick<Step, "startedAtMs" | "completedAtMs">,
  count: number,
): Promise<string[]> {
  const fromMs = step.startedAtMs ?? Number.NEGATIVE_INFINITY;
  const toMs = (step.completedAtMs ?? Number.POSITIVE_INFINITY) + 1000;
  let output: Output = { lines: [], group: [] };
  // What follows the last error is another step's, if that began in the same second.
  let untilError: readonly string[] | undefined;
  for await (const { atMs, text } of timedLines(parts)) {
    if (atMs < fromMs) continue;
    if (atMs >= toMs) break;
    const { lines, group } = withLine(output, text);
    output = { lines: lines.slice(-count), group };
    if (text.startsWith("##[error]")) untilError = allOf(output);
  }
  return (untilError ?? allOf(output)).slice(-count);
}

interface Output {
  lines: readonly string[];
  /** Lines of an open group that may be a step's header. */
  group: readonly string[];
}

function allOf({ lines, group }: Output): readonly string[] {
  return [...lines, ...group];
}

function withLine(before: Output, text: string): Output {
  const { lines, group } = before;
  if (text.startsWith("##[group]Run ")) return { lines: allOf(before), group: [clean(text)] };
  if (text.startsWith("##[endgroup]")) return { lines: isHeader(group) ? [] : allOf(before), group: [] };
  const isInGroup = group.length > 0 && group.length < MAX_HEADER_LINES;
  return isInGroup ? { lines, group: [...group, clean(text)] } : { lines: [...allOf(before), clean(text)], group: [] };
}

/** A group of the script's own that is called "Run …" lists no shell, inputs or variables. */
function isHeader(group: readonly string[]): boolean {
  return group.some((line) => /^(shell: .*|with:|env:)$/.test(line));
}

/** Times in epoch ms. A line without one belongs to the line before. */
async function* timedLines(parts: AsyncIterable<string>): AsyncGenerator<{ atMs: number; text: string }> {
  let atMs = Number.NEGATIVE_INFINITY;
  for await (const line of linesOf(parts)) {
    const [, time, text = line] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/.exec(line) ?? [];
    if (time !== undefined) atMs = Date.parse(time);
    yield { atMs, text };
  }
}

/** A line is cut as it comes: it may be as long as the log. */
async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let beginning = "";
  for await (const part of parts) {
    let from = 0;
    for (let end = part.indexOf("\n"); end >= 0; end = part.indexOf("\n", from)) {
      yield (beginning + part.slice(from, Math.min(end, from + MAX_READ_LENGTH))).replace(/^\uFEFF|\r$/g, "");
      beginning = "";
      from = end + 1;
    }
    beginning = (beginning + part.slice(from, from + MAX_READ_LENGTH)).slice(0, MAX_READ_LENGTH);
  }
  if (beginning !== "") yield beginning;
}

function clean(text: string): string {
  return logLine(text.replace(/^##\[\w+\]/, ""), MAX_LINE_LENGTH);
}
