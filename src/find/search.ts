/** Looks through the recent runs for the one that carries our id. It never guesses: a run that shows no id is not ours. */

import { pauseBeforeFind, pauseWithin } from "../asking/pace.ts";
import { pagesOf } from "../asking/pages.ts";
import { OutOfTime } from "../asking/retry.ts";
import { mayBeOf, type Plan } from "../dispatch/plan.ts";
import type { Id, Job, Run } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { Story } from "../story/story.ts";
import {
  anothersIdIn,
  type Candidate,
  crowdWaitsMs,
  isCrowd,
  isNamed,
  isUndecided,
  JOBS_PER_LOOK,
  newCandidate,
  openAmong,
  type Sign,
  seenAgain,
  showsAllSteps,
  signInJobs,
  worthReading,
} from "./candidates.ts";
import { byAge, type OurDispatch } from "./crowd.ts";
import { recentRuns } from "./recent-runs.ts";

export interface SearchBounds {
  /** The moment of the dispatch, by the clock. Older runs are not ours, even if they carry the id. */
  sentAtMs: number;
  deadlineMs: number;
  /** Ends the search before its deadline, as soon as it is clear that no run shows the id. */
  window?: Window;
}

/** How long and how often the runs are looked at before "there is none" is believed. */
export interface Window {
  ms: number;
  lists: number;
}

export interface Found {
  run: Run;
  sign: Sign;
  /** Others with our id in the same look: they are younger. */
  others: Run[];
}

export interface NotFound {
  run: undefined;
  /** What the last look saw, newest first. */
  seen: SeenRun[];
  /** The window that was asked for has passed, and every run that was listed is certainly another's. */
  windowIsFull: boolean;
  /** What kept the last look from its end, if anything did. */
  trouble: Fault | undefined;
}

/** A run since the dispatch, and what came of it. `undecided`: it may yet show the id. */
export interface SeenRun {
  run: Run;
  verdict: "other event" | "other workflow" | "undecided" | "without id";
}

/** Not all of GitHub knows a new run at once: it may be listed, and its own address still answer 404 (PLATFORM.md). */
export const NEW_RUN_MS = 30_000;

