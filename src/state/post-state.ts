/** What a step saves for its `post` step, in the state that the runner keeps. */

import type { StartedRun } from "../github/responses.ts";
import { type DueStatus, type Known, sentIdOf, startedRun } from "./known.ts";

export interface PostState {
  /** `sent`: a run was started or taken; the step was killed since. `cancelling`: cancel the run. `ended`: nothing to do. */
  phase: "sent" | "cancelling" | "ended";
  distinctId: string;
  /** By a clock that all processes of this machine share (runner/clock.ts). */
  sentAtMs?: number;
  started?: StartedRun;
  rerunOf?: number;
  dueStatus?: DueStatus;
  listedBefore?: string[];
}

export function postStateOf(known: Known): string {
  const { sent, taken, wantsCancel, hasEnded, rerunOf, dueStatus } = known;
  const run = startedRun(known);
  const started = run && { id: run.id, htmlUrl: run.htmlUrl, jobsUrl: run.jobsUrl };
  const phase = wantsCancel ? "cancelling" : hasEnded || !(sent || taken) ? "ended" : "sent";
  const listedBefore = sent?.listedBefore && [...sent.listedBefore];
  const postState = {
    phase,
    distinctId: sentIdOf(known),
    sentAtMs: sent?.atMs,
    started,
    listedBefore,
    rerunOf,
    dueStatus,
  };
  // JSON has no bigint, which an id may be.
  return JSON.stringify(postState, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

export function readPostState(text: string): PostState {
  return JSON.parse(text) as PostState;
}
