/** When to look next. Pure: from what is known to a pause. */

import type { RateLimit } from "../github/heard.ts";
import type { Usual } from "./usual-duration.ts";

/** What the pause before the next look depends on. */
export interface Pace {
  /** Age of what is looked for: time since the dispatch, or since the run was created. */
  ageMs: number;
  /** The longest pause; only a limit makes it longer. */
  pollIntervalMs: number;
  rateLimit: RateLimit | undefined;
  /** How long the last look took; the next is taken to need as long. */
  lookMs: number;
  /** How many dispatchers seem to look as we do, ourselves included. */
  sharers: number;
  /** From 0 to 1: keeps many dispatchers on one token from marching in step. */
  random: number;
}

/** However little is left: the limit may be full again sooner than it said, and others may stop using it. */
const LONGEST_SPARING_PAUSE_MS = 60_000;
/**
 * GitHub takes 900 points a minute, of all dispatchers on one token together, and a free look costs its point as well
 * (docs/platform.md#rate-limits). They pay for dispatches and second requests out of what this leaves.
 */
const MS_PER_SHARER = 150;

/**
 * The pause before the next look for a run that is not found yet: a new run is visible after 1 to 10 s as a rule; after a
 * minute it has become unusual, and a twentieth of the time passed is soon enough.
 */
export function pauseBeforeFind(pace: Pace): number {
  const { ageMs } = pace;
  return paced(ageMs < 10_000 ? 1000 : ageMs < 60_000 ? 1600 : ageMs / 20, pace);
}

/** GitHub's words for a run that has to begin, or to be approved, before it can end. */
const FAR_FROM_ITS_END = ["requested", "pending", "queued", "waiting"];

/**
 * The pause before the next look at a run that is being followed. Without a history, a twentieth of its age. With one, as
 * long as may be until the run's usual end comes near, and closely from there on while it is still due; but not while its
 * status says that it cannot end soon.
 */
export function pauseBeforeFollow(pace: Pace & { status: string; usual?: Usual | undefined }): number {
  const { ageMs, status, usual } = pace;
  const isFar = FAR_FROM_ITS_END.includes(status);
  // A run that young is being set up, as a rule.
  const byAgeMs = Math.max(ageMs / 22, ageMs < 15_000 || isFar ? 2000 : 0);
  if (!usual || ageMs > usual.toMs) return paced(byAgeMs, pace);
  const closelyMs = Math.max(Math.min(CLOSE_LOOK_MS, byAgeMs), (usual.toMs - usual.fromMs) / CLOSE_LOOKS);
  return paced(Math.max(usual.fromMs - ageMs, isFar ? byAgeMs : closelyMs), pace);
}

/** Half of it is how late an end that was due is noticed in the median. */
const CLOSE_LOOK_MS = 3000;
/** Where earlier runs tell little, since they took anything from a minute to an hour, close looks would be too many. */
const CLOSE_LOOKS = 220;

/**
 * A look begins early enough to have ended when it is due, but for half of the time nothing is asked, however slow the
 * server is. Jitter only ever shortens a pause up to `pollIntervalMs`, little where it is at its longest, since there it
 * costs a request each time; and it only ever lengthens a pause that a limit asks for.
 */
function paced(wantedMs: number, { pollIntervalMs, rateLimit, lookMs, sharers, random }: Pace): number {
  const sharedMs = Math.max(wantedMs, sharers * MS_PER_SHARER);
  const jitter = sharedMs < pollIntervalMs ? random / 5 : random / 50;
  const dueMs = Math.min(sharedMs, pollIntervalMs);
  // What happens right after a look's answer has left is seen by the next one, and known when that one has ended.
  const looks = Math.max(dueMs - 2 * lookMs, dueMs / 2) * (1 - jitter);
  return Math.max(looks, spareMs(rateLimit) * (1 + random / 4));
}

/**
 * The pause that makes what is left of the limit last until it is full again. There is none while over half of it is
 * left; and of the rest a tenth is kept for others on the same token.
 */
function spareMs(rateLimit: RateLimit | undefined): number {
  if (!rateLimit || rateLimit.remaining > rateLimit.limit / 2) return 0;
  const usable = Math.max(rateLimit.remaining - rateLimit.limit / 10, 1);
  return Math.min(rateLimit.resetInMs / usable, rateLimit.resetInMs, LONGEST_SPARING_PAUSE_MS);
}

/** Time enough for the last look's answer. */
const LAST_LOOK_MS = 1000;

/** No pause goes beyond the deadline, which is `leftMs` away, and the last look comes right before it. */
export function pauseWithin(leftMs: number, pauseMs: number): number {
  return Math.max(Math.min(pauseMs, leftMs > LAST_LOOK_MS ? leftMs - LAST_LOOK_MS : leftMs), 0);
}
