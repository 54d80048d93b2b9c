/** Follows a run to its end. Only `completed` ends a run; every other word, tomorrow's too, means go on. */

import type { Id, Job, Run } from "./answers.ts";
import { PAGE_LENGTH } from "./api.ts";
import { cancelAtTimeout } from "./cancel.ts";
import { Failure } from "./failure.ts";
import { Fault } from "./fault.ts";
import { news } from "./news.ts";
import { pauseBeforeFollow } from "./pace.ts";
import { OutOfTime } from "./patience.ts";
import { explainTimeout } from "./report.ts";
import type { Story } from "./story.ts";

/** A run as it was last seen. */
export interface Sight {
  run: Run;
  jobs: readonly Job[];
  /** The environments whose approval the run waits for. */
  awaitedEnvironments: readonly string[];
}

/** A run's own answer need not change when one of its jobs does, so its jobs are asked for at every third look as well. */
const LOOKS_PER_JOBS_LOOK = 3;

/**
 * Follows `found` until it is completed, and tells the log what happens.
 * @throws Failure at the deadline, Fault when GitHub answers for good that it does not show the run (any more)
 */
export async function follow(found: Run, story: Story): Promise<Sight> {
  const { github, clock, random, signal, persist, inputs, log, learn } = story;
  const startedAtMs = clock.nowMs();
  const deadlineMs = startedAtMs + inputs.timeoutMs;
  let last: Sight | undefined;
  try {
    for (let look = 1; ; look++) {
      const sight = await lookOnce(look);
      if (sight !== last) {
        learn({ jobs: sight.jobs });
        for (const line of news(last, sight)) log.info(line);
      }
      if (sight.run.status === "completed") return sight;
      last = sight;
      const pauseMs = pauseBeforeFollow({
        ageMs: clock.nowMs() - startedAtMs,
        pollIntervalMs: inputs.pollIntervalMs,
        rateLimit: github.rateLimit(),
        random: random(),
      });
      await clock.sleep(Math.min(pauseMs, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const { run = found } = story.known;
    const cancelled = inputs.cancelRunOn.has("timeout") ? await cancelAtTimeout(run, story) : undefined;
    throw new Failure(explainTimeout(run, inputs.timeoutMs, error.fault, cancelled));
  }

  /** Returns the last sight itself when nothing has changed. */
  async function lookOnce(look: number): Promise<Sight> {
    // The run that was just found need not be read again; an unchanged answer (304) is the same object.
    const run = look === 1 ? found : await readRun(found.id);
    learn({ run });
    const isUnchanged = run === last?.run;
    if (last && isUnchanged && look % LOOKS_PER_JOBS_LOOK !== 0) return last;
    const jobs = await readJobs(run.id, deadlineMs, story);
    if (last && isUnchanged && jobs === last.jobs) return last;
    return { run, jobs, awaitedEnvironments: run.status === "waiting" ? await readAwaited(run.id) : [] };
  }

  function readRun(id: Id): Promise<Run> {
    return persist((options) => github.getRun(id, options), { deadlineMs, wasSeen: true });
  }

  /** Nice to know, and not to be insisted on: the token may lack the permission. */
  async function readAwaited(id: Id): Promise<readonly string[]> {
    try {
      const asksAgain = () => false;
      return await persist((options) => github.listPendingDeployments(id, options), {
        deadlineMs,
        asksAgain,
      });
    } catch (error) {
      if (error instanceof Fault) return last?.awaitedEnvironments ?? [];
      throw error;
    }
  }
}

/** All jobs of the run's latest attempt; the same array when nothing has changed. */
export async function readJobs(
  id: Id,
  deadlineMs: number,
  { github, persist }: Pick<Story, "github" | "persist">,
): Promise<readonly Job[]> {
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
