/** Ends the story for a caller who has cancelled it, and cancels the remote run where that was asked for. */

import { OutOfTime, type Persist } from "../asking/retry.ts";
import type { Clock } from "../edges/clock.ts";
import { Failure } from "../edges/failure.ts";
import { NEW_RUN_MS, search } from "../find/search.ts";
import type { Id } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { Story } from "../story/story.ts";

/** The caller has cancelled the step: the reason of the aborted signal. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  /** e.g. `SIGINT` */
  readonly by: string;
  /** By the clock. */
  readonly atMs: number;

  constructor(by: string, atMs: number) {
    super(`cancelled by ${by}`);
    this.by = by;
    this.atMs = atMs;
  }
}

/** How long a dispatch that was already sent may still wait for its answer, after the signal. */
export const LATE_ANSWER_MS = 2000;
/** The runner kills 10 s after its first signal: until then the run has to be known, and its cancellation accepted. */
const LAST_LOOK_MS = 6000;
const LAST_REQUEST_MS = 9000;
/** How long the step may outlast its `timeout_seconds` to have the run cancelled. */
const CANCEL_AFTER_TIMEOUT_MS = 10_000;

/** Does `work` with a signal that comes `ms` after `signal`. */
export async function withLateSignal<Result>(
  { signal, clock }: { signal: AbortSignal; clock: Clock },
  ms: number,
  work: (late: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const done = new AbortController();
  const onAbort = () =>
    clock.sleep(ms, done.signal).then(
      () => late.abort(signal.reason),
      () => {},
    );
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(late.signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    done.abort();
  }
}

/** Ends all waiting, and the remote run if `cancel_run_on` says so. Returns what there is to say of it. */
export async function giveUp({ by, atMs }: Cancelled, story: Story): Promise<Failure> {
  const { known, learn, github, inputs } = story;
  const first = `The step was cancelled (${by}).`;
  if (known.sentAtMs === undefined) return new Failure(`${first} Nothing had been sent.`);
  const wantsCancel = inputs.cancelRunOn.has("cancel");
  if (wantsCancel) learn({ wantsCancel });
  if (wantsCancel && startedRun(story) === undefined) await lookOnceMore(atMs + LAST_LOOK_MS, calm(story));
  const started = startedRun(story);
  if (!started) {
    const later = wantsCancel ? " The step's end (`Post`) looks for it once more." : "";
    return new Failure(
      `${first} A run may have been started in ${github.fullName()}, and goes on if it was.${later}`,
    );
  }
  if (!wantsCancel) {
    return new Failure(`${first} The remote run goes on (see \`cancel_run_on\`): ${started.htmlUrl}`);
  }
  return new Failure(`${first} ${await cancelRun(started, atMs + LAST_REQUEST_MS, calm(story))}`);
}

/** Cancels the remote run at `timeout_seconds`. Returns what came of it. */
export function cancelAtTimeout(started: StartedRun, story: Story): Promise<string> {
  story.learn({ wantsCancel: true });
  return cancelRun(started, story.clock.nowMs() + CANCEL_AFTER_TIMEOUT_MS, story);
}

/** The run that is known to be ours, seen or only named by GitHub's answer. */
export interface StartedRun {
  id: Id;
  htmlUrl: string;
}

export function startedRun({ known: { run, started } }: Pick<Story, "known">): StartedRun | undefined {
  return run ?? (started && { id: started.runId, htmlUrl: started.htmlUrl });
}

/** Asks GitHub to cancel a run, until it answers. A fault is told, not thrown: the step has failed anyway. */
export async function cancelRun(
  { id, htmlUrl }: StartedRun,
  deadlineMs: number,
  { github, persist, known }: Pick<Story, "github" | "persist" | "known">,
): Promise<string> {
  try {
    const isNewUntilMs = (known.sentAtMs ?? 0) + NEW_RUN_MS;
    await persist((options) => github.cancelRun(id, options), { deadlineMs, isNewUntilMs });
    return `The remote run is being cancelled: ${htmlUrl}`;
  } catch (error) {
    if (error instanceof Fault && error.status === 409) {
      return `The remote run cannot be cancelled (409), usually because it has ended: ${htmlUrl}`;
    }
    const fault = error instanceof OutOfTime ? error.fault : error;
    if (!(fault instanceof Fault || fault === undefined)) throw error;
    const needs = fault?.status === 403 ? ": the token needs `actions: write` for that" : "";
    const seen = fault ? ` (${fault.seen}${needs})` : " in time";
    return `The remote run could not be cancelled${seen} and goes on: ${htmlUrl}`;
  }
}

/** The run has to be known to be cancelled. */
export async function lookOnceMore(deadlineMs: number, story: Story): Promise<void> {
  const { known, plan, log, learn } = story;
  if (!plan || known.distinctId === "" || known.sentAtMs === undefined) return;
  log.info("Looking for the run once more, to cancel it.");
  try {
    const { run } = await search(plan, { sentAtMs: known.sentAtMs, deadlineMs }, story);
    if (run) learn({ run });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    log.info(`The look was refused (${error.seen}).`);
  }
}

/** The same story for work that the caller's signal must not end any more. What is known of limits stays known. */
export function calm(story: Story): Story {
  const { signal } = new AbortController();
  const persist: Persist = (ask, persistence) => story.persist(ask, { ...persistence, signal });
  return { ...story, signal, persist };
}
