/** What the remote run itself says of its failure: what its jobs have marked, and what the failed step printed last. */

import { ifAnswered, once } from "../asking/retry.ts";
import { Cancelled } from "../edges/cancellation.ts";
import type { Sight } from "../follow/sight.ts";
import type { Annotation, Job } from "../github/answers.ts";
import { failedStep } from "../github/conclusions.ts";
import { MAX_LOG_LINES } from "../inputs/inputs.ts";
import type { Story } from "../story/story.ts";
import { lastLines } from "./job-log.ts";

export interface Evidence {
  annotations: readonly Annotation[];
  log: { jobName: string; stepName: string; lines: readonly string[] } | undefined;
}

/** The verdict is known; what makes it clearer must not hold it up. */
const EVIDENCE_MS = 15_000;
const MAX_ANNOTATIONS = 10;
/** Of a matrix with two hundred failed jobs, the first few tell enough. */
const JOBS_WITH_ANNOTATIONS = 3;

/** Gathers what there is to be had. What the token may not read, or GitHub does not give in time, is left out quietly. */
export async function gatherEvidence({ run, jobs }: Sight, story: Story): Promise<Evidence> {
  const { github, clock, retry, inputs, callerIsPublic } = story;
  const isAskedFor = inputs.failedLogLines !== undefined && inputs.failedLogLines > 0;
  // Everybody could read in the caller's log what only some can read in the target. What is public on another server may
  // be so for those alone who reach that server.
  const isPublic = run.isPrivate === false && inputs.target.apiUrl === story.callerApiUrl;
  if (callerIsPublic && !isPublic && !isAskedFor) return { annotations: [], log: undefined };
  const deadlineMs = clock.nowMs() + EVIDENCE_MS;
  const options = once(deadlineMs);
  const failed = jobs.filter(({ conclusion }) => conclusion === "failure" || conclusion === "timed_out");

  return { annotations: await readAnnotations(), log: await readLog() };

  async function readAnnotations(): Promise<Annotation[]> {
    const all: Annotation[] = [];
    for (const job of failed.slice(0, JOBS_WITH_ANNOTATIONS)) {
      const found = await unlessRefused(retry((each) => github.listAnnotations(job.id, each), options));
      // A token that may not read one job's may not read another's.
      if (!found) break;
      all.push(...found.filter(tellsSomething));
    }
    const byRank = [...all].sort((a, b) => Number(b.level === "failure") - Number(a.level === "failure"));
    // The jobs of a matrix mark the same places.
    const places = new Map(byRank.map((each) => [`${each.path}:${each.line}: ${each.message}`, each]));
    return [...places.values()].slice(0, MAX_ANNOTATIONS);
  }

  async function readLog(): Promise<Evidence["log"]> {
    const count = inputs.failedLogLines ?? MAX_LOG_LINES;
    const found = firstFailure(failed);
    if (count === 0 || !found) return undefined;
    const { job, step } = found;
    const lines = await unlessRefused(
      retry((each) => lastLines(github.readJobLog(job.id, each), step, count), options),
    );
    return lines && lines.length > 0 ? { jobName: job.name, stepName: step.name, lines } : undefined;
  }
}

function firstFailure(jobs: readonly Job[]): { job: Job; step: Job["steps"][number] } | undefined {
  for (const job of jobs) {
    const step = failedStep(job);
    if (step) return { job, step };
  }
  return undefined;
}

/** The runner marks every failed job with its exit code, at no file: that is known already. */
function tellsSomething({ path, level, message }: Annotation): boolean {
  if (level === "notice") return false;
  return path !== ".github" || (level === "failure" && !/^Process completed with exit code/.test(message));
}

/** Also where the caller cancels the step: its end is known, and that is what it says. */
async function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return ifAnswered(answer).catch((error: unknown) => {
    if (error instanceof Cancelled) return undefined;
    throw error;
  });
}
