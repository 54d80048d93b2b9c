/** What a step leaves for its `post` step, by the runner's saved state. */

import type { Known } from "./report.ts";

export interface Trace {
  /**
   * - `sent`: the step did not come to an end of its own; it was killed
   * - `cancelling`: the remote run had to be cancelled
   * - `ended`: there is nothing left to do
   */
  phase: "sent" | "cancelling" | "ended";
  /** `sentAtMs` is by a clock that all processes of this machine share (clock.ts). */
  known: Pick<Known, "distinctId" | "sentAtMs" | "started">;
}

/** The trace of what is known. */
export function traceOf(known: Known): string {
  const { distinctId, sentAtMs, run, wantsCancel, hasEnded } = known;
  const started = run ? { runId: run.id, htmlUrl: run.htmlUrl, jobsUrl: run.jobsUrl } : known.started;
  const phase = wantsCancel ? "cancelling" : hasEnded || sentAtMs === undefined ? "ended" : "sent";
  const trace = { phase, known: { distinctId, sentAtMs, started } };
  // Ids may be bigints, which JSON has not.
  return JSON.stringify(trace, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

/** Reads what `traceOf` has written. */
export function readTrace(text: string): Trace {
  return JSON.parse(text) as Trace;
}
