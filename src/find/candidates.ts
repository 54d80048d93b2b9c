/** Rules of the search: where a run shows the id, and whose jobs to read next. */

import { isCut, withoutEnd } from "../github/job-names.ts";
import { fileName, type Job, type Run, type Step } from "../github/responses.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";
import { generatedIdIn, showsDistinctId } from "../inputs/distinct-id.ts";
import { StepError } from "../runner/step-error.ts";
import type { Candidate, IdLocation, SentDispatch } from "../state/sent-dispatch.ts";
import {
  byAge,
  byNearness,
  type Crowd,
  isOpen,
  isTooOld,
  isWitness,
  mayStillShowId,
  type OurDispatch,
} from "./crowd.ts";

/** By event and workflow alone. */
export function mayBeOf(dispatch: Pick<ResolvedDispatch, "event" | "workflow">, run: Run): boolean {
  if (run.event !== dispatch.event) return false;
  if (!dispatch.workflow) return true;
  if (dispatch.workflow.kind === "id") return String(run.workflowId) === dispatch.workflow.value;
  return fileName(run.path) === dispatch.workflow.value;
}

/** As GitHub titles a run without a `run-name` (docs/platform.md#titles-and-names): its workflow listened for the type. */
export function isTitledByType(dispatch: ResolvedDispatch, run: Run): boolean {
  return dispatch.event === "repository_dispatch" && run.displayTitle === dispatch.eventType;
}

/** GitHub evaluates the name when it creates the run, so one read decides. */
export function isNamed(run: Run, distinctId: string): boolean {
  return showsDistinctId(run.displayTitle, distinctId) || showsDistinctId(run.name, distinctId);
}

export function idLocationInJobs(jobs: readonly Job[], distinctId: string): IdLocation | undefined {
  if (jobs.some(({ name }) => showsDistinctId(isCut(name) ? withUnknownEnd(name) : name, distinctId))) return "job";
  if (jobs.some((job) => job.steps.some((step) => showsDistinctId(step.name, distinctId)))) return "step";
  return undefined;
}

/** A given id that touches the cut may have gone on: a letter there lets it count no more. */
function withUnknownEnd(cutName: string): string {
  return `${withoutEnd(cutName)}_`;
}

/** The first generated id that a job or a step shows. */
export function idInNames(jobs: readonly Job[]): string | undefined {
  const names = jobs.flatMap((job) => [job.name, ...job.steps.map((step) => step.name)]);
  return names.map(generatedIdIn).find((id) => id !== undefined);
}

/** The generated id of another dispatch: called only where ours is not shown. */
export function anothersIdIn(run: Run, jobs: readonly Job[]): string | undefined {
  return [run.displayTitle, run.name].map(generatedIdIn).find((id) => id !== undefined) ?? idInNames(jobs);
}

export function newCandidate(run: Run, seenAtMs: number, changedAtMs = seenAtMs): Candidate {
  const unread = { reads: 0, readAtMs: 0, readStatus: "", showedAll: false };
  return { run, seenAtMs, changedAtMs, ...unread, anothersId: anothersIdIn(run, []) };
}

export function updatedCandidate(candidate: Candidate, run: Run, changedAtMs: number): Candidate {
  const isSame = run.status === candidate.run.status;
  return { ...candidate, run, changedAtMs: isSame ? candidate.changedAtMs : changedAtMs };
}

/** A queued job has no steps, and a new one only `Set up job` (docs/platform.md#steps-appear-late). */
export function showsAllSteps(job: Job): boolean {
  return job.status === "completed" || (job.steps.length > 1 && !job.steps.some(isYetToBeNamed));
}

/** A waiting step may show the source of its name until just before it runs (docs/platform.md#runner-names). */
function isYetToBeNamed({ name, status }: Step): boolean {
  return name.includes("${{") && status !== "in_progress" && status !== "completed";
}

/** Limits for one poll: many dispatchers must not read all of each other's jobs each time. */
const JOBS_PER_POLL = 8;
const WITNESSES_PER_POLL = 2;
const STRANGERS_PER_POLL = 2;
/** Strangers' ids give no direction, so only the nearest are read. Tuned on "five strangers a second, step". */
const NEAREST_STRANGERS = 4;
/** How long a run with nothing new is not read again: at first, and at most. */
const REST_MS = 15_000;
const LONGEST_REST_MS = 120_000;
/** A job usually shows its steps this long after it starts (docs/platform.md#steps-appear-late). */
const STEPS_SHOWN_MS = 2000;

export type CrowdAtPoll = Pick<Crowd, "isOne" | "isOfStrangers" | "hasWitnesses"> & {
  /** Too early to read more than the witnesses. */
  isQuiet: boolean;
  /** No later poll follows. */
  isLast: boolean;
  /** Another's list came before the pause was over: it is looked at for names alone. */
  wasWoken?: boolean;
};

/**
 * The candidates whose jobs to read next, best first. A run with nothing new rests between two reads, each time for longer,
 * longest if it shows another's id. The last poll reads all that may still be ours.
 */
