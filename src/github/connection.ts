import { Octokit } from "@octokit/rest";
import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { keepSecrets, type Secrets } from "../text/secrets.ts";
import { type App, appTokenSource, type OctokitOptions } from "./app-requests.ts";
import { type Download, makeDownload } from "./download.ts";
import { headerOf, makeSend, type Request, type RequestOptions, readResponse, type Send, textFetch } from "./http.ts";
import { PURPOSES } from "./purposes.ts";
import { followRenames, withRepositoryName } from "./renames.ts";
import { type ResponseMetadata, trackMetadata } from "./response-metadata.ts";
import { plainToken, withToken } from "./tokens.ts";
import type { Fetch } from "./transport.ts";

export interface Target {
  owner: string;
  repo: string;
  /** REST root without a trailing slash, e.g. `https://api.github.com` or `https://ghe.example.com/api/v3`. */
  apiUrl: string;
}

export interface ConnectionOptions {
  target: Target;
  credentials: Credentials;
  fetch: Fetch;
  clock: Clock;
  log: Log;
  /** Of all connections, since one server may repeat what another was sent. */
  secrets?: Secrets;
}

export type Credentials = { token: string } | { app: App };

interface Connection extends ResponseMetadata {
  /** `{owner}` and `{repo}` in a route are the target's. */
  ask: SendAndRead;
  download: Download;
  /** `owner/name`; changes if the repository was renamed. */
  fullName(): string;
  /** For a text that did not come as JSON: from a download, or in base64. */
  withoutSecrets(text: string): string;
  /** Gets a token, so that the next request is sent at once. */
  prepare(options: RequestOptions): Promise<void>;
  revokeToken(options: RequestOptions): Promise<void>;
}

export function connect({
  target,
  credentials,
  fetch,
  clock,
  log,
  secrets = keepSecrets(),
}: ConnectionOptions): Connection {
  const { apiUrl } = target;
  // Octokit would log every failed request, and a deprecation warning for each dispatch without run details.
  const quiet = { debug() {}, info() {}, warn: log.debug, error() {} };
  const settings: OctokitOptions & { baseUrl: string } = {
    baseUrl: apiUrl,
    userAgent: "tracked-dispatch",
    request: { fetch: textFetch(fetch, secrets), log: quiet },
    log: quiet,
  };
  const place = { owner: target.owner, repo: target.repo };
  const { metadata, note } = trackMetadata(clock);
  const sendBy = (octokit: Octokit) => withRepositoryName(makeSend(octokit, { clock, log, note, secrets }), place);
  const send = sendBy(new Octokit(settings));
  const tokens =
    "token" in credentials
      ? plainToken(credentials.token)
      : appTokenSource(credentials.app, { settings, place, clock, secrets, sendBy });
  const sendAuthorized = withToken(send, tokens, clock);

  return {
    ...metadata,
    ask: cacheByEtag(followRenames(sendAuthorized, place, { apiUrl, clock, log }), clock),
    download: makeDownload(sendAuthorized, { apiUrl, fetch, clock }),
    fullName: () => `${place.owner}/${place.repo}`,
    withoutSecrets: secrets.strike,
    prepare: async (options) => void (await tokens.get(options)),
    async revokeToken(options) {
      const token = tokens.current();
      if (token === undefined) return;
      const headers = { authorization: `token ${token}` };
      const route = "DELETE /installation/token";
      await send({ route, parameters: { headers }, purpose: PURPOSES.getToken }, options);
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
