/**
 * After the step: cancels the remote run of a cancelled step that could not do it itself. In a container job the signal may
 * never arrive, and a run may become visible only after the runner has killed the step (docs/platform.md#runner-signals).
 */

import { cancelRun, searchOnceMore } from "./cancel/cancel.ts";
import type { GitHub } from "./github/api.ts";
import type { Target } from "./github/connection.ts";
import { listAllJobs } from "./github/lists.ts";
import type { Permissions } from "./github/purposes.ts";
import { describeLimit } from "./github/rate-limit.ts";
import { RequestError } from "./github/request-error.ts";
import type { Id } from "./github/response-fields.ts";
import type { Run, StartedRun } from "./github/responses.ts";
import { makeRetry, OutOfTime, once, responseOrUndefined } from "./github/retry.ts";
import { problemsOfStatusToken } from "./inputs/commit-status.ts";
import { type GivenCredentials, readCredentials } from "./inputs/credentials.ts";
import { readerOf } from "./inputs/reader.ts";
import { StepError } from "./runner/step-error.ts";
import type { Dependencies, SharedContext } from "./state/context.ts";
import { isAboutToRerun } from "./state/known.ts";
import { isCancelDue, type PostState, readPostState } from "./state/post-state.ts";
import type { SearchInputs } from "./state/sent-dispatch.ts";

interface PostDependencies extends Pick<Dependencies, "clock" | "log" | "random"> {
  /** @throws StepError where the server cannot be asked at all */
  open(target: Target, credentials: GivenCredentials, needs: Permissions): Promise<GitHub>;
  /** An input's text as it is now: a token only (docs/platform.md#runner-inputs). */
  read: (name: string) => string;
}

type SavedRun = Pick<StartedRun, "id" | "htmlUrl">;

/** How long the cancellation and all that goes with it may take. */
const POST_MS = 20_000;
/** How long a run that was cancelled may take to end by itself before it is forced. */
const PATIENT_MS = 10_000;
const PAUSE_MS = 2000;
/** How long the look before the cancellation may take, which must not wait for one that hangs. */
const FIRST_LOOK_MS = 4000;

/**
 * Does what is left to do after a step that left `text`: cancels its run, and ends its commit status. What goes wrong is a
 * warning, since the step's own result stands.
 */
export async function post(text: string, dependencies: PostDependencies): Promise<void> {
  const { log } = dependencies;
  const state = readPostState(text);
  if (!state) {
    return log.warning(
      "What the step saved for its end cannot be read, so nothing was done: a remote run that it has started may go on.",
    );
  }
  for (const part of [cancel, setStatus]) {
    await part(state, dependencies).catch((error: unknown) => {
      if (!(error instanceof StepError)) throw error;
      log.warning(error.message);
    });
  }
}

async function setStatus({ status }: PostState, dependencies: PostDependencies): Promise<void> {
  if (!status) return;
  const { target, due } = status;
  const token = dependencies.read("status_token").trim();
  const problems = problemsOfStatusToken(token);
  if (problems.length > 0)
    throw new StepError([`The commit status \`${status.context}\` could not be ended.`, ...problems].join("\n"));
  const callersGitHub = await dependencies.open(target, { token }, {});
  const { openCommitStatus } = await import("./outputs/commit-status.ts");
  const context = contextOf(callersGitHub, { commitStatus: status }, dependencies);
  await openCommitStatus({ ...context, callersGitHub }).setDue(due);
}

async function cancel(state: PostState, dependencies: PostDependencies): Promise<void> {
  if (!isCancelDue(state)) return;
  const { clock, log } = dependencies;
  const github = await openTarget(state, dependencies);
  const context = contextOf(github, state.sent?.inputs, dependencies);
  const deadlineMs = clock.nowMs() + POST_MS;
  let { started } = state;
  try {
    started ??= await findStarted(state, deadlineMs, context);
    if (!started) return;
    await endRun(started, state.rerunOf, deadlineMs, context);
  } catch (error) {
    log.warning(explainUnended(error, started?.htmlUrl ?? github.fullName()));
  }
}

function explainUnended(error: unknown, url: string): string {
  if (error instanceof StepError) return error.message;
  const requestError = error instanceof OutOfTime ? error.requestError : error;
  if (!(requestError instanceof RequestError || requestError === undefined)) throw error;
  const why = requestError ? ` (${describeLimit(requestError) ?? requestError.inAWord})` : "";
  return `The remote run may not have ended${why}; check it: ${url}`;
}

/** @throws StepError where the inputs give no token now */
async function openTarget({ target, started }: PostState, { open, read }: PostDependencies): Promise<GitHub> {
  const reader = readerOf(read);
  const credentials = readCredentials(reader);
  const where = started?.htmlUrl ?? `${target.owner}/${target.repo}`;
  const first = `The remote run could not be cancelled and may go on: ${where}`;
  if (reader.problems.length > 0) throw new StepError([first, ...reader.problems].join("\n"));
  return open(target, credentials, { actions: "write" });
}

function contextOf<Of>(github: GitHub, inputs: Of, { clock, log, random }: PostDependencies): SharedContext<Of> {
  // No signal ends this: it is short, and is done because of one.
  const edges = { github, clock, log, random, signal: new AbortController().signal };
  return { ...edges, inputs, retry: makeRetry(edges), record() {} };
}

async function findStarted(
  { sent }: PostState,
  deadlineMs: number,
  context: SharedContext<SearchInputs | undefined>,
): Promise<SavedRun | undefined> {
  if (!sent) return undefined;
  const { github, log } = context;
  const { inputs, listedBefore, ...dispatched } = sent;
  const bounds = { listedBefore: new Set(listedBefore), findDeadlineMs: deadlineMs, candidates: new Map() };
  const search = { ...dispatched, ...bounds };
  const { run, why } = await searchOnceMore(search, deadlineMs - PATIENT_MS, { ...context, inputs });
  if (!run)
    log.warning(`No run with the step's id is visible in ${github.fullName()}; if one started, it continues.${why}`);
  return run;
}

async function endRun(
  { id, htmlUrl }: SavedRun,
  rerunOf: number | undefined,
  deadlineMs: number,
  context: SharedContext<unknown>,
): Promise<void> {
  const { github, clock, log, signal, retry } = context;
  // GitHub has named the run, or listed it: a server that answers 404 only does not know of it yet.
  const isNewUntilMs = deadlineMs;
  const read = (untilMs: number): Promise<Run> =>
    retry((options) => github.getRun(id, options), { deadlineMs: untilMs, isNewUntilMs });

  const first = await responseOrUndefined(read(clock.nowMs() + FIRST_LOOK_MS));
  // The end of an attempt that another is about to follow is not the run's end.
  const hasEnded = (run: Run) => run.status === "completed" && !isAboutToRerun({ run, rerunOf });
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
      log.info(`The remote run is already ending: ${htmlUrl}`);
      continue;
    }
    log.info("The remote run ignores its cancellation; force-cancelling it.");
    await retry((options) => github.forceCancelRun(id, options), { deadlineMs });
  }
}

/** How far the run's jobs and steps are; undefined where that cannot be read. */
async function readProgress(id: Id, deadlineMs: number, context: SharedContext<unknown>): Promise<string | undefined> {
  const jobs = await responseOrUndefined(listAllJobs(id, context, once(deadlineMs)));
  return jobs && JSON.stringify(jobs.map(({ status, steps }) => [status, steps.map((step) => step.status)]));
}
