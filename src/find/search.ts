/** Searches the recent runs for our id. It never guesses: a run without it, or from before the dispatch, is not ours. */

import { readPages } from "../github/lists.ts";
import { RequestError } from "../github/request-error.ts";
import type { Id } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { OutOfTime, once } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import type { SharedContext } from "../state/context.ts";
import type { Candidate, IdLocation, OurRun, SearchedDispatch, SearchInputs } from "../state/sent-dispatch.ts";
import {
  anothersIdIn,
  type CrowdAtPoll,
  candidatesToRead,
  chooseOurs,
  idLocationInJobs,
  isNamed,
  type MatchedRun,
  maxReads,
  mayBeOf,
  newCandidate,
  showsAllSteps,
  updatedCandidate,
} from "./candidates.ts";
import { crowdAround, mayStillShowId, type OurDispatch } from "./crowd.ts";
import { pauseBeforeNextPoll, pausesBetweenPolls, type SearchWindow } from "./pauses.ts";
import { listerOfRuns } from "./recent-runs.ts";

interface SearchBounds {
  deadlineMs: number;
  /** Ends the search before its deadline, once it is clear that no run shows the id. */
  window?: SearchWindow;
  /** When the search that this one continues began, by the clock; by default now. */
  sinceMs?: number;
  /** No search follows: every run that may still be ours is read once more. */
  isLast?: boolean;
}

export interface Found extends OurRun {
  sign: IdLocation;
  /** Younger runs with our id, as far as the same poll showed them. */
  others: Run[];
}

export interface NotFound {
  run: undefined;
  /** From the last list, newest first. */
  runs: CheckedRun[];
  /** The window has passed, and every listed run is certainly another's. */
  windowIsFull: boolean;
  /** What interrupted the last poll. */
  trouble: RequestError | undefined;
}

/** `undecided`: it may still show the id. */
export interface CheckedRun {
  run: Run;
  verdict: "other event" | "other workflow" | "undecided" | "without id";
}

