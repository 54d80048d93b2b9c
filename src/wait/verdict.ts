/** The verdict on the whole run, or on the jobs that decide. Pure. */

import { endedBadly, haveEnded, isGreen, wentWell, worstOf } from "../github/conclusions.ts";
import type { Job, Run } from "../github/responses.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { chooseJobs } from "./deciding-jobs.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

export interface Verdict {
  isGreen: boolean;
  /** Of the run, or of the jobs that decide; null: without one. */
  conclusion: string | null;
  /** The jobs that decide; undefined: the whole run does. */
  jobs: readonly Job[] | undefined;
  /** The names of `jobs` that no job has. */
  unmet: readonly string[];
}

type Rules = Pick<Inputs, "decidingJobs" | "successConclusions">;

export function verdictOf({ run, jobs }: Pick<RunSnapshot, "run" | "jobs">, rules: Rules): Verdict {
  const { decidingJobs, successConclusions } = rules;
  if (decidingJobs.length === 0) {
    const { conclusion } = run;
    return { isGreen: isGreen(conclusion, successConclusions), conclusion, jobs: undefined, unmet: [] };
  }
  const hasEnded = run.status === "completed";
  const chosen = chooseJobs(decidingJobs, jobs, hasEnded);
  const ended = chosen.jobs.filter(({ status }) => hasEnded || status === "completed");
  const red = ended.filter((job) => !isGreen(job.conclusion, successConclusions));
  // A job that never came because the run was cancelled ends as the run did.
  const isStopped = hasEnded && chosen.unmet.length > 0 && run.conclusion === "cancelled";
  const isExcused = isStopped && isGreen(run.conclusion, successConclusions);
  const conclusions = (red.length > 0 ? red : ended).map((job) => job.conclusion);
  return {
    isGreen: red.length === 0 && (chosen.unmet.length === 0 || isExcused),
    conclusion: worstOf(isStopped ? [...conclusions, run.conclusion] : conclusions),
    jobs: ended,
    // While the run goes on, a job of that name may still come.
    unmet: hasEnded && !isExcused ? chosen.unmet : [],
  };
}

/** As GitHub cancels a run that gives way to a newer one. */
export function wasCancelledEarly({ conclusion }: Run, jobs: readonly Job[]): boolean {
  return conclusion === "cancelled" && jobs.every(({ steps, hidesSteps }) => steps.length === 0 && !hidesSteps);
}

export function failedWithoutJobs({ conclusion }: Run, jobs: readonly Job[]): boolean {
  return conclusion === "failure" && jobs.length === 0;
}

/** What made the run end badly has no job of its own. */
export function isUnexplained({ conclusion }: Run, jobs: readonly Job[]): boolean {
  return !wentWell(conclusion) && jobs.length > 0 && haveEnded(jobs) && !jobs.some(endedBadly);
}

export function wereAllSkipped({ status }: Run, jobs: readonly Job[]): boolean {
  return status === "completed" && jobs.length > 0 && jobs.every(({ conclusion }) => conclusion === "skipped");
}

export const ALL_SKIPPED = "All its jobs were skipped: no `if` of theirs was met.";
