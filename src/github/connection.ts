import { Octokit } from "@octokit/rest";
import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { keepSecrets, type Secrets } from "../text/secrets.ts";
import { type App, appTokenSource, type OctokitOptions } from "./app-requests.ts";
import type { OpenBrokerTokens } from "./broker-tokens.ts";
import { type Download, makeDownload } from "./download.ts";
import { headerOf, makeSend, type Request, type RequestOptions, readResponse, type Send, textFetch } from "./http.ts";
import { type Limits, openLimits } from "./limits.ts";
import { PURPOSES } from "./purposes.ts";
import { followRenames, type RepositoryName, withRepositoryName } from "./renames.ts";
import { type ResponseMetadata, trackMetadata } from "./response-metadata.ts";
import { plainToken, sharedOrOwn, withToken } from "./tokens.ts";
import type { Fetch } from "./transport.ts";

export interface Target {
  owner: string;
  repo: string;
  /** REST root without a trailing slash, e.g. `https://api.github.com` or `https://ghe.example.com/api/v3`. */
  apiUrl: string;
}

export interface ScopeOptions {
  /** The first repository: an App's installation is found by it. */
  target: Target;
  /** Names of all repositories of its owner that an App's token is for; by default only the target's. */
  repositories?: readonly string[];
  credentials: Credentials;
  fetch: Fetch;
  clock: Clock;
  log: Log;
  /** Of all connections, since one server may repeat what another was sent. */
  secrets?: Secrets;
}

/** By default, nothing is shared with other repositories. */
export type ConnectionOptions = ScopeOptions | (Omit<ScopeOptions, "credentials"> & { scope: TokenScope });

export type Credentials = { token: string } | { app: App } | { broker: OpenBrokerTokens };

/** What all repositories on one token share: its limits, and what responses tell of it. */
export type TokenScope = ReturnType<typeof openScope>;

interface Connection extends ResponseMetadata {
  limits: Limits;
  /** Others read the same list of runs (shared-runs.ts). */
  sharesRuns: boolean;
  /** `{owner}` and `{repo}` in a route are the target's. */
  ask: SendAndRead;
  download: Download;
  /** Until the next poll. "woken": it ended early, since others have read what would be polled. */
  pause(ms: number, signal: AbortSignal): Promise<"over" | "woken">;
  /** `owner/name`; changes if the repository was renamed. */
  fullName(): string;
  /** For a text that did not come as JSON: from a download, or in base64. */
  withoutSecrets(text: string): string;
  /** Gets a token, so that the next request is sent at once. */
  prepare(options: RequestOptions): Promise<void>;
  revokeToken(options: RequestOptions): Promise<void>;
}

export function openScope({
  target,
  repositories = [target.repo],
  credentials,
  fetch,
  clock,
  log,
  secrets = keepSecrets(),
}: ScopeOptions) {
  // Octokit would log every failed request, and a deprecation warning for each dispatch without run details.
  const quiet = { debug() {}, info() {}, warn: log.debug, error() {} };
  const settings: OctokitOptions & { baseUrl: string } = {
    baseUrl: target.apiUrl,
    userAgent: "tracked-dispatch",
    request: { fetch: textFetch(fetch, secrets), log: quiet },
    log: quiet,
  };
  // A rename changes a place, for its token as well.
  const places: RepositoryName[] = repositories.map((repo) => ({ owner: target.owner, repo }));
  const { metadata, note } = trackMetadata(clock);
  const sendBy = (octokit: Octokit) => makeSend(octokit, { clock, log, note, secrets });
  const tokensOf = (some: readonly RepositoryName[]) => {
    if ("token" in credentials) return plainToken(credentials.token);
    if ("app" in credentials)
      return appTokenSource(credentials.app, { settings, places: some, clock, secrets, sendBy });
    const [place = { owner: "", repo: "" }] = some;
    return credentials.broker(place, { settings, clock, log, secrets });
  };
  const shared = tokensOf(places);
  const isForEach = "broker" in credentials;
  return {
    metadata,
    tokensFor: (place: RepositoryName) => {
      if (places.length === 1) return shared;
      return isForEach ? tokensOf([place]) : sharedOrOwn(shared, tokensOf([place]));
    },
    places,
    secrets,
    send: sendBy(new Octokit(settings)),
    limits: openLimits({ github: metadata, clock, log }),
  };
}

export function connect(options: ConnectionOptions): Connection {
  const { target, fetch, clock, log } = options;
  const scope = "scope" in options ? options.scope : openScope(options);
  const { apiUrl } = target;
  const { metadata, limits, secrets } = scope;
  const { owner, repo } = target;
  const place = scope.places.find((each) => each.owner === owner && each.repo === repo) ?? { owner, repo };
  const tokens = scope.tokensFor(place);
  const send = withRepositoryName(scope.send, place);
  const sendAuthorized = withToken(send, tokens, clock);

  return {
    ...metadata,
    limits,
    sharesRuns: false,
    ask: cacheByEtag(followRenames(sendAuthorized, place, { apiUrl, clock, log }), clock),
    download: makeDownload(sendAuthorized, { apiUrl, fetch, clock }),
    async pause(ms, signal) {
      limits.pollers++;
      limits.polledRuns++;
      await clock.sleep(ms, signal).finally(() => {
        limits.pollers--;
        limits.polledRuns--;
      });
      return "over";
    },
    fullName: () => `${place.owner}/${place.repo}`,
    withoutSecrets: secrets.strike,
    prepare: async (options) => void (await tokens.get(options)),
    async revokeToken(options) {
      for (const token of tokens.handOver()) {
        const headers = { authorization: `token ${token}` };
        const route = "DELETE /installation/token";
        await send({ route, parameters: { headers }, purpose: PURPOSES.getToken }, options);
      }
    },
  };
}

interface ReadableRequest<Answer> extends Request {
  read: (data: unknown) => Answer;
}

/** While the response to a GET is unchanged (304), it resolves with the same object. */
type SendAndRead = <Answer>(request: ReadableRequest<Answer>, options: RequestOptions) => Promise<Answer>;

/** Some servers were reported to answer 304 for ever, so an ETag is not sent after this time, nor right before a deadline. */
const KEEP_ANSWERS_MS = 60 * 60 * 1000;

function cacheByEtag(send: Send, clock: Clock): SendAndRead {
  const kept = new Map<string, { etag: string; answer: unknown; sinceMs: number }>();
  return async <Answer>({ read, ...request }: ReadableRequest<Answer>, options: RequestOptions) => {
    const { route, parameters = {} } = request;
    const key = JSON.stringify([route, parameters]);
    const last = kept.get(key);
    const isFresh = last && !options.isLast && clock.nowMs() - last.sinceMs < KEEP_ANSWERS_MS;
    const headers = { ...parameters.headers, ...(isFresh && { "if-none-match": last.etag }) };
    const reply = await send({ ...request, parameters: { ...parameters, headers } }, options);
    if (reply.status === 304 && last) return last.answer as Answer;
    const answer = readResponse(reply, read);
    const etag = headerOf(reply, "etag");
    if (etag && route.startsWith("GET")) kept.set(key, { etag, answer, sinceMs: clock.nowMs() });
    return answer;
  };
}
