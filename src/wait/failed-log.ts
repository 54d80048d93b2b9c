/** A failed step's last log lines: shown when its job fails, while the run goes on, and again in the step's error. */

import { failedStep, isFailure } from "../github/conclusions.ts";
import type { Id } from "../github/response-fields.ts";
import type { Job, Run } from "../github/responses.ts";
import { once, responseOrUndefined } from "../github/retry.ts";
import { MAX_LOG_LINES } from "../inputs/inputs.ts";
import { type Context, mayShowJobLogs } from "../state/context.ts";
import { lastLines } from "./job-log.ts";

export interface FailedLog {
  jobId: Id;
  jobName: string;
  stepName: string;
  /** Oldest first. */
  lines: readonly string[];
}

/** Limit for each read that only explains a failure. */
const EVIDENCE_MS = 15_000;
/** What is left for it where the deadline has come. */
const LATE_EVIDENCE_MS = 2000;

export function evidenceDeadlineMs(
  { deadlineMs = Number.POSITIVE_INFINITY }: { deadlineMs?: number },
  nowMs: number,
): number {
  return Math.min(nowMs + EVIDENCE_MS, Math.max(deadlineMs, nowMs + LATE_EVIDENCE_MS));
}

/** The first few jobs of a large matrix are enough. */
const MAX_LOGS = 3;
/** A log may lag behind its job's end so long, in which it answers 404 (docs/platform.md#job-logs). */
const LOG_LAG_MS = 10_000;
/** While the run goes on, it is read again after pauses that grow. */
const MAX_TRIES = 3;
const LAG_MS = 5000;

/** Undefined where no lines are wanted, or none can be read. `mayLag`: the log of a job that has just ended is waited for. */
export async function readFailedLog(
  job: Job,
  deadlineMs: number,
  context: Context,
  { mayLag = false } = {},
): Promise<FailedLog | undefined> {
  const { github, retry, inputs, clock } = context;
  const count = inputs.failedLogLines ?? MAX_LOG_LINES;
  const step = failedStep(job);
  if (count === 0 || !step) return undefined;
  const nowMs = clock.nowMs();
  const endedMs = job.completedAtMs ?? Number.NEGATIVE_INFINITY;
  const lagsUntilMs = nowMs + LOG_LAG_MS - ((github.serverTimeMs(nowMs) ?? endedMs) - endedMs);
  const options = { ...once(deadlineMs), ...(mayLag && { isNewUntilMs: lagsUntilMs }) };
  const read = retry((request) => lastLines(github.readJobLog(job.id, request), step, count), options);
  const lines = await responseOrUndefined(read);
  if (!lines || lines.length === 0) return undefined;
  return { jobId: job.id, jobName: job.name, stepName: step.name, lines: lines.map(github.withoutSecrets) };
}

/** Logs each failed job once; returns all that it has logged so far. */
export function failedLogReporter(
  deadlineMs: number,
  context: Context,
): (snapshot: { run: Run; jobs: readonly Job[] }) => Promise<readonly FailedLog[]> {
  const { clock, log, inputs } = context;
  const shown: FailedLog[] = [];
  const reads = new Map<Id, { tries: number; againAtMs: number }>();
  const isDue = (job: Job) => {
    const { tries, againAtMs } = reads.get(job.id) ?? { tries: 0, againAtMs: 0 };
    return (
      tries < MAX_TRIES && clock.nowMs() >= againAtMs && isFailure(job.conclusion) && failedStep(job) !== undefined
    );
  };
  return async ({ run, jobs }) => {
    if (inputs.failedLogLines === 0 || !mayShowJobLogs(run, context)) return shown;
    for (const job of jobs.filter(isDue)) {
      if (shown.length >= MAX_LOGS) return shown;
      const tries = (reads.get(job.id)?.tries ?? 0) + 1;
      const read = await readFailedLog(job, evidenceDeadlineMs({ deadlineMs }, clock.nowMs()), context);
      reads.set(job.id, { tries: read ? MAX_TRIES : tries, againAtMs: clock.nowMs() + LAG_MS * tries ** 2 });
      if (!read) continue;
      shown.push(read);
      log.group(titleOf(read), read.lines);
    }
    return shown;
  };
}

export function titleOf({ stepName, jobName }: Pick<FailedLog, "stepName" | "jobName">): string {
  return `The last lines of step "${stepName}" in job ${jobName}:`;
}
