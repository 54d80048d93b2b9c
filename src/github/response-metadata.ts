/** What every answer tells besides: the server's time, what is left of the token's limit, and that the token works. */

import type { Clock } from "../runner/clock.ts";
import { type ApiResponse, headerOf } from "./http.ts";
import { type RateLimit, rateLimitIn } from "./rate-limit.ts";

export interface ResponseMetadata {
  /** Undefined until an answer tells it. */
  rateLimit(): RateLimit | undefined;
  /** The earliest time that the server's clock can have shown at `clockMs`, in epoch ms; undefined before any answer. */
  serverTimeMs(clockMs: number): number | undefined;
  /**
   * The likeliest time that the server's clock showed at `clockMs`, in epoch ms; undefined before any answer. An answer's date
   * is in whole seconds, but many of them together tell the fraction as well.
   */
  likelyServerTimeMs(clockMs: number): number | undefined;
  /** Whether any request has succeeded, so that the token works, or did. */
  hasAnswered(): boolean;
  /** The version of an Enterprise Server, e.g. `enterprise-server@3.19.2`; undefined for others, and before any answer. */
  enterpriseVersion(): string | undefined;
}

/** Begins to listen. `hear` takes each answer, with the clock's time at which its request was sent. */
export function trackMetadata(clock: Clock): {
  metadata: ResponseMetadata;
  note: (reply: ApiResponse, sentAtMs: number) => void;
} {
  let rateLimit: RateLimit | undefined;
  let serverTime: { dateMs: number; atMs: number } | undefined;
  /** How far the server's clock is ahead of ours, at least and at most. */
  let ahead = { fromMs: -Infinity, toMs: Infinity };
  let hasAnswered = false;
  let enterpriseVersion: string | undefined;

  return {
    note(reply, sentAtMs) {
      if (reply.status < 400) hasAnswered = true;
      enterpriseVersion = headerOf(reply, "x-github-enterprise-version") ?? enterpriseVersion;
      const dateMs = Date.parse(headerOf(reply, "date") ?? "");
      if (Number.isNaN(dateMs)) return;
      // An answer without an id may be a proxy's, whose date is by a clock of its own: it counts only while there is no other.
      if (headerOf(reply, "x-github-request-id") || !serverTime) {
        serverTime = { dateMs, atMs: clock.nowMs() };
        ahead = narrowed(ahead, { fromMs: dateMs - clock.nowMs(), toMs: dateMs + 1000 - sentAtMs });
      }
      rateLimit = rateLimitIn(reply.headers, dateMs) ?? rateLimit;
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

/** The bounds that both allow. GitHub's servers may differ in their time: where two contradict each other, the last one counts. */
function narrowed(before: Bounds, now: Bounds): Bounds {
  const both = { fromMs: Math.max(now.fromMs, before.fromMs), toMs: Math.min(now.toMs, before.toMs) };
  return both.fromMs <= both.toMs ? both : now;
}
