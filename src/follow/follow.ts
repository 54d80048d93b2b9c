/** Follows a run to its end. Only `completed` ends a run; every other word, tomorrow's too, means go on. */

import { pauseBeforeFollow, pauseWithin } from "../asking/pace.ts";
import { pagesOf } from "../asking/pages.ts";
import { OutOfTime, type Persistence } from "../asking/retry.ts";
import { othersWaiting, type Usual, usualDuration } from "../asking/usual-duration.ts";
import { cancelAtTimeout } from "../cancel/cancel.ts";
import { Failure } from "../edges/failure.ts";
import { SHORT_PAGE } from "../find/recent-runs.ts";
import { NEW_RUN_MS } from "../find/search.ts";
import type { Id, Job, Run } from "../github/answers.ts";
import { PAGE_LENGTH } from "../github/api.ts";
import { Fault, mayHeal } from "../github/fault.ts";
import type { RequestOptions } from "../github/http.ts";
import { explainTimeout } from "../story/report.ts";
import type { Story } from "../story/story.ts";
import { isTooQuiet, news, tell, timeLine } from "./progress.ts";

/** A run as it was last seen. */
export interface Sight {
  run: Run;
  jobs: readonly Job[];
  /** The environments whose approval the run waits for. */
  awaitedEnvironments: readonly string[];
}

/** A wait that is over sooner gets along with what the list that found the run has told of earlier ones. */
const WORTH_A_LIST_MS = 60_000;

/** How long the jobs of an ended run are asked for, and how long their list may lag behind before it is asked again. */
const LAST_JOBS_MS = 15_000;
const LAG_MS = 2000;

/**
 * Follows `found` until it is completed, and tells the log what happens.
 * @throws Failure at the deadline, Fault when GitHub answers for good that it does not show the run (any more)
 */
