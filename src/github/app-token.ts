/**
 * Tokens of a GitHub App: found by the target repository, limited to it and to what the step needs, renewed before they
 * end, and revoked at the end. So a wait may outlast the hour that such a token lives.
 */

import type { Clock } from "../edges/clock.ts";
import type { Permissions } from "../inputs/permissions.ts";
import type { RequestOptions } from "./http.ts";

/** The App's credentials, as the inputs give them. */
export interface AppCredentials {
  /** App id or client id. */
  appId: string;
  /** PEM, PKCS#8. */
  privateKey: string;
}

/** Where the token of each request comes from. */
export interface TokenSource {
  /** Rejects with a `Fault` when none is to be had. */
  get(options: RequestOptions): Promise<string>;
  /** GitHub has answered 401: the token must not be used again. */
  refuse(): void;
  /** The token that would have to be revoked. */
  current(): string | undefined;
}

/** The two requests that only the App itself may make, signed with its key. */
export interface AppRequests {
  /** The App's installation on the target repository, and what it was granted there. */
  getInstallation(
    options: RequestOptions,
  ): Promise<{ id: number; granted: Readonly<Record<string, unknown>> }>;
  /** `lifetimeMs` by the server's clock. */
  createToken(
    installationId: number,
    permissions: Permissions,
    options: RequestOptions,
  ): Promise<{ token: string; lifetimeMs: number }>;
}

/** A token is renewed when this part of its life is left: six minutes of an hour. */
const RENEWAL = 0.1;

/** What a token is asked for: all of `needs`, without which it is refused, and of `wishes` what is granted. */
export interface Wanted {
  needs: Permissions;
  wishes: Permissions;
}

/** Mints tokens as they are needed. `mask` hides each before anything can print it. */
export function appTokens(
  requests: AppRequests,
  { needs, wishes }: Wanted,
  { clock, mask }: { clock: Clock; mask: (secret: string) => void },
): TokenSource {
  let installation: Awaited<ReturnType<AppRequests["getInstallation"]>> | undefined;
  let current: { token: string; renewAtMs: number } | undefined;
  return {
    async get(options) {
      // @octokit/auth-app would keep a token for 59 minutes, whatever its answer says (PLATFORM.md); so it is kept here.
      if (current && clock.nowMs() < current.renewAtMs) return current.token;
      const endMs = clock.nowMs() + options.timeoutMs;
      installation ??= await requests.getInstallation(options);
      const startedMs = clock.nowMs();
      const left = { ...options, timeoutMs: Math.max(endMs - startedMs, 0) };
      const { id, granted } = installation;
      const more = Object.entries(wishes).filter(([name]) => granted[name] !== undefined);
      const permissions = { ...Object.fromEntries(more), ...needs };
      const { token, lifetimeMs } = await requests.createToken(id, permissions, left);
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
