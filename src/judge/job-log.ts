/** What a failed step printed last, out of the log of its whole job. */

import type { Step } from "../github/answers.ts";

/** A line is cut beyond this: a minified file in a stack trace says nothing to a reader. */
const MAX_LINE_LENGTH = 500;
/** The runner's account of what it is about to run is shorter; a group of the step's own may be longer. */
const MAX_HEADER_LINES = 200;

/**
 * The last `count` lines that `step` printed, oldest first, without times, colours and marks. `parts` are the job's log:
 * one text of all its steps, each line behind its time. The steps are told apart by their times, in whole seconds, by the
 * header that the runner prints before each, and by the error with which it closes a failed one.
 */
export async function lastLines(
  parts: AsyncIterable<string>,
  step: Pick<Step, "startedAtMs" | "completedAtMs">,
  count: number,
): Promise<string[]> {
  const fromMs = step.startedAtMs ?? Number.NEGATIVE_INFINITY;
  const toMs = (step.completedAtMs ?? Number.POSITIVE_INFINITY) + 1000;
  let kept: string[] = [];
  /** Since a group that may be the header of a step has begun. */
  let header: string[] | undefined;
  /** As they were when the last error came: what follows is another step's, if it began in the same second. */
  let untilError: string[] | undefined;
  let atMs = Number.NEGATIVE_INFINITY;
  const keep = (lines: readonly string[]) => {
    kept = [...kept, ...lines].slice(-count);
  };

  for await (const line of linesOf(parts)) {
    const [, time = "", text = line] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/.exec(line) ?? [];
    // A line without a time goes on with what the one before it said.
    if (time !== "") atMs = Date.parse(time);
    if (atMs < fromMs) continue;
    if (atMs >= toMs) break;
    if (text.startsWith("##[group]Run ")) {
      keep(header ?? []);
      header = [clean(text)];
    } else if (text.startsWith("##[endgroup]")) {
      // The script's own groups may be called "Run …" as well, but do not list a shell, inputs or variables.
      if (header?.some((each) => /^(shell: .*|with:|env:)$/.test(each))) kept = [];
      else keep(header ?? []);
      header = undefined;
    } else if (header && header.length < MAX_HEADER_LINES) header.push(clean(text));
    else {
      keep([...(header ?? []), clean(text)]);
      header = undefined;
    }
    if (text.startsWith("##[error]")) untilError = [...kept, ...(header ?? [])].slice(-count);
  }
  return untilError ?? [...kept, ...(header ?? [])].slice(-count);
}

async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string> {
  let beginning = "";
  for await (const part of parts) {
    const lines = (beginning + part).split("\n");
    beginning = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/^\uFEFF|\r$/g, "");
  }
  if (beginning !== "") yield beginning;
}

/** The line as a reader wants it: no colours, no marks for the runner. */
function clean(text: string): string {
  const plain = text
    .replace(/^##\[\w+\]/, "")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    .replace(/\u001b\[[\d;]*[A-Za-z]/g, "")
    .replaceAll("\t", "  ")
    .replace(/\p{Cc}/gu, "");
  return plain.length > MAX_LINE_LENGTH ? `${plain.slice(0, MAX_LINE_LENGTH)}…` : plain;
}
