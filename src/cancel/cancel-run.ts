/** Asks GitHub to cancel a run, and says what came of it. */

import { ifAnswered, OutOfTime, once } from "../asking/retry.ts";
import type { Run, StartedRun } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { Story } from "../story/story.ts";

export interface CancelBounds {
  deadlineMs: number;
  isNewUntilMs: number;
  rerunOf?: number | undefined;
}

type Tools = Pick<Story, "github" | "retry" | "clock" | "signal">;

/** A 404 while the run itself is shown: twice, since not all of GitHub's servers learn of a new run at once. */
const NO_SUCH_THING = 2;
const PAUSE_MS = 1000;

/**
 * Asks until GitHub answers. A fault is told, not thrown: the step has failed anyway. `isNewUntilMs` is when the run, if it
 * is new, is known everywhere (docs/platform.md#new-runs); `rerunOf` the attempt after which a further one is about to begin.
 */
export async function cancelRun(
  { id, htmlUrl }: Pick<StartedRun, "id" | "htmlUrl">,
  { deadlineMs, isNewUntilMs, rerunOf = 0 }: CancelBounds,
  tools: Tools,
): Promise<string> {
  const { github, retry, clock, signal } = tools;
  for (let refusals = 1, isAboutToBegin = false; ; refusals++) {
    const fault = await faultOf(retry((options) => github.cancelRun(id, options), { deadlineMs }));
    if (fault === "none") return `The remote run is being cancelled: ${htmlUrl}`;
    if (!fault && isAboutToBegin)
      return `No attempt after ${rerunOf} had begun that could be cancelled; where it does, it goes on: ${htmlUrl}`;
    const run = await seenAfter(fault, id, deadlineMs, tools);
    isAboutToBegin = run?.status === "completed" && run.runAttempt <= rerunOf;
    const isUnknownYet = fault?.status === 404 && clock.nowMs() < isNewUntilMs && !(run && refusals >= NO_SUCH_THING);
    if (!isUnknownYet && !isAboutToBegin) return whyNot(fault, run, htmlUrl);
    await clock.sleep(Math.min(PAUSE_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
  }
}

/** The run, where it tells more of a refusal, and can be read. */
function seenAfter(
  fault: Fault | undefined,
  id: StartedRun["id"],
  deadlineMs: number,
  { github, retry }: Tools,
): Promise<Run | undefined> | undefined {
  const mayTell = fault?.status === 404 || fault?.status === 409;
  return mayTell ? ifAnswered(retry((options) => github.getRun(id, options), once(deadlineMs))) : undefined;
}

/** What went wrong; undefined where no answer came in time. */
async function faultOf(asked: Promise<void>): Promise<Fault | undefined | "none"> {
  try {
    await asked;
    return "none";
  } catch (error) {
    const fault = error instanceof OutOfTime ? error.fault : error;
    if (fault instanceof Fault || fault === undefined) return fault;
    throw error;
  }
}

/** `run` is what the run was after GitHub's answer, as far as that could be read. */
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