export async function follow(found: Run, story: Story): Promise<Sight> {
  const { github, clock, random, signal, persist, inputs, log, learn } = story;
  const startedAtMs = clock.nowMs();
  const deadlineMs = startedAtMs + inputs.timeoutMs;
  const seen = { deadlineMs, wasSeen: true, isNewUntilMs: startedAtMs + NEW_RUN_MS };
  let last: Sight | undefined;
  let answersWithoutNews = 0;
  /** The run has begun since its jobs were read. */
  let areJobsDue = false;
  let usual: Usual | undefined;
  let isListFresh = false;
  let toldAtMs = startedAtMs;
  try {
    for (let look = 1; ; look++) {
      const lookedAtMs = clock.nowMs();
      const sight = await lookOnce(look);
      tellNews(sight);
      if (sight.run.status === "completed") return sight;
      last = sight;
      const lookMs = clock.nowMs() - lookedAtMs;
      usual = await readUsual();
      const pauseMs = pauseBeforeFollow({
        ageMs: ageMs(),
        status: sight.run.status,
        usual,
        pollIntervalMs: inputs.pollIntervalMs,
        rateLimit: github.rateLimit(),
        lookMs,
        sharers: 1 + othersWaiting(story.recentRuns ?? [], found),
        random: random(),
      });
      await clock.sleep(pauseWithin(deadlineMs - clock.nowMs(), pauseMs), signal);
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const { run = found } = story.known;
    const cancelled = inputs.cancelRunOn.has("timeout") ? await cancelAtTimeout(run, story) : undefined;
    throw new Failure(explainTimeout(run, inputs.timeoutMs, error.fault, cancelled));
  }

  function tellNews(sight: Sight): void {
    if (sight !== last) learn({ jobs: sight.jobs });
    const lines = sight === last ? [] : news(last, sight);
    if (sight !== last) answersWithoutNews = lines.length > 0 ? 0 : answersWithoutNews + 1;
    const nowMs = github.serverTimeMs(clock.nowMs());
    if (lines.length === 0 && nowMs !== undefined && isTooQuiet(clock.nowMs() - toldAtMs, ageMs()))
      lines.push(timeLine(sight, nowMs, usual));
    if (lines.length > 0) toldAtMs = clock.nowMs();
    tell(lines, log);
  }

  /** Returns the last sight itself when nothing has changed. */
  async function lookOnce(look: number): Promise<Sight> {
    // The run that was just found need not be read again.
    if (!last && found.status === "completed") return see(found, await readLastJobs([]));
    if (!last) return see(found, mayShowJobs(found, []) ? ((await askForJobs()) ?? []) : []);
    let { jobs } = last;
    if (areJobsDue || (jobsTellAll(last) && isTurnOfJobs(look, answersWithoutNews))) {
      const answer = await askForJobs();
      if (answer) areJobsDue = false;
      // An unchanged answer (304) is the same object.
      if (answer === last.jobs) return last;
      jobs = answer ?? jobs;
      if (answer && jobsTellAll({ run: last.run, jobs })) return { ...last, jobs };
    }
    const run = await readRun(found.id);
    learn({ run });
    if (run.status === "completed") {
      const areLast = jobs !== last.jobs && haveEnded(jobs);
      return see(run, areLast ? jobs : await readLastJobs(jobs));
    }
    if (run === last.run && jobs === last.jobs) return last;
    // What has just begun is being set up, and its jobs change again in a moment: one look later, they are billed once.
    areJobsDue = run.status === "in_progress" && last.run.status !== "in_progress";
    const areOld = jobs === last.jobs && mayShowJobs(run, jobs) && !areJobsDue;
    return see(run, areOld ? ((await askForJobs()) ?? jobs) : jobs);
  }

  /** Undefined where they are not to be had now. Only the run itself tells its end: jobs must not hold that up. */
  function askForJobs(): Promise<readonly Job[] | undefined> {
    const once = { ...seen, asksAgain: () => false };
    return readJobs(found.id, once, story).catch((error: unknown) => {
      if (error instanceof Fault && mayHeal(error)) return undefined;
      throw error;
    });
  }

  /** The jobs of a run that has ended. Their list may lag behind for a moment; the verdict does not wait for long. */
  async function readLastJobs(known: readonly Job[]): Promise<readonly Job[]> {
    const endMs = Math.min(clock.nowMs() + LAST_JOBS_MS, deadlineMs);
    let jobs = known;
    try {
      for (;;) {
        jobs = await readJobs(found.id, { ...seen, deadlineMs: endMs }, story);
        if (haveEnded(jobs)) return jobs;
        await clock.sleep(Math.min(LAG_MS, Math.max(endMs - clock.nowMs(), 0)), signal);
      }
    } catch (error) {
      if (error instanceof OutOfTime || error instanceof Fault) return jobs;
      throw error;
    }
  }

  async function see(run: Run, jobs: readonly Job[]): Promise<Sight> {
    return { run, jobs, awaitedEnvironments: run.status === "waiting" ? await readAwaited(run.id) : [] };
  }

  /**
   * What earlier runs took: from the list that found ours. One request of its own asks for a longer list where that one
   * tells nothing, and for a new one when the usual end is near: who else waits then has to leave us room to look closely.
   */
  async function readUsual(): Promise<Usual | undefined> {
    const { recentRuns } = story;
    const told = recentRuns && usualDuration(recentRuns, found);
    const hasTooFew = !told && (recentRuns?.length ?? SHORT_PAGE) >= SHORT_PAGE;
    const isNear = told !== undefined && ageMs() >= told.fromMs;
    if (isListFresh || ageMs() < WORTH_A_LIST_MS || !(hasTooFew || isNear)) return told;
    isListFresh = true;
    const ask = (options: RequestOptions) => github.listRuns({ perPage: PAGE_LENGTH, page: 1 }, options);
    const asBefore = () => recentRuns ?? [];
    story.recentRuns = await persist<readonly Run[]>(ask, { deadlineMs, asksAgain: () => false }).catch(
      unlessFault(asBefore),
    );
    return usualDuration(story.recentRuns, found);
  }

  /** Since the run was created, by the server's clock. */
  function ageMs(): number {
    const nowMs = github.serverTimeMs(clock.nowMs());
    return nowMs === undefined ? clock.nowMs() - startedAtMs : Math.max(nowMs - found.createdAtMs, 0);
  }

  function readRun(id: Id): Promise<Run> {
    return persist((options) => github.getRun(id, options), seen);
  }

  function readAwaited(id: Id): Promise<readonly string[]> {
    const ask = (options: RequestOptions) => github.listPendingDeployments(id, options);
    const asBefore = () => last?.awaitedEnvironments ?? [];
    return persist<readonly string[]>(ask, { deadlineMs, asksAgain: () => false }).catch(
      unlessFault(asBefore),
    );
  }
}

/** For what is nice to know and not to be insisted on: the token may lack the permission. */
export function unlessFault<Answer>(instead: () => Answer): (error: unknown) => Answer {
  return (error) => {
    if (error instanceof Fault) return instead();
    throw error;
  };
}

function haveEnded(jobs: readonly Job[]): boolean {
  return jobs.every(({ status }) => status === "completed");
}

/** Says whether a run has jobs worth reading: before any has begun, the run itself tells all there is to tell. */
function mayShowJobs({ status }: Run, known: readonly Job[]): boolean {
  return known.length > 0 || !["requested", "pending", "queued"].includes(status);
}

/**
 * Says whether the jobs alone tell that the run goes on as it was: one of them is at work or will be, and none waits for
 * anything but a runner. Then one request is enough for a look, and the log gets the end of each job at once.
 */
function jobsTellAll({ run, jobs }: Pick<Sight, "run" | "jobs">): boolean {
  const isOnePage = jobs.length < PAGE_LENGTH;
  const open = jobs.filter(({ status }) => status !== "completed");
  const areUnderWay =
    open.length > 0 && open.every(({ status }) => ["queued", "in_progress"].includes(status));
  return run.status === "in_progress" && isOnePage && areUnderWay;
}

/** A list of jobs that has stuck must not hold a wait to its deadline: so many looks go by at most without the run itself. */
const LOOKS_PER_RUN_LOOK = 12;
/** However much goes on within the jobs, their list is asked for after so many looks. */
const MOST_LOOKS_PER_JOBS_LOOK = 32;

/**
 * Says whether a look asks for the jobs, or else for the run itself, which tells as well that something has happened, if
 * not what. Each step that moves on changes the list of jobs, and a changed answer is billed: the more of them in a row
 * have told nothing, the rarer the list is asked for.
 */
export function isTurnOfJobs(look: number, answersWithoutNews: number): boolean {
  if (answersWithoutNews === 0) return look % LOOKS_PER_RUN_LOOK !== 0;
  return look % Math.min(2 ** answersWithoutNews, MOST_LOOKS_PER_JOBS_LOOK) === 0;
}

/** All jobs of the run's latest attempt; the same array when nothing has changed. */
export async function readJobs(
  id: Id,
  persistence: Persistence,
  { github, persist }: Pick<Story, "github" | "persist">,
): Promise<readonly Job[]> {
  const pages: (readonly Job[])[] = [];
  const readPage = (page: number) => persist((options) => github.listJobs(id, page, options), persistence);
  for await (const onPage of pagesOf(readPage)) pages.push(onPage);
  return pages.length === 1 ? (pages[0] ?? []) : pages.flat();
}
