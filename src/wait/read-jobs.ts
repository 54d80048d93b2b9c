/** Reads the jobs of a followed run. What cannot be read is not absent, and what is stale is no news. */

import { haveEnded } from "../github/conclusions.ts";
import { listAllJobs } from "../github/lists.ts";
import type { RequestError } from "../github/request-error.ts";
import type { Job, Run } from "../github/responses.ts";
import { OutOfTime, once, type RetryOptions, requestErrorIn, settle } from "../github/retry.ts";
import type { Context } from "../state/context.ts";
import { areOfAttempt } from "./deciding-jobs.ts";
import type { IsNews } from "./job-lists.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

export interface JobsReader extends Context {
  options: RetryOptions;
  isNews: IsNews;
}

interface Read {
  /** Undefined where no news came. */
  jobs?: readonly Job[];
  /** Where jobs decide, a token that may not read them waits in vain. */
  refusal?: RequestError;
}

/** Tried once: only the run itself shows its end, so its jobs must not hold that up, nor say that the run is gone. */
export async function readJobs(run: Run, before: readonly Job[], reader: JobsReader): Promise<Read> {
  const { options, inputs, isNews } = reader;
  const read = await settle(listAllJobs(run.id, reader, once(options.deadlineMs)));
  if ("answer" in read) return read.answer === before || isNews(before, read.answer) ? { jobs: read.answer } : {};
  const { failure } = read;
  const isRefusal = !(failure instanceof OutOfTime) && failure.kind === "rejected" && failure.status !== 404;
  return isRefusal && inputs.decidingJobs.length > 0 ? { refusal: failure } : {};
}

/** Limit for the jobs of an ended run, and the pause while their list lags behind. */
const LAST_JOBS_MS = 15_000;
const LAG_MS = 2000;

/** Of an ended run. A list that lags for long is returned as it is: the verdict must not wait. */
export async function readLastJobs(
  run: Run,
  before: readonly Job[],
  reader: JobsReader,
): Promise<Pick<RunSnapshot, "jobs" | "jobsUnread">> {
  const { clock, signal, options, inputs, isNews } = reader;
  const deadlineMs = Math.min(clock.nowMs() + LAST_JOBS_MS, options.deadlineMs);
  // Where jobs decide, there is no verdict without them.
  const areNeeded = inputs.decidingJobs.length > 0;
  const readOptions = areNeeded ? options : { ...options, deadlineMs, endsAtLimit: true };
  for (let last: readonly Job[] | undefined; ; ) {
    const read = await settle(listAllJobs(run.id, reader, readOptions));
    if ("failure" in read) return last ? { jobs: last } : { jobs: before, jobsUnread: why(read.failure) };
    last = read.answer;
    const isWhole = isNews(before, last) && haveEnded(last) && areOfAttempt(run, last);
    if (isWhole || clock.nowMs() >= deadlineMs) return { jobs: last };
    await clock.sleep(Math.min(LAG_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
  }
}

/** Follows "could not be read". */
function why(failure: RequestError | OutOfTime): string {
  const requestError = requestErrorIn(failure);
  if (!requestError) return "in time";
  const { kind, inAWord, server } = requestError;
  return kind === "limited" ? `(${inAWord}: ${server}'s rate limit)` : `(${inAWord})`;
}
