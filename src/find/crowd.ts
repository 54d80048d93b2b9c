/**
 * Whether many look for their runs at the same time as we do, and which runs were created nearest to our dispatch. This
 * decides when and in what order jobs are read, never which run is ours (docs/design.md#crowds).
 */

import type { Run } from "../github/responses.ts";
import { generatedIdIn, madeLaterMs } from "../inputs/distinct-id.ts";
import type { Candidate } from "../state/sent-dispatch.ts";

/** The dispatch whose run is looked for. */
export interface OurDispatch {
  /** The server's time of it, in epoch ms; undefined while the server has told no time. */
  atMs: number | undefined;
  distinctId: string;
}

/** `created_at` and the server's time of a dispatch are off by less than this. */
const NEAR_MS = 3000;

/** The runs around our dispatch. */
export interface Crowd {
  /** Ours is one of many that were created at about the same time, and as many dispatchers look for theirs. */
  isOne: boolean;
  /** The many are another tool's runs, by what they have shown: nobody else reads their jobs. */
  isOfStrangers: boolean;
  /** Some began before ours was dispatched: what they show tells whether the many are strangers. */
  hasWitnesses: boolean;
  /** How many runs may yet turn out to be ours. */
  open: number;
  /** How many seem to look as we do, ourselves included. */
  sharers: number;
  /** How long after the dispatch no jobs are read: by then all of the crowd is visible, as a rule. */
  waitsMs: number;
}

/** More than these are a crowd. */
const FEW = 3;

/** In ms: the more runs are open, the more it costs to read before all are visible. Tuned on forty and a hundred at once. */
export function crowdWaitsMs(open: number): number {
  return Math.min(3000 + 400 * open, 10_500);
}

export function crowdAround(candidates: readonly Candidate[], dispatched: OurDispatch): Crowd {
  const { atMs = 0 } = dispatched;
  const open = candidates.filter((each) => isUndecided(each) && each.anothersId === undefined);
  const near = open.filter(({ run }) => Math.abs(run.createdAtMs - atMs) < NEAR_MS);
  const isCrowd = near.length > FEW;
  const isOfStrangers = isCrowd && areStrangers(candidates, dispatched);
  const isOne = isCrowd && !isOfStrangers;
  const isKnown = isOfStrangers || candidates.some((each) => each.reads > 0 && each.anothersId !== undefined);
  const hasWitnesses = isOne && !isKnown && candidates.some((each) => isWitness(each, dispatched));
  return {
    isOne,
    isOfStrangers,
    hasWitnesses,
    open: open.length,
    sharers: isOfStrangers ? AS_IF_AMONG : isOne ? open.length : 1,
    waitsMs: isOne ? crowdWaitsMs(open.length) : 0,
  };
}

/**
 * A look among strangers costs a list and two reads: it is as rare as if so many shared the limits. Tuned on "five strangers
 * a second, step": 2 s late in the median, 4 s at worst, 25 requests.
 */
const AS_IF_AMONG = 16;

/** At least so many runs have to have shown all their steps and no generated id. */
const ENOUGH = 2;

/**
 * Says whether the runs whose jobs were read are mostly another tool's. Where our own id was given, nothing tells: those of
 * others like us need not show a generated one either.
 */
function areStrangers(candidates: readonly Candidate[], { distinctId }: OurDispatch): boolean {
  if (generatedIdIn(distinctId) === undefined) return false;
  const read = candidates.filter(({ reads }) => reads > 0);
  const ours = read.filter(({ anothersId }) => anothersId !== undefined).length;
  const strangers = read.filter(({ anothersId, showedAll }) => anothersId === undefined && showedAll).length;
  return strangers >= ENOUGH && strangers > ours;
}

/** A run that was created longer before our dispatch was not dispatched at the same time. */
const BEFORE_MS = 2500;

/** Says whether a run was created so long before our dispatch that it is hardly ours. */
export function isTooOld({ run }: Pick<Candidate, "run">, { atMs = 0 }: OurDispatch): boolean {
  return atMs - run.createdAtMs > BEFORE_MS;
}

/** Says whether a run can only tell what kind the others are of: it is hardly ours, and has begun. */
export function isWitness(candidate: Pick<Candidate, "run">, dispatched: OurDispatch): boolean {
  return isTooOld(candidate, dispatched) && ["in_progress", "completed"].includes(candidate.run.status);
}

/** Says whether a candidate may yet show the id. One that was complete when its jobs were read shows nothing new. */
export function isUndecided({ run, reads, readStatus, sign }: Candidate): boolean {
  return sign === undefined && !(run.status === "completed" && reads > 0 && readStatus === "completed");
}

/**
 * Orders runs by how far from the dispatch they were created. `created_at` has whole seconds, so within a few of them it
 * is the place in the order of ids that counts.
 */
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
  const ours = placeAmong(marks, mostPerMs(runs)) ?? likelyPlace(atMs, runs);
  const secondsApart = ({ createdAtMs }: Run) => {
    const apartMs = Math.abs(createdAtMs + 500 - atMs);
    return apartMs < NEAR_MS ? 0 : apartMs;
  };
  const placesApart = ({ id }: Run) => Math.abs((places.get(id) ?? 0) - ours);
  return (a, b) => secondsApart(a) - secondsApart(b) || placesApart(a) - placesApart(b);
}

/** A run's place in the order of runs, and how much later than ours it was dispatched, by the id that it has shown. */
interface Mark {
  place: number;
  laterMs: number;
}

/**
 * Two marks tell how many runs come in a millisecond only if they are further apart than this: a run may overtake another.
 * Tuned on four plays of forty at once: with 20 ms, some read the jobs of thirty.
 */
const TOO_CLOSE_MS = 100;

/**
 * The place of our run: on the line through the nearest mark and the nearest one on the other side of ours, or else the next
 * on the same side. Without a second mark, the slope of the line is `perMs`, the runs that come in a millisecond.
 */
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

/** How many runs were created in a millisecond of the busiest second. */
function mostPerMs(runs: readonly Run[]): number {
  const counts = new Map<number, number>();
  for (const { createdAtMs } of runs) counts.set(createdAtMs, (counts.get(createdAtMs) ?? 0) + 1);
  return Math.max(0, ...counts.values()) / 1000;
}

/**
 * The place in the order of `runs` of one that was created at this moment (epoch ms): as far into the runs of its second as
 * the moment is into the second.
 */
function likelyPlace(momentMs: number, runs: readonly Run[]): number {
  const secondMs = Math.floor(momentMs / 1000) * 1000;
  const earlier = runs.filter(({ createdAtMs }) => createdAtMs < secondMs).length;
  const same = runs.filter(({ createdAtMs }) => createdAtMs === secondMs).length;
  return earlier + ((momentMs - secondMs) / 1000) * same;
}

/** Oldest first. Ids grow with time, and `created_at` has whole seconds only. */
export function byAge(a: Run, b: Run): number {
  return a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
}
