/** Whether to retry a failed request, and when. The reasons are in docs/design.md#persistence. */

import { limitMs } from "./rate-limit.ts";
import { isRetryable, type RequestError } from "./request-error.ts";

/** How long a new run may be listed while its own URL still returns 404 (docs/platform.md#new-runs). */
export const NEW_RUN_MS = 30_000;

export interface RetryPolicy {
  /** Default: `isRetryable`. */
  retries?: (requestError: RequestError) => boolean;
  /** It was there before, so a 404 may be a stray one. */
  wasSeen?: boolean;
  /** Until then, by the clock, it is new and a 404 proves nothing (docs/platform.md#new-runs). */
  isNewUntilMs?: number;
  /** A rate limit that outlasts the deadline ends it at once, for what has no need to wait for the deadline. */
  endsAtLimit?: boolean;
}

export interface RetryProgress extends RetryPolicy {
  nowMs: number;
  /** Errors in a row, this one included. */
  failures: number;
  /** Rate limits on this token since the last successful response. */
  limits: number;
  /** Stray responses retried before this one. */
  strays: number;
  /** Equal errors in a row, this one included. */
  alike: number;
  tokenHasWorked: boolean;
}

const LONGEST_PAUSE_MS = 30_000;
/** Retries of a bad response among good ones (401, 404), and of a refusal that may pass. */
const STRAYS = 2;
const STRAY_PAUSE_MS = 3000;
const NEW_PAUSE_MS = 1000;
/** github/newest-run.ts decides how often. */
const STALE_PAUSE_MS = 1000;
/** Half a minute of 404s; after that, retries are rarer. */
const EARLY_FAILURES = 30;
const LATE_PAUSE_MS = 5000;
/** After so many responses in a row that lack the same field, it is a server of another kind. */
const FOREIGN_ANSWERS = 3;

/** In ms, before jitter; undefined: a retry would not help. */
export function pauseAfter(requestError: RequestError, progress: RetryProgress): number | undefined {
  const { retries = isRetryable, wasSeen = false, isNewUntilMs = 0, nowMs, strays, tokenHasWorked } = progress;
  if (requestError.status === 404 && nowMs < isNewUntilMs)
    return progress.failures <= EARLY_FAILURES ? NEW_PAUSE_MS : LATE_PAUSE_MS;
  const isStray = (requestError.status === 401 && tokenHasWorked) || (requestError.status === 404 && wasSeen);
  if ((isStray || requestError.isUnsure) && strays < STRAYS) return STRAY_PAUSE_MS;
  if (!retries(requestError) || (requestError.isForeign && progress.alike >= FOREIGN_ANSWERS)) return undefined;
  if (requestError.kind === "stale") return STALE_PAUSE_MS;
  if (requestError.kind === "limited") return limitMs(requestError, progress.limits);
  return Math.min(1000 * 2 ** (progress.failures - 1), LONGEST_PAUSE_MS);
}
