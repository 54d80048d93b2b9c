/** GitHub's REST API, as far as we use it: one method for one request. */

import type { Json } from "../inputs/mapping.ts";
import {
  type Annotation,
  type Dispatched,
  type Id,
  type Job,
  type Repository,
  type Run,
  readAnnotations,
  readDispatched,
  readFile,
  readJobs,
  readPendingDeployments,
  readRepository,
  readRun,
  readRuns,
  readWorkflow,
  readWorkflows,
  type Workflow,
} from "./answers.ts";
import { type Connection, connect, type RequestOptions, type Told } from "./http.ts";

/** GitHub's API for one repository. Each method sends one request (two more when the repository was renamed) or rejects with a `Fault`. */
export interface GitHub extends Told {
  dispatchEvent(
    eventType: string,
    payload: { [key: string]: Json },
    options: RequestOptions,
  ): Promise<Dispatched>;
  dispatchWorkflow(
    order: { workflow: string; ref: string; inputs: { [key: string]: string }; asksForRunDetails: boolean },
    options: RequestOptions,
  ): Promise<Dispatched>;
  getRepository(options: RequestOptions): Promise<Repository>;
  /** `workflow` is a file name or an id. */
  getWorkflow(workflow: string, options: RequestOptions): Promise<Workflow>;
  /** One page of 100 of the repository's workflows. */
  listWorkflows(page: number, options: RequestOptions): Promise<Workflow[]>;
  /** The text of a file; `ref` is by default the default branch. */
  getFile(path: string, ref: string | undefined, options: RequestOptions): Promise<string>;
  /** Resolves when the branch or tag exists; `name` is e.g. `heads/main` or `tags/v1`. */
  getRef(name: string, options: RequestOptions): Promise<void>;
  /** One page of the repository's runs, newest first. */
  listRuns(page: { perPage: number; page: number }, options: RequestOptions): Promise<Run[]>;
  getRun(id: Id, options: RequestOptions): Promise<Run>;
  /** One page of 100 of the jobs of the run's latest attempt. */
  listJobs(runId: Id, page: number, options: RequestOptions): Promise<Job[]>;
  /** The names of the environments that wait for an approval before the run goes on. */
  listPendingDeployments(runId: Id, options: RequestOptions): Promise<string[]>;
  /** What a job has marked in files; its first 100. A job is a check run, under the same id. */
  listAnnotations(jobId: Id, options: RequestOptions): Promise<Annotation[]>;
  /** What an ended job has printed, in parts; two requests, the second to where GitHub keeps logs. */
  readJobLog(jobId: Id, options: RequestOptions): AsyncIterable<string>;
  cancelRun(id: Id, options: RequestOptions): Promise<void>;
  /** For a run that ignores its cancellation. */
  forceCancelRun(id: Id, options: RequestOptions): Promise<void>;
}

/** The version whose workflow dispatch answers with the run's id. Servers before GHES 3.21 refuse it. */
const RUN_DETAILS_VERSION = "2026-03-10";

export const PAGE_LENGTH = 100;

/** Opens the API of one repository on one server. Nothing is sent yet. */
export function openGitHub(connection: Connection): GitHub {
  const { ask, download, ...told } = connect(connection);
  const REPOSITORY = "/repos/{owner}/{repo}";
  const WORKFLOW = `${REPOSITORY}/actions/workflows/{workflow_id}`;
  const RUN = `${REPOSITORY}/actions/runs/{run_id}`;

  return {
    dispatchEvent: (event_type, client_payload, options) =>
      ask(`POST ${REPOSITORY}/dispatches`, { event_type, client_payload }, options, readDispatched),

    dispatchWorkflow: ({ workflow, ref, inputs, asksForRunDetails }, options) => {
      const headers: Record<string, string> = asksForRunDetails
        ? { "x-github-api-version": RUN_DETAILS_VERSION }
        : {};
      const parameters = { workflow_id: workflow, ref, inputs, headers };
      return ask(`POST ${WORKFLOW}/dispatches`, parameters, options, readDispatched);
    },

    getRepository: (options) => ask(`GET ${REPOSITORY}`, {}, options, readRepository),

    getWorkflow: (workflow, options) =>
      ask(`GET ${WORKFLOW}`, { workflow_id: workflow }, options, readWorkflow),

    listWorkflows: (page, options) =>
      ask(`GET ${REPOSITORY}/actions/workflows`, { per_page: PAGE_LENGTH, page }, options, readWorkflows),

    getFile: (path, ref, options) =>
      ask(
        `GET ${REPOSITORY}/contents/${encodePath(path)}`,
        ref === undefined ? {} : { ref },
        options,
        readFile,
      ),

    getRef: (name, options) =>
      ask(`GET ${REPOSITORY}/git/ref/${encodePath(name)}`, {}, options, () => undefined),

    // Unfiltered: lists filtered by event, status or time come from an index that lags or is empty (PLATFORM.md).
    listRuns: ({ perPage, page }, options) =>
      ask(
        `GET ${REPOSITORY}/actions/runs`,
        { per_page: perPage, page, exclude_pull_requests: true },
        options,
        readRuns,
      ),

    getRun: (id, options) =>
      ask(`GET ${RUN}`, { run_id: String(id), exclude_pull_requests: true }, options, readRun),

    listJobs: (runId, page, options) =>
      ask(`GET ${RUN}/jobs`, { run_id: String(runId), per_page: PAGE_LENGTH, page }, options, readJobs),

    listPendingDeployments: (runId, options) =>
      ask(`GET ${RUN}/pending_deployments`, { run_id: String(runId) }, options, readPendingDeployments),

    listAnnotations: (jobId, options) =>
      ask(
        `GET ${REPOSITORY}/check-runs/{check_run_id}/annotations`,
        { check_run_id: String(jobId), per_page: PAGE_LENGTH },
        options,
        readAnnotations,
      ),

    readJobLog: (jobId, options) =>
      download(`GET ${REPOSITORY}/actions/jobs/{job_id}/logs`, { job_id: String(jobId) }, options),

    cancelRun: (id, options) => ask(`POST ${RUN}/cancel`, { run_id: String(id) }, options, () => undefined),

    forceCancelRun: (id, options) =>
      ask(`POST ${RUN}/force-cancel`, { run_id: String(id) }, options, () => undefined),

    ...told,
  };
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
