/** The edge to GitHub: the only file that speaks HTTP. Every failure leaves it as a `Fault`. */

import { Octokit } from "@octokit/rest";
import {
  type Dispatched,
  type Id,
  type Job,
  type Repository,
  type Run,
  readDispatched,
  readJobs,
  readPendingDeployments,
  readRepository,
  readRun,
  readRuns,
  readWorkflow,
  readWorkflows,
  Unreadable,
  type Workflow,
} from "./answers.ts";
import type { Clock } from "./clock.ts";
import { Fault, kindOfAnswer, kindOfError, retryAfterMs } from "./fault.ts";
import type { Log } from "./log.ts";
import type { Json } from "./mapping.ts";
import type { Target } from "./target.ts";

/** What is left of the token's hourly limit, as the last answer told it. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** Time from that answer to the moment when the limit is full again. */
  resetInMs: number;
}

/** How long one request may take, and what ends it early: an abort rejects with the signal's reason. */
export interface RequestOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** GitHub's API for one repository. Each method sends one request (two more when the repository was renamed) or rejects with a `Fault`. */
export interface GitHub {
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
  /** Resolves when the branch or tag exists; `name` is e.g. `heads/main` or `tags/v1`. */
  getRef(name: string, options: RequestOptions): Promise<void>;
  /** One page of the repository's runs, newest first. */
  listRuns(page: { perPage: number; page: number }, options: RequestOptions): Promise<Run[]>;
  getRun(id: Id, options: RequestOptions): Promise<Run>;
  /** One page of 100 of the jobs of the run's latest attempt. */
  listJobs(runId: Id, page: number, options: RequestOptions): Promise<Job[]>;
  /** The names of the environments that wait for an approval before the run goes on. */
  listPendingDeployments(runId: Id, options: RequestOptions): Promise<string[]>;
  cancelRun(id: Id, options: RequestOptions): Promise<void>;
  /** For a run that ignores its cancellation. */
  forceCancelRun(id: Id, options: RequestOptions): Promise<void>;
  /** The repository's name as it is now. */
  fullName(): string;
  /** Undefined until an answer tells it. */
  rateLimit(): RateLimit | undefined;
  /** The earliest time that the server's clock can have shown at `clockMs`, in epoch ms; undefined before any answer. */
  serverTimeMs(clockMs: number): number | undefined;
  /** Whether any request has succeeded: the token works, or did. */
  hasAnswered(): boolean;
}

export interface Connection {
  target: Target;
  token: string;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  log: Log;
}

/** The version whose workflow dispatch answers with the run's id. Servers before GHES 3.21 refuse it. */
const RUN_DETAILS_VERSION = "2026-03-10";

/** Stuck 304s have been reported elsewhere, so a kept answer is asked for anew after this time. */
const KEEP_ANSWERS_MS = 60 * 60 * 1000;

export const PAGE_LENGTH = 100;

interface Reply {
  status: number;
  headers: Readonly<Record<string, string | number | undefined>>;
  data: unknown;
}

type Parameters = Record<string, unknown> & { headers?: Record<string, string> };

