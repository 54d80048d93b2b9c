/** The verdict on the whole run, or on the jobs that decide. Pure. */

import { isGreen, worstOf } from "../github/conclusions.ts";
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
  const chosen = chooseJobs(decidingJobs, jobs);
  const hasEnded = run.status === "completed";
  const ended = chosen.jobs.filter(({ status }) => hasEnded || status === "completed");
  const red = ended.filter((job) => !isGreen(job.conclusion, successConclusions));
  const conclusion = worstOf((red.length > 0 ? red : ended).map((job) => job.conclusion));
  // While the run goes on, a job of that name may still come.
  const unmet = hasEnded ? chosen.unmet : [];
  return { isGreen: red.length === 0 && chosen.unmet.length === 0, conclusion, jobs: ended, unmet };
}

/** As GitHub cancels a run that gives way to a newer one. */
export function wasCancelledEarly({ conclusion }: Run, jobs: readonly Job[]): boolean {
  return conclusion === "cancelled" && jobs.every(({ steps, hidesSteps }) => steps.length === 0 && !hidesSteps);
}
