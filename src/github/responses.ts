/**
 * Reads GitHub's answers: the few fields that we use, under GitHub's names. GitHub's published schema vouches for the names;
 * the values are checked all the same, since an answer may come from a proxy or be cut short.
 */

import {
  fields,
  type Id,
  InvalidResponse,
  isId,
  list,
  nameOf,
  nameOrNull,
  numberOf,
  type Page,
  page,
  text,
  timeMs,
  type Unchecked,
} from "./response-fields.ts";

/** GitHub's answer to a dispatch: the run that it started, where the server tells it (docs/platform.md#run-details). */
export interface Dispatched {
  started: StartedRun | undefined;
}

/** A run that is known to be ours, though no answer has shown it yet. */
export interface StartedRun {
  id: Id;
  htmlUrl: string;
  jobsUrl: string;
}

export interface Repository {
  /** `owner/name` */
  fullName: string;
  defaultBranch: string;
  isArchived: boolean;
}

export interface Workflow {
  id: Id;
  name: string;
  /** e.g. `.github/workflows/deploy.yml` */
  path: string;
  /** GitHub's word: `active`, `disabled_manually`, …; empty where the answer does not tell. */
  state: string;
}

export interface Run {
  id: Id;
  /** `run-name`, or the workflow's name. */
  name: string;
  /** `run-name`; without one, the event's type (repository_dispatch) or the workflow's name. */
  displayTitle: string;
  event: string;
  /** e.g. `.github/workflows/deploy.yml` */
  path: string;
  workflowId: Id | undefined;
  /** GitHub's word, known or not. */
  status: string;
  /** GitHub's word, known or not; null until completed. */
  conclusion: string | null;
  /** Its number among the runs of its workflow; undefined where the answer does not tell. */
  runNumber: number | undefined;
  runAttempt: number;
  /** The branch or tag that it runs on; null where there is none. */
  headBranch: string | null;
  /** Epoch ms by the server's clock, in whole seconds, as all times here. */
  createdAtMs: number;
  /** When the attempt began. */
  startedAtMs: number | undefined;
  /** When the run last changed: once it has ended, usually its end. */
  updatedAtMs: number | undefined;
  htmlUrl: string;
  jobsUrl: string;
  /** Whether its repository is hidden from the public; undefined where the answer does not tell. */
  isPrivate: boolean | undefined;
}

export interface Step {
  name: string;
  status: string;
  conclusion: string | null;
  /** Epoch ms by the server's clock, in whole seconds. */
  startedAtMs: number | undefined;
  completedAtMs: number | undefined;
}

export interface Job extends Step {
  id: Id;
  htmlUrl: string;
  /** The attempt of the run to which it belongs, where the answer tells. */
  runAttempt?: number | undefined;
  /** Empty until the job has started; then `Set up job` alone for a moment; then all. */
  steps: Step[];
  /** The answer has no list of steps, which GitHub's schema allows: then `steps` does not tell whether the job has started. */
  hidesSteps?: true;
}

/** A message that a job has attached to a line of a file. */
export interface Annotation {
  path: string;
  /** 1 where the message is about the whole file. */
  line: number;
  /** GitHub's word: `notice`, `warning`, `failure`. */
  level: string;
  /** On one line. */
  message: string;
}

/** With any 2xx GitHub has acted on the dispatch, so an answer that names no run is no fault (docs/platform.md#run-details). */
export function readDispatched(data: unknown): Dispatched {
  const { workflow_run_id: id, run_url, html_url } = (data ?? {}) as Unchecked<"workflow-dispatch-response">;
  const jobsUrl = nameOf(run_url) && `${nameOf(run_url)}/jobs`;
  return { started: isId(id) ? { id, htmlUrl: nameOf(html_url), jobsUrl } : undefined };
}

export function readRepository(data: unknown): Repository {
  const { full_name, default_branch, archived } = fields(data, "full-repository");
  if (!/^[^/]+\/[^/]+$/.test(text(full_name))) throw new InvalidResponse("full-repository", "full_name");
  if (text(default_branch) === "") throw new InvalidResponse("full-repository", "default_branch");
  return { fullName: nameOf(full_name), defaultBranch: nameOf(default_branch), isArchived: archived === true };
}

export function readWorkflow(data: unknown): Workflow {
  const { id, name, path, state } = fields(data, "workflow");
  if (!isId(id)) throw new InvalidResponse("workflow", "id");
  return { id, name: nameOf(name), path: nameOf(path), state: text(state) };
}

