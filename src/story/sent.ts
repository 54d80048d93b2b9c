/** The dispatch as it was sent: all that the search for its run needs. */

import type { Run, StartedRun } from "../github/answers.ts";
import type { Id } from "../github/reading.ts";
import type { Plan } from "../inputs/order.ts";

/** A dispatch that GitHub may have acted on. */
export interface Sent {
  plan: Plan;
  /** The id that it carries; undefined: none. */
  distinctId: string | undefined;
  /** Ids, as text, of runs that were there before it: none is ours, whatever it shows. Asked for where the id was given. */
  listedBefore?: ReadonlySet<string> | undefined;
  /** The first sending that GitHub may have acted on, by the clock. */
  atMs: number;
  /** When the search for its run has to end, by the clock: `find_timeout_seconds` after the first sending. */
  findDeadlineMs: number;
  /** GitHub has acted on it. */
  isAccepted: boolean;
  /** The run that GitHub's answer named, before it was seen. */
  started?: StartedRun | undefined;
  /** The run, where it was found while an answer left open whether there is one. */
  found?: OurRun;
  /** What was settled of the runs that may be its: no search has to read that again. */
  candidates: Map<Id, Candidate>;
}

/** Our run, and the recent runs of its repository as they were listed on the way. */
export interface OurRun {
  run: Run;
  /** Newest first; undefined where no list was asked for. */
  recentRuns: readonly Run[] | undefined;
}

/** Where a run shows the id. */
export type Sign = "name" | "job" | "step";

/** A run that may be ours by all that its name, event and workflow say, and what its jobs have shown so far. */
export interface Candidate {
  run: Run;
  /** When a list showed it first, by the clock. */
  seenAtMs: number;
  /** When it came into its present status at the latest, by the clock. */
  changedAtMs: number;
  /** How often its jobs were read. */
  reads: number;
  /** By the clock. */
  readAtMs: number;
  /** The run's status when its jobs were read. */
  readStatus: string;
  /** Where it shows our id, if it was seen to. */
  sign?: Sign | undefined;
  /** Whether every job that was there showed all its steps. */
  showedAll: boolean;
  /** The id of another dispatch that it shows. In its name that may be its caller's own; only all of its jobs make it certain. */
  anothersId: string | undefined;
}
