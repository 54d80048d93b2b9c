/** Follows a run until its status is `completed`: with any other status, a new one too, the run goes on. */

import { cancelOn } from "../cancel/cancel.ts";
import { hasBegun } from "../github/conclusions.ts";
import { LAST_REQUEST_MS, pauseBeforeFollow, pauseWithin } from "../github/polling.ts";
import { OutOfTime } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { FOLLOWING } from "../github/spending.ts";
import { TimedOut } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { OurRun } from "../state/sent-dispatch.ts";
import { jobsEndWait, openJobs } from "./deciding-jobs.ts";
import { type EarlierRuns, earlierRunsReader } from "./duration-estimate.ts";
import { type FailedLog, failedLogReporter } from "./failed-log.ts";
import { staleListsFilter } from "./job-lists.ts";
import { nextRequest } from "./next-request.ts";
import { firstSnapshot, nextSnapshot } from "./read-snapshot.ts";
import { progressReporter } from "./report.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface Bounds {
  /** The end of `timeout_seconds`, by the clock. */
  deadlineMs: number;
  redJobsEnd: boolean;
  withQueuePosition: (snapshot: RunSnapshot, deadlineMs: number) => Promise<RunSnapshot>;
}

/** For the read after `start_timeout_seconds`, which sees a run that has begun at the last moment. */
const START_READ_MS = 2000;

/** @throws StepError at `timeout_seconds` or `start_timeout_seconds`; RequestError when GitHub refuses to show the run */
export async function follow(
  ours: OurRun,
  { deadlineMs, redJobsEnd, withQueuePosition }: Bounds,
  context: Context,
): Promise<RunSnapshot> {
  const { github, clock, random, signal, inputs, record, isBrief } = context;
  const { pollIntervalMs, startTimeoutMs = Number.POSITIVE_INFINITY } = inputs;
  const { sharesRuns } = github;
  const startedAtMs = clock.nowMs();
  const startDeadlineMs = startedAtMs + startTimeoutMs;
  const { runAttempt, createdAtMs, startedAtMs: attemptAtMs = createdAtMs } = ours.run;
  const attemptStartMs = runAttempt > 1 ? attemptAtMs : createdAtMs;
  const isNewUntilMs = startedAtMs + NEW_RUN_MS;
  const readEarlier = earlierRunsReader(ours, deadlineMs, context);
  const showFailedLogs = failedLogReporter(deadlineMs, context);
  const report = progressReporter(context);
  const isNews = staleListsFilter();
  const rules = { ...inputs, redJobsEnd };
  const jobsMayEnd = inputs.decidingJobs.length > 0 || inputs.failsFast;
  let failedLogs: readonly FailedLog[] = [];
  let last: RunSnapshot | undefined;
  /** Kept, since a run that has begun may look queued again between two jobs. */
  let isBegun = false;
  let earlier: EarlierRuns | undefined;
  let answersWithoutNews = 0;
  for (let poll = 1; ; poll++) {
    const ended = await pollOnce(poll, untilMs()).catch(async (error: unknown) => {
      if (!(error instanceof OutOfTime)) throw error;
      if (untilMs() < deadlineMs && !error.requestError) {
        const begun = await pollOnce(poll, clock.nowMs() + START_READ_MS, { pauses: false }).catch(outOfTimeOnly);
        if (begun || isBegun) return begun;
      }
      return endLate(error);
    });
    if (ended) return ended;
  }

  /** Undefined where the run goes on. */
  async function pollOnce(poll: number, byMs: number, { pauses = true } = {}): Promise<RunSnapshot | undefined> {
    const polledAtMs = clock.nowMs();
    const follower = {
      ...context,
      rules,
      isNews,
      options: { deadlineMs: byMs, wasSeen: true, isNewUntilMs, spending: FOLLOWING },
    };
    const reading = last
      ? nextSnapshot(last, firstRequest(last, poll, byMs), follower)
      : firstSnapshot(ours.run, follower);
    const snapshot = await withQueuePosition(await reading, byMs);
    const nowMs = serverNowMs();
    const result = report({ last, snapshot, nowMs, ageMs: ageMs(), estimate: earlier?.estimate });
    if (result !== "unchanged") answersWithoutNews = result === "news" ? 0 : answersWithoutNews + 1;
    if (snapshot.run.status === "completed" || jobsEndWait(snapshot, rules))
      return { ...snapshot, failedLogs, deadlineMs };
    failedLogs = await showFailedLogs(snapshot);
    last = snapshot;
    isBegun ||= hasBegun(snapshot.run, snapshot.jobs);
    if (!pauses) return undefined;
    const lookMs = clock.nowMs() - polledAtMs;
    earlier = await readEarlier(ageMs());
    const pauseMs = pauseBeforeFollow({
      ageMs: ageMs(),
      status: snapshot.run.status,
      estimate: earlier.estimate,
      pollIntervalMs,
      rateLimit: github.rateLimit(),
      lookMs,
      sharers: 1 + earlier.othersWaiting,
      pollers: github.limits.pollers + 1,
      polledRuns: github.limits.polledRuns + 1,
      random: random(),
    });
    await github.pause(pauseWithin(untilMs() - clock.nowMs(), pauseMs), signal);
    return undefined;
  }

  /** The last poll reads what may end the wait. */
  function firstRequest(before: RunSnapshot, poll: number, byMs: number): "jobs" | "run" {
    if (byMs - clock.nowMs() > LAST_REQUEST_MS)
      return nextRequest(before, poll, { answersWithoutNews, jobsMayEnd, isBrief, sharesRuns });
    return jobsMayEnd ? "jobs" : "run";
  }

  async function endLate({ requestError }: OutOfTime): Promise<never> {
    record({ isTimedOut: true });
    const snapshot = last ?? { run: ours.run, jobs: [], awaitedRules: [] };
    const isNotBegun = untilMs() < deadlineMs;
    const cancelled = await cancelOn("timeout", snapshot.run, { isNewUntilMs }, context);
    const details = { cancelled, nowMs: serverNowMs() };
    const { explainNotBegun, explainTimeout } = await import("./explain-end.ts");
    if (isNotBegun) throw new TimedOut(explainNotBegun(snapshot, startTimeoutMs, requestError, details));
    const open = openJobs(inputs.decidingJobs, snapshot.jobs);
    throw new TimedOut(explainTimeout(snapshot, inputs.timeoutMs, requestError, { ...details, open }));
  }

  function untilMs(): number {
    return isBegun ? deadlineMs : Math.min(deadlineMs, startDeadlineMs);
  }

  /** Of the run, or its present attempt; by the server's clock, where that is known. */
  function ageMs(): number {
    const nowMs = serverNowMs();
    return nowMs === undefined ? clock.nowMs() - startedAtMs : Math.max(nowMs - attemptStartMs, 0);
  }

  function serverNowMs(): number | undefined {
    return github.serverTimeMs(clock.nowMs());
  }
}

function outOfTimeOnly(error: unknown): undefined {
  if (!(error instanceof OutOfTime)) throw error;
}