export function readWorkflows(data: unknown): Page<Workflow> {
  return page(data, "workflows", readWorkflow);
}

/** The text of a file. */
export function readFile(data: unknown): string {
  const { encoding, content } = fields(data, "content-file");
  if (encoding !== "base64") throw new InvalidResponse("content-file", "encoding");
  return Buffer.from(text(content), "base64").toString("utf8");
}

export function readRun(data: unknown): Run {
  const run = fields(data, "workflow-run");
  const createdAtMs = timeMs(run.created_at);
  if (!isId(run.id)) throw new InvalidResponse("workflow-run", "id");
  if (typeof run.status !== "string" && run.status !== null) throw new InvalidResponse("workflow-run", "status");
  if (createdAtMs === undefined) throw new InvalidResponse("workflow-run", "created_at");
  return {
    id: run.id,
    name: nameOf(run.name),
    displayTitle: nameOf(run.display_title),
    event: nameOf(run.event),
    // At times with `@ref` behind it (docs/platform.md#run-paths).
    path: nameOf(run.path).replace(/@.*$/, ""),
    workflowId: isId(run.workflow_id) ? run.workflow_id : undefined,
    status: nameOf(run.status),
    conclusion: nameOrNull(run.conclusion),
    runNumber: numberOf(run.run_number),
    runAttempt: numberOf(run.run_attempt) ?? 1,
    headBranch: nameOrNull(run.head_branch),
    createdAtMs,
    startedAtMs: timeMs(run.run_started_at),
    updatedAtMs: timeMs(run.updated_at),
    htmlUrl: nameOf(run.html_url),
    jobsUrl: nameOf(run.jobs_url),
    isPrivate: readIsPrivate(run.repository),
  };
}

export function readRuns(data: unknown): Page<Run> {
  return page(data, "workflow_runs", readRun);
}

export function readJobs(data: unknown): Page<Job> {
  return page(data, "jobs", readJob);
}

/** An App's installation: its id, and the permissions that its owner has granted. */
export function readInstallation(data: unknown): { id: number; granted: Readonly<Record<string, unknown>> } {
  const { id, permissions } = fields(data, "installation");
  if (typeof id !== "number") throw new InvalidResponse("installation", "id");
  return { id, granted: (permissions ?? {}) as Record<string, unknown> };
}

/** An installation's token, and how long it lives, counted from `dateMs`, the answer's own date in epoch ms. */
export function readInstallationToken(data: unknown, dateMs: number): { token: string; lifetimeMs: number } {
  const { token, expires_at } = fields(data, "installation-token");
  const lifetimeMs = (timeMs(expires_at) ?? Number.NaN) - dateMs;
  if (text(token) === "") throw new InvalidResponse("installation-token", "token");
  // GitHub's tokens live one hour.
  return { token: text(token), lifetimeMs: Number.isFinite(lifetimeMs) ? lifetimeMs : 3_600_000 };
}

export function readAnnotations(data: unknown): Annotation[] {
  return list(data, (each) => {
    const { path, start_line, annotation_level, message } = fields(each, "check-annotation");
    return {
      path: nameOf(path),
      line: numberOf(start_line) ?? 1,
      level: nameOf(annotation_level),
      message: nameOf(message),
    };
  });
}

function readJob(data: unknown): Job {
  const job = fields(data, "job");
  if (!isId(job.id)) throw new InvalidResponse("job", "id");
  if (typeof job.name !== "string") throw new InvalidResponse("job", "name");
  return {
    ...readStep(data),
    id: job.id,
    htmlUrl: nameOf(job.html_url),
    runAttempt: numberOf(job.run_attempt),
    ...(Array.isArray(job.steps) ? { steps: job.steps.map(readStep) } : { steps: [], hidesSteps: true }),
  };
}

function readStep(data: unknown): Step {
  const { name, status, conclusion, started_at, completed_at } = (data ?? {}) as Unchecked<"job">;
  return {
    name: nameOf(name),
    status: nameOf(status),
    conclusion: nameOrNull(conclusion),
    startedAtMs: timeMs(started_at),
    completedAtMs: timeMs(completed_at),
  };
}

function readIsPrivate(repository: unknown): boolean | undefined {
  const { private: isPrivate } = (repository ?? {}) as Unchecked<"minimal-repository">;
  return typeof isPrivate === "boolean" ? isPrivate : undefined;
}

/** The name of a workflow's file, which the API takes in place of the workflow's id. */
export function fileName(path: string): string {
  return path.replace(/^.*\//s, "");
}
