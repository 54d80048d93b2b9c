/** Which runs were created nearest to a dispatch. It decides in what order they are read, never which of them is ours. */

import type { Run } from "../github/answers.ts";
import { madeLaterMs } from "../inputs/distinct-id.ts";
import type { Candidate } from "./candidates.ts";

/** The dispatch whose run is looked for. */
export interface OurDispatch {
  /** The server's time of it, in epoch ms; undefined while the server has told no time. */
  atMs: number | undefined;
  distinctId: string;
}

/** `created_at` and the time of a dispatch are true to within this. */
export const NEAR_MS = 3000;

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
    // An id that was made long before, or by a clock that is wrong, says nothing.
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

/** One dispatch may overtake another by about so much on the way. */
const OVERTAKING_MS = 100;
/** Marks that are no further apart than this do not tell how many runs come in a millisecond. */
const TOO_CLOSE_MS = 20;

/**
 * Where ours lies: on the line that fits the marks best, the nearer ones more closely. Where they are too few or too close
 * for a line, `perMs`, the runs that come in a millisecond, is its slope.
 */
function placeAmong(marks: readonly Mark[], perMs: number): number | undefined {
  if (marks.length === 0) return undefined;
  const weightOf = ({ laterMs }: Mark) => (Math.abs(laterMs) + OVERTAKING_MS) ** -2;
  const sum = (of: (mark: Mark) => number) => marks.reduce((so, mark) => so + weightOf(mark) * of(mark), 0);
  const weight = sum(() => 1);
  const [meanMs, meanPlace] = [sum(({ laterMs }) => laterMs) / weight, sum(({ place }) => place) / weight];
  const covariance = sum((mark) => (mark.laterMs - meanMs) * (mark.place - meanPlace)) / weight;
  const variance = sum((mark) => (mark.laterMs - meanMs) ** 2) / weight;
  const slope = (covariance + TOO_CLOSE_MS ** 2 * perMs) / (variance + TOO_CLOSE_MS ** 2);
  return meanPlace - slope * meanMs;
}

/** How many runs were created in a millisecond of the busiest second. */
function mostPerMs(runs: readonly Run[]): number {
  const counts = new Map<number, number>();
  for (const { createdAtMs } of runs) counts.set(createdAtMs, (counts.get(createdAtMs) ?? 0) + 1);
  return Math.max(0, ...counts.values()) / 1000;
}

/**
 * Where in the order of `runs` one belongs that was created at this moment: as far into the runs of its second as the
 * moment is into the second.
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
