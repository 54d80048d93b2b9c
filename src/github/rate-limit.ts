import { timeOfDay } from "../text/wording.ts";
import { namesCause } from "./refusal-words.ts";

/** If GitHub gives no time: a minute, then twice as long each time (docs/platform.md#rate-limits). */
const DEFAULT_LIMIT_MS = 60_000;
const LONGEST_DEFAULT_LIMIT_MS = 16 * DEFAULT_LIMIT_MS;

/** `limits`: rate limits since the last successful response, this one included. */
export function limitMs({ retryAfterMs }: { retryAfterMs: number | undefined }, limits: number): number {
  return retryAfterMs ?? Math.min(DEFAULT_LIMIT_MS * 2 ** (limits - 1), LONGEST_DEFAULT_LIMIT_MS);
}

/** A limit may reset sooner than announced, and others may stop using it. */
const LONGEST_SPARING_PAUSE_MS = 60_000;

/** Spreads the remaining requests until the limit resets (docs/design.md#limits). */
export function rateLimitPauseMs(rateLimit: RateLimit | undefined): number {
  if (!rateLimit || rateLimit.remaining > rateLimit.limit / 2) return 0;
  // A tenth is left for others on the token.
  const usable = Math.max(rateLimit.remaining - rateLimit.limit / 10, 1);
  return Math.min(rateLimit.resetInMs / usable, rateLimit.resetInMs, LONGEST_SPARING_PAUSE_MS);
}

/** The token's hourly limit, by the last response. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** Counted from that response. */
  resetInMs: number;
}

/** `dateMs`: the response's own date, in epoch ms. */
export function readRateLimit(headers: ResponseHeaders, dateMs: number): RateLimit | undefined {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) =>
    Number(headers[`x-ratelimit-${name}`]),
  ) as [number, number, number];
  if (!Number.isFinite(limit + remaining + reset)) return undefined;
  return { limit, remaining, resetInMs: Math.max(reset * 1000 - dateMs, 0) };
}

/** Names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

export function isRateLimit(status: number, headers: ResponseHeaders, message: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  if (headers["retry-after"] !== undefined || /rate limit|abuse detection/i.test(message)) return true;
  // The last request within a limit may be refused for a missing permission instead.
  return String(headers["x-ratelimit-remaining"]) === "0" && !namesCause(message);
}

/** By the response's own `Date`, since the runner's clock may be wrong. `retry-after` is in seconds, or a date. */
export function retryAfterMs(headers: ResponseHeaders): number | undefined {
  const date = Date.parse(String(headers.date));
  const after = headers["retry-after"];
  if (after !== undefined) {
    const seconds = Number(after);
    if (Number.isFinite(seconds)) return bounded(seconds * 1000);
    const until = Date.parse(String(after)) - date;
    if (Number.isFinite(until)) return bounded(until);
  }
  if (String(headers["x-ratelimit-remaining"]) !== "0") return undefined;
  const untilReset = Number(headers["x-ratelimit-reset"]) * 1000 - date;
  return Number.isFinite(untilReset) ? bounded(untilReset) : undefined;
}

/** Less than a second would flood the server; only a broken server asks for more than a month. */
function bounded(ms: number): number {
  return Math.min(Math.max(ms, 1000), LONGEST_WAIT_MS);
}

const LONGEST_WAIT_MS = 31 * 24 * 3_600_000;

interface Limited {
  kind: string;
  server: string;
  outcome: string;
  dateMs: number | undefined;
  retryAfterMs: number | undefined;
}

/** In epoch ms; undefined where GitHub did not say. */
export function rateLimitEndMs({
  dateMs = Number.NaN,
  retryAfterMs = Number.NaN,
}: Pick<Limited, "dateMs" | "retryAfterMs">): number | undefined {
  const endMs = dateMs + retryAfterMs;
  return Number.isFinite(endMs) ? endMs : undefined;
}

/** e.g. `GitHub's rate limit lasts until 12:00:10 UTC (403)`; undefined for any other error. */
export function describeLimit(requestError: Limited | undefined): string | undefined {
  if (requestError?.kind !== "limited") return undefined;
  const endMs = rateLimitEndMs(requestError);
  const lasts = endMs === undefined ? "has not ended" : `lasts until ${timeOfDay(endMs)}`;
  return `${requestError.server}'s rate limit ${lasts} (${requestError.outcome})`;
}
