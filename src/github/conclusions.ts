/** How jobs and runs end, by GitHub's words (docs/platform.md#statuses-and-conclusions). */

import type { Job, Run, Step } from "./responses.ts";

export const CONCLUSIONS = [
  "success",
  "failure",
  "neutral",
  "cancelled",
  "skipped",
  "timed_out",
  "action_required",
  "stale",
  "startup_failure",
] as const;

/** An entry of the output `failed_jobs`. */
export interface FailedJob {
  name: string;
  conclusion: string;
  html_url: string;
  failed_step: string | null;
}

/** The jobs that did not go well, under the names of the output. */
export function failedJobs(jobs: readonly Job[]): FailedJob[] {
  return jobs.filter(endedBadly).map((job) => ({
    name: job.name,
    conclusion: job.conclusion ?? "",
    html_url: job.htmlUrl,
    failed_step: failedStep(job)?.name ?? null,
  }));
}

export function endedBadly({ status, conclusion }: Job): boolean {
  return status === "completed" && !wentWell(conclusion);
}

/** When a job began to run, in epoch ms: GitHub also gives a job in the queue a start, before it has steps. */
export function beganAtMs({ steps, conclusion, startedAtMs }: Job): number | undefined {
  return steps.length > 0 && conclusion !== "skipped" ? startedAtMs : undefined;
}

/** Says whether a job has ended before any runner had begun it. One that was skipped was not meant to begin. */
export function neverStarted(job: Job): boolean {
  return endedBadly(job) && job.steps.length === 0 && !job.hidesSteps;
}

/** Says whether a run has begun: it is or was in progress, or one of its jobs is or was. */
export function hasBegun({ status }: Pick<Run, "status">, jobs: readonly Job[]): boolean {
  if (status === "in_progress" || status === "completed") return true;
  return jobs.some(
    (job) =>
      job.status === "in_progress" ||
      (job.status === "completed" && job.conclusion !== "skipped" && !neverStarted(job)),
  );
}

/** The step that made its job fail. */
export function failedStep({ steps }: Job): Step | undefined {
  return steps.find((step) => step.status === "completed" && !wentWell(step.conclusion));
}

/** Says whether a conclusion leaves the step green. A missing one never does; `any` stands for every other. */
export function isGreen(conclusion: string | null, successConclusions: ReadonlySet<string>): boolean {
  return conclusion !== null && (successConclusions.has("any") || successConclusions.has(conclusion));
}

export function wentWell(conclusion: string | null): boolean {
  return conclusion === "success" || conclusion === "skipped" || conclusion === "neutral";
}
