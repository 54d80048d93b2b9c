/** GitHub's conclusions and what each means (docs/platform.md#statuses-and-conclusions). */

import type { Tone } from "../runner/log.ts";
import type { Job, Run, Step } from "./responses.ts";

interface Meaning {
  sign: string;
  /** `bad`: the job did not do what it was meant to. */
  tone: Tone;
  /** It may pass when it is run again, and its log tells why it did not. */
  isFailure?: true;
}

/** From the best to the worst. A word that GitHub may add counts as bad, between `neutral` and `stale`. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  success: { sign: "✅", tone: "good" },
  skipped: { sign: "⏭️", tone: "quiet" },
  neutral: { sign: "⚪", tone: "quiet" },
  stale: { sign: "⚪", tone: "bad" },
  cancelled: { sign: "🚫", tone: "bad" },
  action_required: { sign: "⚪", tone: "bad" },
  startup_failure: { sign: "❌", tone: "bad" },
  timed_out: { sign: "❌", tone: "bad", isFailure: true },
  failure: { sign: "❌", tone: "bad", isFailure: true },
};
const UNKNOWN: Meaning = { sign: "⚪", tone: "bad" };

export const CONCLUSIONS: readonly string[] = Object.keys(MEANINGS);

function meaningOf(conclusion: string | null): Meaning {
  return (conclusion !== null && Object.hasOwn(MEANINGS, conclusion) && MEANINGS[conclusion]) || UNKNOWN;
}

/** A missing conclusion never is; `any` in `success_conclusions` stands for every other. */
export function isGreen(conclusion: string | null, successConclusions: ReadonlySet<string>): boolean {
  return conclusion !== null && (successConclusions.has("any") || successConclusions.has(conclusion));
}

export function wentWell(conclusion: string | null): boolean {
  return meaningOf(conclusion).tone !== "bad";
}

export function isFailure(conclusion: string | null): boolean {
  return meaningOf(conclusion).isFailure === true;
}

export function toneOf(conclusion: string | null): Tone {
  return meaningOf(conclusion).tone;
}

export function signOf(conclusion: string | null): string {
  return meaningOf(conclusion).sign;
}

/** A missing conclusion is worse than any. */
export function worstOf(conclusions: readonly (string | null)[]): string | null {
  const firstBad = CONCLUSIONS.indexOf("stale");
  const badness = (conclusion: string | null) => {
    if (conclusion === null) return CONCLUSIONS.length;
    const index = CONCLUSIONS.indexOf(conclusion);
    return index === -1 ? firstBad - 0.5 : index;
  };
  const [worst = null] = conclusions.toSorted((one, other) => badness(other) - badness(one));
  return worst;
}

/** An entry of the output `failed_jobs`. */
export interface FailedJob {
  name: string;
  conclusion: string;
  html_url: string;
  failed_step: string | null;
}

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

/** In epoch ms. GitHub gives a queued job a start as well, before it has steps. */
export function beganAtMs({ steps, conclusion, startedAtMs }: Job): number | undefined {
  return steps.length > 0 && conclusion !== "skipped" ? startedAtMs : undefined;
}

/** The job has ended before any runner began it. One that was skipped was not meant to begin. */
export function neverStarted(job: Job): boolean {
  return endedBadly(job) && job.steps.length === 0 && !job.hidesSteps;
}

export function haveEnded(jobs: readonly Job[]): boolean {
  return jobs.every(({ status }) => status === "completed");
}

/** The run, or one of its jobs, is or was in progress. */
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
