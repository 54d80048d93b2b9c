/** The rules of the search: where a run shows the id, and whose jobs are worth reading next. */

import { fileName, type Job, type Run, type Step } from "../github/responses.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";
import { generatedIdIn, shows } from "../inputs/distinct-id.ts";
import { StepError } from "../runner/step-error.ts";
import type { Candidate, IdLocation, SentDispatch } from "../state/sent-dispatch.ts";
import { byAge, byNearness, type Crowd, isTooOld, isUndecided, isWitness, type OurDispatch } from "./crowd.ts";

/** Says whether a run may be this plan's, by its event and workflow alone. */
export function mayBeOf(dispatch: ResolvedDispatch, run: Run): boolean {
  if (run.event !== dispatch.event) return false;
  if (!dispatch.workflow) return true;
  if (dispatch.workflow.kind === "id") return String(run.workflowId) === dispatch.workflow.value;
  return fileName(run.path) === dispatch.workflow.value;
}

/** Says whether the run's name shows the id. GitHub evaluates the name when it creates the run, so one look decides. */
export function isNamed(run: Run, distinctId: string): boolean {
  return shows(run.displayTitle, distinctId) || shows(run.name, distinctId);
}

/** Where `jobs` show the id, if they do: a job's name goes before a step's. */
export function signInJobs(jobs: readonly Job[], distinctId: string): IdLocation | undefined {
  if (jobs.some((job) => shows(job.name, distinctId))) return "job";
  if (jobs.some((job) => job.steps.some((step) => shows(step.name, distinctId)))) return "step";
  return undefined;
}

/** The generated id that a run or its jobs show: another dispatch's, since this is asked only where ours is not shown. */
export function anothersIdIn(run: Run, jobs: readonly Job[]): string | undefined {
  const names = jobs.flatMap((job) => [job.name, ...job.steps.map((step) => step.name)]);
  return [run.displayTitle, run.name, ...names].map(generatedIdIn).find((id) => id !== undefined);
}

/** A candidate whose jobs nobody has read yet. */
export function newCandidate(run: Run, seenAtMs: number, changedAtMs = seenAtMs): Candidate {
  const unread = { reads: 0, readAtMs: 0, readStatus: "", showedAll: false };
  return { run, seenAtMs, changedAtMs, ...unread, anothersId: anothersIdIn(run, []) };
}

/** The candidate as a later list shows it. */
export function seenAgain(candidate: Candidate, run: Run, changedAtMs: number): Candidate {
  const isSame = run.status === candidate.run.status;
  return { ...candidate, run, changedAtMs: isSame ? candidate.changedAtMs : changedAtMs };
}

/**
 * Says whether a job shows all that it will. A queued one has no steps, and one that has just started only `Set up job`
 * (docs/platform.md#steps-appear-late). A step that waits may show the source of its name, and the name itself only just
 * before it runs (docs/platform.md#runner-names).
 */
export function showsAllSteps(job: Job): boolean {
  return job.status === "completed" || (job.steps.length > 1 && !job.steps.some(isYetToBeNamed));
}

function isYetToBeNamed({ name, status }: Step): boolean {
  return name.includes("${{") && status !== "in_progress" && status !== "completed";
}

/** For how many runs a look reads the jobs: many dispatchers must not read all of each other's at every look. */
const JOBS_PER_LOOK = 8;
const WITNESSES_PER_LOOK = 2;
const STRANGERS_PER_LOOK = 2;
/** Among strangers, whose ids show no way, only so many of the nearest runs are read. Tuned on "five strangers a second, step". */
const AMONG_STRANGERS = 4;
/** How long a run with nothing new to show is not read again: at first, and at most. */
const REST_MS = 15_000;
const LONGEST_REST_MS = 120_000;
/** As a rule, a job shows its steps this long after it has begun (docs/platform.md#steps-appear-late). */
const SETTLES_MS = 2000;

/**
 * A crowd as a look meets it. `isQuiet`: it is too early to read more of it than its witnesses. `isLast`: there is no later
 * look.
 */
export type CrowdAtLook = Pick<Crowd, "isOne" | "isOfStrangers" | "hasWitnesses"> & {
  isQuiet: boolean;
  isLast: boolean;
};

