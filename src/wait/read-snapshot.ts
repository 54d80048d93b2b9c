/** Reads a followed run with the fewest requests that show what has changed. */

import { haveEnded } from "../github/conclusions.ts";
import type { Job, Run } from "../github/responses.ts";
import { once, responseOrUndefined } from "../github/retry.ts";
import { mayShowJobLogs } from "../state/context.ts";
import { describeDeployments, waitsForRules } from "./awaited.ts";
import { areOfAttempt, type EndRules, jobsEndWait } from "./deciding-jobs.ts";
import { jobsShowProgress, mayShowJobs } from "./next-request.ts";
import { type JobsReader, readJobs, readLastJobs } from "./read-jobs.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface Follower extends JobsReader {
  rules: EndRules;
}

export function firstSnapshot(run: Run, follower: Follower): Promise<RunSnapshot> {
  return completeSnapshot(run, undefined, undefined, follower);
}

/** Reads the jobs or the run first. What has not changed (304) is the same object as in `last`. */
export async function nextSnapshot(last: RunSnapshot, first: "jobs" | "run", follower: Follower): Promise<RunSnapshot> {
  const { github, retry, record } = follower;
  const { jobs, refusal } = first === "jobs" ? await readJobs(last.run, last.jobs, follower) : {};
  const tellsAll = jobs && (jobs === last.jobs || jobsShowProgress({ run: last.run, jobs }));
  // Where the jobs end the wait, the run is read as well: it may have been run again.
  if (tellsAll && !jobsEndWait({ run: last.run, jobs }, follower.rules)) return { ...last, jobs, areJobsDue: false };
  const run = await retry((options) => github.getRun(last.run.id, options), follower.options);
  record({ run });
  if (refusal && run.status !== "completed") throw refusal;
  if (run.runAttempt !== last.run.runAttempt) return completeSnapshot(run, forNewAttempt(last), undefined, follower);
  if (jobs || run !== last.run) return completeSnapshot(run, last, jobs, follower);
  return first === "run" ? last : { ...last, jobsFailures: (last.jobsFailures ?? 0) + 1 };
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
    const isWhole = newJobs && haveEnded(newJobs) && areOfAttempt(run, newJobs);
    return isWhole ? snapshot : { ...snapshot, ...(await readLastJobs(run, jobs, follower)) };
  }
  const mayBeOld = !newJobs && !areJobsDue && mayShowJobs(run, jobs) && !isBriefAbout(run, follower);
  const read = mayBeOld ? await readJobs(run, jobs, follower) : {};
  if (read.refusal) throw read.refusal;
  const open = { ...snapshot, jobs: read.jobs ?? jobs };
  return waitsForRules(open) ? { ...open, awaitedRules: await readAwaited(open, last, follower) } : open;
}

/** Nobody is shown the jobs, and none of them may end the wait. Where all wait, they tell for what. */
function isBriefAbout({ status }: Run, { isBrief = false, rules }: Follower): boolean {
  return isBrief && status === "in_progress" && rules.decidingJobs.length === 0 && !rules.failsFast;
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
