/** Finds the run that carries our id. It never guesses: a run that shows no id is not ours. */

import type { Id, Job, Run } from "./answers.ts";
import type { Clock } from "./clock.ts";
import { shows } from "./distinct-id.ts";
import { Fault } from "./fault.ts";
import { type GitHub, PAGE_LENGTH } from "./github.ts";
import { pauseBeforeFind } from "./pace.ts";
import { OutOfTime, type Persist } from "./patience.ts";

/** What is looked for, and within which bounds. */
export interface Wanted {
  distinctId: string;
  /** Says whether a run may be ours by its event and workflow alone. */
  mayBeOurs: (run: Run) => boolean;
  /** The moment of the dispatch, by the clock. Older runs are not ours, even if they carry the id. */
  sentAtMs: number;
  deadlineMs: number;
  /** How many of the repository's runs one look goes back at most. */
  maxRuns: number;
  pollIntervalMs: number;
  /** Ends the search before the deadline, once it is clear that no run shows the id. */
  window?: Window;
}

/** How long and how often the runs are looked at before "there is none" is believed. */
export interface Window {
  ms: number;
  lists: number;
}

/** Where a run shows the id. */
export type Sign = "name" | "job" | "step";

export type Search = Found | NotFound;

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
  /** The window that was asked for has passed, and no run can show the id any more. */
  windowIsFull: boolean;
  /** What kept the last look from its end, if anything did. */
  trouble: Fault | undefined;
}

/** A run since the dispatch, and what came of it. `undecided`: it may yet show the id. */
export interface SeenRun {
  run: Run;
  verdict: "not ours" | "undecided" | "without id";
}

export interface FindEdges {
  github: GitHub;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  persist: Persist;
}

/** GitHub's servers and its `created_at` may differ by a second or two (PLATFORM.md). */
const MARGIN_MS = 5000;
/** A first page reaches back far enough in nearly every repository, and is a third of the bytes. */
const SHORT_PAGE = 30;
/** Many dispatchers must not read each other's jobs at every look. */
const JOBS_PER_LOOK = 8;
const REST_MS = 15_000;
const LONGEST_REST_MS = 120_000;

/** What is known of a candidate. */
interface Candidate {
  run: Run;
  /** How often its jobs were read. */
  reads: number;
  readAtMs: number;
  /** The run's status when its jobs were read. */
  readStatus: string;
  /** Whether every job that was there showed all its steps. */
  showedAll: boolean;
}

