/** What one poll of a followed run shows. */

import type { Job, Run } from "../github/responses.ts";
import type { QueuePosition } from "../state/known.ts";
import type { FailedLog } from "./failed-log.ts";

export interface RunSnapshot {
  run: Run;
  /** An unchanged list is the same array. */
  jobs: readonly Job[];
  /** What the run or a job of it waits for, in words that follow "waits for"; none of them is empty. */
  awaitedRules: readonly string[];
  /** As last read; null where the server has no such API. */
  place?: QueuePosition | null | undefined;
  /** Shown while the run went on. */
  failedLogs?: readonly FailedLog[];
  /** The jobs of the ended run could not be read, in brackets why; `jobs` are those that were seen before. */
  jobsUnread?: string | undefined;
  /** The end of `timeout_seconds`, by the clock. */
  deadlineMs?: number;
  /** How often its jobs were read in vain since it last changed. */
  jobsFailures?: number;
  /** The run has begun since its jobs were read. */
  areJobsDue?: boolean;
}
