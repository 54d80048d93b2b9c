/** When jobs end the step's wait, though the run may go on. Pure. */

import type { Job } from "../github/answers.ts";
import { isGreen, wentWell } from "../github/conclusions.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { areOfAttempt, chooseJobs, haveDecided } from "./deciding-jobs.ts";
import type { Sight } from "./sight.ts";

export interface Rules extends RulesOfJobs {
  /** Deciding jobs end the wait also where they are red, since nothing will be run again. */
  redJobsEnd: boolean;
}

type RulesOfJobs = Pick<Inputs, "decidingJobs" | "failsFast" | "successConclusions">;

/** Says whether the jobs end the wait before the run's own end. */
export function isEnd(sight: Pick<Sight, "run" | "jobs">, rules: Rules): boolean {
  if (redSoFar(sight, rules).length > 0) return true;
  const { decidingJobs, successConclusions, redJobsEnd } = rules;
  if (!haveDecided(decidingJobs, sight)) return false;
  return (
    redJobsEnd || chooseJobs(decidingJobs, sight.jobs).jobs.every((job) => isGreen(job.conclusion, successConclusions))
  );
}

/**
 * The jobs that end the step at once by `fail_fast`: the deciding ones that are not green; where the whole run decides, any
 * that is not green and did not go well either, as a skipped one did.
 */
export function redSoFar({ run, jobs }: Pick<Sight, "run" | "jobs">, rules: RulesOfJobs): readonly Job[] {
  const { decidingJobs, failsFast, successConclusions } = rules;
  if (!failsFast || run.status === "completed" || !areOfAttempt(run, jobs)) return [];
  const areChosen = decidingJobs.length > 0;
  const deciding = areChosen ? chooseJobs(decidingJobs, jobs).jobs : jobs;
  return deciding.filter(
    ({ status, conclusion }) =>
      status === "completed" && !isGreen(conclusion, successConclusions) && (areChosen || !wentWell(conclusion)),
  );
}
