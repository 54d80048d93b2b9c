/** The jobs that decide instead of the whole run: which they are, and whether they have decided. Pure. */

import { isGreen, wentWell } from "../github/conclusions.ts";
import type { Job } from "../github/responses.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { oneLine } from "../text/foreign-text.ts";
import { fitsParts } from "../text/pattern.ts";
import { spoken } from "../text/wording.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

/** What the names of `jobs` stand for among the jobs that there are. */
export interface ChosenJobs {
  jobs: readonly Job[];
  /** The names that no job has, so far. */
  unmet: readonly string[];
}

/** Finds the jobs that the names stand for, in the order of the list; `*` stands for any text. */
export function chooseJobs(names: readonly string[], jobs: readonly Job[]): ChosenJobs {
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
export function haveDecided(names: readonly string[], { run, jobs }: Pick<RunSnapshot, "run" | "jobs">): boolean {
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
export function areOfAttempt({ runAttempt }: RunSnapshot["run"], jobs: readonly Job[]): boolean {
  return jobs.length === 0 || jobs.some((job) => (job.runAttempt ?? runAttempt) >= runAttempt);
}

export interface EndRules extends RulesOfJobs {
  /** Deciding jobs end the wait also where they are red, since nothing will be run again. */
  redJobsEnd: boolean;
}

type RulesOfJobs = Pick<Inputs, "decidingJobs" | "failsFast" | "successConclusions">;

/** Says whether the jobs end the wait before the run's own end. */
export function isEnd(snapshot: Pick<RunSnapshot, "run" | "jobs">, rules: EndRules): boolean {
  if (redSoFar(snapshot, rules).length > 0) return true;
  const { decidingJobs, successConclusions, redJobsEnd } = rules;
  if (!haveDecided(decidingJobs, snapshot)) return false;
  return (
    redJobsEnd ||
    chooseJobs(decidingJobs, snapshot.jobs).jobs.every((job) => isGreen(job.conclusion, successConclusions))
  );
}

/**
 * The jobs that end the step at once by `fail_fast`: the deciding ones that are not green; where the whole run decides, any
 * that is not green and did not go well either, as a skipped one did.
 */
export function redSoFar({ run, jobs }: Pick<RunSnapshot, "run" | "jobs">, rules: RulesOfJobs): readonly Job[] {
  const { decidingJobs, failsFast, successConclusions } = rules;
  if (!failsFast || run.status === "completed" || !areOfAttempt(run, jobs)) return [];
  const areChosen = decidingJobs.length > 0;
  const deciding = areChosen ? chooseJobs(decidingJobs, jobs).jobs : jobs;
  return deciding.filter(
    ({ status, conclusion }) =>
      status === "completed" && !isGreen(conclusion, successConclusions) && (areChosen || !wentWell(conclusion)),
  );
}
