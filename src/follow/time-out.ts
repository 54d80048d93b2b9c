/** The words for a run that has not ended in time. */

import { lastTrouble } from "../explain/trouble.ts";
import type { Run } from "../github/answers.ts";
import type { Fault } from "../github/fault.ts";

/** Why the step fails at `timeout_seconds`. `cancelled` tells what came of cancelling the run, if that was asked for. */
export function explainTimeout(run: Run, timeoutMs: number, trouble: Fault | undefined, cancelled?: string): string {
  return [
    `The run did not complete within ${timeoutMs / 1000} s (\`timeout_seconds\`); when last seen it was ${run.status || "without a status"}.`,
    ...lastTrouble(trouble),
    cancelled ?? `It goes on: ${run.htmlUrl}`,
  ].join("\n");
}
