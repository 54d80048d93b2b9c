/** The rules of the search: where a run shows the id, and whose jobs are worth reading next. */

import { fileName, type Job, type Run, type Step } from "../github/answers.ts";
import { generatedIdIn, shows } from "../inputs/distinct-id.ts";
import type { Plan } from "../inputs/order.ts";
import type { Candidate, Sign } from "../story/sent.ts";
import { byAge, byNearness, type Crowd, isTooOld, isUndecided, isWitness, type OurDispatch } from "./crowd.ts";

/** Says whether `run` may be the run of this plan, by its event and workflow alone. */
export function mayBeOf(plan: Plan, run: Run): boolean {
  if (run.event !== plan.event) return false;
  if (!plan.workflow) return true;
  if (plan.workflow.kind === "id") return String(run.workflowId) === plan.workflow.value;
  return fileName(run.path) === plan.workflow.value;
}

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

/** The generated id of another dispatch that a run or its jobs show. Asked where ours is not shown. */
export function anothersIdIn(run: Run, jobs: readonly Job[]): string | undefined {
  const names = jobs.flatMap((job) => [job.name, ...job.steps.map((step) => step.name)]);
  return [run.displayTitle, run.name, ...names].map(generatedIdIn).find((id) => id !== undefined);
}

/** A candidate whose jobs nobody has read yet. */
export function newCandidate(run: Run, seenAtMs: number, changedAtMs = seenAtMs): Candidate {
  const unread = { reads: 0, readAtMs: 0, readStatus: "", showedAll: false };
  return { run, seenAtMs, changedAtMs, ...unread, anothersId: anothersIdIn(run, []) };
}

/** The candidate as another list shows it. */
export function seenAgain(candidate: Candidate, run: Run, changedAtMs: number): Candidate {
  const isSame = run.status === candidate.run.status;
  return { ...candidate, run, changedAtMs: isSame ? candidate.changedAtMs : changedAtMs };
}

/**
 * A queued job has no steps, and one that has just started only `Set up job` (docs/platform.md#steps-appear-late). A step that
 * waits may show the source of its name, and the name only just before it runs (docs/platform.md#runner-names).
 */
export function showsAllSteps(job: Job): boolean {
  return job.status === "completed" || (job.steps.length > 1 && !job.steps.some(isYetToBeNamed));
}

function isYetToBeNamed({ name, status }: Step): boolean {
  return name.includes("${{") && status !== "in_progress" && status !== "completed";
}

/** Many dispatchers must not read each other's jobs at every look. */
export const JOBS_PER_LOOK = 8;
const WITNESSES_PER_LOOK = 2;
const STRANGERS_PER_LOOK = 2;
/** Where nobody's id shows the way, ours is one of so many that are nearest. Tuned on five strangers a second. */
const AMONG_STRANGERS = 4;
const REST_MS = 15_000;
const LONGEST_REST_MS = 120_000;
/** By then a job that has begun shows its steps, as a rule. */
const SETTLES_MS = 2000;

/**
 * A crowd as a look meets it. `isQuiet`: it is too early to read more of it than its witnesses. `isLast`: whatever has not shown
 * an id by now will hardly be looked at again.
 */
export type Around = Pick<Crowd, "isOne" | "isOfStrangers" | "hasWitnesses"> & { isQuiet: boolean; isLast: boolean };

/**
 * The candidates whose jobs a look may read next, the most promising first: nearest to the dispatch; those that have
 * shown all their steps after the others. At the last look, all that may yet be ours. One that has nothing new to show soon rests between two reads, each time for
 * longer, and longest if it shows another's id. In a crowd everybody reads only what is nearest, and only when it has
 * something to show.
 */
export function worthReading(
  candidates: readonly Candidate[],
  nowMs: number,
  dispatched: OurDispatch,
  { isOne, isOfStrangers, isQuiet, isLast }: Omit<Around, "hasWitnesses">,
): Candidate[] {
  const isNearer = byNearness(candidates, dispatched);
  if (isLast) {
    const open = candidates.filter((each) => isUndecided(each) && each.anothersId === undefined);
    return open.sort((a, b) => isNearer(a.run, b.run) || byAge(a.run, b.run));
  }
  const sorted = candidates
    .filter((candidate) => isUndecided(candidate) && !isResting(candidate, nowMs))
    .filter((candidate) => (isQuiet ? isWitness(candidate, dispatched) : isTimely(candidate, nowMs, dispatched)))
    .sort(
      (a, b) =>
        Number(a.showedAll) - Number(b.showedAll) ||
        isNearer(a.run, b.run) ||
        a.readAtMs - b.readAtMs ||
        byAge(a.run, b.run),
    );
  const nearest = sorted.slice(0, isOfStrangers ? AMONG_STRANGERS : JOBS_PER_LOOK);
  return isOne || isOfStrangers ? nearest.filter((candidate) => hasSettled(candidate, nowMs)) : nearest;
}

/** How many candidates one look reads at most. */
export function mostReads({ isOfStrangers, isQuiet, isLast, hasWitnesses }: Omit<Around, "isOne">): number {
  if (isLast) return Number.POSITIVE_INFINITY;
  if (isQuiet) return hasWitnesses ? WITNESSES_PER_LOOK : 0;
  return isOfStrangers ? STRANGERS_PER_LOOK : JOBS_PER_LOOK;
}

/** One that came too early to be ours has its turn only later: servers may differ in time by more than is known. */
function isTimely(candidate: Candidate, nowMs: number, dispatched: OurDispatch): boolean {
  return !isTooOld(candidate, dispatched) || nowMs - candidate.seenAtMs >= REST_MS;
}

function isResting({ run, seenAtMs, reads, readAtMs, readStatus, showedAll, anothersId }: Candidate, nowMs: number) {
  // A name may show the id of the run that has asked for it, as in a chain, and a step of it ours.
  if (anothersId !== undefined) return nowMs - Math.max(seenAtMs, readAtMs) < (reads === 0 ? REST_MS : LONGEST_REST_MS);
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
