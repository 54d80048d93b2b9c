/** What a step leaves for its `post` step, in the state that the runner keeps. */

import type { StartedRun } from "../github/responses.ts";
import { type DueStatus, type Known, startedRun } from "./known.ts";

export interface PostState {
  /**
   * - `sent`: a run was started or taken, and the step has not ended by itself: it was killed
   * - `cancelling`: the remote run has to be cancelled
   * - `ended`: there is nothing left to do
   */
  phase: "sent" | "cancelling" | "ended";
  distinctId: string;
  /** By a clock that all processes of this machine share (runner/clock.ts). */
  sentAtMs?: number;
  started?: StartedRun;
  /** The attempt whose failed jobs GitHub may be about to run again. */
  rerunOf?: number;
  /** What the commit status has yet to show. */
  dueStatus?: DueStatus;
  /** Ids of runs that are not ours (`Sent`). */
  listedBefore?: string[];
}

/** The trace of what is known. */
export function postStateOf(known: Known): string {
  const { distinctId, sent, taken, wantsCancel, hasEnded, rerunOf, dueStatus } = known;
  const run = startedRun(known);
  const started = run && { id: run.id, htmlUrl: run.htmlUrl, jobsUrl: run.jobsUrl };
  const phase = wantsCancel ? "cancelling" : hasEnded || !(sent || taken) ? "ended" : "sent";
  const listedBefore = sent?.listedBefore && [...sent.listedBefore];
  const postState = { phase, distinctId, sentAtMs: sent?.atMs, started, listedBefore, rerunOf, dueStatus };
  // Ids may be bigints, which JSON does not have.
  return JSON.stringify(postState, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

/** Reads what `traceOf` has written. */
export function readPostState(text: string): PostState {
  return JSON.parse(text) as PostState;
}
