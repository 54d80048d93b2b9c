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
export const EVIDENCE_MS = 15_000;
/** The first few jobs of a large matrix are enough. */
const MAX_LOGS = 3;
/** A log may lag behind its job's end: it is read again after pauses that grow. */
const MAX_TRIES = 3;
const LAG_MS = 5000;

/** Undefined where no lines are wanted, or none can be read. */
export async function readFailedLog(job: Job, deadlineMs: number, context: Context): Promise<FailedLog | undefined> {
  const { github, retry, inputs } = context;
  const count = inputs.failedLogLines ?? MAX_LOG_LINES;
  const step = failedStep(job);
  if (count === 0 || !step) return undefined;
  const read = retry((options) => lastLines(github.readJobLog(job.id, options), step, count), once(deadlineMs));
  const lines = await responseOrUndefined(read);
  if (!lines || lines.length === 0) return undefined;
  return { jobId: job.id, jobName: job.name, stepName: step.name, lines: lines.map(github.withoutSecrets) };
}

/** Logs each failed job once; returns all that it has logged so far. */
export function failedLogReporter(
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
      const read = await readFailedLog(job, clock.nowMs() + EVIDENCE_MS, context);
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
