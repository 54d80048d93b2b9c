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
  /** How often its jobs were read. */
  reads: number;
  /** By the clock. */
  readAtMs: number;
  /** The run's status when its jobs were read. */
  readStatus: string;
  /** Whether every job that was there showed all its steps. */
  showedAll: boolean;
  /** It shows the id of another dispatch, so that it is certainly not ours. */
  isOthers: boolean;
}

/** A candidate whose jobs nobody has read yet. */
export function newCandidate(run: Run, seenAtMs: number): Candidate {
  return { run, seenAtMs, reads: 0, readAtMs: 0, readStatus: "", showedAll: false, isOthers: false };
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
export const JOBS_PER_LOOK = 8;
const REST_MS = 15_000;
const LONGEST_REST_MS = 120_000;

/**
 * The candidates whose jobs this look reads: nearest to the dispatch first, and a few only; those that have shown all
 * their steps after the others. One that has nothing new to show soon rests between two reads, each time for longer. `dispatchedAtMs` is the
 * server's time of the dispatch, in epoch ms.
 */
export function worthReading(
  candidates: readonly Candidate[],
  nowMs: number,
  dispatchedAtMs: number | undefined,
): Candidate[] {
  const distanceMs = ({ run }: Candidate) => Math.abs(run.createdAtMs - (dispatchedAtMs ?? 0));
  return candidates
    .filter((candidate) => {
      const { run, reads, readAtMs, readStatus, showedAll } = candidate;
      if (!isUndecided(candidate)) return false;
      if (reads === 0 || readStatus !== run.status) return true;
      if (run.status === "in_progress" && !showedAll) return true;
      return nowMs - readAtMs >= Math.min(REST_MS * 2 ** (reads - 1), LONGEST_REST_MS);
    })
    .sort(
      (a, b) =>
        Number(a.showedAll) - Number(b.showedAll) ||
        distanceMs(a) - distanceMs(b) ||
        a.readAtMs - b.readAtMs ||
        byAge(a.run, b.run),
    )
    .slice(0, JOBS_PER_LOOK);
}

/** Oldest first. Ids grow with time, and `created_at` has whole seconds only. */
export function byAge(a: Run, b: Run): number {
  return a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
}
