/** What is known so far: for the outputs, for the `post` step, and for the report of how the step ended. */

import type { CommitStatus } from "../github/api.ts";
import type { Id } from "../github/response-fields.ts";
import type { Job, Run, StartedRun } from "../github/responses.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";
import type { Finding } from "./finding.ts";
import type { SentDispatch } from "./sent-dispatch.ts";

export interface Known {
  /** The id that is sent; empty when none is. */
  distinctId: string;
  dispatch?: ResolvedDispatch;
  /** Undefined while there is no dispatch that GitHub may have acted on. */
  sent?: SentDispatch | undefined;
  /** The run that the step has taken instead of starting one. A given run may not exist, until it is seen. */
  taken?: { started: StartedRun; disposition: "given" | "reused" };
  /** The run as last seen. */
  run?: Run;
  jobs?: readonly Job[];
  /** The environments whose approval the run waits for, in words. */
  awaitedEnvironments?: readonly string[];
  /** Where the run waits in a concurrency group, as far as that is known. */
  place?: QueuePosition | null | undefined;
  /** The attempts that have ended before the present one, oldest first. */
  earlierAttempts?: readonly EndedAttempt[];
  /** The attempt whose failed jobs GitHub may be about to run again, so that its end is not the run's end. */
  rerunOf?: number | undefined;
  /** Why the failed jobs were not run again, although that was asked for. */
  whyNotAgain?: string;
  /** The jobs that decide are given (`jobs`), so the run's own conclusion is not the step's. */
  isOfJobs?: boolean;
  /** How the step has judged the run, or the jobs that decide. */
  verdict?: { isGreen: boolean; conclusion: string | null };
  /** What the run has left for its caller: a JSON object, and the names at its top. */
  values?: { text: string; names: readonly string[] };
  /** The remote run has to be cancelled: by the `post` step, if the step itself is killed before it can. */
  wantsCancel?: boolean;
  /** What the commit status has yet to show: how the step ends, or that it was killed. */
  dueStatus?: DueStatus | undefined;
  /** The step has ended by itself: it was not killed. */
  hasEnded?: boolean;
  /** What a dry run has found. */
  findings?: readonly Finding[];
}

/** A commit status that is shown at the end; `url` is the run's page, or empty. */
export interface DueStatus extends Omit<CommitStatus, "context"> {
  state: "success" | "failure" | "error";
}

/** Where our run waits in a concurrency group, or a job of it in a group of the job's own. */
export interface QueuePosition {
  /** The group's name. */
  group: string;
  /** The job that waits; undefined: the whole run does. */
  job: { id: Id; name: string } | undefined;
  /** How many runs or jobs are ahead. */
  ahead: number;
  /** The one of them that holds the group. */
  holder: Holder;
}

/** The run or job that holds a group, as far as a reader of the caller's log may know it. */
export interface Holder {
  runId: Id;
  jobId: Id | undefined;
  /** e.g. `Deploy #812` */
  name: string;
  /** Empty where there is none to show. */
  htmlUrl: string;
  /** It holds the group, but has not begun: it may have to wait until others have left the group. */
  isPending: boolean;
  /** When it began to work, in epoch ms by the server's clock. */
  startedAtMs: number | undefined;
}

/** How an attempt of our run has ended. */
export interface EndedAttempt {
  runAttempt: number;
  conclusion: string | null;
  /** Names of its failed jobs. */
  failedJobs: readonly string[];
}

/** Says whether the run, as last seen, may be about to go on with a further attempt. */
export function isAboutToRerun({ run, rerunOf = 0 }: Pick<Known, "run" | "rerunOf">): boolean {
  return run !== undefined && run.runAttempt <= rerunOf;
}

/** The run that is known to be ours. A given run may not exist, until it is seen. */
export function startedRun({
  run,
  sent,
  taken,
}: Partial<Pick<Known, "run" | "sent" | "taken">>): StartedRun | undefined {
  return run ?? sent?.started ?? taken?.started;
}
