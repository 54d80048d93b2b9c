/**
 * After the step: cancels the remote run of a cancelled step that could not do it itself. In a container job the signal may
 * never arrive, and a run may become visible only after the runner has killed the step (docs/platform.md#runner-signals).
 */

import { cancelRun, searchOnceMore } from "./cancel/cancel.ts";
import type { GitHub } from "./github/api.ts";
import type { Target } from "./github/connection.ts";
import { listAllJobs } from "./github/lists.ts";
import type { Member, Pool } from "./github/pool.ts";
import type { Permissions } from "./github/purposes.ts";
import { describeLimit } from "./github/rate-limit.ts";
import { RequestError } from "./github/request-error.ts";
import type { Id } from "./github/response-fields.ts";
import type { Run, StartedRun } from "./github/responses.ts";
import { makeRetry, OutOfTime, once, responseOrUndefined } from "./github/retry.ts";
import { CANCELLING, type Spent } from "./github/spending.ts";
import { problemsOfStatusToken } from "./inputs/commit-status.ts";
import { type GivenCredentials, problemsOfIdToken, readCredentials } from "./inputs/credentials.ts";
import type { Mappings } from "./inputs/dispatch-request.ts";
import { readerOf } from "./inputs/reader.ts";
import { readTargetTokens, tokenFor } from "./inputs/target-tokens.ts";
import { StepError } from "./runner/step-error.ts";
import type { Dependencies, SharedContext } from "./state/context.ts";
import { isAboutToRerun } from "./state/known.ts";
import { isCancelDue, type PostState, readPostState } from "./state/post-state.ts";
import type { SearchInputs } from "./state/sent-dispatch.ts";

interface PostDependencies extends Pick<Dependencies, "clock" | "log" | "random"> {
  /** @throws StepError where the server cannot be asked at all */
  open(target: Target, credentials: GivenCredentials, needs?: Permissions): Promise<GitHub>;
  openPool(members: readonly Member[]): Promise<Pool>;
  /** An input's text as it is now: a token only (docs/platform.md#runner-inputs). */
  read: (name: string) => string;
  /** For the input `tokens`. */
  mappings: Mappings | undefined;
  apiUrl: string;
  /** The job may get an OIDC token. */
  hasIdToken: boolean;
}

/** A run to cancel. */
interface Due {
  state: PostState;
  credentials: GivenCredentials;
  /** In the list of `targets`, which decides who goes first. */
  position: number;
}

type SavedRun = Pick<StartedRun, "id" | "htmlUrl">;

/** How long the cancellation and all that goes with it may take. */
const POST_MS = 20_000;
/** GitHub's limits allow little more in a minute, beside what the step has just spent. */
const RUNS_PER_MINUTE = 30;
/** GitHub ends a cancelled job by force after five minutes. */
const LONGEST_POST_MS = 240_000;
/** How long a run that was cancelled may take to end by itself before it is forced. */
const PATIENT_MS = 10_000;
const PAUSE_MS = 2000;
/** So many runs share a pause: each is looked at more rarely, the more there are. */
const RUNS_PER_PAUSE = 20;
/** How long the look before the cancellation may take, which must not wait for one that hangs. */
const FIRST_LOOK_MS = 4000;

/**
 * Does what is left to do after a step that left `texts`: cancels its runs, and ends its commit status. What goes wrong is a
 * warning, since the step's own result stands.
 */
export async function post(texts: readonly string[], dependencies: PostDependencies): Promise<void> {
  const { log } = dependencies;
  const states = texts.flatMap((text) => readPostState(text) ?? []);
  if (states.length < texts.length)
    log.warning(
      "What the step saved for its end cannot be read, so nothing was done: a remote run that it has started may go on.",
    );
  const due = states.filter(isCancelDue).flatMap((state, position) => {
    const result = credentialsFor(state, dependencies);
    if (!("problem" in result)) return [{ state, credentials: result, position }];
    log.warning(result.problem);
    return [];
  });
  const connect = due.length > 1 ? await connectAll(due, dependencies) : connectOne(dependencies);
  const warnOfProblem = (error: unknown) => {
    if (!(error instanceof StepError)) throw error;
    log.warning(error.message);
  };
  await Promise.all(due.map((each) => cancel(each, due.length, connect, dependencies).catch(warnOfProblem)));
  for (const { status } of states) await setStatus(status, dependencies).catch(warnOfProblem);
}

