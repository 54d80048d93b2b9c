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

/** `started` is undefined if the server does not return it (docs/platform.md#run-details). */
export interface Dispatched {
  started: StartedRun | undefined;
}

/** Known to be the dispatch's run, but not read yet. */
export interface StartedRun {
  id: Id;
  htmlUrl: string;
  jobsUrl: string;
}

interface Repository {
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
  /** e.g. `active`, `disabled_manually`; empty if missing. */
  state: string;
}

export interface Run {
  id: Id;
  /** `run-name`, else the workflow's name. */
  name: string;
  /** `run-name`, else the event's type (repository_dispatch) or the workflow's name. */
  displayTitle: string;
  event: string;
  path: string;
  workflowId: Id | undefined;
  status: string;
  /** Null until completed. Like `status`, it may be a new word of GitHub's. */
  conclusion: string | null;
  /** Among the runs of its workflow. */
  runNumber: number | undefined;
  runAttempt: number;
  /** A branch or tag. */
  headBranch: string | null;
  /** Epoch ms by the server's clock, in whole seconds, as all times in this file. */
  createdAtMs: number;
  /** Of the attempt. */
  startedAtMs: number | undefined;
  /** Of a completed run, usually its end. */
  updatedAtMs: number | undefined;
  htmlUrl: string;
  jobsUrl: string;
  isPrivate: boolean | undefined;
}

export interface Step {
  name: string;
  status: string;
  conclusion: string | null;
  startedAtMs: number | undefined;
  completedAtMs: number | undefined;
}

export interface Job extends Step {
  id: Id;
  htmlUrl: string;
  runAttempt?: number | undefined;
  /** Empty until the job starts; then `Set up job` alone for a moment; then all. */
  steps: Step[];
  /** The response lacks `steps`, as the schema allows: whether the job has started is unknown. */
  hidesSteps?: true;
}

export interface Annotation {
  path: string;
  /** 1 for the whole file. */
  line: number;
  level: string;
  message: string;
}

/** Any 2xx means that GitHub acted, so a response without a run is no error (docs/platform.md#run-details). */
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

/** @throws InvalidResponse where the response does not show that very ref: it does not tell that the ref exists */
export function readRef(data: unknown, name: string): void {
  if (fields(data, "git-ref").ref !== `refs/${name}`) throw new InvalidResponse("git-ref", "ref");
}

export function readWorkflow(data: unknown): Workflow {
  const { id, name, path, state } = fields(data, "workflow");
  if (!isId(id)) throw new InvalidResponse("workflow", "id");
  return { id, name: nameOf(name), path: nameOf(path), state: text(state) };
}

export function readWorkflows(data: unknown): Page<Workflow> {
  return page(data, "workflows", readWorkflow);
}

/** Undefined for a file above 1 MB, which GitHub does not send this way (docs/platform.md#file-contents). */
export function readFile(data: unknown): string | undefined {
  const { encoding, content } = fields(data, "content-file");
  if (encoding === "none") return undefined;
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
    // Sometimes ends in `@ref` (docs/platform.md#run-paths).
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

export function readInstallation(data: unknown): { id: number; granted: Readonly<Record<string, unknown>> } {
  const { id, permissions } = fields(data, "installation");
  if (typeof id !== "number") throw new InvalidResponse("installation", "id");
  return { id, granted: (permissions ?? {}) as Record<string, unknown> };
}

/** `dateMs`: the response's own date, in epoch ms. */
export function readInstallationToken(data: unknown, dateMs: number): { token: string; lifetimeMs: number } {
  const { token, expires_at } = fields(data, "installation-token");
  const lifetimeMs = (timeMs(expires_at) ?? Number.NaN) - dateMs;
  // Node sends no header with any other character, and reports that as if the connection had broken.
  if (!/^[\x21-\x7e]+$/.test(text(token))) throw new InvalidResponse("installation-token", "token");
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

/** The API takes it in place of the workflow's id. */
export function fileName(path: string): string {
  return path.replace(/^.*\//s, "");
}
