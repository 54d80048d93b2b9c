/** Follows a run to its end. Only the status `completed` ends a run; with any other, a new one too, the run goes on. */

import { pauseBeforeFollow, pauseWithin } from "../asking/pace.ts";
import { OutOfTime } from "../asking/retry.ts";
import { cancelOn } from "../cancel/cancel.ts";
import { Failure } from "../edges/failure.ts";
import { NEW_RUN_MS } from "../find/read-jobs.ts";
import { hasBegun } from "../github/conclusions.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { openJobs } from "./deciding-jobs.ts";
import { type Earlier, readerOfEarlierRuns } from "./earlier-runs.ts";
import { isEnd } from "./ending.ts";
import { type FailedLog, showerOfFailedLogs } from "./failed-log.ts";
import { firstLook, lookAgain } from "./look.ts";
import { whatToAsk } from "./next-look.ts";
import { isTooQuiet, news, tell, timeLine } from "./progress.ts";
import type { Sight } from "./sight.ts";
import { explainNotBegun, explainTimeout } from "./time-out.ts";

interface Bounds {
  /** The end of `timeout_seconds`, by the clock. */
  deadlineMs: number;
  /** Deciding jobs end the wait also where they are red, since nothing will be run again. */
  redJobsEnd: boolean;
  /** Adds to a sight where the run waits. The deadline is by the clock. */
  withPlace: (sight: Sight, deadlineMs: number) => Promise<Sight>;
}

/**
 * Follows our run until it is completed, or its jobs end the wait, and tells the log what happens.
 * @throws Failure at the deadline, or where the run has not begun within `start_timeout_seconds`; Fault when GitHub refuses
 * for good to show the run
 */
export async function follow(
  ours: OurRun,
  { deadlineMs, redJobsEnd, withPlace }: Bounds,
  story: Story,
): Promise<Sight> {
  const { github, clock, random, signal, inputs, log, learn } = story;
  const { pollIntervalMs, timeoutMs, startTimeoutMs = Number.POSITIVE_INFINITY } = inputs;
  const startedAtMs = clock.nowMs();
  const startDeadlineMs = startedAtMs + startTimeoutMs;
  const { runAttempt, createdAtMs, startedAtMs: attemptAtMs = createdAtMs } = ours.run;
  const bornAtMs = runAttempt > 1 ? attemptAtMs : createdAtMs;
  const isNewUntilMs = startedAtMs + NEW_RUN_MS;
  const untilMs = () => (isBegun ? deadlineMs : Math.min(deadlineMs, startDeadlineMs));
  const readEarlier = readerOfEarlierRuns(ours, deadlineMs, story);
  const showFailedLogs = showerOfFailedLogs(story);
  const rules = { ...inputs, redJobsEnd };
  const jobsMayEnd = inputs.decidingJobs.length > 0 || inputs.failsFast;
  let failedLogs: readonly FailedLog[] = [];
  let last: Sight | undefined;
  /** Kept, since a run that has begun may look queued again between two jobs. */
  let isBegun = false;
  let earlier: Earlier | undefined;
  let answersWithoutNews = 0;
  let spokeAtMs = startedAtMs;
  try {
    for (let look = 1; ; look++) {
      const lookedAtMs = clock.nowMs();
      const follower = { ...story, rules, options: { deadlineMs: untilMs(), wasSeen: true, isNewUntilMs } };
      const looking = last
        ? lookAgain(last, whatToAsk(last, look, answersWithoutNews, jobsMayEnd), follower)
        : firstLook(ours.run, follower);
      const sight = await withPlace(await looking, untilMs());
      report(sight);
      if (sight.run.status === "completed" || isEnd(sight, rules)) return { ...sight, failedLogs };
      failedLogs = await showFailedLogs(sight);
      last = sight;
      isBegun ||= hasBegun(sight.run, sight.jobs);
      const lookMs = clock.nowMs() - lookedAtMs;
      earlier = await readEarlier(ageMs());
      const pauseMs = pauseBeforeFollow({
        ageMs: ageMs(),
        status: sight.run.status,
        usual: earlier.usual,
        pollIntervalMs,
        rateLimit: github.rateLimit(),
        lookMs,
        sharers: 1 + earlier.othersWaiting,
        random: random(),
      });
      await clock.sleep(pauseWithin(untilMs() - clock.nowMs(), pauseMs), signal);
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const sight = last ?? { run: ours.run, jobs: [], awaitedEnvironments: [] };
    const cancelled = await cancelOn("timeout", sight.run, { isNewUntilMs }, story);
    const about = { cancelled, nowMs: serverNowMs() };
    if (untilMs() < deadlineMs) throw new Failure(explainNotBegun(sight, startTimeoutMs, error.fault, about));
    const open = openJobs(inputs.decidingJobs, sight.jobs);
    throw new Failure(explainTimeout(sight, timeoutMs, error.fault, { ...about, open }));
  }

  /** Tells the log what is new, or after a long silence that the wait goes on. */
  function report(sight: Sight): void {
    const isNew = sight.run !== last?.run || sight.jobs !== last.jobs || sight.place !== last.place;
    const nowMs = serverNowMs();
    const lines = isNew ? news(last, sight, nowMs) : [];
    if (isNew) {
      const { jobs, awaitedEnvironments, place } = sight;
      learn({ jobs, awaitedEnvironments, place });
      answersWithoutNews = lines.length > 0 ? 0 : answersWithoutNews + 1;
    }
    if (lines.length === 0 && nowMs !== undefined && isTooQuiet(clock.nowMs() - spokeAtMs, ageMs()))
      lines.push(timeLine(sight, nowMs, earlier?.usual));
    if (lines.length > 0) spokeAtMs = clock.nowMs();
    tell(lines, log);
  }

  /** How long ago the run was created, or its present attempt began: by the server's clock, where that is known. */
  function ageMs(): number {
    const nowMs = serverNowMs();
    return nowMs === undefined ? clock.nowMs() - startedAtMs : Math.max(nowMs - bornAtMs, 0);
  }

  function serverNowMs(): number | undefined {
    return github.serverTimeMs(clock.nowMs());
  }
}
