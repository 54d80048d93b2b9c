/** The rules of the search: where a run shows the id, and whose jobs are worth reading next. */

import type { Job, Run } from "./answers.ts";
import { shows, showsGeneratedId } from "./distinct-id.ts";

/** Where a run shows the id. */
export type Sign = "name" | "job" | "step";

/** Says whether the run's name shows the id. It is evaluated when the run is created, so that one look decides. */
export function isNamed(run: Run, distinctId: string): boolean {
  return shows(run.displayTitle, distinctId) || shows(run.name, distinctId);
}

/** The sign that `jobs` show: a job's name goes before a step's. */
export function signInJobs(jobs: readonly Job[], distinctId: string): Sign | undefined {
  if (jobs.some((job) => shows(job.name, distinctId))) return "job";
  if (jobs.some((job) => job.steps.some((step) => shows(step.name, distinctId)))) return "step";
  return undefined;
}

/** Says whether a run or its jobs show the id of another dispatch. Asked where ours is not shown. */
export function showsAnotherId(run: Run, jobs: readonly Job[]): boolean {
  const names = jobs.flatMap((job) => [job.name, ...job.steps.map((step) => step.name)]);
  return [run.displayTitle, run.name, ...names].some(showsGeneratedId);
}

/** A run that may be ours by all that its name, event and workflow say, and what its jobs have shown so far. */
export interface Candidate {
  run: Run;
  /** When a list showed it first, by the clock. */
  seenAtMs: number;
  /** When it came into its present status at the latest, by the clock. */
  changedAtMs: number;
  /** How often its jobs were read. */
  reads: number;
  /** By the clock. */
  readAtMs: number;
  /** The run's status when its jobs were read. */
  readStatus: string;
  /** Whether every job that was there showed all its steps. */
  showedAll: boolean;
  /** It shows the id of another dispatch. In its name that may be its caller's own; only all of its jobs make it certain. */
  isOthers: boolean;
}

/** A candidate whose jobs nobody has read yet. */
export function newCandidate(run: Run, seenAtMs: number, changedAtMs = seenAtMs): Candidate {
  const isOthers = showsAnotherId(run, []);
  const unread = { reads: 0, readAtMs: 0, readStatus: "", showedAll: false };
  return { run, seenAtMs, changedAtMs, ...unread, isOthers };
}

/** The candidate as another list shows it. */
export function seenAgain(candidate: Candidate, run: Run, changedAtMs: number): Candidate {
  const isSame = run.status === candidate.run.status;
  return { ...candidate, run, changedAtMs: isSame ? candidate.changedAtMs : changedAtMs };
}

/** Says whether a candidate may yet show the id. One that was complete when its jobs were read shows nothing new. */
export function isUndecided({ run, reads, readStatus }: Candidate): boolean {
  return !(run.status === "completed" && reads > 0 && readStatus === "completed");
}

/** A queued job has no steps, and one that has just started only `Set up job` (PLATFORM.md). */
export function showsAllSteps(job: Job): boolean {
  return job.status === "completed" || job.steps.length > 1;
}

/** Many dispatchers must not read each other's jobs at every look. */
const JOBS_PER_LOOK = 8;
/** More than these within so much time of the dispatch are a crowd. */
const FEW = 3;
const NEAR_MS = 3000;
const REST_MS = 15_000;
const LONGEST_REST_MS = 120_000;
/** By then a job that has begun shows its steps, as a rule. */
const SETTLES_MS = 2000;

/** Those that may yet turn out to be ours. */
export function openAmong(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter((candidate) => isUndecided(candidate) && !candidate.isOthers);
}

/** Says whether ours is one of many that were created at about the same time: then as many dispatchers look for theirs. */
export function isCrowd(open: readonly Candidate[], dispatchedAtMs: number | undefined): boolean {
  const isNear = ({ run }: Candidate) => Math.abs(run.createdAtMs - (dispatchedAtMs ?? 0)) < NEAR_MS;
  return open.filter(isNear).length > FEW;
}

/**
 * The candidates whose jobs this look reads: nearest to the dispatch first, and a few only; those that have shown all
 * their steps after the others. One that has nothing new to show soon rests between two reads, each time for longer, and
 * longest if it shows another's id. In a crowd everybody reads only what is nearest, and only when it has something to
 * show. `dispatchedAtMs` is the server's time of the dispatch, in epoch ms.
 */
