import type { Installation } from "./access.ts";
import type { Run } from "./run.ts";
import type { Behaviour } from "./timeline.ts";
import type { Workflow } from "./workflow.ts";

/** How the runs of a workflow go; `nth` is the run's number (1, 2, …), `payload` what the caller sent. */
export type BehaviourSource = Behaviour | ((nth: number, payload: Record<string, unknown>) => Behaviour);

/** A workflow file on the default branch. */
export interface WorkflowFile {
  id: number;
  file: string;
  text: string;
  state: "active" | "disabled_manually";
  workflow: Workflow;
  behaviour: BehaviourSource;
  runCount: number;
}

export interface RepositoryOptions {
  /** Default `main`. */
  defaultBranch?: string;
  /** Besides the default branch. */
  branches?: string[];
  tags?: string[];
  /** Default `private`. */
  visibility?: "private" | "public";
  /** File name → the text a user would write. */
  workflows?: Record<string, string>;
  /** File names of those workflows that are switched off. */
  disabled?: string[];
  /** File names of those that GitHub cannot read: they are listed and handed out, and start for nobody. */
  unreadable?: string[];
  /** Branch or tag → file names of those that are not on it. */
  missingOn?: Record<string, string[]>;
  archived?: boolean;
  vars?: Record<string, string>;
}

export interface Repository {
  id: number;
  fullName: string;
  formerNames: string[];
  defaultBranch: string;
  branches: string[];
  tags: string[];
  visibility: "private" | "public";
  archived: boolean;
  vars: Record<string, string>;
  missingOn: Record<string, string[]>;
  workflows: WorkflowFile[];
  /** In order of making; deleted ones are gone. */
  runs: Run[];
  /** In order of setting. */
  statuses: (CommitStatus & { setAtMs: number })[];
  pullRequests: PullRequest[];
}

export interface PullRequest {
  number: number;
  /** Its latest commit. */
  headSha: string;
  /** Default `topic`. */
  branch?: string;
  /** It comes from a fork: a run lists no such pull request. */
  isFromFork?: boolean;
}

export interface CommitStatus {
  sha: string;
  state: string;
  context: string;
  description: string;
  url: string;
}

export type Permission = "contents" | "actions" | "metadata" | "checks" | "statuses" | "pull_requests";
export type Level = "read" | "write";

export interface TokenOptions {
  permissions?: Partial<Record<Permission, Level>>;
  /** Full names; without it, all. */
  repositories?: string[];
  /** Default `personal`. */
  kind?: "integration" | "personal";
  /** Server's epoch milliseconds from which it is answered 401. */
  expiresAtMs?: number;
}

export interface Token extends TokenOptions {
  text: string;
  kind: "integration" | "personal";
  /** Of the App that has got it. */
  installation?: Installation | undefined;
}

/** What starts a run. */
export interface Trigger {
  event: string;
  /** Branch or tag; default: the default branch. */
  ref?: string | undefined;
  /** `event_type` of a repository_dispatch. */
  action?: string | undefined;
  payload?: Record<string, unknown> | undefined;
  inputs?: Record<string, unknown> | undefined;
  actor?: string | undefined;
  /** Server's epoch milliseconds; default now. */
  createdAtMs?: number | undefined;
  behaviour?: Behaviour | undefined;
  /** The title of a push or pull request; default: the commit's. */
  title?: string | undefined;
  /** The run's; default: the next. */
  id?: number | undefined;
  /** Its commit; default: the ref's. */
  headSha?: string | undefined;
  /** `owner/name` of the fork that it comes from. */
  headRepository?: string | undefined;
  /** Numbers of pull requests that the run lists. */
  pullRequests?: readonly number[] | undefined;
}
