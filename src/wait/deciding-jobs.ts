/** The jobs that decide instead of the whole run (`jobs`, `fail_fast`). */

import { haveEnded, isGreen, wentWell } from "../github/conclusions.ts";
import { isCut, shownForms, sourceParts } from "../github/job-names.ts";
import type { Job } from "../github/responses.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { oneLine } from "../text/foreign-text.ts";
import { matchesParts } from "../text/pattern.ts";
import { spoken } from "../text/wording.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface ChosenJobs {
  jobs: readonly Job[];
  /** Names that no job has so far. */
  unmet: readonly string[];
}

/** In the order of GitHub's list; `*` in a name stands for any text. `hasEnded`: no further job comes. */
export function chooseJobs(names: readonly string[], jobs: readonly Job[], hasEnded = false): ChosenJobs {
  const fits = new Map(names.map((name) => [name, matcherOf(name)]));
  const missed = names.filter((name) => !jobs.some((job) => fits.get(name)?.(job.name)));
  const unmade = missed.length > 0 ? jobs.filter((job) => isUnmade(job, hasEnded)) : [];
  return {
    jobs: jobs.filter(
      (job) =>
        names.some((name) => fits.get(name)?.(job.name)) ||
        (unmade.includes(job) && missed.some((name) => mayBeOf(name, job))),
    ),
    unmet: missed.filter((name) => !unmade.some((job) => mayBeOf(name, job))),
  };
}

function matcherOf(pattern: string): (name: string) => boolean {
  // A job's name has lost what nobody sees.
  const [exact = [], shown = []] = [pattern, asShown(oneLine(pattern))].map((each) => each.split("*"));
  return (name) =>
    matchesParts(name, exact) || matchesParts(asShown(name), shown) || (isCut(name) && standsForCut(pattern, name));
}

/** Behind a star, only punctuation may be hidden by the cut: any other text tells one job from another. */
function standsForCut(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return shownForms(pattern).includes(name);
  const at = pattern.lastIndexOf("*");
  return !/[\p{L}\p{N}]/u.test(pattern.slice(at)) && matchesParts(name, pattern.slice(0, at + 1).split("*"));
}

/** A matrix that was skipped as a whole. Until the run's end, a name that is an expression alone says too little. */
function isUnmade({ name, status }: Job, hasEnded: boolean): boolean {
  const parts = status === "completed" ? sourceParts(name) : undefined;
  return parts !== undefined && (hasEnded || /[\p{L}\p{N}]/u.test(parts.join("")));
}

/** A star is taken as it stands: two gaps would meet in nearly any name. */
function mayBeOf(pattern: string, { name }: Job): boolean {
  return matchesParts(pattern, sourceParts(name) ?? [name]);
}

/** GitHub's pages trim names and collapse spaces, such as an expression without a value leaves. */
function asShown(name: string): string {
  return name.replace(/\s+/g, " ").trim();
}

/** Without names, jobs never decide. */
export function haveDecided(names: readonly string[], { run, jobs }: Pick<RunSnapshot, "run" | "jobs">): boolean {
  if (names.length === 0 || !areOfAttempt(run, jobs)) return false;
  const chosen = chooseJobs(names, jobs);
  return chosen.unmet.length === 0 && haveEnded(chosen.jobs);
}

export function openJobs(names: readonly string[], jobs: readonly Job[]): string[] {
  if (names.length === 0) return [];
  const chosen = chooseJobs(names, jobs);
  const open = chosen.jobs
    .filter(({ status }) => status !== "completed")
    .map(({ name, status }) => `${name} (${spoken(status)})`);
  return [...open, ...chosen.unmet.map((name) => `\`${name}\` (no such job yet)`)].map((each) => oneLine(each));
}

/** A stale list has jobs of earlier attempts only; a fresh one may have some that were not run again. */
export function areOfAttempt({ runAttempt }: RunSnapshot["run"], jobs: readonly Job[]): boolean {
  return jobs.length === 0 || jobs.some((job) => (job.runAttempt ?? runAttempt) >= runAttempt);
}

export interface EndRules extends RulesOfJobs {
  /** Red deciding jobs end the wait as well, since nothing will be run again. */
  redJobsEnd: boolean;
}

type RulesOfJobs = Pick<Inputs, "decidingJobs" | "failsFast" | "successConclusions">;

export function jobsEndWait(snapshot: Pick<RunSnapshot, "run" | "jobs">, rules: EndRules): boolean {
  if (redSoFar(snapshot, rules).length > 0) return true;
  const { decidingJobs, successConclusions, redJobsEnd } = rules;
  if (!haveDecided(decidingJobs, snapshot)) return false;
  return (
    redJobsEnd ||
    chooseJobs(decidingJobs, snapshot.jobs).jobs.every((job) => isGreen(job.conclusion, successConclusions))
  );
}

/** The jobs that end the step by `fail_fast`. Where the whole run decides, skipped and neutral jobs do not. */
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