function credentialsFor(
  { target, started }: PostState,
  { read, mappings, apiUrl, hasIdToken }: PostDependencies,
): GivenCredentials | { problem: string } {
  const reader = readerOf(read);
  const credentials = readCredentials(reader, tokenFor(readTargetTokens(reader, apiUrl, mappings), target)?.token);
  reader.problems.push(...problemsOfIdToken(credentials, { hasIdToken }));
  if (reader.problems.length === 0) return credentials;
  const where = started?.htmlUrl ?? `${target.owner}/${target.repo}`;
  const first = `The remote run could not be cancelled and may go on: ${where}`;
  return { problem: [first, ...reader.problems].join("\n") };
}

type Connect = (due: Due) => Promise<GitHub>;

const NEEDS: Permissions = { actions: "write" };

function connectOne({ open }: PostDependencies): Connect {
  return ({ state: { target }, credentials }) => open(target, credentials, NEEDS);
}

/** Runs of one token share its limits. */
async function connectAll(due: readonly Due[], { openPool }: PostDependencies): Promise<Connect> {
  const pool = await openPool(
    due.map(({ state: { target }, credentials }) => ({ target, credentials, needs: NEEDS, wishes: {} })),
  );
  const open = ({ state: { target }, credentials }: Due) => pool.open({ target, credentials });
  // The step has spent of the same limits a moment ago. What was saved last knows the most of it.
  const spent = new Map(
    due
      .map((each) => [open(each).limits.budget, each.state.spent ?? []] as const)
      .sort(([, one], [, other]) => totalOf(one) - totalOf(other)),
  );
  for (const [budget, byStep] of spent) budget.takeOver(byStep);
  return async (each) => open(each);
}

function totalOf(spent: readonly Spent[]): number {
  return spent.flat().reduce((total, [, cost]) => total + cost, 0);
}

async function setStatus(status: PostState["status"], dependencies: PostDependencies): Promise<void> {
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

/** `count` runs are cancelled together. */
async function cancel(due: Due, count: number, connect: Connect, dependencies: PostDependencies): Promise<void> {
  const { clock, log } = dependencies;
  const { state, position } = due;
  const github = await connect(due);
  const context = contextOf(github, state.sent?.inputs, { ...dependencies, position });
  const lastsMs = Math.min(POST_MS + Math.floor(count / RUNS_PER_MINUTE) * 60_000, LONGEST_POST_MS);
  const deadlineMs = clock.nowMs() + lastsMs;
  const pauseMs = PAUSE_MS * Math.ceil(count / RUNS_PER_PAUSE);
  let { started } = state;
  try {
    started ??= await findStarted(state, deadlineMs, context);
    if (!started) return;
    await endRun(started, state.rerunOf, { deadlineMs, pauseMs }, context);
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

function contextOf<Of>(
  github: GitHub,
  inputs: Of,
  { clock, log, random, position }: Pick<Dependencies, "clock" | "log" | "random" | "position">,
): SharedContext<Of> {
  // No signal ends this: it is short, and is done because of one.
  const edges = { github, clock, log, random, position, signal: new AbortController().signal };
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
  { deadlineMs, pauseMs }: { deadlineMs: number; pauseMs: number },
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
  const forceAtMs = Math.min(clock.nowMs() + PATIENT_MS, deadlineMs - pauseMs);
  for (let isDecided = false; ; ) {
    await clock.sleep(Math.min(pauseMs, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
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
    await retry((options) => github.forceCancelRun(id, options), { deadlineMs, spending: CANCELLING });
  }
}

/** How far the run's jobs and steps are; undefined where that cannot be read. */
async function readProgress(id: Id, deadlineMs: number, context: SharedContext<unknown>): Promise<string | undefined> {
  const jobs = await responseOrUndefined(listAllJobs(id, context, once(deadlineMs)));
  return jobs && JSON.stringify(jobs.map(({ status, steps }) => [status, steps.map((step) => step.status)]));
}
