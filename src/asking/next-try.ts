/** Whether to ask again after a fault, and how soon. Pure; the reasons are in docs/design.md#persistence. */

import { type Fault, mayHeal } from "../github/fault.ts";

/** After which faults the asker asks again. */
export interface Patience {
  /** Says whether to ask again after a fault; by default after every one that may heal. */
  retries?: (fault: Fault) => boolean;
  /** What is asked for was there before, so a 404 may be a stray one. */
  wasSeen?: boolean;
  /** Until then, by the clock, what is asked for is new, and a 404 says nothing (docs/platform.md#new-runs). */
  isNewUntilMs?: number;
}

/** How the asking has gone so far, this fault included. */
export interface Standing extends Patience {
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
export function pauseAfter(fault: Fault, standing: Standing): number | undefined {
  const { retries = mayHeal, wasSeen = false, isNewUntilMs = 0, nowMs, strays, tokenHasWorked } = standing;
  if (fault.status === 404 && nowMs < isNewUntilMs)
    return standing.failures <= EARLY_FAILURES ? NEW_PAUSE_MS : LATE_PAUSE_MS;
  const isStray = (fault.status === 401 && tokenHasWorked) || (fault.status === 404 && wasSeen);
  if (isStray && strays < STRAYS) return STRAY_PAUSE_MS;
  if (!retries(fault) || (fault.isForeign && standing.alike >= FOREIGN_ANSWERS)) return undefined;
  if (fault.kind === "limited") return limitMs(fault, standing.limits);
  return Math.min(1000 * 2 ** (standing.failures - 1), LONGEST_PAUSE_MS);
}

/** Where GitHub does not say how long: a minute, then twice as long each time (docs/platform.md#rate-limits). */
const UNTOLD_LIMIT_MS = 60_000;
const LONGEST_UNTOLD_LIMIT_MS = 16 * UNTOLD_LIMIT_MS;

/** How long a limit lasts, in ms; it is the `limits`th since GitHub last answered. */
export function limitMs({ retryAfterMs }: Fault, limits: number): number {
  return retryAfterMs ?? Math.min(UNTOLD_LIMIT_MS * 2 ** (limits - 1), LONGEST_UNTOLD_LIMIT_MS);
}
