/** The edge to GitHub: the only file that speaks HTTP. Every failure leaves it as a `Fault`. */

import { Octokit } from "@octokit/rest";
import type { Clock } from "../edges/clock.ts";
import type { Log } from "../edges/log.ts";
import type { Permissions } from "../inputs/permissions.ts";
import type { Target } from "../inputs/target.ts";
import { readInstallation, readInstallationToken, readRepository, Unreadable } from "./answers.ts";
import { type AppCredentials, appTokens, type TokenSource, type Wanted } from "./app-token.ts";
import { Fault, kindOfAnswer, kindOfError, retryAfterMs } from "./fault.ts";

export interface Connection {
  target: Target;
  credentials: Credentials;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  log: Log;
}

export type Credentials = { token: string } | { app: App };

/** An App that gets its own tokens. */
export interface App extends AppCredentials, Wanted {
  /** `createAppAuth` of @octokit/auth-app, loaded where it is needed. */
  strategy: OctokitOptions["authStrategy"];
  /** Hides a secret in the log. */
  mask: (secret: string) => void;
}

type OctokitOptions = NonNullable<ConstructorParameters<typeof Octokit>[0]>;

/** How long one request may take, and what ends it early: an abort rejects with the signal's reason. */
export interface RequestOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** What is left of the token's hourly limit, as the last answer told it. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** Time from that answer to the moment when the limit is full again. */
  resetInMs: number;
}

/** What answers tell by the way. */
export interface Told {
  /** The repository's name as it is now. */
  fullName(): string;
  /** Undefined until an answer tells it. */
  rateLimit(): RateLimit | undefined;
  /** The earliest time that the server's clock can have shown at `clockMs`, in epoch ms; undefined before any answer. */
  serverTimeMs(clockMs: number): number | undefined;
  /**
   * The likeliest time that the server's clock showed at `clockMs`, in epoch ms. An answer's date has whole seconds; each
   * says a little more of where in a second we are. Undefined before any answer.
   */
  likelyServerTimeMs(clockMs: number): number | undefined;
  /** Whether any request has succeeded: the token works, or did. */
  hasAnswered(): boolean;
  /** Gets a token ready, so that the next request is sent at once. */
  prepare(options: RequestOptions): Promise<void>;
  /** Revokes a token that was minted here, if there is one. */
  revokeToken(options: RequestOptions): Promise<void>;
}

export interface Wire extends Told {
  /**
   * Sends one request (two more if the repository was renamed) and reads its answer. `{owner}` and `{repo}` in the route
   * are the target's. A GET is conditional: while its answer stays the same, it is the same object.
   */
  ask<Answer>(
    route: string,
    parameters: Parameters,
    options: RequestOptions,
    read: (data: unknown) => Answer,
  ): Promise<Answer>;
  /**
   * Reads a text that GitHub has redirected to, as a rule on another host, in parts as they come. The token does not go
   * there: the address itself is the permission.
   */
  download(route: string, parameters: Parameters, options: RequestOptions): AsyncIterable<string>;
}

export type Parameters = Record<string, unknown> & { headers?: Record<string, string> };

interface Reply {
  /** Method and path, as they were sent. */
  request: string;
  status: number;
  headers: Readonly<Record<string, string | number | undefined>>;
  data: unknown;
}

/** Stuck 304s have been reported elsewhere, so a kept answer is asked for anew after this time. */
const KEEP_ANSWERS_MS = 2 * 60 * 60 * 1000;