/**
 * The candidates whose jobs a look may read next, the most promising first: those that have not shown all their steps before
 * those that have, and the nearest to the dispatch first. One that soon has nothing new to show rests between two reads, each
 * time for longer, and longest if it shows another's id. In a crowd only the nearest are read, and only when they have
 * something to show. The last look may read all that may yet be ours.
 */
export function worthReading(
  candidates: readonly Candidate[],
  nowMs: number,
  dispatched: OurDispatch,
  { isOne, isOfStrangers, isQuiet, isLast }: Omit<CrowdAtLook, "hasWitnesses">,
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
export function mostReads({ isOfStrangers, isQuiet, isLast, hasWitnesses }: Omit<CrowdAtLook, "isOne">): number {
  if (isLast) return Number.POSITIVE_INFINITY;
  if (isQuiet) return hasWitnesses ? WITNESSES_PER_LOOK : 0;
  return isOfStrangers ? STRANGERS_PER_LOOK : JOBS_PER_LOOK;
}

/** Says whether it is a candidate's turn. One that came too early to be ours has it later: servers' clocks may differ. */
function isTimely(candidate: Candidate, nowMs: number, dispatched: OurDispatch): boolean {
  return !isTooOld(candidate, dispatched) || nowMs - candidate.seenAtMs >= REST_MS;
}

function isResting({ run, seenAtMs, reads, readAtMs, readStatus, showedAll, anothersId }: Candidate, nowMs: number) {
  // In a chain of dispatches, a run's name may show the id of its caller, and a step of it ours.
  if (anothersId !== undefined) return nowMs - Math.max(seenAtMs, readAtMs) < (reads === 0 ? REST_MS : LONGEST_REST_MS);
  if (reads === 0 || readStatus !== run.status) return false;
  if (run.status === "in_progress" && !showedAll) return false;
  return nowMs - readAtMs < Math.min(REST_MS * 2 ** (reads - 1), LONGEST_REST_MS);
}

/** Says whether a run can be expected to show its steps. One that does not begin is read all the same, later. */
function hasSettled({ run, changedAtMs }: Candidate, nowMs: number): boolean {
  const agoMs = nowMs - changedAtMs;
  if (run.status === "completed") return true;
  return agoMs >= (run.status === "in_progress" ? SETTLES_MS : REST_MS);
}

/** A run, and where it shows our id. */
export type Shown = Pick<Candidate, "run"> & { sign: IdLocation };

/** Within this time a run becomes visible as a rule (docs/platform.md#new-runs), and so does another with the same id. */
const VISIBLE_WITHIN_MS = 10_000;

/**
 * The oldest of the runs that show our id, and the others. Runs with a generated id are all ours. A given id may be on
 * others by right: so one run is believed only when a second one has had the time to show, and two are an error. Undefined
 * as long as nothing can be said.
 * @throws StepError that names all that may be ours
 */
export function choose(
  shown: readonly Shown[],
  { distinctId, atMs, findDeadlineMs }: Pick<SentDispatch, "distinctId" | "atMs" | "findDeadlineMs">,
  isGiven: boolean,
  nowMs: number,
): (Shown & { others: Run[] }) | undefined {
  const [first, ...more] = shown.toSorted((a, b) => byAge(a.run, b.run));
  if (!first) return undefined;
  const { run, sign } = first;
  const others = more.map((each) => each.run);
  if (isGiven && others.length > 0) throw new StepError(explainTwo([run, ...others], distinctId));
  const isEarly = nowMs - atMs < Math.min(VISIBLE_WITHIN_MS, (findDeadlineMs - atMs) / 2);
  return isGiven && isEarly ? undefined : { run, sign, others };
}

function explainTwo(runs: readonly Run[], distinctId = ""): string {
  const haveOneWorkflow = new Set(runs.map(({ path }) => path)).size === 1;
  return [
    `${runs.length} runs since the dispatch carry the id ${distinctId}, which was given: nothing tells which of them is ours.`,
    ...runs.map(({ path, displayTitle, htmlUrl }) => `- ${path} "${displayTitle}": ${htmlUrl}`),
    haveOneWorkflow
      ? "Give each step an id of its own: leave out `distinct_id`, and one is generated; or add to it what tells the steps apart."
      : "Give the input `workflow` the file whose run is meant, or each step an id of its own (without `distinct_id`, one is generated).",
  ].join("\n");
}
