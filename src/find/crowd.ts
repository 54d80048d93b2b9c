/** How many others search at once (docs/design.md#crowds). Sets the order of reads, never which run is ours. */

import type { Run } from "../github/responses.ts";
import { generatedIdIn, madeLaterMs } from "../inputs/distinct-id.ts";
import type { Candidate } from "../state/sent-dispatch.ts";

export interface OurDispatch {
  /** By the server's clock, in epoch ms; undefined while that is unknown. */
  atMs: number | undefined;
  distinctId: string;
}

/** `created_at` and the server's time of a dispatch differ by less than this. */
const NEAR_MS = 3000;

export interface Crowd {
  /** Many runs were created at about the time of ours, and as many dispatchers search for theirs. */
  isOne: boolean;
  /** The many are another tool's runs: nobody else reads their jobs. */
  isOfStrangers: boolean;
  /** Some began before our dispatch: what they show decides whether the many are strangers. */
  hasWitnesses: boolean;
  /** Runs that may still be ours. */
  open: number;
  /** Dispatchers that seem to poll as we do, ourselves included. */
  sharers: number;
  /** No jobs are read until this long after the dispatch: by then the whole crowd is usually visible. */
  waitsMs: number;
}

const MOST_WITHOUT_CROWD = 3;

/** The more runs are open, the more early reads cost. Tuned on forty and a hundred at once. */
export function crowdWaitsMs(open: number): number {
  return Math.min(3000 + 400 * open, 10_500);
}

/** It has shown neither our id nor another's. */
export function isOpen(candidate: Candidate): boolean {
  return mayStillShowId(candidate) && candidate.anothersId === undefined;
}

export function crowdAround(candidates: readonly Candidate[], dispatched: OurDispatch): Crowd {
  const { atMs = 0 } = dispatched;
  const open = candidates.filter(isOpen);
  const near = open.filter(({ run }) => Math.abs(run.createdAtMs - atMs) < NEAR_MS);
  const isCrowd = near.length > MOST_WITHOUT_CROWD;
  const isOfStrangers = isCrowd && areStrangers(candidates, dispatched);
  const isOne = isCrowd && !isOfStrangers;
  const isKnown = isOfStrangers || candidates.some((each) => each.reads > 0 && each.anothersId !== undefined);
  const hasWitnesses = isOne && !isKnown && candidates.some((each) => isWitness(each, dispatched));
  return {
    isOne,
    isOfStrangers,
    hasWitnesses,
    open: open.length,
    sharers: isOfStrangers ? SHARERS_AMONG_STRANGERS : isOne ? open.length : 1,
    waitsMs: isOne ? crowdWaitsMs(open.length) : 0,
  };
}

// A poll among strangers costs a list and two reads: polls are as rare as if so many shared the limits. Tuned on "five
// strangers a second, step": 2 s late in the median, 4 s at worst, 25 requests.
const SHARERS_AMONG_STRANGERS = 16;

const FEWEST_STRANGERS = 2;

function areStrangers(candidates: readonly Candidate[], { distinctId }: OurDispatch): boolean {
  // Where our id was given, others like us need not show a generated one either.
  if (generatedIdIn(distinctId) === undefined) return false;
  const read = candidates.filter(({ reads }) => reads > 0);
  const ours = read.filter(({ anothersId }) => anothersId !== undefined).length;
  const strangers = read.filter(({ anothersId, showedAll }) => anothersId === undefined && showedAll).length;
  return strangers >= FEWEST_STRANGERS && strangers > ours;
}

/** A run created longer before our dispatch is hardly ours. */
const TOO_OLD_MS = 2500;

export function isTooOld({ run }: Pick<Candidate, "run">, { atMs = 0 }: OurDispatch): boolean {
  return atMs - run.createdAtMs > TOO_OLD_MS;
}

/** It has begun, and is hardly ours: it can only show whose the others are. */
export function isWitness(candidate: Pick<Candidate, "run">, dispatched: OurDispatch): boolean {
  return isTooOld(candidate, dispatched) && ["in_progress", "completed"].includes(candidate.run.status);
}

