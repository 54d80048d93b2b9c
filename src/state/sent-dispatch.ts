/** The dispatch that was sent: all that the search for its run needs. */

import type { Id } from "../github/response-fields.ts";
import type { Run, StartedRun } from "../github/responses.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";

/** A dispatch that GitHub may have acted on. */
export interface SentDispatch {
  dispatch: ResolvedDispatch;
  /** The id that it carries; undefined: none. */
  distinctId: string | undefined;
  /** Ids, as text, of the runs that were there before, none of which is ours, whatever it shows. Only where the id was given. */
  listedBefore?: ReadonlySet<string> | undefined;
  /** When it was first sent so that GitHub may have acted on it, by the clock. */
  atMs: number;
  /** When the search for its run has to end, by the clock. */
  findDeadlineMs: number;
  /** GitHub has acted on it. */
  isAccepted: boolean;
  /** The run that GitHub's answer named. */
  started?: StartedRun | undefined;
  /** What the looks so far have shown of the runs that may be its, so that no search has to read them again. */
  candidates: Map<Id, Candidate>;
}

/** Our run, and the recent runs of its repository, where the search has listed them. */
export interface OurRun {
  run: Run;
  /** Newest first; undefined where no list was asked for. */
  recentRuns: readonly Run[] | undefined;
}

/** Where a run shows the id. */
export type IdLocation = "name" | "job" | "step";

/** A run that may be ours, by its name, event and workflow, and what its jobs have shown so far. */
export interface Candidate {
  readonly run: Run;
  /** When a list showed it first, by the clock. */
  readonly seenAtMs: number;
  /** The latest time at which it can have come into its present status, by the clock. */
  readonly changedAtMs: number;
  /** How often its jobs were read. */
  readonly reads: number;
  /** When its jobs were last read, by the clock. */
  readonly readAtMs: number;
  /** The run's status when its jobs were last read. */
  readonly readStatus: string;
  /** Where it shows our id, if any look has shown that. */
  readonly sign?: IdLocation | undefined;
  /** Whether every job that was there showed all its steps. */
  readonly showedAll: boolean;
  /** Another dispatch's id that it shows. In its name, that may be the id of its caller; only all its jobs make it certain. */
  readonly anothersId: string | undefined;
}
