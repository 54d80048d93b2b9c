/** A run that has not begun in time, and what it waits for. Pure. */

import { lastTrouble } from "../explain/trouble.ts";
import type { Fault } from "../github/fault.ts";
import { aheadLine, awaitedBy } from "./awaited.ts";
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
