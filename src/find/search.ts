/** Looks through the recent runs for the one that carries our id. It never guesses: a run that shows no id is not ours. */

import { type Pace, pauseBeforeFind, pauseWhileUnclear, pauseWithin } from "../asking/pace.ts";
import { OutOfTime } from "../asking/retry.ts";
import type { Run } from "../github/answers.ts";
import type { Fault } from "../github/fault.ts";
import type { Candidate, OurRun, Sent, Sign } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { isNamed, mayBeOf, newCandidate, seenAgain } from "./candidates.ts";
import { choose, type Shown } from "./choose.ts";
import { type Crowd, crowdAround, isUndecided } from "./crowd.ts";
import { readPromising } from "./read-jobs.ts";
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
  sign: Sign;
  /** Younger runs with our id, as far as the same look showed them. */
  others: Run[];
}

export interface NotFound {
  run: undefined;
  /** The runs that the last look listed, newest first. */
  runs: JudgedRun[];
  /** The window that was asked for has passed, and every run that was listed is certainly another's. */
  windowIsFull: boolean;
  /** What kept the last look from being finished, if anything did. */
  trouble: Fault | undefined;
}

/** A run since the dispatch, and what was found of it. `undecided`: it may yet show the id. */
export interface JudgedRun {
  run: Run;
  verdict: "other event" | "other workflow" | "undecided" | "without id";
}

/**
 * Looks until a run shows the id, the window is full, or the deadline has passed. Runs from before the dispatch are not ours,
 * even if they carry the id.
 * @throws Failure where two runs carry a given id, Fault where GitHub refuses to list the runs or jobs
 */
export async function search(
  sent: Sent,
  { deadlineMs, window, sinceMs, isLast = false }: SearchBounds,
  story: Story,
): Promise<Found | NotFound> {
  const { plan, distinctId = "", atMs: sentAtMs, candidates } = sent;
  const { github, clock, random, signal, inputs } = story;
  const { isGiven } = inputs.distinctId;
  const startedAtMs = sinceMs ?? clock.nowMs();
  const listRuns = listerOfRuns({ sentAtMs, deadlineMs }, story);
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
      const present = listed.filter((run) => mayBeOf(plan, run)).map((run) => remember(run, sent, story));
      // The dispatch took about as long to reach the server as this look's requests do.
      const dispatched = { atMs: github.likelyServerTimeMs(sentAtMs + wayMs), distinctId };
      const crowd = crowdAround(present, dispatched);
      const quietMs = quietTimeMs(sentAtMs + crowd.waitsMs, clock.nowMs(), deadlineMs);
      const around = { ...crowd, isQuiet: quietMs > 0 && !isLast, isLast };
      // Every run that shows a generated id is ours, so one sign is enough.
      if (isGiven || !present.some(showsId)) await readPromising(present, dispatched, around, deadlineMs, story);
      const ours = choose(present.filter(showsId), sent, isGiven, clock.nowMs());
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
    if (error instanceof OutOfTime) return notFound(error.fault);
    throw error;
  }

  function notFound(trouble?: Fault): NotFound {
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
function areAllOthers(candidates: Sent["candidates"]): boolean {
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

function verdictOn(run: Run, { plan, candidates }: Sent): JudgedRun["verdict"] {
  const candidate = candidates.get(run.id);
  if (!candidate) return run.event === plan.event ? "other workflow" : "other event";
  return isUndecided(candidate) ? "undecided" : "without id";
}

/** The run as a candidate, with what was read of it before. */
function remember(run: Run, { distinctId = "", candidates }: Sent, { github, clock }: Story): Candidate {
  const nowMs = clock.nowMs();
  // `updated_at` has whole seconds.
  const agoMs = (github.likelyServerTimeMs(nowMs) ?? 0) - (run.updatedAtMs ?? Infinity) - 1000;
  const changedAtMs = nowMs - Math.max(agoMs, 0);
  const before = candidates.get(run.id);
  const candidate = before ? seenAgain(before, run, changedAtMs) : newCandidate(run, nowMs, changedAtMs);
  if (isNamed(run, distinctId)) candidate.sign = "name";
  candidates.set(run.id, candidate);
  return candidate;
}
