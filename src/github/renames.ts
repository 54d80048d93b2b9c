/** For a renamed repository, GitHub redirects and does not act (docs/platform.md#renamed-repositories). */

import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { type ApiResponse, headerOf, readResponse, requestErrorFrom, type Send, timeLeft } from "./http.ts";
import { PURPOSES } from "./purposes.ts";
import { readRepository } from "./responses.ts";

/** Changed in place if the repository was renamed. */
export interface RepositoryName {
  owner: string;
  repo: string;
}

/** Fills in `{owner}/{repo}`. */
export function withRepositoryName(send: Send, place: RepositoryName): Send {
  return (request, options) => {
    const name = request.route.includes("{owner}") ? place : {};
    return send({ ...request, parameters: { ...name, ...request.parameters } }, options);
  };
}

/** Resends to the new name: three requests then, all within the same `timeoutMs`. */
export function followRenames(
  send: Send,
  place: RepositoryName,
  { apiUrl, clock, log }: { apiUrl: string; clock: Clock; log: Log },
): Send {
  return async (request, options) => {
    const left = timeLeft(clock, options);
    const reply = await send(request, left());
    if (!isRedirect(reply)) return reply;
    const route = `GET ${redirectPath(reply, apiUrl)}`;
    const { fullName } = readResponse(await send({ route, purpose: PURPOSES.read }, left()), readRepository);
    log.info(`${place.owner}/${place.repo} is now called ${fullName}; continuing there.`);
    [place.owner = place.owner, place.repo = place.repo] = fullName.split("/");
    const again = await send(request, left());
    if (isRedirect(again)) throw requestErrorFrom("rejected", again, "redirected repeatedly");
    return again;
  };
}

export function isRedirect({ status }: ApiResponse): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/** e.g. `/repositories/7`. @throws RequestError for a redirect to another server, which must not get the token */
export function redirectPath(reply: ApiResponse, apiUrl: string): string {
  const to = headerOf(reply, "location") ?? "";
  const url = URL.canParse(to, apiUrl) ? new URL(to, apiUrl) : undefined;
  if (url?.origin !== new URL(apiUrl).origin) {
    throw requestErrorFrom("rejected", reply, `redirected to ${url?.origin ?? "nowhere"}`);
  }
  const path = url.pathname.match(/\/repositories\/\d+|\/repos\/[^/]+\/[^/]+/)?.[0];
  if (!path) throw requestErrorFrom("rejected", reply, `redirected to ${url.pathname}`);
  return path;
}
