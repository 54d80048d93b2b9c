/** Reads a followed run with the fewest requests that show what has changed. */

import { listAllJobs } from "../github/lists.ts";
import { isRetryable } from "../github/request-error.ts";
import type { Job, Run } from "../github/responses.ts";
import { once, type RetryOptions, responseOrUndefined } from "../github/retry.ts";
import { type Context, mayShowJobLogs } from "../state/context.ts";
import { describeDeployments, waitsForRules } from "./awaited.ts";
import { areOfAttempt, type EndRules, jobsEndWait } from "./deciding-jobs.ts";
import { haveEnded, jobsShowProgress, mayShowJobs } from "./next-request.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface Follower extends Context {
  options: RetryOptions;
  rules: EndRules;
}

export function firstSnapshot(run: Run, follower: Follower): Promise<RunSnapshot> {
  return completeSnapshot(run, undefined, undefined, follower);
}

/** Reads the jobs or the run first. What has not changed (304) is the same object as in `last`. */
export async function nextSnapshot(last: RunSnapshot, first: "jobs" | "run", follower: Follower): Promise<RunSnapshot> {
  const { github, retry, record } = follower;
  const jobs = first === "jobs" ? await readJobs(last.run, follower) : undefined;
  const tellsAll = jobs && (jobs === last.jobs || jobsShowProgress({ run: last.run, jobs }));
  // Where the jobs end the wait, the run is read as well: it may have been run again.
  if (tellsAll && !jobsEndWait({ run: last.run, jobs }, follower.rules)) return { ...last, jobs, areJobsDue: false };
  const run = await retry((options) => github.getRun(last.run.id, options), follower.options);
  record({ run });
  if (run.runAttempt !== last.run.runAttempt) return completeSnapshot(run, forNewAttempt(last), undefined, follower);
  return jobs || run !== last.run ? completeSnapshot(run, last, jobs, follower) : last;
}

/** A new attempt keeps only whether the server has concurrency groups. */
function forNewAttempt(last: RunSnapshot): RunSnapshot {
  return { ...last, jobs: [], place: last.place === null ? null : undefined };
}

/** `newJobs` are the run's jobs, where these were just read too. */
async function completeSnapshot(
  run: Run,
  last: RunSnapshot | undefined,
  newJobs: readonly Job[] | undefined,
  follower: Follower,
): Promise<RunSnapshot> {
  // A run that has just begun is being set up, and its jobs change again in a moment: one poll later they are billed once.
  const areJobsDue = last !== undefined && run.status === "in_progress" && last.run.status !== "in_progress";
  const jobs = newJobs ?? last?.jobs ?? [];
  const snapshot = { run, jobs, awaitedRules: [], areJobsDue, place: last?.place };
  if (run.status === "completed") {
    return newJobs && haveEnded(newJobs) && areOfAttempt(run, newJobs)
      ? snapshot
      : { ...snapshot, jobs: await readLastJobs(run, jobs, follower) };
  }
  const mayBeOld = !newJobs && !areJobsDue && mayShowJobs(run, jobs);
  const open = { ...snapshot, jobs: (mayBeOld ? await readJobs(run, follower) : undefined) ?? jobs };
  return waitsForRules(open) ? { ...open, awaitedRules: await readAwaited(open, last, follower) } : open;
}

/** Tried once; else undefined. Only the run itself shows its end, and its jobs must not hold that up. */
function readJobs(run: Run, follower: Follower): Promise<readonly Job[] | undefined> {
  return responseOrUndefined(listAllJobs(run.id, follower, { ...follower.options, retries: () => false }), isRetryable);
}

/** Limit for the jobs of an ended run, and the pause while their list lags behind. */
const LAST_JOBS_MS = 15_000;
const LAG_MS = 2000;

/** A list that lags for long is returned as it is: the verdict must not wait. */
async function readLastJobs(run: Run, before: readonly Job[], follower: Follower): Promise<readonly Job[]> {
  const { clock, signal, options, inputs } = follower;
  const deadlineMs = Math.min(clock.nowMs() + LAST_JOBS_MS, options.deadlineMs);
  // Where jobs decide, there is no verdict without them.
  const areNeeded = inputs.decidingJobs.length > 0;
  let jobs = before;
  for (;;) {
    const read = areNeeded
      ? await listAllJobs(run.id, follower, options)
      : await responseOrUndefined(listAllJobs(run.id, follower, { ...options, deadlineMs }));
    if (!read || (haveEnded(read) && areOfAttempt(run, read))) return read ?? jobs;
    jobs = read;
    if (areNeeded && clock.nowMs() >= deadlineMs) return jobs;
    await clock.sleep(Math.min(LAG_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
  }
}

async function readAwaited(
  { run, jobs }: RunSnapshot,
  last: RunSnapshot | undefined,
  follower: Follower,
): Promise<readonly string[]> {
  const { github, retry, clock } = follower;
  // Beside a job that waits, others go on, and each of their steps would cost a request.
  const isKnown = run.status !== "waiting" && last && last.awaitedRules.length > 0;
  if (isKnown && waitingIn(jobs) === waitingIn(last.jobs)) return last.awaitedRules;
  const reading = retry((options) => github.listPendingDeployments(run.id, options), once(follower.options.deadlineMs));
  const pending = await responseOrUndefined(reading);
  if (!pending) return last?.awaitedRules ?? [];
  const about = { showsReviewers: mayShowJobLogs(run, follower), nowMs: github.serverTimeMs(clock.nowMs()) };
  return describeDeployments(pending, about);
}

function waitingIn(jobs: readonly Job[]): string {
  return jobs.flatMap(({ id, status }) => (status === "waiting" ? [id] : [])).join();
}
