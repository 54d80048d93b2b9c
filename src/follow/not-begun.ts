/** A run that has not begun in time, and what it waits for. Pure. */

import { lastTrouble } from "../explain/trouble.ts";
import type { Fault } from "../github/fault.ts";
import type { Sight } from "./sight.ts";

/** Why the step fails at `start_timeout_seconds`. `cancelled` tells what came of cancelling the run, if that was asked for. */
export function explainNotBegun(
  sight: Sight,
  startTimeoutMs: number,
  trouble: Fault | undefined,
  cancelled: string | undefined,
): string {
  return [
    `The run did not begin within ${startTimeoutMs / 1000} s (\`start_timeout_seconds\`): it waits for ${whatFor(sight)}.`,
    ...lastTrouble(trouble),
    cancelled ?? `It goes on waiting: ${sight.run.htmlUrl}`,
  ].join("\n");
}

function whatFor({ run, jobs, awaitedEnvironments }: Sight): string {
  const named = awaitedEnvironments.filter((name) => name !== "").join(", ");
  const isWaiting = run.status === "waiting" || jobs.some(({ status }) => status === "waiting");
  if (isWaiting) return named === "" ? "an approval, usually" : `an approval of ${named}`;
  if (run.status === "pending" || jobs.some(({ status }) => status === "pending"))
    return "its turn in a concurrency group, in which another run goes first";
  return "a runner: none has taken a job yet";
}
