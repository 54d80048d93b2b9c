import { readArtifacts } from "./artifacts.ts";
import { readCommitsOfRun, readHistory, readOriginOfRun, readPullRequest, readStatuses } from "./commit-statuses.ts";
import { readConcurrencyGroup, readRunsGroups } from "./concurrency-groups.ts";
import { type ConnectionOptions, connect } from "./connection.ts";
import { textOf } from "./download.ts";
import type { RequestOptions } from "./http.ts";
import { newestRuns } from "./newest-run.ts";
import { readPendingDeployments } from "./pending-deployments.ts";
import { PURPOSES, type Purpose } from "./purposes.ts";
import { type Id, PAGE_LENGTH, type Page } from "./response-fields.ts";
import {
  readAnnotations,
  readDispatched,
  readFile,
  readJobs,
  readRef,
  readRepository,
  readRun,
  readRuns,
  readWorkflow,
  readWorkflows,
} from "./responses.ts";

/** One request per method, two more if the repository was renamed. @throws RequestError, or the signal's reason */
export type GitHub = ReturnType<typeof openGitHub>;

/** The API version in which workflow_dispatch returns the run's id (docs/platform.md#run-details). */
const RUN_DETAILS_VERSION = "2026-03-10";

const REPOSITORY = "/repos/{owner}/{repo}";
const WORKFLOW = `${REPOSITORY}/actions/workflows/{workflow_id}`;
const RUN = `${REPOSITORY}/actions/runs/{run_id}`;

