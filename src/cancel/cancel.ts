/** Cancels the remote run where `cancel_run_on` asks for that, and ends the story of a step that the caller has cancelled. */

import type { Retry } from "../asking/retry.ts";
import type { Cancelled } from "../edges/cancellation.ts";
import { Failure } from "../edges/failure.ts";
import { NEW_RUN_MS } from "../find/read-jobs.ts";
import { search } from "../find/search.ts";
import type { Run } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import { type Known, startedRun } from "../story/known.ts";
import type { Sent } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { type CancelBounds, cancelRun } from "./cancel-run.ts";

/**
 * When, after the runner's first signal, the run has to be known, and its cancellation accepted: the runner kills the step
 * after 10 s (docs/platform.md#runner-signals).
 */
const LAST_LOOK_MS = 6000;
const LAST_REQUEST_MS = 9000;
/** How long a step that is about to fail may go on, to have the run cancelled. */
const CANCEL_MS = 10_000;

/** Cancels the remote run of a cancelled step, if `cancel_run_on` says so. Returns what the step says as it ends. */
export async function giveUp({ by, atMs }: Cancelled, known: Known, story: Story): Promise<Failure> {
  const { learn, github, inputs } = story;
  const first = `The step was cancelled (${by}).`;
  const { sent, taken } = known;
  if (!sent && !taken) return new Failure(`${first} Nothing had been sent.`);
  const wantsCancel = inputs.cancelRunOn.has("cancel");
  if (wantsCancel) learn({ wantsCancel });
  const lookOnce = async () => sent && lookOnceMore(sent, atMs + LAST_LOOK_MS, calm(story));
  const started = startedRun(known) ?? (wantsCancel ? await lookOnce().catch(failureOnly) : undefined);
  if (started instanceof Failure) return new Failure(`${first} No run was cancelled: ${started.message}`);
  if (!started) {
    const later = wantsCancel ? " The step's end (`Post`) looks for it once more." : "";
    return new Failure(`${first} A run may have been started in ${github.fullName()}, and goes on if it was.${later}`);
  }
  if (!wantsCancel) {
    return new Failure(`${first} The remote run goes on (see \`cancel_run_on\`): ${started.htmlUrl}`);
  }
  const isNewUntilMs = (sent?.atMs ?? 0) + NEW_RUN_MS;
  const bounds = { deadlineMs: atMs + LAST_REQUEST_MS, isNewUntilMs, rerunOf: known.rerunOf };
  return new Failure(`${first} ${await cancelRun(started, bounds, calm(story))}`);
}

/**
 * Cancels the remote run of a step that is about to fail, if `cancel_run_on` lists the reason. Returns what came of it, in
 * words; undefined where it is not listed.
 */
export async function cancelOn(
  reason: "timeout" | "failure",
  run: Run,
  about: Pick<CancelBounds, "isNewUntilMs" | "rerunOf">,
  story: Story,
): Promise<string | undefined> {
  if (!story.inputs.cancelRunOn.has(reason)) return undefined;
  story.learn({ wantsCancel: true });
  return cancelRun(run, { deadlineMs: story.clock.nowMs() + CANCEL_MS, ...about }, story);
}

function failureOnly(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

/**
 * Looks for the run of a dispatch once more, since only a run that is known can be cancelled; undefined where none shows.
 * @throws Failure where nothing tells which of several is ours
 */
export async function lookOnceMore(sent: Sent, deadlineMs: number, story: Story): Promise<Run | undefined> {
  const { log, learn } = story;
  if (sent.distinctId === undefined) return undefined;
  log.info("Looking for the run once more, to cancel it.");
  try {
    const { run } = await search(sent, { deadlineMs }, story);
    if (run) learn({ run });
    return run;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    log.info(`The look was refused (${error.inAWord}).`);
    return undefined;
  }
}

/** The same story, whose work the caller's signal no longer ends. Its `retry` still knows of limits and outages. */
export function calm(story: Story): Story {
  const { signal } = new AbortController();
  const retry: Retry = (ask, options) => story.retry(ask, { ...options, signal });
  return { ...story, signal, retry };
}
