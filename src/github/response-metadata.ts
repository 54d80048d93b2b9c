import type { Clock } from "../runner/clock.ts";
import { type ApiResponse, headerOf } from "./http.ts";
import { type RateLimit, readRateLimit } from "./rate-limit.ts";
import { timeMs } from "./response-fields.ts";

/** Before the first response, all but `hasAnswered` are undefined. */
export interface ResponseMetadata {
  rateLimit(): RateLimit | undefined;
  /** The earliest time that the server's clock can have shown at `clockMs`, in epoch ms. */
  serverTimeMs(clockMs: number): number | undefined;
  /** The likeliest one: a response's date is in whole seconds, but many together narrow down the fraction. */
  likelyServerTimeMs(clockMs: number): number | undefined;
  /** A request has succeeded, so the token works, or did. */
  hasAnswered(): boolean;
  /** e.g. `enterprise-server@3.19.2`; undefined on other servers. */
  enterpriseVersion(): string | undefined;
}

export function trackMetadata(clock: Clock): {
  metadata: ResponseMetadata;
  note: (reply: ApiResponse, sentAtMs: number) => void;
} {
  let rateLimit: RateLimit | undefined;
  let serverTime: { dateMs: number; atMs: number } | undefined;
  /** How far the server's clock is ahead of `clock`, at least and at most. */
  let ahead = { fromMs: -Infinity, toMs: Infinity };
  let hasAnswered = false;
  let enterpriseVersion: string | undefined;

  return {
    note(reply, sentAtMs) {
      if (reply.status < 400) hasAnswered = true;
      enterpriseVersion = headerOf(reply, "x-github-enterprise-version") ?? enterpriseVersion;
      const dateMs = timeMs(headerOf(reply, "date"));
      if (dateMs === undefined) return;
      // A response without an id may be a proxy's, dated by the proxy's clock: it counts only while there is no other.
      if (headerOf(reply, "x-github-request-id") || !serverTime) {
        serverTime = { dateMs, atMs: clock.nowMs() };
        ahead = narrowed(ahead, { fromMs: dateMs - clock.nowMs(), toMs: dateMs + 1000 - sentAtMs });
      }
      rateLimit = readRateLimit(reply.headers, dateMs) ?? rateLimit;
    },
    metadata: {
      rateLimit: () => rateLimit,
      serverTimeMs: (clockMs) => serverTime && serverTime.dateMs + (clockMs - serverTime.atMs),
      likelyServerTimeMs: (clockMs) => serverTime && clockMs + (ahead.fromMs + ahead.toMs) / 2,
      hasAnswered: () => hasAnswered,
      enterpriseVersion: () => enterpriseVersion,
    },
  };
}

interface Bounds {
  fromMs: number;
  toMs: number;
}

/** GitHub's servers may differ in time: if two bounds contradict each other, the last one counts. */
function narrowed(before: Bounds, now: Bounds): Bounds {
  const both = { fromMs: Math.max(now.fromMs, before.fromMs), toMs: Math.min(now.toMs, before.toMs) };
  return both.fromMs <= both.toMs ? both : now;
}
