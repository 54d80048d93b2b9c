/** Green or red, of the whole run or of the jobs that decide. Pure. */

import { isGreen } from "../github/conclusions.ts";
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
  const conclusion = worstOf(red.length > 0 ? red : ended);
  // While the run goes on, a job of that name may still come.
  const unmet = hasEnded ? chosen.unmet : [];
  return { isGreen: red.length === 0 && chosen.unmet.length === 0, conclusion, jobs: ended, unmet };
}

/** Conclusions from the worst to the best; one that is in neither list ranks between them. */
const FROM_BAD = ["failure", "timed_out", "startup_failure", "action_required", "cancelled", "stale"];
const TO_GOOD = ["neutral", "skipped", "success"];

/** The worst conclusion of the jobs; a missing one is worse than any. */
function worstOf(jobs: readonly Job[]): string | null {
  const rank = (word: string | null) => {
    if (word === null) return -1;
    if (FROM_BAD.includes(word)) return FROM_BAD.indexOf(word);
    return FROM_BAD.length + 1 + TO_GOOD.indexOf(word);
  };
  const [worst = null] = jobs.map(({ conclusion }) => conclusion).sort((one, other) => rank(one) - rank(other));
  return worst;
}

/** Says whether a run was cancelled before any of its jobs had begun, as GitHub cancels one that gives way to a newer one. */
export function wasCancelledEarly({ conclusion }: Run, jobs: readonly Job[]): boolean {
  return conclusion === "cancelled" && jobs.every(({ steps, hidesSteps }) => steps.length === 0 && !hidesSteps);
}