export function worthReading(
  candidates: readonly Candidate[],
  nowMs: number,
  dispatchedAtMs: number | undefined,
): Candidate[] {
  const byNearness = nearestTo(
    dispatchedAtMs ?? 0,
    candidates.map(({ run }) => run),
  );
  const sorted = candidates
    .filter((candidate) => isUndecided(candidate) && !isResting(candidate, nowMs))
    .sort(
      (a, b) =>
        Number(a.showedAll) - Number(b.showedAll) ||
        byNearness(a.run, b.run) ||
        a.readAtMs - b.readAtMs ||
        byAge(a.run, b.run),
    );
  if (!isCrowd(openAmong(candidates), dispatchedAtMs)) return sorted.slice(0, JOBS_PER_LOOK);
  return sorted.slice(0, JOBS_PER_LOOK).filter((candidate) => hasSettled(candidate, nowMs));
}

function isResting(
  { run, seenAtMs, reads, readAtMs, readStatus, showedAll, isOthers }: Candidate,
  nowMs: number,
) {
  // A name may show the id of the run that has asked for it, as in a chain, and a step of it ours.
  if (isOthers) return nowMs - Math.max(seenAtMs, readAtMs) < (reads === 0 ? REST_MS : LONGEST_REST_MS);
  if (reads === 0 || readStatus !== run.status) return false;
  if (run.status === "in_progress" && !showedAll) return false;
  return nowMs - readAtMs < Math.min(REST_MS * 2 ** (reads - 1), LONGEST_REST_MS);
}

/** Says whether a run can be expected to show all that it has. One that does not begin is read all the same, later. */
function hasSettled({ run, changedAtMs }: Candidate, nowMs: number): boolean {
  const agoMs = nowMs - changedAtMs;
  if (run.status === "completed") return true;
  return agoMs >= (run.status === "in_progress" ? SETTLES_MS : REST_MS);
}

/**
 * Orders runs by how far from a moment they were created. `created_at` has whole seconds, so within a few of them it is
 * the place in the order of ids that counts.
 */
function nearestTo(momentMs: number, runs: readonly Run[]): (a: Run, b: Run) => number {
  const sorted = [...runs].sort(byAge);
  const places = new Map(sorted.map(({ id }, index) => [id, index + 0.5]));
  const likely = likelyPlace(momentMs, sorted);
  const secondsApart = ({ createdAtMs }: Run) => {
    const apartMs = Math.abs(createdAtMs + 500 - momentMs);
    return apartMs < NEAR_MS ? 0 : apartMs;
  };
  const placesApart = ({ id }: Run) => Math.abs((places.get(id) ?? 0) - likely);
  return (a, b) => secondsApart(a) - secondsApart(b) || placesApart(a) - placesApart(b);
}

/**
 * Where in the order of `runs` one belongs that was created at this moment: as far into the runs of its second as the
 * moment is into the second. But a crowd that has come within seconds may fill no more than the end of its first second
 * and the beginning of its last: between the least and the most that this can mean, we take the geometric mean.
 */
function likelyPlace(momentMs: number, runs: readonly Run[]): number {
  const secondMs = Math.floor(momentMs / 1000) * 1000;
  const share = (momentMs - secondMs) / 1000;
  const countAt = (atMs: number) => runs.filter(({ createdAtMs }) => createdAtMs === atMs).length;
  const earlier = runs.filter(({ createdAtMs }) => createdAtMs < secondMs).length;
  const [previous, same, next] = [countAt(secondMs - 1000), countAt(secondMs), countAt(secondMs + 1000)];
  const most = Math.max(previous, same, next);
  const between = (least: number) => Math.sqrt(Math.min(least, same) * same);
  if (previous === 0 && next > 0) return earlier + same - between((1 - share) * most);
  if (previous > 0 && next === 0) return earlier + between(share * most);
  return earlier + share * same;
}

/** Oldest first. Ids grow with time, and `created_at` has whole seconds only. */
export function byAge(a: Run, b: Run): number {
  return a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
}
