/** When the step's wait is over, though the run may go on. Pure. */

import type { Inputs } from "../inputs/inputs.ts";
import { haveDecided } from "./deciding-jobs.ts";
import type { Sight } from "./sight.ts";

type Rules = Pick<Inputs, "decidingJobs">;

/** Says whether the jobs end the wait before the run's own end. */
export function isEnd(sight: Pick<Sight, "run" | "jobs">, { decidingJobs }: Rules): boolean {
  return haveDecided(decidingJobs, sight);
}
