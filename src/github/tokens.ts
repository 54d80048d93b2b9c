/**
 * The token of each request: a plain one, or one of a GitHub App. An App's tokens are limited to the target repository and to
 * what the step needs, renewed before they expire, and revoked at the end. So a wait may outlast the hour that a token lives.
 */

import type { Clock } from "../runner/clock.ts";
import { type RequestOptions, type Send, timeLeft } from "./http.ts";
import type { Permissions } from "./purposes.ts";
import { RequestError } from "./request-error.ts";

/** Where the token of each request comes from. */
export interface TokenSource {
  /** Rejects with a `RequestError` when none is to be had. */
  get(options: RequestOptions): Promise<string>;
  /** Says that GitHub has answered 401: the token is not used again. */
  refuse(): void;
  /** The token that has to be revoked at the end; undefined: none. */
  current(): string | undefined;
}

/** A token that was given: it is neither renewed nor revoked here. */
export function plainToken(token: string): TokenSource {
  return { get: async () => token, refuse() {}, current: () => undefined };
}

/** Sends each request with a token, which may have to be got first: all of that within `timeoutMs`. */
export function authorized(send: Send, tokens: TokenSource, clock: Clock): Send {
  return async (request, options) => {
    const left = timeLeft(clock, options);
    const authorization = `token ${await tokens.get(options)}`;
    if (left().timeoutMs <= 0) {
      const { route, purpose } = request;
      const answer = "getting a token took all the time";
      throw new RequestError("unreachable", { request: route, purpose, code: "ETIMEDOUT", answer });
    }
    const headers = { ...request.parameters?.headers, authorization };
    try {
      return await send({ ...request, parameters: { ...request.parameters, headers } }, left());
    } catch (error) {
      if (error instanceof RequestError && error.status === 401) tokens.refuse();
      throw error;
    }
  };
}

/** The two requests that only the App itself may make, signed with its key. */
export interface AppRequests {
  /** The App's installation on the target repository, and what it was granted there. */
  getInstallation(options: RequestOptions): Promise<{ id: number; granted: Readonly<Record<string, unknown>> }>;
  /** `lifetimeMs` by the server's clock. */
  createToken(
    installationId: number,
    permissions: Permissions,
    options: RequestOptions,
  ): Promise<{ token: string; lifetimeMs: number }>;
}

/** A token is renewed when this part of its life is left: six minutes of an hour. */
const RENEWAL = 0.1;

/** The permissions that are asked for: all of `needs`, and those of `wishes` that the installation has been granted. */
export interface Wanted {
  needs: Permissions;
  wishes: Permissions;
}

/** Gets tokens as they are needed. `mask` hides each one before anything can print it. */
export function appTokens(
  requests: AppRequests,
  { needs, wishes }: Wanted,
  { clock, mask }: { clock: Clock; mask: (secret: string) => void },
): TokenSource {
  let installation: Awaited<ReturnType<AppRequests["getInstallation"]>> | undefined;
  let current: { token: string; renewAtMs: number } | undefined;
  return {
    async get(options) {
      // @octokit/auth-app 8 keeps a token for 59 minutes, whatever the answer says; so it is kept here (docs/platform.md#app-tokens).
      if (current && clock.nowMs() < current.renewAtMs) return current.token;
      const left = timeLeft(clock, options);
      installation ??= await requests.getInstallation(options);
      const startedMs = clock.nowMs();
      const { id, granted } = installation;
      const more = Object.entries(wishes).filter(([name]) => granted[name] !== undefined);
      const permissions = { ...Object.fromEntries(more), ...needs };
      const { token, lifetimeMs } = await requests.createToken(id, permissions, left());
      mask(token);
      current = { token, renewAtMs: startedMs + lifetimeMs * (1 - RENEWAL) };
      return token;
    },
    refuse() {
      if (current) current.renewAtMs = 0;
    },
    current: () => current?.token,
  };
}