/** Opens the way to one repository on one server. Nothing is sent yet. */
export function connect({ target, credentials, fetch, clock, log }: Connection): Wire {
  // octokit would print each failed request, and a deprecation warning for every dispatch that asks for no details.
  const quiet = { debug() {}, info() {}, warn: log.debug, error() {} };
  const settings: OctokitOptions = {
    baseUrl: target.apiUrl,
    userAgent: "tracked-dispatch",
    // `fetch` would turn a POST into a GET on a 301, and would follow to any host.
    request: { fetch, redirect: "manual", log: quiet },
    log: quiet,
  };
  const octokit = new Octokit(settings);
  const tokens = "token" in credentials ? plainToken(credentials.token) : mintedTokens(credentials.app);
  let { owner, repo } = target;
  let rateLimit: RateLimit | undefined;
  let serverTime: { dateMs: number; atMs: number } | undefined;
  /** How far the server's clock is ahead of ours, at least and at most. */
  let ahead = { fromMs: -Infinity, toMs: Infinity };
  let hasAnswered = false;
  const kept = new Map<string, { etag: string; answer: unknown; sinceMs: number }>();

  /** Sends one request with the token of the hour, which may have to be made first; all of it within `timeoutMs`. */
  async function send(route: string, parameters: Parameters, options: RequestOptions): Promise<Reply> {
    const endMs = clock.nowMs() + options.timeoutMs;
    const authorization = `token ${await tokens.get(options)}`;
    options = { ...options, timeoutMs: endMs - clock.nowMs() };
    if (options.timeoutMs <= 0) {
      throw new Fault("unreachable", {
        request: route,
        code: "ETIMEDOUT",
        answer: "a token took all the time",
      });
    }
    try {
      return await sendBy(
        octokit,
        route,
        { ...parameters, headers: { ...parameters.headers, authorization } },
        options,
      );
    } catch (error) {
      if (error instanceof Fault && error.status === 401) tokens.refuse();
      throw error;
    }
  }

  /** Sends one request and reads its whole answer within `timeoutMs`. */
  async function sendBy(
    by: Octokit,
    route: string,
    parameters: Parameters,
    { timeoutMs, signal }: RequestOptions,
  ): Promise<Reply> {
    const place = route.includes("{owner}") ? { owner, repo } : {};
    const { method, url } = by.request.endpoint(route, { ...place, ...parameters });
    const request = `${method} ${new URL(url).pathname}`;
    signal?.throwIfAborted();
    const sentAtMs = clock.nowMs();
    const abort = new AbortController();
    const done = new AbortController();
    const onAbort = () => abort.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    clock.sleep(timeoutMs, done.signal).then(
      () => {
        const answer = `no answer within ${Math.round(timeoutMs / 1000)} s`;
        abort.abort(new Fault("lost", { request, code: "ETIMEDOUT", answer }));
      },
      () => {},
    );
    const answered = await by
      .request(route, { ...place, ...parameters, request: { signal: abort.signal } })
      .catch((error: Error & { response?: Omit<Reply, "request"> }) => {
        if (abort.signal.aborted) throw abort.signal.reason;
        if (error.response) return error.response;
        const { kind, code } = kindOfError(error);
        log.debug(`${request} → ${code ?? error.message}`);
        throw new Fault(kind, { request, code, answer: error.message });
      })
      .finally(() => {
        done.abort();
        signal?.removeEventListener("abort", onAbort);
      });
    // octokit takes an answer that breaks off while it is read for an empty one.
    if (abort.signal.aborted) throw abort.signal.reason;
    const reply = {
      request,
      status: answered.status,
      headers: answered.headers,
      data: answered.data as unknown,
    };
    take(reply, sentAtMs);
    log.debug(`${request} → ${reply.status}`);
    if (reply.status < 400) return reply;
    const answer = words(reply.data);
    const kind = kindOfAnswer({ ...reply, message: answer });
    throw fault(kind, reply, answer);
  }

  /** Takes what an answer tells by the way. */
  function take(reply: Reply, sentAtMs: number): void {
    if (reply.status < 400) hasAnswered = true;
    const dateMs = Date.parse(header(reply, "date") ?? "");
    if (Number.isNaN(dateMs)) return;
    // A proxy's answer has a Date as well, by a clock of its own.
    if (header(reply, "x-github-request-id") || !serverTime) {
      serverTime = { dateMs, atMs: clock.nowMs() };
      const [fromMs, toMs] = [dateMs - clock.nowMs(), dateMs + 1000 - sentAtMs];
      const narrower = { fromMs: Math.max(fromMs, ahead.fromMs), toMs: Math.min(toMs, ahead.toMs) };
      // Another of GitHub's servers may have another time: the last one is believed.
      ahead = narrower.fromMs <= narrower.toMs ? narrower : { fromMs, toMs };
    }
    const limit = Number(header(reply, "x-ratelimit-limit"));
    const remaining = Number(header(reply, "x-ratelimit-remaining"));
    const resetMs = Number(header(reply, "x-ratelimit-reset")) * 1000;
    if (Number.isFinite(limit + remaining + resetMs)) {
      rateLimit = { limit, remaining, resetInMs: Math.max(resetMs - dateMs, 0) };
    }
  }

  /** Where a renamed repository is now, as a path of the same server: the token must not go to another one. */
  function redirectPath(reply: Reply): string {
    const to = header(reply, "location") ?? "";
    const url = URL.canParse(to, target.apiUrl) ? new URL(to, target.apiUrl) : undefined;
    if (url?.origin !== new URL(target.apiUrl).origin) {
      throw fault("rejected", reply, `redirected to ${url?.origin ?? "nowhere"}`);
    }
    const path = url.pathname.match(/\/repositories\/\d+|\/repos\/[^/]+\/[^/]+/)?.[0];
    if (!path) throw fault("rejected", reply, `redirected to ${url.pathname}`);
    return path;
  }

  /** Sends one request, again to the new name if the repository was renamed (GitHub does not act on the old one). */
  async function sendOn(route: string, parameters: Parameters, options: RequestOptions): Promise<Reply> {
    const endMs = clock.nowMs() + options.timeoutMs;
    const left = () => ({ ...options, timeoutMs: endMs - clock.nowMs() });
    const reply = await send(route, parameters, options);
    if (!isRedirect(reply)) return reply;
    const path = redirectPath(reply);
    const moved = await send(`GET ${path}`, {}, left());
    const { fullName } = readAnswer(moved, readRepository);
    log.info(`${owner}/${repo} is now called ${fullName}; going on there.`);
    [owner = owner, repo = repo] = fullName.split("/");
    const again = await send(route, parameters, left());
    if (isRedirect(again)) throw fault("rejected", again, "redirected again and again");
    return again;
  }

  async function ask<Answer>(
    route: string,
    parameters: Parameters,
    options: RequestOptions,
    read: (data: unknown) => Answer,
  ): Promise<Answer> {
    const key = JSON.stringify([route, parameters]);
    const last = kept.get(key);
    const isFresh = last && clock.nowMs() - last.sinceMs < KEEP_ANSWERS_MS;
    const headers: Record<string, string> = {
      ...parameters.headers,
      ...(isFresh && { "if-none-match": last.etag }),
    };
    const reply = await sendOn(route, { ...parameters, headers }, options);
    // An unchanged answer costs nothing of the primary limit.
    if (reply.status === 304 && last) return last.answer as Answer;
    const answer = readAnswer(reply, read);
    const etag = header(reply, "etag");
    if (etag && route.startsWith("GET")) kept.set(key, { etag, answer, sinceMs: clock.nowMs() });
    return answer;
  }

  async function* download(
    route: string,
    parameters: Parameters,
    options: RequestOptions,
  ): AsyncGenerator<string> {
    const endMs = clock.nowMs() + options.timeoutMs;
    const reply = await send(route, parameters, options);
    const to = header(reply, "location") ?? "";
    const isSafe = URL.canParse(to) && new URL(to).protocol === new URL(target.apiUrl).protocol;
    if (reply.status !== 302 || !isSafe) throw fault("unreadable", reply, "no address of a text");
    const late = new AbortController();
    clock.sleep(endMs - clock.nowMs(), late.signal).then(
      () => late.abort(),
      () => {},
    );
    const signal = options.signal ? AbortSignal.any([late.signal, options.signal]) : late.signal;
    try {
      const answer = await fetch(to, { redirect: "error", signal });
      if (!answer.ok || !answer.body)
        throw fault("unreadable", reply, `its text was answered with ${answer.status}`);
      const decoder = new TextDecoder();
      for await (const bytes of answer.body) yield decoder.decode(bytes as Uint8Array, { stream: true });
    } catch (error) {
      if (error instanceof Fault) throw error;
      const { kind, code } = kindOfError(error);
      throw new Fault(kind, { request: reply.request, code, answer: "the text could not be read" });
    } finally {
      late.abort();
    }
  }

  function plainToken(token: string): TokenSource {
    return { get: async () => token, refuse() {}, current: () => undefined };
  }

  function mintedTokens({ appId, privateKey, needs, wishes, strategy, mask }: App): TokenSource {
    const asApp = new Octokit({
      ...settings,
      authStrategy: strategy,
      auth: { appId, privateKey, log: quiet },
    });
    let repositoryId: number | undefined;
    const requests = {
      async getInstallation(options: RequestOptions) {
        let reply = await sendBy(asApp, "GET /repos/{owner}/{repo}/installation", {}, options);
        if (isRedirect(reply)) {
          // Renamed. auth-app signs requests by name only; and the token is then limited by the repository's id.
          const path = redirectPath(reply);
          repositoryId = Number(path.match(/\/repositories\/(\d+)$/)?.[1]);
          const { token } = (await asApp.auth({ type: "app" })) as { token: string };
          const headers = { authorization: `bearer ${token}` };
          reply = await sendBy(octokit, `GET ${path}/installation`, { headers }, options);
        }
        return readAnswer(reply, readInstallation);
      },
      async createToken(installation_id: number, wanted: Permissions, options: RequestOptions) {
        const place = repositoryId ? { repository_ids: [repositoryId] } : { repositories: [repo] };
        const parameters = { installation_id, ...place, permissions: wanted };
        const route = "POST /app/installations/{installation_id}/access_tokens";
        const reply = await sendBy(asApp, route, parameters, options);
        return readAnswer(reply, (data) =>
          readInstallationToken(data, Date.parse(header(reply, "date") ?? "")),
        );
      },
    };
    return appTokens(requests, { needs, wishes }, { clock, mask });
  }

  return {
    ask,
    download,
    fullName: () => `${owner}/${repo}`,
    rateLimit: () => rateLimit,
    serverTimeMs: (clockMs) => serverTime && serverTime.dateMs + (clockMs - serverTime.atMs),
    likelyServerTimeMs: (clockMs) => serverTime && clockMs + (ahead.fromMs + ahead.toMs) / 2,
    hasAnswered: () => hasAnswered,
    prepare: async (options) => void (await tokens.get(options)),
    async revokeToken(options) {
      const token = tokens.current();
      if (token === undefined) return;
      const headers = { authorization: `token ${token}` };
      await sendBy(octokit, "DELETE /installation/token", { headers }, options);
    },
  };
}

function isRedirect({ status }: Reply): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

function readAnswer<Answer>(reply: Reply, read: (data: unknown) => Answer): Answer {
  try {
    return read(reply.data);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw fault("unreadable", reply, `the answer is no ${error.message} as GitHub's schema describes it`);
  }
}

function fault(kind: Fault["kind"], reply: Reply, answer: string): Fault {
  return new Fault(kind, {
    request: reply.request,
    answer,
    status: reply.status,
    requestId: header(reply, "x-github-request-id"),
    retryAfterMs: kind === "limited" ? retryAfterMs(reply.headers) : undefined,
    dateMs: Date.parse(header(reply, "date") ?? ""),
  });
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
