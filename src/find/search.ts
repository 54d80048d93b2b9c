/** Looks through the recent runs for the one that carries our id. It never guesses: a run that shows no id is not ours. */

import { pagesOf } from "../github/lists.ts";
import { type Pace, pauseBeforeFind, pauseWhileUnclear, pauseWithin } from "../github/polling.ts";
import { RequestError } from "../github/request-error.ts";
import type { Id } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { OutOfTime } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import type { Context } from "../state/context.ts";
import type { Candidate, IdLocation, OurRun, SentDispatch } from "../state/sent-dispatch.ts";
import {
  anothersIdIn,
  type CrowdAtLook,
  choose,
  isNamed,
  mayBeOf,
  mostReads,
  newCandidate,
  type Shown,
  seenAgain,
  showsAllSteps,
  signInJobs,
  worthReading,
} from "./candidates.ts";
import { type Crowd, crowdAround, isUndecided, type OurDispatch } from "./crowd.ts";
import { listerOfRuns } from "./recent-runs.ts";

interface SearchBounds {
  deadlineMs: number;
  /** Ends the search before its deadline, as soon as it is clear that no run shows the id. */
  window?: Window;
  /** When the search that this one goes on with began, by the clock; by default it begins now. */
  sinceMs?: number;
  /** There is no search after this one: it reads every run that may yet be ours once more. */
  isLast?: boolean;
}

/** How long the runs are looked at, and how often at least, before "there is none" is believed. */
export interface Window {
  ms: number;
  lists: number;
}

export interface Found extends OurRun {
  sign: IdLocation;
  /** Younger runs with our id, as far as the same look showed them. */
  others: Run[];
}

export interface NotFound {
  run: undefined;
  /** The runs that the last look listed, newest first. */
  runs: CheckedRun[];
  /** The window that was asked for has passed, and every run that was listed is certainly another's. */
  windowIsFull: boolean;
  /** What kept the last look from being finished, if anything did. */
  trouble: RequestError | undefined;
}

/** A run since the dispatch, and what was found of it. `undecided`: it may yet show the id. */
export interface CheckedRun {
  run: Run;
  verdict: "other event" | "other workflow" | "undecided" | "without id";
}

/**
 * Looks until a run shows the id, the window is full, or the deadline has passed. Runs from before the dispatch are not ours,
 * even if they carry the id.
 * @throws StepError where two runs carry a given id, RequestError where GitHub refuses to list the runs or jobs
 */
export async function search(
  sent: SentDispatch,
  { deadlineMs, window, sinceMs, isLast = false }: SearchBounds,
  context: Context,
): Promise<Found | NotFound> {
  const { dispatch, distinctId = "", atMs: sentAtMs, candidates } = sent;
  const { github, clock, random, signal, inputs } = context;
  const { isGiven } = inputs.distinctId;
  const startedAtMs = sinceMs ?? clock.nowMs();
  const listRuns = listerOfRuns({ sentAtMs, deadlineMs }, context);
  let listed: readonly Run[] = [];
  let lists = 0;
  /** Whether every run of the last list could be read: one that could not might be ours. */
  let areAllListed = true;

  try {
    for (;;) {
      const lookedAtMs = clock.nowMs();
      const { runs, recentRuns, isIncomplete } = await listRuns();
      const wayMs = (clock.nowMs() - lookedAtMs) / 2;
      listed = runs.filter(({ id }) => !sent.listedBefore?.has(String(id)));
      areAllListed = !isIncomplete;
      lists++;
      const present = listed.filter((run) => mayBeOf(dispatch, run)).map((run) => asCandidate(run, sent, context));
      for (const candidate of present) candidates.set(candidate.run.id, candidate);
      // The dispatch took about as long to reach the server as this look's requests do.
      const dispatched = { atMs: github.likelyServerTimeMs(sentAtMs + wayMs), distinctId };
      const crowd = crowdAround(present, dispatched);
      const quietMs = quietTimeMs(sentAtMs + crowd.waitsMs, clock.nowMs(), deadlineMs);
      const around = { ...crowd, isQuiet: quietMs > 0 && !isLast, isLast };
      // Every run that shows a generated id is ours, so one sign is enough.
      const isSeen = !isGiven && present.some(showsId);
      const read = isSeen ? present : await readPromising(present, dispatched, around, candidates, deadlineMs, context);
      const ours = choose(read.filter(showsId), sent, isGiven, clock.nowMs());
      if (ours) return { ...ours, recentRuns };

      if (isFull()) return notFound();
      const pace = {
        ageMs: clock.nowMs() - startedAtMs,
        pollIntervalMs: inputs.pollIntervalMs,
        rateLimit: github.rateLimit(),
        lookMs: clock.nowMs() - lookedAtMs,
        random: random(),
      };
      const restMs = restBeforeNextLook(pace, crowd, quietMs, window);
      await clock.sleep(pauseWithin(deadlineMs - clock.nowMs(), restMs), signal);
    }
  } catch (error) {
    if (error instanceof OutOfTime) return notFound(error.requestError);
    throw error;
  }

  function notFound(trouble?: RequestError): NotFound {
    const runs = listed.map((run) => ({ run, verdict: verdictOn(run, sent) }));
    return { run: undefined, runs, windowIsFull: isFull(), trouble };
  }

  function isFull(): boolean {
    const hasPassed = window && clock.nowMs() - startedAtMs >= window.ms && lists >= window.lists;
    return hasPassed === true && areAllListed && areAllOthers(candidates);
  }
}

