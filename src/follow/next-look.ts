/** What the next look at a followed run asks for. Pure: from what was last seen. */

import type { Job, Run } from "../github/answers.ts";
import { PAGE_LENGTH } from "../github/api.ts";
import type { Sight } from "./progress.ts";

/** A list of jobs that has stuck must not hold a wait to its deadline: so many looks go by at most without the run itself. */
const LOOKS_PER_RUN_LOOK = 12;
/** However much goes on within the jobs, their list is asked for after so many looks. */
const MOST_LOOKS_PER_JOBS_LOOK = 32;

/**
 * Says whether a look asks for the jobs, or else for the run itself, which tells as well that something has happened, if
 * not what. `answersWithoutNews` is how many answers in a row had nothing for the log.
 */
export function whatToAsk(last: Sight, look: number, answersWithoutNews: number): "jobs" | "run" {
  if (last.areJobsDue) return "jobs";
  return jobsTellAll(last) && isTurnOfJobs(look, answersWithoutNews) ? "jobs" : "run";
}

/**
 * Says whether it is the turn of the jobs. Each step that moves on changes their list, and a changed answer is billed: the
 * more of them in a row have told nothing, the rarer the list is asked for.
 */
export function isTurnOfJobs(look: number, answersWithoutNews: number): boolean {
  if (answersWithoutNews === 0) return look % LOOKS_PER_RUN_LOOK !== 0;
  return look % Math.min(2 ** answersWithoutNews, MOST_LOOKS_PER_JOBS_LOOK) === 0;
}

/**
 * Says whether the jobs alone tell that the run goes on as it was: one of them is at work or will be, and none waits for
 * anything but a runner. Then one request is enough for a look, and the log gets the end of each job at once.
 */
export function jobsTellAll({ run, jobs }: Pick<Sight, "run" | "jobs">): boolean {
  const isOnePage = jobs.length < PAGE_LENGTH;
  const open = jobs.filter(({ status }) => status !== "completed");
  const areUnderWay = open.length > 0 && open.every(({ status }) => ["queued", "in_progress"].includes(status));
  return run.status === "in_progress" && isOnePage && areUnderWay;
}

/** Says whether a run has jobs worth reading: before any has begun, the run itself tells all there is to tell. */
export function mayShowJobs({ status }: Run, known: readonly Job[]): boolean {
  return known.length > 0 || !["requested", "pending", "queued"].includes(status);
}

export function haveEnded(jobs: readonly Job[]): boolean {
  return jobs.every(({ status }) => status === "completed");
}
