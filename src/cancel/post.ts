/**
 * After the step: cancels a remote run whose step was cancelled, where the step itself could not. In a container job the
 * signal may never arrive, and a run may become visible only after the runner has killed the step (PLATFORM.md).
 */

import { OutOfTime, orNothing } from "../asking/retry.ts";
import { makePlan } from "../dispatch/plan.ts";
import { Failure } from "../edges/failure.ts";
import { readJobs } from "../follow/follow.ts";
import type { Id, Run } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { beginStory, type Edges } from "../story/story.ts";
import type { Trace } from "../story/trace.ts";
import { calm, cancelRun, lookOnceMore, startedRun } from "./cancel.ts";

/** How long all of it may take. */
const POST_MS = 20_000;
/** A run is given half of that to end by itself before it is forced. */
const PATIENT_MS = 10_000;
const PAUSE_MS = 2000;
/** A cancellation must not wait for a look that hangs. */
const FIRST_LOOK_MS = 4000;

/** Does what is left to do after a step that left `trace`. Never fails: the step's own result stands. */
export async function post(inputs: Inputs, trace: Trace, edges: Edges): Promise<void> {
  const isCancelled =
    trace.phase === "cancelling" || (trace.phase === "sent" && inputs.cancelRunOn.has("cancel"));
  if (!isCancelled) return;
  // No signal ends this: it is what there is to do after one, and short.
  const story = calm({ ...beginStory(inputs, edges), findDeadlineMs: edges.clock.nowMs() + POST_MS });
  const { github, clock, log, signal, persist, learn } = story;
  const deadlineMs = story.findDeadlineMs;
  learn(trace.known);
  try {
    if (!startedRun(story)) {
      await makePlan(story);
      await lookOnceMore(deadlineMs - PATIENT_MS, story);
    }
    const started = startedRun(story);
    // GitHub has named the run, or listed it: it is there, and only this part of GitHub does not know of it yet.
    const isNewUntilMs = deadlineMs;
    if (!started)
      return log.warning(
        `No run with our id is visible in ${github.fullName()}; if one was started, it goes on.`,
      );

    const read = (untilMs: number): Promise<Run> =>
      persist((options) => github.getRun(started.id, options), { deadlineMs: untilMs, isNewUntilMs });
    const first = await orNothing(read(clock.nowMs() + FIRST_LOOK_MS));
    if (first?.status === "completed") return log.info(`The remote run has ended: ${started.htmlUrl}`);
    log.info(await cancelRun(started, deadlineMs, story));
    const before = await readProgress(started.id);
    const forceAtMs = clock.nowMs() + PATIENT_MS;
    let isDecided = false;
    for (;;) {
      await clock.sleep(Math.min(PAUSE_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
      const { status, conclusion } = await read(deadlineMs);
      if (status === "completed") return log.info(`The remote run has ended as ${conclusion}.`);
      if (isDecided || clock.nowMs() < Math.min(forceAtMs, deadlineMs - PAUSE_MS)) continue;
      isDecided = true;
      // What is forced does not run its `if: always()` steps: a lock would stay, an environment half taken down.
      const now = await readProgress(started.id);
      if (before === undefined || now !== before) {
        log.info(`The remote run is ending by itself: ${started.htmlUrl}`);
        continue;
      }
      log.info("The remote run ignores its cancellation; forcing it.");
      await persist((options) => github.forceCancelRun(started.id, options), { deadlineMs });
    }
  } catch (error) {
    if (error instanceof Failure) return log.warning(error.message);
    const fault = error instanceof OutOfTime ? error.fault : error;
    if (!(fault instanceof Fault || fault === undefined)) throw error;
    const url = startedRun(story)?.htmlUrl ?? github.fullName();
    const seen = fault ? ` (${fault.seen})` : "";
    log.warning(`It was not seen that the remote run has ended${seen}; it may go on: ${url}`);
  }

  /** How far the run's jobs and steps are; undefined where that cannot be read. */
  async function readProgress(id: Id): Promise<string | undefined> {
    const jobs = await orNothing(readJobs(id, { deadlineMs, asksAgain: () => false }, story));
    return (
      jobs && JSON.stringify(jobs.map(({ status, steps }) => [status, steps.map((step) => step.status)]))
    );
  }
}