/** @throws StepError where two runs carry a given id; RequestError where GitHub refuses to list the runs */
export async function search(
  sent: SearchedDispatch,
  { deadlineMs, window, sinceMs, isLast = false }: SearchBounds,
  context: SharedContext<SearchInputs>,
): Promise<Found | NotFound> {
  const { dispatch, distinctId = "", atMs: sentAtMs, candidates } = sent;
  const { github, clock, random, signal, inputs } = context;
  const { isGiven } = inputs.distinctId;
  const startedAtMs = sinceMs ?? clock.nowMs();
  const listRuns = listerOfRuns({ sentAtMs, deadlineMs }, context);
  let listed: readonly Run[] = [];
  let lists = 0;
  /** A run of the last list that could not be read might be ours. */
  let areAllListed = true;
  const pauses = pausesBetweenPolls(github, clock);

  try {
    for (;;) {
      const polledAtMs = clock.nowMs();
      const { runs, recentRuns, isIncomplete } = await listRuns();
      const oneWayMs = (clock.nowMs() - polledAtMs) / 2;
      listed = runs.filter(({ id }) => !sent.listedBefore?.has(String(id)));
      areAllListed = !isIncomplete;
      lists++;
      const present = listed.filter((run) => mayBeOf(dispatch, run)).map((run) => asCandidate(run, sent, context));
      for (const candidate of present) candidates.set(candidate.run.id, candidate);
      // The dispatch took about as long to reach the server as this poll's requests.
      const dispatched = { atMs: github.likelyServerTimeMs(sentAtMs + oneWayMs), distinctId };
      const crowd = crowdAround(present, dispatched);
      const quietMs = quietTimeMs(sentAtMs + crowd.waitsMs, clock.nowMs(), deadlineMs);
      const crowdAtPoll = { ...crowd, isQuiet: quietMs > 0 && !isLast, isLast, wasWoken: pauses.wasWoken() };
      // Every run with a generated id is ours, so one match is enough.
      const isSeen = !isGiven && present.some(showsId);
      const read = isSeen
        ? present
        : await readPromising(present, dispatched, crowdAtPoll, candidates, { deadlineMs, polledAtMs }, context);
      const ours = chooseOurs(read.filter(showsId), sent, isGiven, clock.nowMs());
      if (ours) return { ...ours, recentRuns };

      if (isFull()) return notFound();
      const pace = {
        ageMs: clock.nowMs() - startedAtMs,
        pollIntervalMs: inputs.pollIntervalMs,
        rateLimit: github.rateLimit(),
        lookMs: clock.nowMs() - polledAtMs,
        pollers: github.limits.pollers + 1,
        random: random(),
      };
      await pauses.pause(pauseBeforeNextPoll(pace, crowd, quietMs, window), deadlineMs, signal);
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

// A run without an id may be ours, if the receiver does not show it. A name with another's id may be ours in a chain of
// dispatches, where that is its caller's: only all of its jobs decide.
function areAllOthers(candidates: SearchedDispatch["candidates"]): boolean {
  return [...candidates.values()].every(({ anothersId, showedAll }) => anothersId !== undefined && showedAll);
}

/** Where the deadline comes first, jobs are read at once. */
function quietTimeMs(readsFromMs: number, nowMs: number, deadlineMs: number): number {
  return readsFromMs < deadlineMs ? Math.max(readsFromMs - nowMs, 0) : 0;
}

function showsId(candidate: Candidate): candidate is Candidate & MatchedRun {
  return candidate.sign !== undefined;
}

function verdictOn(run: Run, { dispatch, candidates }: SearchedDispatch): CheckedRun["verdict"] {
  const candidate = candidates.get(run.id);
  if (!candidate) return run.event === dispatch.event ? "other workflow" : "other event";
  return mayStillShowId(candidate) ? "undecided" : "without id";
}

function asCandidate(
  run: Run,
  { distinctId = "", candidates }: SearchedDispatch,
  { github, clock }: SharedContext<unknown>,
): Candidate {
  const nowMs = clock.nowMs();
  // `updated_at` has whole seconds.
  const agoMs = (github.likelyServerTimeMs(nowMs) ?? 0) - (run.updatedAtMs ?? Infinity) - 1000;
  const changedAtMs = nowMs - Math.max(agoMs, 0);
  const before = candidates.get(run.id);
  const candidate = before ? updatedCandidate(before, run, changedAtMs) : newCandidate(run, nowMs, changedAtMs);
  return isNamed(run, distinctId) ? { ...candidate, sign: "name" } : candidate;
}

/** By the clock. */
interface PollBounds {
  deadlineMs: number;
  polledAtMs: number;
}

/** Returns all candidates, with what the jobs have shown, and keeps that in `knownCandidates` for later polls. */
async function readPromising(
  present: readonly Candidate[],
  dispatched: OurDispatch,
  crowd: CrowdAtPoll,
  knownCandidates: SearchedDispatch["candidates"],
  poll: PollBounds,
  context: SharedContext<SearchInputs>,
): Promise<readonly Candidate[]> {
  let candidates = present;
  const read = new Set<Id>();
  while (read.size < maxReads(crowd)) {
    // The id that the last run showed may change the order.
    const promising = candidatesToRead(candidates, context.clock.nowMs(), dispatched, crowd);
    const next = promising.find(({ run }) => !read.has(run.id));
    if (!next) break;
    read.add(next.run.id);
    const after = await readJobsOf(next, dispatched.distinctId, poll, context);
    knownCandidates.set(after.run.id, after);
    candidates = candidates.map((each) => (each === next ? after : each));
    // In a crowd, checking whether another run carries our id as well would cost too many requests.
    if (after.sign && crowd.isOne) break;
  }
  return candidates;
}

async function readJobsOf(
  candidate: Candidate,
  distinctId: string,
  { deadlineMs, polledAtMs }: PollBounds,
  { github, clock, retry }: SharedContext<unknown>,
): Promise<Candidate> {
  const { run, seenAtMs } = candidate;
  const read = { ...candidate, reads: candidate.reads + 1, readAtMs: clock.nowMs(), readStatus: run.status };
  let { anothersId } = candidate;
  let showedAll = true;
  // Of many in one repository, whoever reads them first reads them for all.
  const readPage = (page: number) =>
    retry((options) => github.listJobs(run.id, page, { ...options, sinceMs: polledAtMs }), once(deadlineMs));
  try {
    for await (const { items: jobs, unreadable } of readPages(readPage)) {
      const sign = idLocationInJobs(jobs, distinctId);
      if (sign) return { ...read, sign, anothersId, showedAll };
      anothersId ??= anothersIdIn(run, jobs);
      showedAll &&= jobs.length > 0 && unreadable.length === 0 && jobs.every(showsAllSteps);
    }
  } catch (error) {
    if (!(error instanceof RequestError || error instanceof OutOfTime)) throw error;
    // What cannot be read is read again: a token that may not read the runs cannot list them either. Nor is a new run known
    // everywhere yet; an older one was deleted, and counts as read.
    const isMissing = error instanceof RequestError && error.status === 404;
    if (!isMissing || clock.nowMs() - seenAtMs < NEW_RUN_MS) return candidate;
  }
  return { ...read, sign: undefined, anothersId, showedAll };
}
