/** The jobs that decide instead of the whole run: which they are, and whether they have decided. Pure. */

import { fitsParts } from "../edges/pattern.ts";
import { spoken } from "../edges/wording.ts";
import type { Job } from "../github/answers.ts";
import { oneLine } from "../github/reading.ts";
import type { Sight } from "./sight.ts";

/** What the names of `jobs` stand for among the jobs that there are. */
export interface Chosen {
  jobs: readonly Job[];
  /** The names that no job has, so far. */
  unmet: readonly string[];
}

/** Finds the jobs that the names stand for, in the order of the list; `*` stands for any text. */
export function chooseJobs(names: readonly string[], jobs: readonly Job[]): Chosen {
  return {
    jobs: jobs.filter((job) => names.some((name) => standsFor(name, job.name))),
    unmet: names.filter((name) => !jobs.some((job) => standsFor(name, job.name))),
  };
}

function standsFor(pattern: string, name: string): boolean {
  return fitsParts(name, pattern.split("*")) || fitsParts(asShown(name), asShown(pattern).split("*"));
}

/** A page shows no spaces around a name, and no two in a row: an expression without a value leaves such in it. */
function asShown(name: string): string {
  return name.replace(/\s+/g, " ").trim();
}

/** Says whether every name has a job, and all of these jobs have ended. Without names, jobs never decide. */
export function haveDecided(names: readonly string[], { run, jobs }: Pick<Sight, "run" | "jobs">): boolean {
  if (names.length === 0 || !areOfAttempt(run, jobs)) return false;
  const chosen = chooseJobs(names, jobs);
  return chosen.unmet.length === 0 && chosen.jobs.every(({ status }) => status === "completed");
}

/** What keeps the jobs from having decided, for an error: those that go on, and the names that no job has. */
export function openJobs(names: readonly string[], jobs: readonly Job[]): string[] {
  if (names.length === 0) return [];
  const chosen = chooseJobs(names, jobs);
  const open = chosen.jobs
    .filter(({ status }) => status !== "completed")
    .map(({ name, status }) => `${name} (${spoken(status)})`);
  return [...open, ...chosen.unmet.map((name) => `\`${name}\` (no such job yet)`)].map(oneLine);
}

/**
 * Says whether a list of jobs may be of the run's present attempt: a stale list has jobs of earlier attempts only. Where
 * only the failed jobs were run again, a fresh list has the others as they were before.
 */
export function areOfAttempt({ runAttempt }: Sight["run"], jobs: readonly Job[]): boolean {
  return jobs.length === 0 || jobs.some((job) => (job.runAttempt ?? runAttempt) >= runAttempt);
}
