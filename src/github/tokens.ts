import type { Clock } from "../runner/clock.ts";
import { type RequestOptions, type Send, timeLeft } from "./http.ts";
import type { Permissions } from "./purposes.ts";
import { RequestError } from "./request-error.ts";

export interface TokenSource {
  /** @throws RequestError */
  get(options: RequestOptions): Promise<string>;
  /** After a 401: the token is not used again. */
  refuse(): void;
  /** The token to revoke at the end, if any. */
  current(): string | undefined;
}

/** Neither renewed nor revoked here. */
export function plainToken(token: string): TokenSource {
  return { get: async () => token, refuse() {}, current: () => undefined };
}

/** Getting a token counts towards `timeoutMs`. */
export function withToken(send: Send, tokens: TokenSource, clock: Clock): Send {
  return async (request, options) => {
    const left = timeLeft(clock, options);
    const authorization = `token ${await tokens.get(options)}`;
    if (left().timeoutMs <= 0) {
      const { route, purpose } = request;
      const answer = "no time was left after getting a token";
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

/** The two requests that only the App itself may send, signed with its key. */
export interface AppRequests {
  getInstallation(options: RequestOptions): Promise<{ id: number; granted: Readonly<Record<string, unknown>> }>;
  /** `lifetimeMs` by the server's clock. */
  createToken(
    installationId: number,
    permissions: Permissions,
    options: RequestOptions,
  ): Promise<{ token: string; lifetimeMs: number }>;
}

/** A token is renewed when this part of its lifetime is left: six minutes of an hour. */
const RENEWAL = 0.1;

/** Requested: all of `needs`, and those of `wishes` that the installation was granted. */
export interface WantedPermissions {
  needs: Permissions;
  wishes: Permissions;
}

/** Renewed before they expire: a wait may outlast a token's hour. `mask` hides each one before anything can print it. */
export function appTokens(
  requests: AppRequests,
  { needs, wishes }: WantedPermissions,
  { clock, mask }: { clock: Clock; mask: (secret: string) => void },
): TokenSource {
  let installation: Awaited<ReturnType<AppRequests["getInstallation"]>> | undefined;
  let current: { token: string; renewAtMs: number } | undefined;
  return {
    async get(options) {
      // Cached here: @octokit/auth-app 8 keeps a token for 59 minutes, whatever the response says (docs/platform.md#app-tokens).
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
