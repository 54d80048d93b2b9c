/** What the next look at a followed run asks for: a pure function of the last one. */

import { PAGE_LENGTH } from "../github/response-fields.ts";
import type { Job, Run } from "../github/responses.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

/** One look of so many asks for the run itself: a list of jobs that is stuck must not prolong the wait to its deadline. */
const LOOKS_PER_RUN_LOOK = 12;
/**
 * Where jobs may end the wait, one look of so many asks for them even though the run shows no change: nothing says that it
 * changes with each job, and one that waits for an approval may show the same for days.
 */
const LOOKS_PER_DECIDING_LOOK = 4;
/** One look of so many asks for the jobs, however much changes within them: tuned on "1 h, sixty steps", 25 billed at most. */
const MOST_LOOKS_PER_JOBS_LOOK = 32;

/**
 * Says what a look asks for first: the jobs, or the run itself, which tells that something has happened, but not what.
 * `look` is its number; `answersWithoutNews` is how many answers in a row had nothing for the log; `jobsMayEnd`: jobs may end
 * the wait before the run's end.
 */
export function whatToAsk(
  last: RunSnapshot,
  look: number,
  answersWithoutNews: number,
  jobsMayEnd: boolean,
): "jobs" | "run" {
  if (last.areJobsDue || (jobsTellAll(last) && isTurnOfJobs(look, answersWithoutNews))) return "jobs";
  const isDeciding = jobsMayEnd && mayShowJobs(last.run, last.jobs) && look % LOOKS_PER_DECIDING_LOOK === 0;
  return isDeciding ? "jobs" : "run";
}

/**
 * Says whether it is the turn of the jobs. Each step that begins or ends changes their list, and a changed answer is billed
 * (docs/platform.md#conditional-requests): so the more answers in a row had no news, the more rarely the list is asked for.
 */
export function isTurnOfJobs(look: number, answersWithoutNews: number): boolean {
  if (answersWithoutNews === 0) return look % LOOKS_PER_RUN_LOOK !== 0;
  return look % Math.min(2 ** answersWithoutNews, MOST_LOOKS_PER_JOBS_LOOK) === 0;
}

/**
 * Says whether the jobs alone show that the run goes on: one of them is at work or will be, and none waits for anything
 * but a runner. Then one request is enough for a look, and the log shows the end of each job at once.
 */
export function jobsTellAll({ run, jobs }: Pick<RunSnapshot, "run" | "jobs">): boolean {
  const isOnePage = jobs.length < PAGE_LENGTH;
  const open = jobs.filter(({ status }) => status !== "completed");
  const areUnderWay = open.length > 0 && open.every(({ status }) => status === "queued" || status === "in_progress");
  return run.status === "in_progress" && isOnePage && areUnderWay;
}

/** Says whether a run may have jobs worth reading: before the first one begins, the run's own status tells as much. */
export function mayShowJobs({ status }: Run, jobs: readonly Job[]): boolean {
  return jobs.length > 0 || !["requested", "pending", "queued"].includes(status);
}

export function haveEnded(jobs: readonly Job[]): boolean {
  return jobs.every(({ status }) => status === "completed");
}