/**
 * Says whether every candidate is certainly another's. One that shows no id may be ours, by a receiver that does not show
 * it. One whose name shows another's id may be ours in a chain of dispatches, where that is its caller's: only all of its
 * jobs tell.
 */
function areAllOthers(candidates: SentDispatch["candidates"]): boolean {
  return [...candidates.values()].every(({ anothersId, showedAll }) => anothersId !== undefined && showedAll);
}

/** `quietMs` is how long no jobs are read yet: until then a look costs only a list, and leaves room for the others. */
function restBeforeNextLook(
  alone: Omit<Pace, "sharers">,
  crowd: Crowd,
  quietMs: number,
  window: Window | undefined,
): number {
  const pace = { ...alone, sharers: quietMs > 0 ? 1 : crowd.sharers };
  const windowLeftMs = (window?.ms ?? 0) - pace.ageMs;
  // As long as there are runs that may yet show the id, the looks come as often as in any search.
  const isUnlikely = windowLeftMs > 0 && crowd.open === 0;
  const pauseMs = isUnlikely ? Math.min(pauseWhileUnclear(pace), windowLeftMs) : pauseBeforeFind(pace);
  return crowd.hasWitnesses ? pauseMs : Math.max(pauseMs, Math.min(quietMs, pace.pollIntervalMs));
}

/** How long no jobs are read yet. Where the deadline comes before that time is over, they are read at once. */
function quietTimeMs(readsFromMs: number, nowMs: number, deadlineMs: number): number {
  return readsFromMs < deadlineMs ? Math.max(readsFromMs - nowMs, 0) : 0;
}

function showsId(candidate: Candidate): candidate is Candidate & Shown {
  return candidate.sign !== undefined;
}

function verdictOn(run: Run, { dispatch, candidates }: SentDispatch): CheckedRun["verdict"] {
  const candidate = candidates.get(run.id);
  if (!candidate) return run.event === dispatch.event ? "other workflow" : "other event";
  return isUndecided(candidate) ? "undecided" : "without id";
}

/** The run as a candidate, with what was read of it before. */
function asCandidate(run: Run, { distinctId = "", candidates }: SentDispatch, { github, clock }: Context): Candidate {
  const nowMs = clock.nowMs();
  // `updated_at` has whole seconds.
  const agoMs = (github.likelyServerTimeMs(nowMs) ?? 0) - (run.updatedAtMs ?? Infinity) - 1000;
  const changedAtMs = nowMs - Math.max(agoMs, 0);
  const before = candidates.get(run.id);
  const candidate = before ? seenAgain(before, run, changedAtMs) : newCandidate(run, nowMs, changedAtMs);
  return isNamed(run, distinctId) ? { ...candidate, sign: "name" } : candidate;
}

/**
 * Reads the jobs of the most promising candidates, one after another. Returns all candidates, with what those jobs have shown,
 * and keeps that in `known` for later looks.
 */
async function readPromising(
  present: readonly Candidate[],
  dispatched: OurDispatch,
  crowd: CrowdAtLook,
  known: SentDispatch["candidates"],
  deadlineMs: number,
  context: Context,
): Promise<readonly Candidate[]> {
  let candidates = present;
  const read = new Set<Id>();
  while (read.size < mostReads(crowd)) {
    // The id that the last one has shown may tell which is the most promising now.
    const promising = worthReading(candidates, context.clock.nowMs(), dispatched, crowd);
    const next = promising.find(({ run }) => !read.has(run.id));
    if (!next) break;
    read.add(next.run.id);
    const after = await readJobsOf(next, dispatched.distinctId, deadlineMs, context);
    known.set(after.run.id, after);
    candidates = candidates.map((each) => (each === next ? after : each));
    // In a crowd it would cost too many requests to look whether another run carries our id as well.
    if (after.sign && crowd.isOne) break;
  }
  return candidates;
}

/** The candidate with what its jobs show now. */
async function readJobsOf(
  candidate: Candidate,
  distinctId: string,
  deadlineMs: number,
  { github, clock, retry }: Context,
): Promise<Candidate> {
  const { run, seenAtMs } = candidate;
  const read = { ...candidate, reads: candidate.reads + 1, readAtMs: clock.nowMs(), readStatus: run.status };
  let { anothersId } = candidate;
  let showedAll = true;
  const readPage = (page: number) => retry((options) => github.listJobs(run.id, page, options), { deadlineMs });
  try {
    for await (const { items: jobs, unreadable } of pagesOf(readPage)) {
      const sign = signInJobs(jobs, distinctId);
      if (sign) return { ...read, sign, anothersId, showedAll };
      anothersId ??= anothersIdIn(run, jobs);
      showedAll &&= jobs.length > 0 && unreadable.length === 0 && jobs.every(showsAllSteps);
    }
  } catch (error) {
    if (!(error instanceof RequestError && error.status === 404)) throw error;
    // A new run is not known everywhere yet, and is read again; an older one was deleted, and counts as read.
    if (clock.nowMs() - seenAtMs < NEW_RUN_MS) return candidate;
  }
  return { ...read, sign: undefined, anothersId, showedAll };
}