export function openGitHub(options: ConnectionOptions) {
  const { ask, download, ...connection } = connect(options);
  const nothing = () => undefined;
  const skipped = new Set<string>();
  const newest = newestRuns();
  /** Warns once per item that cannot be read. */
  const listOf =
    <Item>(what: "a workflow" | "a run" | "a job" | "an artifact", read: (data: unknown) => Page<Item>) =>
    (data: unknown): Page<Item> => {
      const page = read(data);
      for (const item of page.unreadable) {
        if (skipped.has(item)) continue;
        skipped.add(item);
        options.log.warning(`GitHub listed ${what} that cannot be read and is skipped (${item}).`);
      }
      return page;
    };

  const readNewest = (data: unknown) => newest.read(readRun(data));
  const readNewestRuns = (data: unknown) => {
    const page = readRuns(data);
    return { ...page, items: page.items.map(newest.listed) };
  };

  return {
    ...connection,

    dispatchEvent: (event_type: string, client_payload: object, options: RequestOptions) => {
      const parameters = { event_type, client_payload };
      const purpose = PURPOSES.dispatchEvent;
      return ask({ route: `POST ${REPOSITORY}/dispatches`, parameters, purpose, read: readDispatched }, options);
    },

    dispatchWorkflow: ({ workflow, ref, inputs, asksForRunDetails }: WorkflowDispatch, options: RequestOptions) => {
      const headers: Record<string, string> = asksForRunDetails ? { "x-github-api-version": RUN_DETAILS_VERSION } : {};
      const parameters = { workflow_id: workflow, ref, inputs, headers };
      const purpose = PURPOSES.dispatchWorkflow;
      return ask({ route: `POST ${WORKFLOW}/dispatches`, parameters, purpose, read: readDispatched }, options);
    },

    getRepository: (options: RequestOptions) =>
      ask({ route: `GET ${REPOSITORY}`, purpose: PURPOSES.read, read: readRepository }, options),

    /** `workflow` is a file name or an id. */
    getWorkflow: (workflow: string, options: RequestOptions) => {
      const parameters = { workflow_id: workflow };
      const purpose = PURPOSES.readWorkflows;
      return ask({ route: `GET ${WORKFLOW}`, parameters, purpose, read: readWorkflow }, options);
    },

    listWorkflows: (page: number, options: RequestOptions) => {
      const parameters = { per_page: PAGE_LENGTH, page };
      const purpose = PURPOSES.readWorkflows;
      const route = `GET ${REPOSITORY}/actions/workflows`;
      return ask({ route, parameters, purpose, read: listOf("a workflow", readWorkflows) }, options);
    },

    /** `ref` undefined: the default branch. */
    getFile: (path: string, ref: string | undefined, options: RequestOptions) => {
      const parameters = ref === undefined ? {} : { ref };
      const route = `GET ${REPOSITORY}/contents/${encodePath(path)}`;
      const read = (data: unknown) => {
        const text = readFile(data);
        return text && connection.withoutSecrets(text);
      };
      return ask({ route, parameters, purpose: PURPOSES.read, read }, options);
    },

    /** `name`: e.g. `heads/main` or `tags/v1`. */
    getRef: (name: string, options: RequestOptions): Promise<void> => {
      const route = `GET ${REPOSITORY}/git/ref/${encodePath(name)}`;
      return ask({ route, purpose: PURPOSES.read, read: (data) => readRef(data, name) }, options);
    },

    /** Newest first, unfiltered (docs/platform.md#stale-filtered-lists). */
    listRuns: ({ perPage, page }: { perPage: number; page: number }, options: RequestOptions) => {
      const parameters = { per_page: perPage, page, exclude_pull_requests: true };
      const route = `GET ${REPOSITORY}/actions/runs`;
      return ask({ route, parameters, purpose: PURPOSES.readRuns, read: listOf("a run", readNewestRuns) }, options);
    },

    getRun: (id: Id, options: RequestOptions) => {
      const parameters = { run_id: String(id), exclude_pull_requests: true };
      return ask({ route: `GET ${RUN}`, parameters, purpose: PURPOSES.readRun, read: readNewest }, options);
    },

    listJobs: (runId: Id, page: number, options: RequestOptions) => {
      const parameters = { run_id: String(runId), per_page: PAGE_LENGTH, page };
      const read = listOf("a job", readJobs);
      return ask({ route: `GET ${RUN}/jobs`, parameters, purpose: PURPOSES.readRun, read }, options);
    },

    listPendingDeployments: (runId: Id, options: RequestOptions) => {
      const parameters = { run_id: String(runId) };
      const purpose = PURPOSES.readRun;
      const route = `GET ${RUN}/pending_deployments`;
      return ask({ route, parameters, purpose, read: readPendingDeployments }, options);
    },

    /** The last status set counts. `description`: at most 140 characters. */
    setStatus: (
      sha: string,
      { state, context, description, url }: CommitStatus,
      options: RequestOptions,
    ): Promise<void> => {
      const parameters = { sha, state, context, description, ...(url !== "" && { target_url: url }) };
      const route = `POST ${REPOSITORY}/statuses/{sha}`;
      return ask({ route, parameters, purpose: PURPOSES.setStatus, read: nothing }, options);
    },

    getOriginOfRun: (id: Id, options: RequestOptions) => {
      const parameters = { run_id: String(id), exclude_pull_requests: true };
      return ask({ route: `GET ${RUN}`, parameters, purpose: PURPOSES.readRun, read: readOriginOfRun }, options);
    },

    /** Where the run's statuses belong. */
    getCommitsOfRun: (id: Id, options: RequestOptions) => {
      const parameters = { run_id: String(id) };
      return ask({ route: `GET ${RUN}`, parameters, purpose: PURPOSES.readRun, read: readCommitsOfRun }, options);
    },

    /** The latest of each context. */
    getCombinedStatus: (ref: string, page: number, options: RequestOptions) => {
      const parameters = { ref, per_page: PAGE_LENGTH, page };
      const route = `GET ${REPOSITORY}/commits/{ref}/status`;
      return ask({ route, parameters, purpose: PURPOSES.readStatuses, read: readStatuses }, options);
    },

    /** The newest hundred of all contexts. */
    getStatusHistory: (ref: string, options: RequestOptions) => {
      const parameters = { ref, per_page: PAGE_LENGTH };
      const route = `GET ${REPOSITORY}/commits/{ref}/statuses`;
      return ask({ route, parameters, purpose: PURPOSES.readStatuses, read: readHistory }, options);
    },

    getPullRequest: (number: number, options: RequestOptions) => {
      const route = `GET ${REPOSITORY}/pulls/{pull_number}`;
      const parameters = { pull_number: number };
      return ask({ route, parameters, purpose: PURPOSES.readPullRequest, read: readPullRequest }, options);
    },

    /** Of the run and its jobs. GitHub Enterprise Server has neither this request nor the next one. */
    listConcurrencyGroups: (runId: Id, options: RequestOptions) => {
      const parameters = { run_id: String(runId), per_page: PAGE_LENGTH };
      const route = `GET ${RUN}/concurrency_groups`;
      return ask({ route, parameters, purpose: PURPOSES.readRun, read: readRunsGroups }, options);
    },

    /** Its holder and all who wait; with `ahead`, only that run or job and whatever is ahead of it. */
    getConcurrencyGroup: (group: string, ahead: { ofRun: Id } | { ofJob: Id } | undefined, options: RequestOptions) => {
      const ofRun = ahead && "ofRun" in ahead ? { ahead_of_run: String(ahead.ofRun) } : {};
      const ofJob = ahead && "ofJob" in ahead ? { ahead_of_job: String(ahead.ofJob) } : {};
      const parameters = { group, ...ofRun, ...ofJob };
      const route = `GET ${REPOSITORY}/actions/concurrency_groups/{group}`;
      return ask({ route, parameters, purpose: PURPOSES.readRuns, read: readConcurrencyGroup }, options);
    },

    /** The first 100. A job is a check run with the same id. */
    listAnnotations: (jobId: Id, options: RequestOptions) => {
      const parameters = { check_run_id: String(jobId), per_page: PAGE_LENGTH };
      const route = `GET ${REPOSITORY}/check-runs/{check_run_id}/annotations`;
      return ask({ route, parameters, purpose: PURPOSES.read, read: readAnnotations }, options);
    },

    /** Of a completed job. Sends two requests, the second to where GitHub stores logs. */
    readJobLog: (jobId: Id, options: RequestOptions): AsyncIterable<string> => {
      const route = `GET ${REPOSITORY}/actions/jobs/{job_id}/logs`;
      return textOf(download({ route, parameters: { job_id: String(jobId) }, purpose: PURPOSES.read }, options));
    },

    /** The first 100 of all attempts, with this `name` or with any. */
    listArtifacts: (runId: Id, name: string | undefined, options: RequestOptions) => {
      const parameters = { run_id: String(runId), per_page: PAGE_LENGTH, ...(name !== undefined && { name }) };
      const read = listOf("an artifact", readArtifacts);
      return ask({ route: `GET ${RUN}/artifacts`, parameters, purpose: PURPOSES.readArtifacts, read }, options);
    },

    /** Sends two requests, the second to where GitHub stores artifacts. */
    readArtifact: (id: Id, options: RequestOptions): AsyncIterable<Uint8Array> => {
      const route = `GET ${REPOSITORY}/actions/artifacts/{artifact_id}/zip`;
      return download({ route, parameters: { artifact_id: String(id) }, purpose: PURPOSES.readArtifacts }, options);
    },

    cancelRun: (id: Id, options: RequestOptions): Promise<void> =>
      ask({ ...postTo(id, "cancel", PURPOSES.cancelRun), read: nothing }, options),

    /** For a run that ignores its cancellation. */
    forceCancelRun: (id: Id, options: RequestOptions): Promise<void> =>
      ask({ ...postTo(id, "force-cancel", PURPOSES.cancelRun), read: nothing }, options),

    /** Of a completed run, as a further attempt. */
    rerunFailedJobs: (id: Id, options: RequestOptions): Promise<void> =>
      ask({ ...postTo(id, "rerun-failed-jobs", PURPOSES.rerunFailedJobs), read: nothing }, options),
  };
}

export interface CommitStatus {
  state: "pending" | "success" | "failure" | "error";
  context: string;
  description: string;
  /** Empty: no link. */
  url: string;
}

interface WorkflowDispatch {
  workflow: string;
  ref: string;
  inputs: { [key: string]: string };
  asksForRunDetails: boolean;
}

function postTo(id: Id, action: "cancel" | "force-cancel" | "rerun-failed-jobs", purpose: Purpose) {
  return { route: `POST ${RUN}/${action}`, parameters: { run_id: String(id) }, purpose };
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
