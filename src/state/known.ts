/** What is known so far: for the outputs, for the `post` step, and for the final report. */

import type { CommitStatus } from "../github/api.ts";
import type { Id } from "../github/response-fields.ts";
import type { Job, Run, StartedRun } from "../github/responses.ts";
import type { Spent } from "../github/spending.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";
import type { Finding } from "./finding.ts";
import type { SentDispatch } from "./sent-dispatch.ts";

export interface Known {
  /** The id of the inputs; empty where none is to be sent. What was really sent: `sentIdOf`. */
  readonly distinctId: string;
  /** GitHub names the run, and the workflow does not declare the id. */
  isIdLeftOut?: boolean;
  dispatch?: ResolvedDispatch;
  /** Undefined unless GitHub may have acted on a dispatch. */
  sent?: SentDispatch | undefined;
  /** The run taken instead of starting one. A given run may not exist, until a response shows it. */
  taken?: { started: StartedRun; disposition: "given" | "reused"; distinctId?: string };
  run?: Run;
  jobs?: readonly Job[] | undefined;
  /** What the run waits for, in words: the rules of an environment. */
  awaitedRules?: readonly string[];
  /** Null where the server cannot tell; undefined where not known, or where the run waits in no group. */
  place?: QueuePosition | null | undefined;
  /** Oldest first, without the present attempt. */
  earlierAttempts?: readonly EndedAttempt[];
  /** The attempt whose failed jobs GitHub may be about to re-run, so that its end is not the run's end. */
  rerunOf?: number | undefined;
  /** Why the failed jobs were not re-run, although `rerun_failed` is given. */
  whyNotAgain?: string;
  /** `jobs` is given, so the run's own conclusion is not the step's. */
  isOfJobs?: boolean;
  /** `unmet`: the names of `jobs` that no job has. */
  verdict?: { isGreen: boolean; conclusion: string | null; unmet?: readonly string[] };
  /** What the run before a red one was like; undefined: nobody knows, or the end was not red. */
  baseline?: Baseline;
  /** What the red end came to, which is known and allowed: the step is green. */
  allowedFailure?: string;
  /** The run's outputs: a JSON object, and the names at its top level. */
  values?: { text: string; names: readonly string[] };
  /** The run has to be cancelled: by the `post` step, if the step itself is killed before it can. */
  wantsCancel?: boolean;
  /** What the requests on the token of many targets have cost, when the run was to be cancelled. */
  spent?: readonly Spent[];
  /** GitHub has accepted its cancellation. */
  isCancelling?: boolean;
  /** The final commit status, not yet set: the step's result, or that it was killed. */
  dueStatus?: DueStatus | undefined;
  /** Who ends the commit status that the step has left pending. */
  leftStatus?: string;
  /** `timeout_seconds` or `start_timeout_seconds` has passed before the run's end or beginning. */
  isTimedOut?: boolean;
  /** The step has ended by itself: it was not killed. */
  hasEnded?: boolean;
  findings?: readonly Finding[];
}

/** The last comparable run before ours. */
export interface Baseline {
  /** It was red as well. */
  isKnown: boolean;
  /** e.g. `#790`: the earliest of the red ones that were seen, else the green one. */
  name: string;
  url: string;
  agoMs: number | undefined;
}

/** A final commit status. `url` is the run's page, or empty. */
export interface DueStatus extends Omit<CommitStatus, "context"> {
  state: "success" | "failure" | "error";
}

/** Where our run waits in a concurrency group, or one of its jobs in a group of the job's own. */
export interface QueuePosition {
  group: string;
  /** Undefined: the whole run waits. */
  job: { id: Id; name: string } | undefined;
  ahead: number;
  holder: Holder;
}

/** The run or job that holds the group, as far as the caller's log may show it. */
export interface Holder {
  runId: Id;
  jobId: Id | undefined;
  /** e.g. `Deploy #812` */
  name: string;
  /** Empty where there is none to show. */
  htmlUrl: string;
  /** It holds the group but has not started: it may have to wait until others have left the group. */
  isPending: boolean;
  /** In epoch ms, by the server's clock. */
  startedAtMs: number | undefined;
}

export interface EndedAttempt {
  runAttempt: number;
  conclusion: string | null;
  failedJobs: readonly string[];
}

export function isAboutToRerun({ run, rerunOf = 0 }: Pick<Known, "run" | "rerunOf">): boolean {
  return run !== undefined && run.runAttempt <= rerunOf;
}

/** The latest attempt whose end is not the run's end, since a later one was seen, or is about to begin. */
export function supersededAttempt({ run, rerunOf = 0 }: Pick<Known, "run" | "rerunOf">): number | undefined {
  return Math.max(rerunOf, (run?.runAttempt ?? 1) - 1) || undefined;
}

/** The run that is known to be ours. A given run may not exist, until a response shows it. */
export function startedRun({
  run,
  sent,
  taken,
}: Partial<Pick<Known, "run" | "sent" | "taken">>): StartedRun | undefined {
  return run ?? sent?.started ?? taken?.started;
}

/** The id by which the run is known; empty: none was sent. */
export function sentIdOf({ distinctId, isIdLeftOut, taken }: Known): string {
  return taken?.distinctId ?? (isIdLeftOut ? "" : distinctId);
}
