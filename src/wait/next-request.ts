/** What the next poll reads first: the jobs, or the run, which shows that something has happened, but not what. */

import { PAGE_LENGTH } from "../github/response-fields.ts";
import type { Job, Run } from "../github/responses.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

/** One poll in so many reads the run: a list of jobs that is stuck must not prolong the wait to its deadline. */
const POLLS_PER_RUN_READ = 12;
// Where jobs may end the wait, one poll in so many reads them although the run shows no change: nothing says that it changes
// with each job, and one that waits for an approval may stay the same for days.
const POLLS_PER_DECIDING_READ = 4;
/** One poll in so many, at least, reads the jobs: tuned on "1 h, sixty steps", 25 billed at most. */
const MAX_POLLS_PER_JOBS_READ = 32;
/** Where a shared list shows the run. */
const POLLS_PER_SHARED_READ = 4;
/** Where nobody is shown the jobs. */
const POLLS_PER_BRIEF_READ = 256;

interface Due {
  /** Responses in a row with nothing to log. */
  answersWithoutNews: number;
  /** Jobs may end the wait before the run. */
  jobsMayEnd: boolean;
  /** Nobody is shown the jobs while the run goes on: they are read for what a timeout says, now and then. */
  isBrief?: boolean | undefined;
  /** The run comes from a list that others read as well, so it costs less than the jobs. */
  sharesRuns?: boolean;
}

export function nextRequest(
  last: RunSnapshot,
  poll: number,
  { answersWithoutNews, jobsMayEnd, isBrief = false, sharesRuns = false }: Due,
): "jobs" | "run" {
  const { areJobsDue = false, jobsFailures = 0 } = last;
  if (isBrief && !jobsMayEnd)
    return poll % POLLS_PER_BRIEF_READ === 0 && mayShowJobs(last.run, last.jobs) ? "jobs" : "run";
  const mayHaveNews = areJobsDue || jobsShowProgress(last);
  if (areJobsDue && jobsFailures === 0) return "jobs";
  const isTheirTurn = !sharesRuns || poll % POLLS_PER_SHARED_READ === 0;
  if (mayHaveNews && isTheirTurn && isTimeForJobs(poll, answersWithoutNews + jobsFailures)) return "jobs";
  const isDeciding = jobsMayEnd && mayShowJobs(last.run, last.jobs) && poll % POLLS_PER_DECIDING_READ === 0;
  return isDeciding ? "jobs" : "run";
}

// Each step that begins or ends changes the list of jobs, and a changed response is billed
// (docs/platform.md#conditional-requests): the more responses had no news, the more rarely the list is read.
export function isTimeForJobs(poll: number, answersWithoutNews: number): boolean {
  if (answersWithoutNews === 0) return poll % POLLS_PER_RUN_READ !== 0;
  return poll % Math.min(2 ** answersWithoutNews, MAX_POLLS_PER_JOBS_READ) === 0;
}

/** Then one request is enough for a poll, and the log shows the end of each job at once. */
export function jobsShowProgress({ run, jobs }: Pick<RunSnapshot, "run" | "jobs">): boolean {
  const isOnePage = jobs.length < PAGE_LENGTH;
  const open = jobs.filter(({ status }) => status !== "completed");
  const areUnderWay = open.length > 0 && open.every(({ status }) => status === "queued" || status === "in_progress");
  return run.status === "in_progress" && isOnePage && areUnderWay;
}

/** Before the first job begins, the run's own status shows as much. */
export function mayShowJobs({ status }: Run, jobs: readonly Job[]): boolean {
  return jobs.length > 0 || !["requested", "pending", "queued"].includes(status);
}
