/** One look at a followed run: the fewest requests that tell what has changed. */

import { listAllJobs } from "../asking/lists.ts";
import { ifAnswered, OutOfTime, once, type RetryOptions } from "../asking/retry.ts";
import type { Job, Run } from "../github/answers.ts";
import { Fault, mayHeal } from "../github/fault.ts";
import type { Story } from "../story/story.ts";
import { haveEnded, jobsTellAll, mayShowJobs } from "./next-look.ts";
import type { Sight } from "./progress.ts";

/** How long the jobs of an ended run are asked for, and how long their list may lag behind before it is asked again. */
const LAST_JOBS_MS = 15_000;
const LAG_MS = 2000;

/** How a run that is there is asked for. */
export type AskOptions = RetryOptions & { wasSeen: true };

/** The first look at a run that was just read: it need not be read again. */
export async function firstLook(run: Run, options: AskOptions, story: Story): Promise<Sight> {
  if (run.status === "completed") return see(run, await readLastJobs(run, [], options, story), options, story);
  const jobs = mayShowJobs(run, []) ? await askForJobs(run, options, story) : undefined;
  return see(run, jobs ?? [], options, story);
}

/** A later look, which asks for the jobs or the run first. Returns `last` itself when nothing has changed. */
export async function lookAgain(last: Sight, first: "jobs" | "run", options: AskOptions, story: Story): Promise<Sight> {
  const answer = first === "jobs" ? await askForJobs(last.run, options, story) : undefined;
  // An unchanged answer (304) is the same object.
  if (answer && answer === last.jobs) return last.areJobsDue ? { ...last, areJobsDue: false } : last;
  const jobs = answer ?? last.jobs;
  if (answer && jobsTellAll({ run: last.run, jobs })) return { ...last, jobs, areJobsDue: false };

  const run = await story.retry((each) => story.github.getRun(last.run.id, each), options);
  story.learn({ run });
  if (run.status === "completed") {
    const areLast = answer !== undefined && haveEnded(jobs);
    return see(run, areLast ? jobs : await readLastJobs(run, jobs, options, story), options, story, last);
  }
  if (run === last.run && jobs === last.jobs) return last;
  // What has just begun is being set up, and its jobs change again in a moment: one look later, they are billed once.
  const areJobsDue = run.status === "in_progress" && last.run.status !== "in_progress";
  const areOld = answer === undefined && mayShowJobs(run, jobs) && !areJobsDue;
  const now = (areOld ? await askForJobs(run, options, story) : undefined) ?? jobs;
  return { ...(await see(run, now, options, story, last)), areJobsDue };
}

/** Undefined where they are not to be had now. Only the run itself tells its end: jobs must not hold that up. */
function askForJobs(run: Run, options: AskOptions, story: Story): Promise<readonly Job[] | undefined> {
  return ifAnswered(listAllJobs(run.id, story, { ...options, retries: () => false }), mayHeal);
}

/** The jobs of a run that has ended. Their list may lag behind for a moment; the verdict does not wait for long. */
async function readLastJobs(
  run: Run,
  before: readonly Job[],
  options: AskOptions,
  story: Story,
): Promise<readonly Job[]> {
  const { clock, signal } = story;
  const deadlineMs = Math.min(clock.nowMs() + LAST_JOBS_MS, options.deadlineMs);
  let jobs = before;
  try {
    for (;;) {
      jobs = await listAllJobs(run.id, story, { ...options, deadlineMs });
      if (haveEnded(jobs)) return jobs;
      await clock.sleep(Math.min(LAG_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
    }
  } catch (error) {
    if (error instanceof OutOfTime || error instanceof Fault) return jobs;
    throw error;
  }
}

async function see(
  run: Run,
  jobs: readonly Job[],
  { deadlineMs }: AskOptions,
  { github, retry }: Story,
  last?: Sight,
): Promise<Sight> {
  if (run.status !== "waiting") return { run, jobs, awaitedEnvironments: [] };
  const awaited = await ifAnswered(
    retry((options) => github.listPendingDeployments(run.id, options), once(deadlineMs)),
  );
  return { run, jobs, awaitedEnvironments: awaited ?? last?.awaitedEnvironments ?? [] };
}
