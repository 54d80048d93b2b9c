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

export interface SearchBounds {
  deadlineMs: number;
  /** Ends the search before its deadline, as soon as it is clear that no run shows the id. */
  window?: Window;
  /** When the looking began that this goes on with, by the clock; by default it begins now. */
  sinceMs?: number;
  /** Nothing is looked at after this: every run that may yet be ours is read once more. */
  isLast?: boolean;
}

/** How long and how often the runs are looked at before "there is none" is believed. */
export interface Window {
  ms: number;
  lists: number;
}

export interface Found extends OurRun {
  sign: Sign;
  /** Others with our id in the same look: they are younger. */
  others: Run[];
}

export interface NotFound {
  run: undefined;
  /** The runs that the last look listed, newest first. */
  runs: JudgedRun[];
  /** The window that was asked for has passed, and every run that was listed is certainly another's. */
  windowIsFull: boolean;
  /** What kept the last look from its end, if anything did. */
  trouble: Fault | undefined;
}

/** A run since the dispatch, and what came of it. `undecided`: it may yet show the id. */
export interface JudgedRun {
  run: Run;
  verdict: "other event" | "other workflow" | "undecided" | "without id";
}

/**
 * Looks until a run shows the id, the window is full, or the deadline has passed. Older runs than the dispatch are not
 * ours, even if they carry the id.
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
  /** The last list had no run that could not be read: it might be ours. */
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
      // The dispatch was on its way for as long as this look's requests are.
      const dispatched = { atMs: github.likelyServerTimeMs(sentAtMs + wayMs), distinctId };
      const crowd = crowdAround(present, dispatched);
      const quietMs = quietTimeMs(sentAtMs + crowd.waitsMs, clock.nowMs(), deadlineMs);
      const around = { ...crowd, isQuiet: quietMs > 0 && !isLast, isLast };
      // Of a generated id, one sign is enough.
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
 * A run that shows no id may be ours all the same, by a receiver that does not show it: "none" would be a guess. And its
 * name may show the id of the run that has asked for it, as in a chain: only its jobs, all of them, tell.
 */
function areAllOthers(candidates: Sent["candidates"]): boolean {
  return [...candidates.values()].every(({ anothersId, showedAll }) => anothersId !== undefined && showedAll);
}

/** `quietMs`: how long no jobs are read yet. Meanwhile nobody shares anything but lists. */
function restBeforeNextLook(
  alone: Omit<Pace, "sharers">,
  crowd: Crowd,
  quietMs: number,
  window: Window | undefined,
): number {
  const pace = { ...alone, sharers: quietMs > 0 ? 1 : crowd.sharers };
  const windowLeftMs = (window?.ms ?? 0) - pace.ageMs;
  // What is there and may yet show the id is looked at as closely as ever.
  const isUnlikely = windowLeftMs > 0 && crowd.open === 0;
  const pauseMs = isUnlikely ? Math.min(pauseWhileUnclear(pace), windowLeftMs) : pauseBeforeFind(pace);
  return crowd.hasWitnesses ? pauseMs : Math.max(pauseMs, Math.min(quietMs, pace.pollIntervalMs));
}

/** How long no jobs are read yet. Where the deadline comes before that would be over, they are read at once. */
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
