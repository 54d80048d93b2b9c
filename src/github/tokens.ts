import type { Clock } from "../runner/clock.ts";
import { type RequestOptions, type Send, timeLeft } from "./http.ts";
import type { Permissions } from "./purposes.ts";
import { RequestError } from "./request-error.ts";

export interface TokenSource {
  /** @throws RequestError */
  get(options: RequestOptions): Promise<string>;
  /** After a 401: the token is not used again. */
  refuse(): void;
  /** The tokens to revoke at the end; each is handed over once, and is not used again. */
  handOver(): string[];
}

/** Neither renewed nor revoked here. */
export function plainToken(token: string): TokenSource {
  return { get: async () => token, refuse() {}, handOver: () => [] };
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

interface MintedToken {
  token: string;
  /** By the clock, right before it was requested. */
  startedMs: number;
  lifetimeMs: number;
}

export interface TokenEdges {
  clock: Clock;
  /** Hides each token before anything can print it. */
  mask: (secret: string) => void;
}

/** After a renewal that has failed, the old token is used for so long before the next. */
const RENEWAL_PAUSE_MS = 60_000;

/** Renewed before they expire: a wait may outlast a token's hour. A renewal that fails is tried again while the old token lives. */
export function renewedTokens(
  mint: (options: RequestOptions) => Promise<MintedToken>,
  { clock, mask }: TokenEdges,
): TokenSource {
  let current: { token: string; renewAtMs: number; endsAtMs: number } | undefined;
  /** A request for a token, which all who need one wait for. */
  let coming: Promise<string> | undefined;

  async function create(options: RequestOptions): Promise<string> {
    const minted = await mint(options).catch(keepOld);
    if (typeof minted === "string") return minted;
    const { token, startedMs, lifetimeMs } = minted;
    mask(token);
    current = { token, renewAtMs: startedMs + lifetimeMs * (1 - RENEWAL), endsAtMs: startedMs + lifetimeMs };
    return token;
  }

  function keepOld(error: unknown): string {
    if (!current || !(error instanceof RequestError) || isLimitForAll(error)) throw error;
    const againMs = clock.nowMs() + Math.max(RENEWAL_PAUSE_MS, error.retryAfterMs ?? 0);
    if (againMs > current.endsAtMs) throw error;
    current.renewAtMs = againMs;
    return current.token;
  }

  return {
    async get(options) {
      // Cached here: @octokit/auth-app 8 keeps a token for 59 minutes, whatever the response says (docs/platform.md#app-tokens).
      if (current && clock.nowMs() < current.renewAtMs) return current.token;
      coming ??= create(options).finally(() => {
        coming = undefined;
      });
      return coming;
    },
    refuse() {
      if (current) Object.assign(current, { renewAtMs: 0, endsAtMs: 0 });
    },
    handOver() {
      const { token } = current ?? {};
      current = undefined;
      return token === undefined ? [] : [token];
    },
  };
}

/** The old token would meet GitHub's limit as well. */
function isLimitForAll({ kind, server }: RequestError): boolean {
  return kind === "limited" && server === "GitHub";
}

export function appTokens(requests: AppRequests, { needs, wishes }: WantedPermissions, edges: TokenEdges): TokenSource {
  let installation: Awaited<ReturnType<AppRequests["getInstallation"]>> | undefined;
  return renewedTokens(async (options) => {
    const left = timeLeft(edges.clock, options);
    installation ??= await requests.getInstallation(options);
    const { id, granted } = installation;
    const more = Object.entries(wishes).filter(([name]) => granted[name] !== undefined);
    const startedMs = edges.clock.nowMs();
    const minted = await requests.createToken(id, { ...Object.fromEntries(more), ...needs }, left());
    return { startedMs, ...minted };
  }, edges);
}

/**
 * The token that many repositories share; one that the App may not reach would refuse it to all (404 for the installation, 422
 * for the token), so each then gets its own.
 */
export function sharedOrOwn(shared: TokenSource, own: TokenSource): TokenSource {
  let source = shared;
  return {
    async get(options) {
      try {
        return await source.get(options);
      } catch (error) {
        const isRefused = error instanceof RequestError && error.kind === "rejected" && error.status !== 401;
        if (source === own || !isRefused) throw error;
        source = own;
        return own.get(options);
      }
    },
    refuse: () => source.refuse(),
    handOver: () => [...shared.handOver(), ...own.handOver()],
  };
}