/** Opens the API of one repository on one server. Nothing is sent yet. */
export function connect({ target, token, fetch, clock, log }: Connection): GitHub {
  // octokit would print each failed request, and a deprecation warning for every dispatch that asks for no details.
  const quiet = { debug() {}, info() {}, warn: log.debug, error() {} };
  const octokit = new Octokit({
    auth: token,
    baseUrl: target.apiUrl,
    userAgent: "tracked-dispatch",
    // `fetch` would turn a POST into a GET on a 301, and would follow to any host.
    request: { fetch, redirect: "manual", log: quiet },
    log: quiet,
  });
  let { owner, repo } = target;
  let rateLimit: RateLimit | undefined;
  let serverTime: { dateMs: number; atMs: number } | undefined;
  let hasAnswered = false;
  const kept = new Map<string, { etag: string; answer: unknown; sinceMs: number }>();

  /** Sends one request and reads its whole answer within `timeoutMs`. */
  async function send(route: string, parameters: Parameters, options: RequestOptions): Promise<Reply> {
    const place = route.includes("{owner}") ? { owner, repo } : {};
    const { method, url } = octokit.request.endpoint(route, { ...place, ...parameters });
    const request = `${method} ${new URL(url).pathname}`;
    options.signal?.throwIfAborted();
    const abort = new AbortController();
    const done = new AbortController();
    const onAbort = () => abort.abort(options.signal?.reason);
    options.signal?.addEventListener("abort", onAbort, { once: true });
    clock.sleep(options.timeoutMs, done.signal).then(
      () => {
        const answer = `no answer within ${Math.round(options.timeoutMs / 1000)} s`;
        abort.abort(new Fault("lost", { request, code: "ETIMEDOUT", answer }));
      },
      () => {},
    );
    const reply = await octokit
      .request(route, { ...place, ...parameters, request: { signal: abort.signal } })
      .catch((error: Error & { response?: Reply }): Reply => {
        if (abort.signal.aborted) throw abort.signal.reason;
        if (error.response) return error.response;
        const { kind, code } = kindOfError(error);
        log.debug(`${request} → ${code ?? error.message}`);
        throw new Fault(kind, { request, code, answer: error.message });
      })
      .finally(() => {
        done.abort();
        options.signal?.removeEventListener("abort", onAbort);
      });
    // octokit takes an answer that breaks off while it is read for an empty one.
    if (abort.signal.aborted) throw abort.signal.reason;
    take(reply);
    log.debug(`${request} → ${reply.status}`);
    if (reply.status < 400) return reply;
    const answer = words(reply.data);
    const kind = kindOfAnswer({ ...reply, message: answer });
    throw new Fault(kind, {
      request,
      answer,
      status: reply.status,
      requestId: header(reply, "x-github-request-id"),
      retryAfterMs: kind === "limited" ? retryAfterMs(reply.headers) : undefined,
      dateMs: Date.parse(header(reply, "date") ?? ""),
    });
  }

  /** Takes what an answer tells by the way. */
  function take(reply: Reply): void {
    if (reply.status < 400) hasAnswered = true;
    const dateMs = Date.parse(header(reply, "date") ?? "");
    if (Number.isNaN(dateMs)) return;
    // A proxy's answer has a Date as well, by a clock of its own.
    if (header(reply, "x-github-request-id") || !serverTime) serverTime = { dateMs, atMs: clock.nowMs() };
    const limit = Number(header(reply, "x-ratelimit-limit"));
    const remaining = Number(header(reply, "x-ratelimit-remaining"));
    const resetMs = Number(header(reply, "x-ratelimit-reset")) * 1000;
    if (Number.isFinite(limit + remaining + resetMs)) {
      rateLimit = { limit, remaining, resetInMs: Math.max(resetMs - dateMs, 0) };
    }
  }

  /** Sends one request, again to the new name if the repository was renamed (GitHub does not act on the old one). */
  async function sendOn(route: string, parameters: Parameters, options: RequestOptions): Promise<Reply> {
    let reply = await send(route, parameters, options);
    if (!isRedirect(reply)) return reply;
    const refuse = (answer: string) =>
      new Fault("rejected", { request: route, status: reply.status, answer });
    const to = header(reply, "location") ?? "";
    const url = URL.canParse(to, target.apiUrl) ? new URL(to, target.apiUrl) : undefined;
    if (url?.origin !== new URL(target.apiUrl).origin)
      throw refuse(`redirected to ${url?.host ?? "nowhere"}`);
    const path = url.pathname.match(/\/repositories\/\d+|\/repos\/[^/]+\/[^/]+/)?.[0];
    if (!path) throw refuse(`redirected to ${url.pathname}`);
    const { fullName } = readRepository((await send(`GET ${path}`, {}, options)).data);
    log.info(`${owner}/${repo} is now called ${fullName}; going on there.`);
    [owner = owner, repo = repo] = fullName.split("/");
    reply = await send(route, parameters, options);
    if (isRedirect(reply)) throw refuse("redirected again and again");
    return reply;
  }

  async function ask<Answer>(
    route: string,
    parameters: Parameters,
    options: RequestOptions,
    read: (data: unknown) => Answer,
  ): Promise<Answer> {
    const key = JSON.stringify([route, parameters]);
    const last = kept.get(key);
    const condition =
      last && clock.nowMs() - last.sinceMs < KEEP_ANSWERS_MS ? { "if-none-match": last.etag } : {};
    const headers: Record<string, string> = { ...parameters.headers, ...condition };
    const reply = await sendOn(route, { ...parameters, headers }, options);
    // An unchanged answer costs nothing of the primary limit.
    if (reply.status === 304 && last) return last.answer as Answer;
    try {
      const answer = read(reply.data);
      const etag = header(reply, "etag");
      if (etag && route.startsWith("GET")) kept.set(key, { etag, answer, sinceMs: clock.nowMs() });
      return answer;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw new Fault("unreadable", {
        request: route,
        answer: `the answer is no ${error.message} as GitHub's schema describes it`,
        status: reply.status,
        requestId: header(reply, "x-github-request-id"),
      });
    }
  }

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

    getRef: (name, options) =>
      ask(
        `GET ${REPOSITORY}/git/ref/${name.split("/").map(encodeURIComponent).join("/")}`,
        {},
        options,
        () => undefined,
      ),

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

    cancelRun: (id, options) => ask(`POST ${RUN}/cancel`, { run_id: String(id) }, options, () => undefined),

    forceCancelRun: (id, options) =>
      ask(`POST ${RUN}/force-cancel`, { run_id: String(id) }, options, () => undefined),

    fullName: () => `${owner}/${repo}`,
    rateLimit: () => rateLimit,
    serverTimeMs: (clockMs) => serverTime && serverTime.dateMs + (clockMs - serverTime.atMs),
    hasAnswered: () => hasAnswered,
  };
}

function isRedirect({ status }: Reply): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function header(reply: Reply, name: string): string | undefined {
  const value = reply.headers[name];
  return value === undefined ? undefined : String(value);
}

/** GitHub's own words in an error's body; nothing of a proxy's HTML page. */
function words(data: unknown): string {
  if (typeof data === "string") return data.length > 300 || data.trimStart().startsWith("<") ? "" : data;
  if (typeof data !== "object" || data === null) return "";
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const details = (Array.isArray(errors) ? errors : [errors]).map((each) =>
    typeof each === "object" && each !== null ? (each as { message?: unknown }).message : each,
  );
  return [message, ...details].filter((part) => typeof part === "string").join(": ");
}
