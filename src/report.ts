/** The receiver's half: tells the caller what has become of a run that nobody waits for (docs/commit-status.md). */

import type { RequestError } from "./github/request-error.ts";
import type { Run } from "./github/responses.ts";
import { type OutOfTime, settle } from "./github/retry.ts";
import { CREATING } from "./github/spending.ts";
import { nameOf, type ReportDependencies } from "./report/connections.ts";
import { type CallersRun, findCallersRun, findWaiting, idOf, type WaitingStatus } from "./report/find-waiting.ts";
import { credentialsOf, refused, unreadable } from "./report/refused.ts";
import type { ReportInputs } from "./report/report-inputs.ts";
import { attemptIn, isNews, isSame, newerOf, statusOfRun } from "./report/state-of-run.ts";
import type { StepError } from "./runner/step-error.ts";

/** For everything. */
const TOTAL_MS = 120_000;
/** How long a caller may take to leave its status: the event of a run that starts is often the first. */
const YOUNG_MS = 120_000;
const LOOK_FOR_MS = 30_000;
const LOOK_EVERY_MS = 3000;
/** What the event tells is taken for what the run is now, for so long. */
const FRESH_MS = 60_000;
const MOST_WRITES = 5;

/**
 * `told` is the run as the event tells it, which is only a reason to look: what is written is what the run is now.
 * @throws StepError where GitHub refuses something
 */
export async function report(told: Run, dependencies: ReportDependencies): Promise<void> {
  const { clock, log, inputs, own } = dependencies;
  const deadlineMs = clock.nowMs() + TOTAL_MS;
  const id = await idOf(told, dependencies, deadlineMs);
  if (id === undefined) return log.notice(`Run ${told.id} shows no id of a caller: nobody waits for it.`);
  const callersRun = await findCallersRun(id, dependencies, deadlineMs);
  if (!callersRun) {
    const names = inputs.callers.map(nameOf).join(", ");
    return log.notice(
      `None of the \`callers\` (${names}) has the run that started ${told.id}, as far as ${credentialsOf(inputs)} can see: nobody is told.`,
    );
  }
  let waiting = await lookFor(told, callersRun, dependencies, deadlineMs);
  if (!waiting)
    return log.notice(
      `A step in ${nameOf(callersRun.caller)} waits for run ${told.id}, or has waited: it ends its commit status itself.`,
    );
  if (waiting.length === 0)
    return log.notice(`No commit status in ${nameOf(callersRun.caller)} waits for run ${told.id}: nobody is told.`);

  // The server's clock is known by now.
  const nowMs = own.github.serverTimeMs(clock.nowMs()) ?? callersRun.github.serverTimeMs(clock.nowMs());
  let isRead = !isStillSo(told, waiting, nowMs);
  let run = isRead ? await readNow(told, dependencies, deadlineMs) : told;
  for (let writes = 1; ; writes++) {
    const written = await tell(run, waiting, callersRun, dependencies, deadlineMs);
    if ((!written && isRead) || writes === MOST_WRITES) return;
    isRead = true;
    const after = await readNow(run, dependencies, deadlineMs);
    if (isSame(after, run)) return;
    run = after;
    // A newer dispatch may have taken the status over meanwhile.
    waiting = (await findWaiting(run, callersRun, dependencies, deadlineMs)) ?? [];
  }
}

/** A run that has just ended, of an attempt that no status is ahead of, need not be read before its end is told. */
function isStillSo(
  { status, runAttempt, updatedAtMs = 0 }: Run,
  waiting: readonly WaitingStatus[],
  nowMs: number | undefined,
): boolean {
  const isFresh = nowMs !== undefined && nowMs - updatedAtMs < FRESH_MS;
  return status === "completed" && isFresh && waiting.every((latest) => attemptIn(latest) <= runAttempt);
}

/** A run may start before its caller has left the status. */
async function lookFor(
  told: Run,
  callersRun: CallersRun,
  dependencies: ReportDependencies,
  deadlineMs: number,
): Promise<WaitingStatus[] | undefined> {
  const { clock } = dependencies;
  const untilMs = Math.min(clock.nowMs() + LOOK_FOR_MS, deadlineMs);
  for (;;) {
    const waiting = await findWaiting(told, callersRun, dependencies, deadlineMs);
    const nowMs = callersRun.github.serverTimeMs(clock.nowMs());
    const isYoung = nowMs !== undefined && nowMs - told.createdAtMs < YOUNG_MS;
    if (!waiting || waiting.length > 0 || !isYoung || clock.nowMs() + LOOK_EVERY_MS > untilMs) return waiting;
    await clock.sleep(LOOK_EVERY_MS);
  }
}

/** What is read may come from a server that lags behind what is `known`. */
async function readNow(known: Run, { own: { github, retry } }: ReportDependencies, deadlineMs: number): Promise<Run> {
  const { id } = known;
  const result = await settle(retry((options) => github.getRun(id, options), { deadlineMs, wasSeen: true }));
  if ("answer" in result) return newerOf(known, result.answer);
  throw unreadable(`run ${id}`, result.failure, "`own_token` needs `actions: read` here");
}

/** Whether anything was written. */
async function tell(
  run: Run,
  waiting: readonly WaitingStatus[],
  { caller, github, retry }: CallersRun,
  { inputs, log }: ReportDependencies,
  deadlineMs: number,
): Promise<boolean> {
  const shown = statusOfRun(run, inputs.successConclusions);
  const retryOptions = { deadlineMs, spending: CREATING };
  const news = waiting.filter((latest) => isNews(shown, latest, run));
  for (const latest of news) {
    const { sha, context } = latest;
    const where = nameOf(caller);
    const result = await settle(
      retry((options) => github.setStatus(sha, { ...shown, context }, options), retryOptions),
    );
    if ("failure" in result) throw unwritten(`the commit status \`${context}\` in ${where}`, result.failure, inputs);
    log.info(`Told ${where}: \`${context}\` of ${sha.slice(0, 7)} is ${shown.state} (${shown.description}).`);
  }
  if (news.length === 0) log.info(`${nameOf(caller)} knows that already.`);
  return news.length > 0;
}

function unwritten(what: string, failure: RequestError | OutOfTime, inputs: ReportInputs): StepError {
  return refused("set", what, failure, `${credentialsOf(inputs)} needs \`statuses: write\` there`);
}
