import { type RateLimit, rateLimitPauseMs } from "./rate-limit.ts";

/** How long earlier runs took, from creation to end. */
export interface DurationEstimate {
  fromMs: number;
  toMs: number;
  medianMs: number;
}

export interface Pace {
  /** Since the dispatch, or since the run was created. */
  ageMs: number;
  /** The longest pause, unless a rate limit needs a longer one or the end is known to be far off. */
  pollIntervalMs: number;
  rateLimit: RateLimit | undefined;
  /** How long the last poll took; the next is expected to take as long. */
  lookMs: number;
  /** Dispatchers that seem to poll with this token, this one included. */
  sharers: number;
  /** Repositories that this step polls with the token: none but one without `targets`. */
  pollers: number;
  /** Runs that this step polls with the token; several of one repository are polled as one. */
  polledRuns?: number;
  /** From 0 to 1: spreads the polls of dispatchers on one token. */
  random: number;
}

/** A new run is usually visible after 1 to 10 s (docs/platform.md#new-runs); after a minute, 5 % of its age is soon enough. */
export function pauseBeforeFind(pace: Pace): number {
  const { ageMs } = pace;
  return paced(ageMs < 10_000 ? 1000 : ageMs < 60_000 ? 1600 : ageMs / 20, pace);
}

/** `ageMs`: since the unclear response, after which there is most likely no run. */
export function pauseWhileUnclear(pace: Pace): number {
  // Short while a run may appear, then just enough. Tuned on "502 and nothing done" (docs/performance.md#goals), 13 lists a minute.
  return paced(pace.ageMs < 10_000 ? 2000 : 10_000, pace);
}

/** Statuses of a run that has to start, or to be approved, before it can end. */
const FAR_FROM_ITS_END = ["requested", "pending", "queued", "waiting"];
/** Without a history, an end is noticed within 5 % of the run's age: tuned on "20 s" (docs/performance.md#goals). */
const POLLS_PER_AGE = 22;
/** Near its estimate, an end is noticed half of this late in the median: tuned on "10 min, with history", 2 s at most. */
const CLOSE_POLL_MS = 3000;
// Bounds the close polls where earlier runs took anything from a minute to an hour. Tuned on "3 h, with history", where so many
// just allow one every `CLOSE_POLL_MS`.
const CLOSE_POLLS = 220;
// A pause may last so many times `poll_interval_seconds` while the estimated end is far off. An early end, as after a failure,
// is noticed that much later. Tuned on "3 h, with history", 600 requests.
const FAR_INTERVALS = 3;

/** The pause is long until the estimated end, then short, if the status allows an end at all (docs/design.md#pace). */
export function pauseBeforeFollow(pace: Pace & { status: string; estimate?: DurationEstimate | undefined }): number {
  const { ageMs, status, estimate } = pace;
  const isFar = FAR_FROM_ITS_END.includes(status);
  // A run this young is usually still being set up.
  const byAgeMs = Math.max(ageMs / POLLS_PER_AGE, ageMs < 15_000 || isFar ? 2000 : 0);
  if (!estimate || ageMs > estimate.toMs) return paced(byAgeMs, pace);
  const dueInMs = estimate.fromMs - ageMs;
  const farMs = Math.min(byAgeMs, pace.pollIntervalMs * FAR_INTERVALS);
  if (dueInMs > farMs && farMs > pace.pollIntervalMs) return paced(farMs, { ...pace, pollIntervalMs: farMs });
  const closelyMs = Math.max(Math.min(CLOSE_POLL_MS, byAgeMs), (estimate.toMs - estimate.fromMs) / CLOSE_POLLS);
  const isClose = !isFar && dueInMs <= closelyMs && pace.pollers <= FEW_POLLERS;
  return paced(Math.max(dueInMs, isFar ? byAgeMs : closelyMs), pace, isClose ? MS_PER_CLOSE_POLLER : MS_PER_POLLER);
}

// All dispatchers on one token share 900 points a minute, and even a 304 costs one (docs/platform.md#rate-limits). The points
// left over pay for dispatches and second requests: tuned on "hundred waiters, an hour", none of whom may be refused.
const MS_PER_SHARER = 150;
/** Where this step alone polls many repositories, it leaves room for the second requests: tuned on "256 repositories, 3 h". */
const MS_PER_POLLER = 110;
/** The same near an estimated end, where a few repositories leave room for more: tuned on "40 repositories". */
const MS_PER_CLOSE_POLLER = 75;
const FEW_POLLERS = 50;
// For long runs in many repositories, the longest pause grows to a little more than `poll_interval_seconds`: tuned on "256 in 20
// repositories, 3 h", 100 requests a minute.
const LONG_MS_PER_POLLER = 760;
const LONG_POLLS_PER_AGE = 60;
const LONG_INTERVALS = 1.45;
/** So many runs are never all at the same point, and each that is young would have its repository polled often. */
const MS_PER_POLLED_RUN = 23;

// A poll starts early, so that its response arrives when due, but half of the time stays quiet on a slow server. Jitter shortens
// a pause by up to a fifth, at `pollIntervalMs` by a fiftieth, as it costs requests there; for a rate limit it lengthens it.
function paced(wantedMs: number, pace: Pace, msPerPoller = MS_PER_POLLER): number {
  const { ageMs, pollIntervalMs, rateLimit, lookMs, sharers, pollers, polledRuns = 1, random } = pace;
  const sharedMs = Math.max(wantedMs, sharers * MS_PER_SHARER);
  const jitter = sharedMs < pollIntervalMs ? random / 5 : random / 50;
  const others = pollers - 1;
  const longMs = Math.min(others * LONG_MS_PER_POLLER, ageMs / LONG_POLLS_PER_AGE, pollIntervalMs * LONG_INTERVALS);
  const longestMs = Math.max(pollIntervalMs, longMs);
  const dueMs = Math.max(Math.min(sharedMs, longestMs), others * msPerPoller, (polledRuns - 1) * MS_PER_POLLED_RUN);
  // A change right after a response was made shows in the next one, which takes its time as well.
  const quietMs = Math.max(dueMs - 2 * lookMs, dueMs / 2) * (1 - jitter);
  return Math.max(quietMs, rateLimitPauseMs(rateLimit) * pollers * (1 + random / 4));
}

export const LAST_REQUEST_MS = 1000;

/** Shortens a pause so that the last request comes right before the deadline, `leftMs` away. */
export function pauseWithin(leftMs: number, pauseMs: number): number {
  return Math.max(Math.min(pauseMs, leftMs > LAST_REQUEST_MS ? leftMs - LAST_REQUEST_MS : leftMs), 0);
}
