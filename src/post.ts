/**
 * After the step: cancels the remote run of a cancelled step that could not do it itself. In a container job the signal may
 * never arrive, and a run may become visible only after the runner has killed the step (docs/platform.md#runner-signals).
 */

import { cancelRun, searchOnceMore, withoutCancellation } from "./cancel/cancel.ts";
import { resolveDispatch } from "./dispatch/resolve.ts";
import { listAllJobs } from "./github/lists.ts";
import { RequestError } from "./github/request-error.ts";
import type { Id } from "./github/response-fields.ts";
import type { Run, StartedRun } from "./github/responses.ts";
import { OutOfTime, once, responseOrUndefined } from "./github/retry.ts";
import type { Inputs } from "./inputs/inputs.ts";
import { StepError } from "./runner/step-error.ts";
import { type Context, createContext, type Dependencies } from "./state/context.ts";
import type { PostState } from "./state/post-state.ts";

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
export async function post(inputs: Inputs, postState: PostState, dependencies: Dependencies): Promise<void> {
  await cancel(inputs, postState, dependencies);
  if (!postState.dueStatus || !inputs.commitStatus) return;
  const { openCommitStatus } = await import("./outputs/commit-status.ts");
  await openCommitStatus(createContext(inputs, dependencies).context).setDue(postState.dueStatus);
}

async function cancel(inputs: Inputs, postState: PostState, dependencies: Dependencies): Promise<void> {
  const isCancelled =
    postState.phase === "cancelling" || (postState.phase === "sent" && inputs.cancelRunOn.has("cancel"));
  if (!isCancelled) return;
  // No signal ends this: it is short, and is done because of one.
  const context = withoutCancellation(createContext(inputs, dependencies).context);
  const { github, clock, log } = context;
  const deadlineMs = clock.nowMs() + POST_MS;
  let started = postState.started;
  try {
    started ??= await findStarted(postState, deadlineMs, context);
    if (!started)
      return log.warning(`No run with our id is visible in ${github.fullName()}; if one was started, it goes on.`);
    await endRun(started, postState.rerunOf, deadlineMs, context);
  } catch (error) {
    if (error instanceof StepError) return log.warning(error.message);
    const requestError = error instanceof OutOfTime ? error.requestError : error;
    if (!(requestError instanceof RequestError || requestError === undefined)) throw error;
    const url = started?.htmlUrl ?? github.fullName();
    const why = requestError ? ` (${requestError.inAWord})` : "";
    log.warning(`The remote run was not seen to end${why}; it may go on: ${url}`);
  }
}

async function findStarted(
  { distinctId, sentAtMs: atMs = 0, listedBefore }: PostState,
  deadlineMs: number,
  context: Context,
): Promise<StartedRun | undefined> {
  const { source } = context.inputs;
  if (source.event === undefined) return undefined;
  const sent = {
    dispatch: await resolveDispatch(source, context, deadlineMs),
    distinctId: distinctId || undefined,
    listedBefore: new Set(listedBefore),
    atMs,
    findDeadlineMs: deadlineMs,
    isAccepted: true,
    candidates: new Map(),
  };
  return searchOnceMore(sent, deadlineMs - PATIENT_MS, context);
}

/** Cancels the run, and sees to it that it ends. */
async function endRun(
  { id, htmlUrl }: StartedRun,
  rerunOf: number | undefined,
  deadlineMs: number,
  context: Context,
): Promise<void> {
  const { github, clock, log, signal, retry } = context;
  // GitHub has named the run, or listed it: a server that answers 404 only does not know of it yet.
  const isNewUntilMs = deadlineMs;
  const read = (untilMs: number): Promise<Run> =>
    retry((options) => github.getRun(id, options), { deadlineMs: untilMs, isNewUntilMs });

  const first = await responseOrUndefined(read(clock.nowMs() + FIRST_LOOK_MS));
  // The end of an attempt that another is about to follow is not the run's end.
  const hasEnded = ({ status, runAttempt }: Run) => status === "completed" && runAttempt > (rerunOf ?? 0);
  if (first && hasEnded(first)) return log.info(`The remote run has ended: ${htmlUrl}`);
  log.info(await cancelRun({ id, htmlUrl }, { deadlineMs, isNewUntilMs, rerunOf }, context));
  const before = await readProgress(id, deadlineMs, context);
  const forceAtMs = Math.min(clock.nowMs() + PATIENT_MS, deadlineMs - PAUSE_MS);
  for (let isDecided = false; ; ) {
    await clock.sleep(Math.min(PAUSE_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
    const run = await read(deadlineMs);
    if (hasEnded(run)) return log.info(`The remote run has ended as ${run.conclusion}.`);
    if (isDecided || clock.nowMs() < forceAtMs) continue;
    isDecided = true;
    // A run that is forced to end skips its `if: always()` steps: a lock would stay, or an environment half taken down.
    const now = await readProgress(id, deadlineMs, context);
    if (before === undefined || now !== before) {
      log.info(`The remote run is ending by itself: ${htmlUrl}`);
      continue;
    }
    log.info("The remote run ignores its cancellation; forcing it.");
    await retry((options) => github.forceCancelRun(id, options), { deadlineMs });
  }
}

/** How far the run's jobs and steps are; undefined where that cannot be read. */
async function readProgress(id: Id, deadlineMs: number, context: Context): Promise<string | undefined> {
  const jobs = await responseOrUndefined(listAllJobs(id, context, once(deadlineMs)));
  return jobs && JSON.stringify(jobs.map(({ status, steps }) => [status, steps.map((step) => step.status)]));
}
