/** When to look next: how long to pause. Pure. */

import { type RateLimit, spareMs } from "./rate-limit.ts";

/** The time that earlier runs took from their creation to their end. */
export interface DurationEstimate {
  fromMs: number;
  toMs: number;
  /** What half of them took at most. */
  medianMs: number;
}

/** What the pause before the next look depends on. */
export interface Pace {
  /** Age of what is looked for: time since the dispatch, or since the run was created. */
  ageMs: number;
  /** The longest pause, unless a limit asks for a longer one or the end is known to be far off. */
  pollIntervalMs: number;
  rateLimit: RateLimit | undefined;
  /** How long the last look took; the next is taken to need as long. */
  lookMs: number;
  /** How many dispatchers seem to look as we do, ourselves included. */
  sharers: number;
  /** From 0 to 1: keeps many dispatchers on one token from marching in step. */
  random: number;
}

/**
 * The pause before the next look for a run that is not found yet. A new run is usually visible after 1 to 10 s
 * (docs/platform.md#new-runs); after a minute, a twentieth of the time passed is soon enough.
 */
export function pauseBeforeFind(pace: Pace): number {
  const { ageMs } = pace;
  return paced(ageMs < 10_000 ? 1000 : ageMs < 60_000 ? 1600 : ageMs / 20, pace);
}

/**
 * The pause before the next look after an unclear answer, which came `ageMs` ago: most likely there is no run. It is short
 * for as long as a new run usually takes to become visible, and then just short enough to be sure that there is none. Tuned
 * on "502 and nothing done" (docs/performance.md#goals), thirteen lists in a minute.
 */
export function pauseWhileUnclear(pace: Pace): number {
  return paced(pace.ageMs < 10_000 ? 2000 : 10_000, pace);
}

/** GitHub's words for a run that has to begin, or to be approved, before it can end. */
const FAR_FROM_ITS_END = ["requested", "pending", "queued", "waiting"];
/** Without a history, an end is noticed within 5 % of the run's age: tuned on "20 s" (docs/performance.md#goals). */
const LOOKS_PER_AGE = 22;
/** An end that is due is noticed half of this late in the median: tuned on "10 min, with history", 2 s at most. */
const CLOSE_LOOK_MS = 3000;
/**
 * Where earlier runs took anything from a minute to an hour, there would be too many close looks; so their number is bounded.
 * Tuned on "3 h, with history", where so many are just enough to look every `CLOSE_LOOK_MS`.
 */
const CLOSE_LOOKS = 220;
/**
 * How many times `poll_interval_seconds` a pause may last while the usual end is far off. An end that comes long before, as
 * after a failure, is noticed so much later. Tuned on "3 h, with history", 600 requests.
 */
const FAR_INTERVALS = 3;

/**
 * The pause before the next look at a run that is being followed, by its age. Where earlier runs tell when the end is
 * due, the pause is long until then, and short from then on, if the status allows an end at all (docs/design.md#pace).
 */
export function pauseBeforeFollow(pace: Pace & { status: string; estimate?: DurationEstimate | undefined }): number {
  const { ageMs, status, estimate } = pace;
  const isFar = FAR_FROM_ITS_END.includes(status);
  // So young a run is usually still being set up.
  const byAgeMs = Math.max(ageMs / LOOKS_PER_AGE, ageMs < 15_000 || isFar ? 2000 : 0);
  if (!estimate || ageMs > estimate.toMs) return paced(byAgeMs, pace);
  const dueInMs = estimate.fromMs - ageMs;
  const farMs = Math.min(byAgeMs, pace.pollIntervalMs * FAR_INTERVALS);
  if (dueInMs > farMs && farMs > pace.pollIntervalMs) return paced(farMs, { ...pace, pollIntervalMs: farMs });
  const closelyMs = Math.max(Math.min(CLOSE_LOOK_MS, byAgeMs), (estimate.toMs - estimate.fromMs) / CLOSE_LOOKS);
  return paced(Math.max(dueInMs, isFar ? byAgeMs : closelyMs), pace);
}

/**
 * All dispatchers on one token share 900 points a minute, and even a look answered by 304 costs a point
 * (docs/platform.md#rate-limits). The points that this leaves over pay for dispatches and second requests: tuned on "hundred
 * waiters, an hour", none of whom may be refused.
 */
const MS_PER_SHARER = 150;

/**
 * Makes room for the looks themselves: the next one begins so early that its answer is there when it is due, but half of the
 * time stays quiet, however slow the server is. Jitter shortens a pause: by up to a fifth, but only by up to a fiftieth where
 * `pollIntervalMs` is reached, since there it costs more requests. It lengthens a pause that a limit asks for.
 */
function paced(wantedMs: number, { pollIntervalMs, rateLimit, lookMs, sharers, random }: Pace): number {
  const sharedMs = Math.max(wantedMs, sharers * MS_PER_SHARER);
  const jitter = sharedMs < pollIntervalMs ? random / 5 : random / 50;
  const dueMs = Math.min(sharedMs, pollIntervalMs);
  // What happens right after a look's answer has left is in the next look's answer, which takes its time as well.
  const quietMs = Math.max(dueMs - 2 * lookMs, dueMs / 2) * (1 - jitter);
  return Math.max(quietMs, spareMs(rateLimit) * (1 + random / 4));
}

/** Enough time for the answer to the last look. */
const LAST_REQUEST_MS = 1000;

/** Shortens a pause so that the last look comes right before the deadline, which is `leftMs` away. */
export function pauseWithin(leftMs: number, pauseMs: number): number {
  return Math.max(Math.min(pauseMs, leftMs > LAST_REQUEST_MS ? leftMs - LAST_REQUEST_MS : leftMs), 0);
}
