/** The words for a run that has not begun, or not ended, in time. Pure. */

import { lastTrouble } from "../explain/trouble.ts";
import type { Fault } from "../github/fault.ts";
import { aheadLine, awaitedBy } from "./awaited.ts";
import { haveEnded } from "./next-look.ts";
import type { Sight } from "./sight.ts";

interface About {
  /** What came of cancelling the run, if that was asked for. */
  cancelled?: string | undefined;
  /** By the server's clock, in epoch ms. */
  nowMs?: number | undefined;
}

/** Why the step fails at `start_timeout_seconds`. */
export function explainNotBegun(
  sight: Sight,
  startTimeoutMs: number,
  trouble: Fault | undefined,
  { cancelled, nowMs }: About = {},
): string {
  const awaited = awaitedBy(sight, nowMs);
  const what = awaited?.what ?? "a runner: none has taken a job yet";
  return [
    `The run did not begin within ${startTimeoutMs / 1000} s (\`start_timeout_seconds\`): it waits for ${what}.`,
    ...aheadLine(awaited),
    ...lastTrouble(trouble),
    cancelled ?? `It goes on waiting: ${sight.run.htmlUrl}`,
  ].join("\n");
}

/** Why the step fails at `timeout_seconds`. `open` is what is still open of the jobs that decide. */
export function explainTimeout(
  sight: Sight,
  timeoutMs: number,
  trouble: Fault | undefined,
  { cancelled, nowMs, open = [] }: About & { open?: readonly string[] } = {},
): string {
  const { run, jobs } = sight;
  const awaited = awaitedBy(sight, nowMs);
  const isLate = run.status !== "completed" && jobs.length > 0 && haveEnded(jobs);
  return [
    `The run did not complete within ${timeoutMs / 1000} s (\`timeout_seconds\`); when last seen it was ${run.status || "without a status"}.`,
    ...(awaited ? [`It waits for ${awaited.what}.`] : []),
    ...aheadLine(awaited),
    ...(isLate
      ? [
          "All jobs that GitHub shows of it have ended: either further ones are about to come, or GitHub has not ended the run.",
        ]
      : []),
    ...(open.length > 0 ? [`Of the jobs that decide (\`jobs\`), these are open: ${open.join(", ")}.`] : []),
    ...lastTrouble(trouble),
    cancelled ?? `It goes on: ${run.htmlUrl}`,
  ].join("\n");
}
