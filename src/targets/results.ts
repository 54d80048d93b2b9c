/** The outputs `results` and `failed_targets`. Pure. */

/**
 * `timed_out` is our deadline; a run that GitHub itself ended so is a `failure`. `error`: not found, refused or unreadable.
 * `unfinished`: the step ended before, and the run continues.
 */
export type Result =
  | "started"
  | "sent"
  | "success"
  | "failure"
  | "cancelled"
  | "timed_out"
  | "skipped"
  | "unfinished"
  | "error";

/** What is known of an entry. */
export interface EntryState {
  name: string;
  /** `owner/name` */
  repo: string;
  continuesOnError: boolean;
  /** Undefined while it is open. */
  result?: Result | undefined;
  /** It did not end by itself: the step was cancelled, or ended by `fail_fast`. */
  isStopped?: boolean | undefined;
  /** It is red as its predecessor was, which `allow_known_failures` allows. */
  isAllowed?: boolean | undefined;
  /** The outputs that a step of its own would have. */
  outputs: Readonly<Record<string, string>>;
  /** The whole message of what ended it. */
  problem?: string | undefined;
}

const GREEN: readonly (Result | undefined)[] = ["started", "sent", "success"];
/** Unlike `skipped` and `unfinished`, which another entry has caused. */
const RED: readonly (Result | undefined)[] = ["failure", "cancelled", "timed_out", "error"];

export function isGreenEntry({ result }: Pick<EntryState, "result">): boolean {
  return GREEN.includes(result);
}

/** Whether what needs it may start. */
export function allowsDependents(state: Pick<EntryState, "result" | "continuesOnError" | "isAllowed">): boolean {
  return isGreenEntry(state) || isExcused(state);
}

/** It is red, and `continue_on_error` or `allow_known_failures` keeps the step green. */
export function isAllowedFailure(state: EntryState): boolean {
  return isExcused(state) && !state.isStopped;
}

function isExcused({
  result,
  continuesOnError,
  isAllowed = false,
}: Pick<EntryState, "result" | "continuesOnError" | "isAllowed">): boolean {
  return RED.includes(result) && (continuesOnError || isAllowed);
}

/** The step is red for it. */
export function isFailedEntry(state: EntryState): boolean {
  return RED.includes(state.result) && !isExcused(state) && !state.isStopped;
}

export function failedTargets(states: readonly EntryState[]): string[] {
  return states.filter(isFailedEntry).map(({ name }) => name);
}

/** GitHub takes no larger output. */
const MAX_BYTES = 1024 * 1024;
/** JSON, by key; in the order in which they are left out. */
const EMPTY_JSON = { failed_jobs: "[]", outputs: "{}" };
const LEFT_OUT_FIRST = Object.keys(EMPTY_JSON);

/** A JSON list of all entries. `leftOut`: what a list of less than `maxBytes` has no room for. */
export function resultsOf(states: readonly EntryState[], maxBytes = MAX_BYTES): { text: string; leftOut: string[] } {
  for (let count = 0; ; count++) {
    const leftOut = LEFT_OUT_FIRST.slice(0, count);
    const text = `[${states.map((state) => resultAsJson(state, leftOut)).join(",")}]`;
    if (Buffer.byteLength(text) <= maxBytes || count === LEFT_OUT_FIRST.length) return { text, leftOut };
  }
}

/** Of each state, which is replaced when more is known: most are the same whenever the list is written. */
const written = new WeakMap<EntryState, string>();

export function resultAsJson(state: EntryState, leftOut: readonly string[] = []): string {
  if (leftOut.length > 0) return writeResult(state, leftOut);
  const text = written.get(state) ?? writeResult(state, leftOut);
  written.set(state, text);
  return text;
}

function writeResult({ name, repo, result, outputs, problem }: EntryState, leftOut: readonly string[]): string {
  const texts = {
    name,
    repo,
    result: result ?? "",
    runId: outputs.runId ?? "",
    html_url: outputs.html_url ?? "",
    status: outputs.status ?? "",
    conclusion: outputs.conclusion ?? "",
    run_attempt: outputs.run_attempt ?? "",
    disposition: outputs.disposition ?? "",
    ref: outputs.ref ?? "",
    known_failure: outputs.known_failure ?? "",
    error: problem?.split("\n", 1)[0] ?? "",
  };
  // These are JSON already; the outputs of a run stay as they were written.
  const parts = Object.entries(EMPTY_JSON).map(([key, empty]) =>
    leftOut.includes(key) ? "" : `,${JSON.stringify(key)}:${outputs[key] || empty}`,
  );
  return `${JSON.stringify(texts).slice(0, -1)}${parts.join("")}}`;
}