export function candidatesToRead(
  candidates: readonly Candidate[],
  nowMs: number,
  dispatched: OurDispatch,
  { isOne, isOfStrangers, isQuiet, isLast }: Omit<CrowdAtPoll, "hasWitnesses">,
): Candidate[] {
  const isNearer = byNearness(candidates, dispatched);
  if (isLast) {
    const open = candidates.filter(isOpen);
    return open.sort((a, b) => isNearer(a.run, b.run) || byAge(a.run, b.run));
  }
  const sorted = candidates
    .filter((candidate) => mayStillShowId(candidate) && !isResting(candidate, nowMs))
    .filter((candidate) => (isQuiet ? isWitness(candidate, dispatched) : isTimely(candidate, nowMs, dispatched)))
    .sort(
      (a, b) =>
        Number(a.showedAll) - Number(b.showedAll) ||
        isNearer(a.run, b.run) ||
        a.readAtMs - b.readAtMs ||
        byAge(a.run, b.run),
    );
  const nearest = sorted.slice(0, isOfStrangers ? NEAREST_STRANGERS : JOBS_PER_POLL);
  return isOne || isOfStrangers ? nearest.filter((candidate) => hasSettled(candidate, nowMs)) : nearest;
}

export function maxReads(crowd: Omit<CrowdAtPoll, "isOne">): number {
  const { isOfStrangers, isQuiet, isLast, hasWitnesses, wasWoken = false } = crowd;
  if (wasWoken) return 0;
  if (isLast) return Number.POSITIVE_INFINITY;
  if (isQuiet) return hasWitnesses ? WITNESSES_PER_POLL : 0;
  return isOfStrangers ? STRANGERS_PER_POLL : JOBS_PER_POLL;
}

/** A run that seems too old is still read, later: servers' clocks may differ. */
function isTimely(candidate: Candidate, nowMs: number, dispatched: OurDispatch): boolean {
  return !isTooOld(candidate, dispatched) || nowMs - candidate.seenAtMs >= REST_MS;
}

function isResting({ run, seenAtMs, reads, readAtMs, readStatus, showedAll, anothersId }: Candidate, nowMs: number) {
  // In a chain of dispatches, a run's name may show its caller's id, and one of its steps ours.
  if (anothersId !== undefined) return nowMs - Math.max(seenAtMs, readAtMs) < (reads === 0 ? REST_MS : LONGEST_REST_MS);
  if (reads === 0 || readStatus !== run.status) return false;
  if (run.status === "in_progress" && !showedAll) return false;
  return nowMs - readAtMs < Math.min(REST_MS * 2 ** (reads - 1), LONGEST_REST_MS);
}

/** Whether to expect steps. A run that does not begin is still read, later. */
function hasSettled({ run, changedAtMs }: Candidate, nowMs: number): boolean {
  const agoMs = nowMs - changedAtMs;
  if (run.status === "completed") return true;
  return agoMs >= (run.status === "in_progress" ? STEPS_SHOWN_MS : REST_MS);
}

export type MatchedRun = Pick<Candidate, "run"> & { sign: IdLocation };

/** A run is usually visible within this time (docs/platform.md#new-runs), and so is another with the same id. */
const VISIBLE_WITHIN_MS = 10_000;

/** @throws StepError where two runs carry a given id */
export function chooseOurs(
  shown: readonly MatchedRun[],
  { distinctId, atMs, findDeadlineMs }: Pick<SentDispatch, "distinctId" | "atMs" | "findDeadlineMs">,
  isGiven: boolean,
  nowMs: number,
): (MatchedRun & { others: Run[] }) | undefined {
  const [first, ...more] = shown.toSorted((a, b) => byAge(a.run, b.run));
  if (!first) return undefined;
  const { run, sign } = first;
  const others = more.map((each) => each.run);
  if (isGiven && others.length > 0) throw new StepError(explainTwo([run, ...others], distinctId));
  // A given id may be on others by right: a second run needs time to show. Runs with a generated id are all ours.
  const isEarly = nowMs - atMs < Math.min(VISIBLE_WITHIN_MS, (findDeadlineMs - atMs) / 2);
  return isGiven && isEarly ? undefined : { run, sign, others };
}

function explainTwo(runs: readonly Run[], distinctId = ""): string {
  const haveOneWorkflow = new Set(runs.map(({ path }) => path)).size === 1;
  return [
    `${runs.length} runs since the dispatch carry the id ${distinctId}, which was given: nothing shows which of them this step started.`,
    ...runs.map(({ path, displayTitle, htmlUrl }) => `- ${path} "${displayTitle}": ${htmlUrl}`),
    haveOneWorkflow
      ? "Give each step its own id: leave out `distinct_id` to have one generated, or make it unique to the step."
      : "Set `workflow` to the file of the run, or give each step its own id (without `distinct_id`, one is generated).",
  ].join("\n");
}
