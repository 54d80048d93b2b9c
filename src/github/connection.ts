/** The connection to one repository on one server: layers around what sends a request, each of which adds one thing. */

import { Octokit } from "@octokit/rest";
import type { Clock } from "../edges/clock.ts";
import type { Log } from "../edges/log.ts";
import { type App, type OctokitOptions, tokensOf } from "./app-requests.ts";
import { authorized, plainToken } from "./app-token.ts";
import { type Download, downloader } from "./download.ts";
import { type Ask, keepAnswers } from "./etags.ts";
import { type Heard, listen } from "./heard.ts";
import { type RequestOptions, sender } from "./http.ts";
import { PURPOSES } from "./purpose.ts";
import { atPlace, followRenames } from "./renames.ts";
import type { Fetch } from "./transport.ts";

/** A repository, and the server it lives on. */
export interface Target {
  owner: string;
  repo: string;
  /** REST root without a slash at its end, e.g. `https://api.github.com` or `https://ghe.example.com/api/v3`. */
  apiUrl: string;
}

export interface ConnectionOptions {
  target: Target;
  credentials: Credentials;
  fetch: Fetch;
  clock: Clock;
  log: Log;
}

export type Credentials = { token: string } | { app: App };

export interface Connection extends Heard {
  /** Sends one request (two more if the repository was renamed). `{owner}` and `{repo}` in a route are the target's. */
  ask: Ask;
  /** Reads what GitHub keeps on another host. */
  download: Download;
  /** The repository's name as it is now: `owner/name`. */
  fullName(): string;
  /** Gets a token ready, so that the next request is sent at once. */
  prepare(options: RequestOptions): Promise<void>;
  /** Revokes the App's token, if one was made. */
  revokeToken(options: RequestOptions): Promise<void>;
}

/** Opens the connection. Nothing is sent yet. */
export function connect({ target, credentials, fetch, clock, log }: ConnectionOptions): Connection {
  const { apiUrl } = target;
  // Octokit would print every failed request, and a deprecation warning for each dispatch that does not ask for run details.
  const quiet = { debug() {}, info() {}, warn: log.debug, error() {} };
  const settings: OctokitOptions & { baseUrl: string } = {
    baseUrl: apiUrl,
    userAgent: "tracked-dispatch",
    // `fetch` would turn a POST into a GET on a 301, and would follow to any host.
    request: { fetch, redirect: "manual", log: quiet },
    log: quiet,
  };
  const place = { owner: target.owner, repo: target.repo };
  const { heard, hear } = listen(clock);
  const sendBy = (octokit: Octokit) => atPlace(sender(octokit, { clock, log, hear }), place);
  const send = sendBy(new Octokit(settings));
  const tokens =
    "token" in credentials
      ? plainToken(credentials.token)
      : tokensOf(credentials.app, { settings, place, clock, sendBy });
  const sendAuthorized = authorized(send, tokens, clock);

  return {
    ...heard,
    ask: keepAnswers(followRenames(sendAuthorized, place, { apiUrl, clock, log }), clock),
    download: downloader(sendAuthorized, { apiUrl, fetch, clock }),
    fullName: () => `${place.owner}/${place.repo}`,
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