/** Looks through the recent runs until one shows the id, the window is full, or the deadline has passed. */
export async function find(wanted: Wanted, edges: FindEdges): Promise<Search> {
  const { github, clock, random, signal, persist } = edges;
  const { distinctId, deadlineMs, maxRuns } = wanted;
  const startedAtMs = clock.nowMs();
  const candidates = new Map<Id, Candidate>();
  let seen: Run[] = [];
  let lists = 0;
  let perPage = Math.min(SHORT_PAGE, maxRuns);
  // The dispatch's own answer tells the server's time best; without one, the first list has to.
  let sinceMs = github.serverTimeMs(wanted.sentAtMs);

  const isUndecided = ({ run, reads, readStatus }: Candidate) =>
    !(run.status === "completed" && reads > 0 && readStatus === "completed");
  const windowIsFull = () =>
    wanted.window !== undefined &&
    clock.nowMs() - startedAtMs >= wanted.window.ms &&
    lists >= wanted.window.lists &&
    ![...candidates.values()].some(isUndecided);
  const notFound = (trouble?: Fault): NotFound => ({
    run: undefined,
    windowIsFull: windowIsFull(),
    trouble,
    seen: seen.map((run) => {
      const candidate = candidates.get(run.id);
      return { run, verdict: !candidate ? "not ours" : isUndecided(candidate) ? "undecided" : "without id" };
    }),
  });

  /** The runs since the dispatch, newest first. */
  async function recentRuns(): Promise<Run[]> {
    const runs = new Map<Id, Run>();
    for (let page = 1; ; page++) {
      const onPage = await persist((options) => github.listRuns({ perPage, page }, options), { deadlineMs });
      sinceMs ??= github.serverTimeMs(wanted.sentAtMs);
      const earliestMs = (sinceMs ?? 0) - MARGIN_MS;
      // Runs move on to later pages while new ones come in: one may be read twice, none is missed.
      for (const run of onPage)
        if (run.createdAtMs >= earliestMs && runs.size < maxRuns) runs.set(run.id, run);
      const reachesBack = onPage.length < perPage || onPage.some((run) => run.createdAtMs < earliestMs);
      if (reachesBack || page * perPage >= maxRuns) return [...runs.values()];
      const longer = Math.min(PAGE_LENGTH, maxRuns);
      if (perPage < longer) {
        perPage = longer;
        page = 0;
      }
    }
  }

  async function lookAtJobs(candidate: Candidate): Promise<Sign | undefined> {
    candidate.reads++;
    candidate.readAtMs = clock.nowMs();
    candidate.readStatus = candidate.run.status;
    candidate.showedAll = true;
    for (let page = 1; ; page++) {
      const jobs = await readJobs(candidate.run.id, page);
      const sign = signInJobs(jobs, distinctId);
      if (sign) return sign;
      candidate.showedAll &&= jobs.length > 0 && jobs.every(showsAllSteps);
      if (jobs.length < PAGE_LENGTH) return undefined;
    }
  }

  async function readJobs(runId: Id, page: number): Promise<Job[]> {
    try {
      return await persist((options) => github.listJobs(runId, page, options), { deadlineMs });
    } catch (error) {
      // A neighbour's run was deleted, or is too new for this part of GitHub: that says nothing of ours.
      if (error instanceof Fault && error.status === 404) return [];
      throw error;
    }
  }

  try {
    for (;;) {
      seen = await recentRuns();
      lists++;
      const possible = seen.filter(wanted.mayBeOurs);
      const named = oldestFirst(
        possible.filter((run) => shows(run.displayTitle, distinctId) || shows(run.name, distinctId)),
      );
      const [ours, ...others] = named;
      if (ours) return { run: ours, sign: "name", others };

      const present = possible.map((run) => {
        const known = candidates.get(run.id) ?? {
          run,
          reads: 0,
          readAtMs: 0,
          readStatus: "",
          showedAll: false,
        };
        candidates.set(run.id, { ...known, run });
        return candidates.get(run.id) as Candidate;
      });
      for (const candidate of worthReading(present, clock.nowMs())) {
        const sign = await lookAtJobs(candidate);
        if (sign) return { run: candidate.run, sign, others: [] };
      }

      if (windowIsFull()) return notFound();
      const pauseMs = pauseBeforeFind({
        ageMs: clock.nowMs() - wanted.sentAtMs,
        pollIntervalMs: wanted.pollIntervalMs,
        rateLimit: github.rateLimit(),
        random: random(),
      });
      const leftMs = deadlineMs - clock.nowMs();
      await clock.sleep(Math.min(pauseMs, leftMs), signal);
      if (pauseMs >= leftMs) return notFound();
    }
  } catch (error) {
    if (error instanceof OutOfTime) return notFound(error.fault);
    throw error;
  }
}

/** The sign that `jobs` show: a job's name goes before a step's. */
export function signInJobs(jobs: readonly Job[], distinctId: string): Sign | undefined {
  if (jobs.some((job) => shows(job.name, distinctId))) return "job";
  if (jobs.some((job) => job.steps.some((step) => shows(step.name, distinctId)))) return "step";
  return undefined;
}

/** A queued job has no steps, and one that has just started only `Set up job` (PLATFORM.md). */
function showsAllSteps(job: Job): boolean {
  return job.status === "completed" || job.steps.length > 1;
}

/**
 * The candidates whose jobs this look reads: those never read before the others, nearest to the dispatch first, and a
 * few only. One that is complete is read once more and never again. One whose status has not changed and that has
 * nothing new to show soon rests between two reads, each time for longer.
 */
export function worthReading(candidates: readonly Candidate[], nowMs: number): Candidate[] {
  return candidates
    .filter(({ run, reads, readAtMs, readStatus, showedAll }) => {
      if (reads === 0 || readStatus !== run.status) return true;
      if (run.status === "completed") return false;
      if (run.status === "in_progress" && !showedAll) return true;
      return nowMs - readAtMs >= Math.min(REST_MS * 2 ** (reads - 1), LONGEST_REST_MS);
    })
    .sort((a, b) => a.reads - b.reads || byAge(a.run, b.run))
    .slice(0, JOBS_PER_LOOK);
}

function oldestFirst(runs: readonly Run[]): Run[] {
  return [...runs].sort(byAge);
}

/** Ids grow with time, and `created_at` has whole seconds only. */
function byAge(a: Run, b: Run): number {
  return a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
}
