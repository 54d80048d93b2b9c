/** Cancels the remote run, where that was asked for. */

import type { Id } from "./answers.ts";
import type { Clock } from "./clock.ts";
import { Fault } from "./fault.ts";
import type { GitHub } from "./github.ts";

/** The caller has cancelled the step: the reason of the aborted signal. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  /** e.g. `SIGINT` */
  readonly by: string;

  constructor(by: string) {
    super(`cancelled by ${by}`);
    this.by = by;
  }
}

/** The runner kills 10 s after its first signal; the look for a run that is not known yet ends well before. */
export const LAST_LOOK_MS = 6000;
/** How long a dispatch that was already sent may still wait for its answer. */
export const LATE_ANSWER_MS = 3000;

const CANCEL_TIMEOUT_MS = 5000;

/** Asks GitHub to cancel a run. Returns what came of it, as a line for the log. Nothing is thrown for a fault. */
export async function cancelRun(id: Id, htmlUrl: string, github: GitHub): Promise<string> {
  try {
    await github.cancelRun(id, { timeoutMs: CANCEL_TIMEOUT_MS });
    return `The remote run is being cancelled: ${htmlUrl}`;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.status === 409) return `The remote run cannot be cancelled any more (409): ${htmlUrl}`;
    return `The remote run could not be cancelled (${error.status ?? error.code ?? error.kind}) and goes on: ${htmlUrl}`;
  }
}

/** A signal that follows `signal` after `ms`. */
export function later(signal: AbortSignal, ms: number, clock: Clock): AbortSignal {
  const late = new AbortController();
  const onAbort = () => clock.sleep(ms).then(() => late.abort(signal.reason));
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return late.signal;
}
