/** Follows a run to its end. Only `completed` ends a run; every other word, tomorrow's too, means go on. */

import type { Id, Job, Run } from "./answers.ts";
import type { Clock } from "./clock.ts";
import { Fault } from "./fault.ts";
import { type GitHub, PAGE_LENGTH } from "./github.ts";
import { pauseBeforeFollow } from "./pace.ts";
import { OutOfTime, type Persist } from "./patience.ts";

/** A run as it was last seen. */
export interface Sight {
  run: Run;
  jobs: readonly Job[];
  /** The environments whose approval the run waits for. */
  awaitedEnvironments: readonly string[];
}

export interface FollowBounds {
  deadlineMs: number;
  pollIntervalMs: number;
}

export interface FollowEdges {
  github: GitHub;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  persist: Persist;
}

/** How a wait ended. `trouble` is what kept the last look from an answer, if anything did. */
export type Followed = { ended: true } | { ended: false; trouble: Fault | undefined };

/** Not all of GitHub knows a new run at once (PLATFORM.md). */
const NEW_RUN_MS = 30_000;
/** A run's own answer need not change when one of its jobs does, so its jobs are asked for at every third look as well. */
const LOOKS_PER_JOBS_LOOK = 3;

/** One look at a run. A new run may answer 404 for 30 s; `wasSeen` says that a 404 would be a stray one. */
export function lookAtRun(
  id: Id,
  { wasSeen, deadlineMs }: { wasSeen: boolean; deadlineMs: number },
  { github, clock, persist }: Pick<FollowEdges, "github" | "clock" | "persist">,
): Promise<Run> {
  const isNewUntilMs = wasSeen ? 0 : clock.nowMs() + NEW_RUN_MS;
  return persist((options) => github.getRun(id, options), { deadlineMs, wasSeen, isNewUntilMs });
}

/**
 * Follows `run` until it is completed or the deadline has passed; `onSight` gets each look that brought something new.
 * @throws Fault when GitHub answers for good that it does not show the run (any more)
 */
export async function follow(
  run: Run,
  { deadlineMs, pollIntervalMs }: FollowBounds,
  edges: FollowEdges,
  onSight: (sight: Sight) => void,
): Promise<Followed> {
  const { github, clock, random, signal, persist } = edges;
  const startedAtMs = clock.nowMs();
  let last: Run | undefined;
  let jobs: readonly Job[] = [];
  try {
    for (let look = 1; ; look++) {
      // The run that was just found need not be read again.
      const now = look === 1 ? run : await lookAtRun(run.id, { wasSeen: true, deadlineMs }, edges);
      // An unchanged answer (304) is the same object.
      const changed = now !== last;
      const jobsNow = changed || look % LOOKS_PER_JOBS_LOOK === 0 ? await readJobs(now.id) : jobs;
      if (changed || jobsNow !== jobs) {
        const awaitedEnvironments = now.status === "waiting" ? await readAwaitedEnvironments(now.id) : [];
        onSight({ run: now, jobs: jobsNow, awaitedEnvironments });
      }
      if (now.status === "completed") return { ended: true };
      last = now;
      jobs = jobsNow;
      const pauseMs = pauseBeforeFollow({
        ageMs: clock.nowMs() - startedAtMs,
        pollIntervalMs,
        rateLimit: github.rateLimit(),
        random: random(),
      });
      await clock.sleep(Math.min(pauseMs, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
    }
  } catch (error) {
    if (error instanceof OutOfTime) return { ended: false, trouble: error.fault };
    throw error;
  }

  async function readJobs(id: Id): Promise<readonly Job[]> {
    const all: Job[] = [];
    for (let page = 1; ; page++) {
      const onPage = await persist((options) => github.listJobs(id, page, options), {
        deadlineMs,
        wasSeen: true,
      });
      if (page === 1 && onPage.length < PAGE_LENGTH) return onPage;
      all.push(...onPage);
      if (onPage.length < PAGE_LENGTH) return all;
    }
  }

  /** Nice to know, and not to be insisted on: the token may lack the permission. */
  async function readAwaitedEnvironments(id: Id): Promise<string[]> {
    try {
      return await persist((options) => github.listPendingDeployments(id, options), {
        deadlineMs,
        asksAgain: () => false,
      });
    } catch (error) {
      if (error instanceof Fault) return [];
      throw error;
    }
  }
}
