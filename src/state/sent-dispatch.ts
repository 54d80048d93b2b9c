import type { Id } from "../github/response-fields.ts";
import type { Run, StartedRun } from "../github/responses.ts";
import type { DistinctId, ResolvedDispatch } from "../inputs/dispatch-request.ts";
import type { Inputs } from "../inputs/inputs.ts";

/** What the search for a dispatch's run needs. Times are by the clock. */
export interface SearchedDispatch {
  dispatch: Pick<ResolvedDispatch, "event" | "workflow">;
  /** Undefined: none was sent. */
  distinctId: string | undefined;
  /** Ids of runs that existed before, so none is ours, whatever it shows. Only where the id was given. */
  listedBefore?: ReadonlySet<string> | undefined;
  /** How long the list right before it took; undefined without one. */
  listTookMs?: number | undefined;
  /** When it was first sent so that GitHub may have acted on it. */
  atMs: number;
  findDeadlineMs: number;
  /** What earlier polls have shown, so that no search has to read it again. */
  candidates: Map<Id, Candidate>;
}

/** What the search needs of the inputs. */
export interface SearchInputs extends Pick<Inputs, "pollIntervalMs" | "maxRuns"> {
  distinctId: Pick<DistinctId, "isGiven">;
}

/** A dispatch that GitHub may have acted on. */
export interface SentDispatch extends SearchedDispatch {
  dispatch: ResolvedDispatch;
  /** Certain: GitHub has acted on it. */
  isAccepted: boolean;
  /** The run that GitHub's response named. */
  started?: StartedRun | undefined;
}

export interface OurRun {
  run: Run;
  /** Of its repository, newest first; undefined where no list was read. */
  recentRuns: readonly Run[] | undefined;
}

export type IdLocation = "name" | "job" | "step";

/** A run that may be ours, by name, event and workflow, and what its jobs have shown. Times are by the clock. */
export interface Candidate {
  readonly run: Run;
  /** When a list showed it first. */
  readonly seenAtMs: number;
  /** The latest time at which it can have entered its present status. */
  readonly changedAtMs: number;
  readonly reads: number;
  readonly readAtMs: number;
  /** The run's status at `readAtMs`. */
  readonly readStatus: string;
  readonly sign?: IdLocation | undefined;
  /** Every job that was listed showed all its steps. */
  readonly showedAll: boolean;
  /** Another dispatch's id. In the run's name, it may be its caller's: only after reading all jobs is it certain. */
  readonly anothersId: string | undefined;
}
