/** What one look at a followed run shows. */

import type { Job, Run } from "../github/responses.ts";
import type { QueuePosition } from "../state/known.ts";
import type { FailedLog } from "./failed-log.ts";

/** A run as it was last seen. */
export interface RunSnapshot {
  run: Run;
  /** As they were last read; an unchanged list is the same array. */
  jobs: readonly Job[];
  /** The environments whose approval the run waits for, in words; none of them is empty. */
  awaitedEnvironments: readonly string[];
  /** Where it waits in a concurrency group, as last read; null: the server has no API that tells. */
  place?: QueuePosition | null | undefined;
  /** What was shown of failed jobs while the run went on. */
  failedLogs?: readonly FailedLog[];
  /** The run has begun since its jobs were read. */
  areJobsDue?: boolean;
}
