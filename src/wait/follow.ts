/** Follows a run until its status is `completed`: with any other status, a new one too, the run goes on. */

import { cancelOn } from "../cancel/cancel.ts";
import { hasBegun } from "../github/conclusions.ts";
import { pauseBeforeFollow, pauseWithin } from "../github/polling.ts";
import { OutOfTime } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { OurRun } from "../state/sent-dispatch.ts";
import { jobsEndWait, openJobs } from "./deciding-jobs.ts";
import { type EarlierRuns, earlierRunsReader } from "./duration-estimate.ts";
import { type FailedLog, failedLogReporter } from "./failed-log.ts";
import { nextRequest } from "./next-request.ts";
import { isLineDue, logLines, news, stillRunningLine } from "./progress.ts";
import { firstSnapshot, nextSnapshot } from "./read-snapshot.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface Bounds {
  /** The end of `timeout_seconds`, by the clock. */
  deadlineMs: number;
  redJobsEnd: boolean;
  withQueuePosition: (snapshot: RunSnapshot, deadlineMs: number) => Promise<RunSnapshot>;
}

/** @throws StepError at `timeout_seconds` or `start_timeout_seconds`; RequestError when GitHub refuses to show the run */
export async function follow(
  ours: OurRun,
  { deadlineMs, redJobsEnd, withQueuePosition }: Bounds,
  context: Context,
): Promise<RunSnapshot> {
  const { github, clock, random, signal, inputs, log, record } = context;
  const { pollIntervalMs, timeoutMs, startTimeoutMs = Number.POSITIVE_INFINITY } = inputs;
  const startedAtMs = clock.nowMs();
  const startDeadlineMs = startedAtMs + startTimeoutMs;
  const { runAttempt, createdAtMs, startedAtMs: attemptAtMs = createdAtMs } = ours.run;
  const attemptStartMs = runAttempt > 1 ? attemptAtMs : createdAtMs;
  const isNewUntilMs = startedAtMs + NEW_RUN_MS;
  const untilMs = () => (isBegun ? deadlineMs : Math.min(deadlineMs, startDeadlineMs));
  const readEarlier = earlierRunsReader(ours, deadlineMs, context);
  const showFailedLogs = failedLogReporter(context);
  const rules = { ...inputs, redJobsEnd };
  const jobsMayEnd = inputs.decidingJobs.length > 0 || inputs.failsFast;
  let failedLogs: readonly FailedLog[] = [];
  let last: RunSnapshot | undefined;
  /** Kept, since a run that has begun may look queued again between two jobs. */
  let isBegun = false;
  let earlier: EarlierRuns | undefined;
  let answersWithoutNews = 0;
  let loggedAtMs = startedAtMs;
  try {
    for (let poll = 1; ; poll++) {
      const polledAtMs = clock.nowMs();
      const follower = { ...context, rules, options: { deadlineMs: untilMs(), wasSeen: true, isNewUntilMs } };
      const reading = last
        ? nextSnapshot(last, nextRequest(last, poll, answersWithoutNews, jobsMayEnd), follower)
        : firstSnapshot(ours.run, follower);
      const snapshot = await withQueuePosition(await reading, untilMs());
      report(snapshot);
      if (snapshot.run.status === "completed" || jobsEndWait(snapshot, rules)) return { ...snapshot, failedLogs };
      failedLogs = await showFailedLogs(snapshot);
      last = snapshot;
      isBegun ||= hasBegun(snapshot.run, snapshot.jobs);
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
        random: random(),
      });
      await clock.sleep(pauseWithin(untilMs() - clock.nowMs(), pauseMs), signal);
    }
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    record({ isTimedOut: true });
    const snapshot = last ?? { run: ours.run, jobs: [], awaitedRules: [] };
    const cancelled = await cancelOn("timeout", snapshot.run, { isNewUntilMs }, context);
    const details = { cancelled, nowMs: serverNowMs() };
    const { explainNotBegun, explainTimeout } = await import("./explain-end.ts");
    if (untilMs() < deadlineMs)
      throw new StepError(explainNotBegun(snapshot, startTimeoutMs, error.requestError, details));
    const open = openJobs(inputs.decidingJobs, snapshot.jobs);
    throw new StepError(explainTimeout(snapshot, timeoutMs, error.requestError, { ...details, open }));
  }

  /** Logs what is new, or after a long silence that the wait goes on. */
  function report(snapshot: RunSnapshot): void {
    const isNew = snapshot.run !== last?.run || snapshot.jobs !== last.jobs || snapshot.place !== last.place;
    const nowMs = serverNowMs();
    const lines = isNew ? news(last, snapshot, nowMs) : [];
    if (isNew) {
      const { jobs, awaitedRules, place } = snapshot;
      record({ jobs, awaitedRules, place });
      answersWithoutNews = lines.length > 0 ? 0 : answersWithoutNews + 1;
    }
    if (lines.length === 0 && nowMs !== undefined && isLineDue(clock.nowMs() - loggedAtMs, ageMs()))
      lines.push(stillRunningLine(snapshot, nowMs, earlier?.estimate));
    if (lines.length > 0) loggedAtMs = clock.nowMs();
    logLines(lines, log);
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
