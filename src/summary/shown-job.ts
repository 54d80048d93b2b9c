import { beganAtMs, type FailedJob, failedJobs, signOf } from "../github/conclusions.ts";
import type { Job, Run } from "../github/responses.ts";

export interface ShownJob {
  job: Job;
  /** When it began to run in this attempt of the run; undefined where it did not, or nobody knows. */
  startedAtMs: number | undefined;
  /** How long it has run since; undefined where that cannot be told. */
  tookMs: number | undefined;
  /** It ended before this attempt began, which took it over as it was. */
  isEarlier: boolean;
  /** Undefined where it goes on, or ended well. */
  failed: FailedJob | undefined;
}

/** `nowMs` is the server's, in epoch ms. */
export function shownJob(job: Job, run: Run, nowMs: number | undefined): ShownJob {
  const { status, completedAtMs = Number.NaN } = job;
  const hasEnded = status === "completed";
  const isEarlier = run.runAttempt > 1 && hasEnded && completedAtMs < (run.startedAtMs ?? Number.NaN);
  const startedAtMs = isEarlier ? undefined : beganAtMs(job);
  const tookMs = spanMs(startedAtMs, hasEnded ? completedAtMs : nowMs);
  return { job, startedAtMs, tookMs, isEarlier, failed: failedJobs([job])[0] };
}

/** Undefined where a time is missing, or time seems to run backwards. */
export function spanMs(fromMs = Number.NaN, toMs = Number.NaN): number | undefined {
  return toMs >= fromMs ? toMs - fromMs : undefined;
}

/**
 * The `max` jobs that matter most, in the order of `jobs`. Those that failed matter more than those that go on, and these
 * more than any that ran.
 */
export function mostImportant(jobs: readonly ShownJob[], max: number): ShownJob[] {
  const rank = ({ job, startedAtMs, failed }: ShownJob) =>
    failed ? 0 : job.status !== "completed" ? 1 : startedAtMs !== undefined ? 2 : 3;
  const kept = new Set([...jobs].sort((a, b) => rank(a) - rank(b)).slice(0, max));
  return jobs.filter((job) => kept.has(job));
}

export function jobSign({ status, conclusion }: Job): string {
  if (status === "completed") return signOf(conclusion);
  return status === "in_progress" ? "▶️" : "⏳";
}
