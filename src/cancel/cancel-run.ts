/** Asks GitHub to cancel a run, and says what came of it. */

import { answerOf, ifAnswered, once } from "../asking/retry.ts";
import type { Run, StartedRun } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { Story } from "../story/story.ts";

/** Times are by the clock. */
export interface CancelBounds {
  deadlineMs: number;
  /** When all of GitHub's servers know the run, if it is new (docs/platform.md#new-runs). */
  isNewUntilMs: number;
  /** The attempt after which a further one is about to begin. */
  rerunOf?: number | undefined;
}

type Tools = Pick<Story, "github" | "retry" | "clock" | "signal">;

/** A 404 to the cancellation of a new run that GitHub shows is believed the second time: its servers may differ at first. */
const BELIEVED_AT = 2;
const PAUSE_MS = 1000;

/** Asks until GitHub answers, and returns what came of it in words. A fault is not thrown: the step has failed anyway. */
export async function cancelRun(
  { id, htmlUrl }: Pick<StartedRun, "id" | "htmlUrl">,
  { deadlineMs, isNewUntilMs, rerunOf = 0 }: CancelBounds,
  tools: Tools,
): Promise<string> {
  const { github, retry, clock, signal } = tools;
  for (let refusals = 1, isAboutToBegin = false; ; refusals++) {
    const result = await answerOf(retry((options) => github.cancelRun(id, options), { deadlineMs }));
    if ("answer" in result) return `The remote run is being cancelled: ${htmlUrl}`;
    const fault = result.failure instanceof Fault ? result.failure : result.failure.fault;
    if (!fault && isAboutToBegin)
      return `No attempt after ${rerunOf} had begun, so none was cancelled; if one begins, it goes on: ${htmlUrl}`;
    const run = await seenAfter(fault, id, deadlineMs, tools);
    isAboutToBegin = run?.status === "completed" && run.runAttempt <= rerunOf;
    const isUnknownYet = fault?.status === 404 && clock.nowMs() < isNewUntilMs && !(run && refusals >= BELIEVED_AT);
    if (!isUnknownYet && !isAboutToBegin) return whyNot(fault, run, htmlUrl);
    await clock.sleep(Math.min(PAUSE_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
  }
}

/** The run after a refusal that it may explain; undefined where it cannot be read. */
function seenAfter(
  fault: Fault | undefined,
  id: StartedRun["id"],
  deadlineMs: number,
  { github, retry }: Tools,
): Promise<Run | undefined> | undefined {
  const mayTell = fault?.status === 404 || fault?.status === 409;
  return mayTell ? ifAnswered(retry((options) => github.getRun(id, options), once(deadlineMs))) : undefined;
}

/** `fault` is undefined where no answer came in time; `run` is the run after the refusal, where it could be read. */
function whyNot(fault: Fault | undefined, run: Run | undefined, htmlUrl: string): string {
  if (!fault) return `The remote run could not be cancelled in time and goes on: ${htmlUrl}`;
  const { status, inAWord } = fault;
  if (run?.status === "completed")
    return `The remote run was not cancelled (${inAWord}): it had ended, as ${run.conclusion}: ${htmlUrl}`;
  if (status === 409) {
    const state = run ? `, although it is ${run.status || "without a status"}` : "";
    return `The remote run cannot be cancelled, GitHub says (409)${state}: ${htmlUrl}`;
  }
  if (status === 404 && run)
    return `The remote run could not be cancelled and goes on: this server shows it, and answers 404 to cancelling it: ${htmlUrl}`;
  const needs = status === 403 ? ": the token needs `actions: write` for that" : "";
  return `The remote run could not be cancelled (${inAWord}${needs}) and goes on: ${htmlUrl}`;
}