/** A run that was complete when its jobs were read shows nothing new. */
export function mayStillShowId({ run, reads, readStatus, sign }: Candidate): boolean {
  return sign === undefined && !(run.status === "completed" && reads > 0 && readStatus === "completed");
}

/** `created_at` has whole seconds, so within a few of them the order of ids decides. */
export function byNearness(
  candidates: readonly Pick<Candidate, "run" | "anothersId">[],
  { atMs = 0, distinctId }: OurDispatch,
): (a: Run, b: Run) => number {
  const sorted = candidates.toSorted((a, b) => byAge(a.run, b.run));
  const runs = sorted.map(({ run }) => run);
  const places = new Map(runs.map(({ id }, index) => [id, index + 0.5]));
  const marks = sorted.flatMap(({ run, anothersId = "" }, index): Mark[] => {
    const laterMs = madeLaterMs(anothersId, distinctId);
    // An id that was made long before its dispatch, or by a wrong clock, says nothing.
    const agrees = laterMs !== undefined && Math.abs(run.createdAtMs + 500 - atMs - laterMs) < NEAR_MS;
    return agrees ? [{ place: index + 0.5, laterMs }] : [];
  });
  const ours = placeAmong(marks, highestRatePerMs(runs)) ?? likelyPlace(atMs, runs);
  const secondsApart = ({ createdAtMs }: Run) => {
    const apartMs = Math.abs(createdAtMs + 500 - atMs);
    return apartMs < NEAR_MS ? 0 : apartMs;
  };
  const placesApart = ({ id }: Run) => Math.abs((places.get(id) ?? 0) - ours);
  return (a, b) => secondsApart(a) - secondsApart(b) || placesApart(a) - placesApart(b);
}

/** A run's place in the order of runs, and how much later than ours it was dispatched, by the id that it shows. */
interface Mark {
  place: number;
  laterMs: number;
}

// Marks that are closer give no rate of runs: a run may overtake another. Tuned on four plays of forty at once: with 20 ms,
// some read the jobs of thirty.
const TOO_CLOSE_MS = 100;

// Our place: on the line through the nearest mark and the nearest on the other side of ours, or else the next on the same
// side. Without a second mark, the slope is `perMs`, the runs per millisecond.
function placeAmong(marks: readonly Mark[], perMs: number): number | undefined {
  const [nearest, ...others] = marks.toSorted((a, b) => Math.abs(a.laterMs) - Math.abs(b.laterMs));
  if (!nearest) return undefined;
  const second =
    others.find(({ laterMs }) => laterMs > 0 !== nearest.laterMs > 0) ??
    others.find(({ laterMs }) => Math.abs(laterMs - nearest.laterMs) > TOO_CLOSE_MS);
  const between = second ? (second.place - nearest.place) / (second.laterMs - nearest.laterMs) : perMs;
  // A run that has overtaken another would turn the line around.
  const slope = between > 0 ? between : perMs;
  return nearest.place - slope * nearest.laterMs;
}

/** Of the busiest second. */
function highestRatePerMs(runs: readonly Run[]): number {
  const counts = new Map<number, number>();
  for (const { createdAtMs } of runs) counts.set(createdAtMs, (counts.get(createdAtMs) ?? 0) + 1);
  return Math.max(0, ...counts.values()) / 1000;
}

/** As far into the runs of its second as the moment (epoch ms) is into the second. */
function likelyPlace(momentMs: number, runs: readonly Run[]): number {
  const secondMs = Math.floor(momentMs / 1000) * 1000;
  const earlier = runs.filter(({ createdAtMs }) => createdAtMs < secondMs).length;
  const same = runs.filter(({ createdAtMs }) => createdAtMs === secondMs).length;
  return earlier + ((momentMs - secondMs) / 1000) * same;
}

/** Oldest first. Ids grow with time; `created_at` has whole seconds only. */
export function byAge(a: Run, b: Run): number {
  return a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
}
