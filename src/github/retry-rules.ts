/** Whether to ask again after a fault, and how soon. Pure; the reasons are in docs/design.md#persistence. */

import { limitMs } from "./rate-limit.ts";
import { isRetryable, type RequestError } from "./request-error.ts";

/** How long a new run may be listed while its own address still answers 404 (docs/platform.md#new-runs). */
export const NEW_RUN_MS = 30_000;

/** After which faults the asker asks again. */
export interface RetryPolicy {
  /** Says whether to ask again after a fault; by default after every one that may heal. */
  retries?: (requestError: RequestError) => boolean;
  /** What is asked for was there before, so a 404 may be a stray one. */
  wasSeen?: boolean;
  /** Until then, by the clock, what is asked for is new, and a 404 says nothing (docs/platform.md#new-runs). */
  isNewUntilMs?: number;
}

/** How the asking has gone so far, this fault included. */
export interface RetryProgress extends RetryPolicy {
  nowMs: number;
  /** How many answers in a row were faults. */
  failures: number;
  /** How many limits GitHub has set on this token since it last answered. */
  limits: number;
  /** How many stray answers were asked again, before this one. */
  strays: number;
  /** How many of the last faults in a row were like this one. */
  alike: number;
  tokenHasWorked: boolean;
}

const LONGEST_PAUSE_MS = 30_000;
/** How often a bad answer among good ones (401, 404) is asked again. */
const STRAYS = 2;
const STRAY_PAUSE_MS = 3000;
const NEW_PAUSE_MS = 1000;
/** Half a minute's failures: what is still not there is then asked for less often. */
const EARLY_FAILURES = 30;
const LATE_PAUSE_MS = 5000;
/** After so many answers in a row that lack the same field, this is a server that we cannot read. */
const FOREIGN_ANSWERS = 3;

/** How long to pause before asking again, in ms and before jitter; undefined: asking again would not help. */
export function pauseAfter(requestError: RequestError, standing: RetryProgress): number | undefined {
  const { retries = isRetryable, wasSeen = false, isNewUntilMs = 0, nowMs, strays, tokenHasWorked } = standing;
  if (requestError.status === 404 && nowMs < isNewUntilMs)
    return standing.failures <= EARLY_FAILURES ? NEW_PAUSE_MS : LATE_PAUSE_MS;
  const isStray = (requestError.status === 401 && tokenHasWorked) || (requestError.status === 404 && wasSeen);
  if (isStray && strays < STRAYS) return STRAY_PAUSE_MS;
  if (!retries(requestError) || (requestError.isForeign && standing.alike >= FOREIGN_ANSWERS)) return undefined;
  if (requestError.kind === "limited") return limitMs(requestError, standing.limits);
  return Math.min(1000 * 2 ** (standing.failures - 1), LONGEST_PAUSE_MS);
}
