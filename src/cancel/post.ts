/**
 * After the step: cancels the remote run of a cancelled step that could not do it itself. In a container job the signal may
 * never arrive, and a run may become visible only after the runner has killed the step (docs/platform.md#runner-signals).
 */

import { listAllJobs } from "../asking/lists.ts";
import { ifAnswered, OutOfTime, once } from "../asking/retry.ts";
import { makePlan } from "../dispatch/plan.ts";
import { Failure } from "../edges/failure.ts";
import type { Run, StartedRun } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { Id } from "../github/reading.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { beginStory, type Edges, type Story } from "../story/story.ts";
import type { Trace } from "../story/trace.ts";
import { calm, lookOnceMore } from "./cancel.ts";
import { cancelRun } from "./cancel-run.ts";

/** How long the cancellation and all that goes with it may take. */
const POST_MS = 20_000;
/** How long a run that was cancelled may take to end by itself before it is forced. */
const PATIENT_MS = 10_000;
const PAUSE_MS = 2000;
/** How long the look before the cancellation may take, which must not wait for one that hangs. */
const FIRST_LOOK_MS = 4000;

/**
 * Does what is left to do after a step that left `trace`: cancels its run, and ends its commit status. What goes wrong is a
 * warning, since the step's own result stands.
 */
export async function post(inputs: Inputs, trace: Trace, edges: Edges): Promise<void> {
  await cancel(inputs, trace, edges);
  if (!trace.dueStatus || !inputs.commitStatus) return;
  const { openCommitStatus } = await import("../commit-status/commit-status.ts");
  await openCommitStatus(beginStory(inputs, edges).story).setDue(trace.dueStatus);
}

async function cancel(inputs: Inputs, trace: Trace, edges: Edges): Promise<void> {
  const isCancelled = trace.phase === "cancelling" || (trace.phase === "sent" && inputs.cancelRunOn.has("cancel"));
  if (!isCancelled) return;
  // No signal ends this: it is short, and is done because of one.
  const story = calm(beginStory(inputs, edges).story);
  const { github, clock, log } = story;
  const deadlineMs = clock.nowMs() + POST_MS;
  let started = trace.started;
  try {
    started ??= await findStarted(trace, deadlineMs, story);
    if (!started)
      return log.warning(`No run with our id is visible in ${github.fullName()}; if one was started, it goes on.`);
    await endRun(started, trace.rerunOf, deadlineMs, story);
  } catch (error) {
    if (error instanceof Failure) return log.warning(error.message);
    const fault = error instanceof OutOfTime ? error.fault : error;
    if (!(fault instanceof Fault || fault === undefined)) throw error;
    const url = started?.htmlUrl ?? github.fullName();
    const why = fault ? ` (${fault.inAWord})` : "";
    log.warning(`The remote run was not seen to end${why}; it may go on: ${url}`);
  }
}

async function findStarted(
  { distinctId, sentAtMs: atMs = 0, listedBefore }: Trace,
  deadlineMs: number,
  story: Story,
): Promise<StartedRun | undefined> {
  const { order } = story.inputs;
  if (order.event === undefined) return undefined;
  const sent = {
    plan: await makePlan(order, story, deadlineMs),
    distinctId: distinctId || undefined,
    listedBefore: new Set(listedBefore),
    atMs,
    findDeadlineMs: deadlineMs,
    isAccepted: true,
    candidates: new Map(),
  };
  return lookOnceMore(sent, deadlineMs - PATIENT_MS, story);
}

/** Cancels the run, and sees to it that it ends. */
async function endRun(
  { id, htmlUrl }: StartedRun,
  rerunOf: number | undefined,
  deadlineMs: number,
  story: Story,
): Promise<void> {
  const { github, clock, log, signal, retry } = story;
  // GitHub has named the run, or listed it: a server that answers 404 only does not know of it yet.
  const isNewUntilMs = deadlineMs;
  const read = (untilMs: number): Promise<Run> =>
    retry((options) => github.getRun(id, options), { deadlineMs: untilMs, isNewUntilMs });

  const first = await ifAnswered(read(clock.nowMs() + FIRST_LOOK_MS));
  // The end of an attempt that another is about to follow is not the run's end.
  const hasEnded = ({ status, runAttempt }: Run) => status === "completed" && runAttempt > (rerunOf ?? 0);
  if (first && hasEnded(first)) return log.info(`The remote run has ended: ${htmlUrl}`);
  log.info(await cancelRun({ id, htmlUrl }, { deadlineMs, isNewUntilMs, rerunOf }, story));
  const before = await readProgress(id, deadlineMs, story);
  const forceAtMs = Math.min(clock.nowMs() + PATIENT_MS, deadlineMs - PAUSE_MS);
  for (let isDecided = false; ; ) {
    await clock.sleep(Math.min(PAUSE_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
    const run = await read(deadlineMs);
    if (hasEnded(run)) return log.info(`The remote run has ended as ${run.conclusion}.`);
    if (isDecided || clock.nowMs() < forceAtMs) continue;
    isDecided = true;
    // A run that is forced to end skips its `if: always()` steps: a lock would stay, or an environment half taken down.
    const now = await readProgress(id, deadlineMs, story);
    if (before === undefined || now !== before) {
      log.info(`The remote run is ending by itself: ${htmlUrl}`);
      continue;
    }
    log.info("The remote run ignores its cancellation; forcing it.");
    await retry((options) => github.forceCancelRun(id, options), { deadlineMs });
  }
}

/** How far the run's jobs and steps are; undefined where that cannot be read. */
async function readProgress(id: Id, deadlineMs: number, story: Story): Promise<string | undefined> {
  const jobs = await ifAnswered(listAllJobs(id, story, once(deadlineMs)));
  return jobs && JSON.stringify(jobs.map(({ status, steps }) => [status, steps.map((step) => step.status)]));
}