/** Looks until a run shows the id, the window is full, or the deadline has passed. */
export async function search(plan: Plan, bounds: SearchBounds, story: Story): Promise<Found | NotFound> {
  const { github, clock, random, signal, persist, inputs } = story;
  const { sentAtMs, deadlineMs, window } = bounds;
  const { distinctId } = story.known;
  const startedAtMs = clock.nowMs();
  // What one search has settled, the next one need not read again.
  const { candidates } = story;
  let seen: Run[] = [];
  let lists = 0;
  const listRecentRuns = recentRuns(bounds, story);

  try {
    for (;;) {
      const lookedAtMs = clock.nowMs();
      seen = await listRecentRuns();
      const wayMs = (clock.nowMs() - lookedAtMs) / 2;
      lists++;
      const possible = seen.filter((run) => mayBeOf(plan, run));

      const [named, ...others] = possible.filter((run) => isNamed(run, distinctId)).sort(byAge);
      if (named) return { run: named, sign: "name", others };

      const present = possible.map(toCandidate);
      const open = openAmong(present);
      // The dispatch was on its way for as long as this look's requests are.
      const dispatched = { atMs: github.likelyServerTimeMs(sentAtMs + wayMs), distinctId };
      const inCrowd = isCrowd(open, dispatched.atMs);
      const readsFromMs = sentAtMs + crowdWaitsMs(open.length);
      const isEarly = inCrowd && clock.nowMs() < readsFromMs && readsFromMs < deadlineMs;
      const shown = isEarly ? [] : await readPromising(present, dispatched, inCrowd);
      const [first, ...more] = shown.sort((a, b) => byAge(a.run, b.run));
      if (first) return { ...first, others: more.map(({ run }) => run) };

      if (windowIsFull()) return notFound();
      const pauseMs = pauseBeforeFind({
        ageMs: clock.nowMs() - sentAtMs,
        pollIntervalMs: inputs.pollIntervalMs,
        rateLimit: github.rateLimit(),
        lookMs: clock.nowMs() - lookedAtMs,
        sharers: inCrowd ? open.length : 1,
        random: random(),
      });
      const quietMs = isEarly ? Math.min(readsFromMs - clock.nowMs(), inputs.pollIntervalMs) : 0;
      await clock.sleep(pauseWithin(deadlineMs - clock.nowMs(), Math.max(pauseMs, quietMs)), signal);
    }
  } catch (error) {
    if (error instanceof OutOfTime) return notFound(error.fault);
    throw error;
  }

  function toCandidate(run: Run): Candidate {
    const nowMs = clock.nowMs();
    // `updated_at` has whole seconds.
    const agoMs = (github.likelyServerTimeMs(nowMs) ?? 0) - (run.updatedAtMs ?? Infinity) - 1000;
    const changedAtMs = nowMs - Math.max(agoMs, 0);
    const known = candidates.get(run.id);
    const candidate = known ? seenAgain(known, run, changedAtMs) : newCandidate(run, nowMs, changedAtMs);
    candidates.set(run.id, candidate);
    return candidate;
  }

  /** Reads the jobs of the most promising runs, one by one, and returns those that show our id. */
  async function readPromising(
    present: readonly Candidate[],
    dispatched: OurDispatch,
    inCrowd: boolean,
  ): Promise<{ run: Run; sign: Sign }[]> {
    const shown: { run: Run; sign: Sign }[] = [];
    const read = new Set<Candidate>();
    while (read.size < JOBS_PER_LOOK) {
      // Whose id one of them shows tells which is the next.
      const promising = worthReading(present, clock.nowMs(), dispatched);
      const candidate = promising.find((each) => !read.has(each));
      if (!candidate) break;
      read.add(candidate);
      const sign = await readJobsOf(candidate);
      if (sign) shown.push({ run: candidate.run, sign });
      // In a crowd, nobody can afford to ask whether another run carries our id as well.
      if (sign && inCrowd) break;
    }
    return shown;
  }

  async function readJobsOf(candidate: Candidate): Promise<Sign | undefined> {
    const { run, seenAtMs } = candidate;
    const before = { ...candidate };
    candidate.reads++;
    candidate.readAtMs = clock.nowMs();
    candidate.readStatus = run.status;
    candidate.showedAll = true;
    try {
      for await (const jobs of pagesOf((page) => readJobs(run.id, page))) {
        const sign = signInJobs(jobs, distinctId);
        if (sign) return sign;
        candidate.anothersId ??= anothersIdIn(run, jobs);
        candidate.showedAll &&= jobs.length > 0 && jobs.every(showsAllSteps);
      }
    } catch (error) {
      if (!(error instanceof Fault && error.status === 404)) throw error;
      // Not yet known where jobs are asked for; later on, it is a neighbour's run that was deleted.
      if (clock.nowMs() - seenAtMs < NEW_RUN_MS) Object.assign(candidate, before);
    }
    return undefined;
  }

  function readJobs(runId: Id, page: number): Promise<Job[]> {
    return persist((options) => github.listJobs(runId, page, options), { deadlineMs });
  }

  function windowIsFull(): boolean {
    if (!window || clock.nowMs() - startedAtMs < window.ms || lists < window.lists) return false;
    // A run that shows no id may be ours all the same, by a receiver that does not show it: "none" would be a guess.
    // And its name may show the id of the run that has asked for it, as in a chain: only its jobs, all of them, tell.
    return [...candidates.values()].every(
      ({ anothersId, reads, showedAll }) => anothersId !== undefined && reads > 0 && showedAll,
    );
  }

  function notFound(trouble?: Fault): NotFound {
    const verdict = (run: Run) => {
      const candidate = candidates.get(run.id);
      if (!candidate) return run.event === plan.event ? "other workflow" : "other event";
      return isUndecided(candidate) ? "undecided" : "without id";
    };
    const seenRuns = seen.map((run) => ({ run, verdict: verdict(run) }) as const);
    return { run: undefined, seen: seenRuns, windowIsFull: windowIsFull(), trouble };
  }
}
