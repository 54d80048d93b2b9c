/** One schedule: what the caller asks, what GitHub is like, and all that happens. Plain data, so that it can be read and shrunk. */

import type { RunDetails } from "../../simulator/index.ts";
import type { Outage, Trouble } from "./trouble.ts";

/** The step's inputs, as far as they vary. */
export interface Asked {
  event: "workflow_dispatch" | "repository_dispatch";
  waitFor: "nothing" | "found" | "completed";
  /** Empty: generated. */
  id: string;
  /** False: `distinct_id_key` is empty. */
  sendsId: boolean;
  /** For a repository_dispatch: whether only a run of `deploy.yml` is ours. */
  filter: boolean;
  /** Whether the workflow is given by its display name, and the ref not at all: GitHub has to be asked first. */
  byName: boolean;
  findTimeoutS: number;
  timeoutS: number;
  pollS: number;
  maxRuns: number;
  success: string;
  cancelRunOn: "" | "cancel" | "timeout" | "cancel, timeout";
  /** The run is there already, and given by `run_id`. */
  isGiven: boolean;
  /** The name in `jobs`; empty: the whole run decides. As the next two, only where the run's end is waited for. */
  job: "" | "*" | "side" | "first" | "nobody";
  failsFast: boolean;
  /** 0: none. */
  startTimeoutS: number;
  /** Everybody may read what the step tells. */
  callerIsPublic: boolean;
}

/** How the runs go that our dispatch starts. */
export interface Course {
  /** `undeclared`: the workflow takes no id; `nobody`: no workflow listens. */
  sign: "run-name" | "job" | "step" | "none" | "undeclared" | "nobody";
  visibleMs: number;
  /** How much later than in lists it is known by its id. */
  knownLaterMs: number;
  statuses: { status: string; forMs: number }[];
  queuedMs: number;
  setupMs: number;
  stepMs: number;
  /** The job that shows the id comes only after another. */
  lateJob: boolean;
  /** How many steps come before the one that shows the id. */
  stepsBefore: number;
  /** What the name of that step speaks of besides, so that it comes only just before the step runs; empty: nothing. */
  lateBy: "" | "env" | "steps" | "job" | "runner";
  approval: Approval;
  /** "": as its jobs end. "null": without one. */
  conclusion: string;
  failedStep: boolean;
  /** A further job beside the others, and how it ends. */
  side: "none" | "success" | "failure" | "skipped";
  sideMs: number;
  /** Of the receivers, which are all in one group. */
  concurrency: "none" | "single" | "max";
  zeroJobs: boolean;
  /** GitHub delivers twice (or thrice). */
  duplicates: number;
  /** How many workflows listen to a repository_dispatch. */
  listeners: number;
  cancel: "works" | "409" | "ignored";
  pathWithRef: boolean;
}

/** What the environment of a job asks for, before a runner may take the job. */
export interface Approval {
  /** `refused`: the job fails without a step. `never`: nobody decides. */
  kind: "none" | "given" | "refused" | "never";
  /** Of the job that shows the id, or of the one beside it. */
  job: "identify" | "side";
  afterMs: number;
  /** How many people may approve. */
  reviewers: number;
  /** Minutes of its wait timer, from the run's start. */
  timerMin: number;
}

/** Runs that our dispatch did not start. Times from the step's start. */
export type Neighbour =
  /** Of our workflow and event, with an id that only looks like ours. */
  | { kind: "lookalike"; atMs: number; file: File; id: LookalikeId; count: number; stepMs: number }
  /** Of our workflow and event, with our very id, but older. */
  | { kind: "older twin"; ageMs: number; file: File; stepMs: number }
  /** By another event, with our very id in its title. */
  | { kind: "push"; atMs: number; count: number };

export type File = "deploy.yml" | "audit.yml";
export type LookalikeId = "longer" | "dashed" | "dotted" | "led" | "shorter" | "other";

/** What somebody does meanwhile. Times from the step's start. */
export type Happening =
  | { kind: "delete"; atMs: number }
  | { kind: "rename"; atMs: number }
  | { kind: "rerun"; atMs: number };

export interface Server {
  details: RunDetails;
  /** How far the machine's clock is ahead of the server's. */
  machineAheadMs: number;
  access: "all" | "no contents" | "no actions" | "reads actions" | "no repository" | "unknown token" | "ends";
  /** For a token that ends: when, from the step's start. */
  endsMs: number;
  limit:
    | { kind: "none" }
    | { kind: "points" | "creating" | "primary"; count: number; tells: boolean; status: 403 | 429 };
  etags: boolean;
  limitHeaders: boolean;
  targetIsPublic: boolean;
}

/** A broker gives the tokens, instead of the input `token`. What they may do is as the server's `access`. */
export interface BrokerCourse {
  /** Of the target, for the identity that is asked for. */
  policy: "fits" | "missing" | "broken" | "of another subject" | "gives too much" | "without the App";
  /** How long its tokens live, by GitHub; the step counts with an hour. */
  lifeS: number;
  troubles: BrokerTrouble[];
}

/** From the `nth` request at this door on, `times` of them. */
export interface BrokerTrouble {
  door: "idtoken" | "exchange";
  nth: number;
  times: number;
  what: BrokerFailure;
}

export type BrokerFailure =
  | "429, retry after 7 s"
  | "429, retry after 40 s"
  | "429, retry after 900 s"
  | "429, untold"
  | "500"
  | "503"
  | "408"
  | "hang"
  | "reset"
  | "garbage"
  | "a proxy's page"
  | "redirect elsewhere"
  | "404, unable to find"
  | "404, another"
  | "403"
  | "401";

export interface Schedule {
  asked: Asked;
  server: Server;
  course: Course;
  neighbours: Neighbour[];
  troubles: Trouble[];
  outages: Outage[];
  happenings: Happening[];
  /** Undefined: the caller does not cancel. */
  signalAtMs: number | undefined;
  /** Seed of the jitter. */
  jitter: number;
  /** Undefined: the input `token`. */
  broker?: BrokerCourse;
}
