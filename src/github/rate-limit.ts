/** GitHub's rate limits: what is left of one, how a refusal by one looks, and how long it lasts. Pure. */

/** Where GitHub does not say how long: a minute, then twice as long each time (docs/platform.md#rate-limits). */
const UNTOLD_LIMIT_MS = 60_000;
const LONGEST_UNTOLD_LIMIT_MS = 16 * UNTOLD_LIMIT_MS;

/** How long a limit lasts, in ms; it is the `limits`th since GitHub last answered. */
export function limitMs({ retryAfterMs }: { retryAfterMs: number | undefined }, limits: number): number {
  return retryAfterMs ?? Math.min(UNTOLD_LIMIT_MS * 2 ** (limits - 1), LONGEST_UNTOLD_LIMIT_MS);
}

/** However little is left of a limit: it may be full again sooner than it said, and others may stop using it. */
const LONGEST_SPARING_PAUSE_MS = 60_000;

/** The pause that makes the rest of the limit last until it is full again (docs/design.md#limits). */
export function spareMs(rateLimit: RateLimit | undefined): number {
  if (!rateLimit || rateLimit.remaining > rateLimit.limit / 2) return 0;
  // A tenth is kept for others on the token.
  const usable = Math.max(rateLimit.remaining - rateLimit.limit / 10, 1);
  return Math.min(rateLimit.resetInMs / usable, rateLimit.resetInMs, LONGEST_SPARING_PAUSE_MS);
}

/** What is left of the token's hourly limit, as the last answer told it. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** How long after that answer the limit is full again. */
  resetInMs: number;
}

/** As the headers of a response tell it, whose date is `dateMs`, in epoch ms. */
export function rateLimitIn(headers: Headers, dateMs: number): RateLimit | undefined {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) =>
    Number(headers[`x-ratelimit-${name}`]),
  ) as [number, number, number];
  if (!Number.isFinite(limit + remaining + reset)) return undefined;
  return { limit, remaining, resetInMs: Math.max(reset * 1000 - dateMs, 0) };
}

/** By names in lower case. */
type Headers = Readonly<Record<string, string | number | undefined>>;

export function isRateLimit(status: number, headers: Headers, message: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  if (headers["retry-after"] !== undefined || /rate limit|abuse detection/i.test(message)) return true;
  // The last request within a limit may be refused for lack of a permission, and that is not because of the limit.
  return (
    String(headers["x-ratelimit-remaining"]) === "0" &&
    !/not accessible|must have|denied|archived|\bsaml\b|\bsso\b|ip allow list|disabled|blocked|forbids|access restrictions|billing|suspended/i.test(
      message,
    )
  );
}

/**
 * How long a rate-limit answer asks to wait, in ms; undefined when it does not say.
 * `retry-after` is in seconds, or a date; `x-ratelimit-reset` is in epoch seconds. Both are compared with the answer's own
 * `Date`, since the runner's clock may be wrong.
 */
export function retryAfterMs(headers: Headers): number | undefined {
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

/** With less than a second between them, requests would be a storm; only a broken server asks for more than a month. */
function bounded(ms: number): number {
  return Math.min(Math.max(ms, 1000), LONGEST_WAIT_MS);
}

const LONGEST_WAIT_MS = 31 * 24 * 3_600_000;
