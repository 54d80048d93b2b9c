/** What one look at a followed run brings. */

import type { Job, Run } from "../github/answers.ts";

/** A run as it was last seen. */
export interface Sight {
  run: Run;
  /** As they were last read; an unchanged list is the same array. */
  jobs: readonly Job[];
  /** The environments whose approval the run waits for. */
  awaitedEnvironments: readonly string[];
  /** The run has begun since its jobs were read. */
  areJobsDue?: boolean;
}
