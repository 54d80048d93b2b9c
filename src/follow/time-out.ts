/** The words for a run that has not ended in time. */

import { lastTrouble } from "../explain/trouble.ts";
import type { Run } from "../github/answers.ts";
import type { Fault } from "../github/fault.ts";

interface About {
  /** What came of cancelling the run, if that was asked for. */
  cancelled?: string | undefined;
  /** What is still open of the jobs that decide. */
  open?: readonly string[];
}

/** Why the step fails at `timeout_seconds`. */
export function explainTimeout(
  run: Run,
  timeoutMs: number,
  trouble: Fault | undefined,
  { cancelled, open = [] }: About = {},
): string {
  return [
    `The run did not complete within ${timeoutMs / 1000} s (\`timeout_seconds\`); when last seen it was ${run.status || "without a status"}.`,
    ...(open.length > 0 ? [`Of the jobs that decide (\`jobs\`), these are open: ${open.join(", ")}.`] : []),
    ...lastTrouble(trouble),
    cancelled ?? `It goes on: ${run.htmlUrl}`,
  ].join("\n");
}
