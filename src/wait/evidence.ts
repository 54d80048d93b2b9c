/** What the remote run itself says of its failure: what its jobs have marked, and what the failed step printed last. */

import { failedStep } from "../github/conclusions.ts";
import type { Annotation } from "../github/responses.ts";
import { ifAnswered, once } from "../github/retry.ts";
import { Cancelled } from "../runner/cancellation.ts";
import { type Context, mayBeShown } from "../state/context.ts";
import { EVIDENCE_MS, type FailedLog, hasFailed, readFailedLog } from "./failed-log.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import type { Succession } from "./successor.ts";
import { wasCancelledEarly } from "./verdict.ts";

export interface Evidence {
  annotations: readonly Annotation[];
  log: Pick<FailedLog, "jobName" | "stepName" | "lines"> | undefined;
  /** There was more, which is left out since everybody can read the caller's log. */
  isWithheld?: boolean;
  /** Of a run that was cancelled before any job had begun: what its concurrency group tells of that. */
  succession?: Succession | undefined;
}

const MAX_ANNOTATIONS = 10;
/** Of a matrix with two hundred failed or cancelled jobs, the first few tell enough. */
const MAX_JOBS = 3;

/** Gathers what can be read. What the token may not read, or GitHub does not give in time, is left out quietly. */
export async function gatherEvidence(ended: RunSnapshot, context: Context): Promise<Evidence> {
  const evidence = await gatherMarks(ended, context);
  // Where GitHub itself has marked why, nobody has to be asked who took its place.
  if (!wasCancelledEarly(ended.run, ended.jobs) || evidence.annotations.some(isOfGitHub)) return evidence;
  const { readSuccession } = await import("./successor.ts");
  return { ...evidence, succession: await unlessCancelled(readSuccession(ended, context)) };
}

/** What the jobs have marked and printed, as far as the caller's log may show it. */
async function gatherMarks({ run, jobs, failedLogs = [] }: RunSnapshot, context: Context): Promise<Evidence> {
  const { github, clock, retry, inputs } = context;
  const failed = jobs.filter(hasFailed);
  // GitHub marks why a job was cancelled: its `timeout-minutes`, a run that goes first, no runner, a person.
  const red = [...failed, ...jobs.filter(({ conclusion }) => conclusion === "cancelled")];
  if (!mayBeShown(run, context)) {
    const isWithheld = red.length > 0 && inputs.failedLogLines === undefined;
    return { annotations: [], log: undefined, isWithheld };
  }
  const deadlineMs = clock.nowMs() + EVIDENCE_MS;
  return { annotations: await readAnnotations(), log: await readLog() };

  async function readAnnotations(): Promise<Annotation[]> {
    const all: Annotation[] = [];
    for (const { id } of red.slice(0, MAX_JOBS)) {
      const asked = retry((options) => github.listAnnotations(id, options), once(deadlineMs));
      const annotations = await unlessRefused(asked);
      // A token that may not read the annotations of one job may not read those of another.
      if (!annotations) break;
      all.push(...annotations.filter(tellsSomething));
    }
    all.sort((a, b) => Number(b.level === "failure") - Number(a.level === "failure"));
    // The jobs of a matrix mark the same places in the same words: once is enough.
    const places = new Map(all.map((each) => [`${each.path}:${each.line}: ${each.message}`, each]));
    return [...places.values()].slice(0, MAX_ANNOTATIONS);
  }

  async function readLog(): Promise<FailedLog | undefined> {
    const job = failed.find(failedStep);
    const shown = failedLogs.find(({ jobId }) => jobId === job?.id);
    return shown ?? (job && unlessRefused(readFailedLog(job, deadlineMs, context)));
  }
}

/** The runner marks each failed job with its exit code, and each cancelled one as cancelled: the conclusion tells that. */
function tellsSomething(annotation: Annotation): boolean {
  const { level, message } = annotation;
  if (level === "notice") return false;
  if (!isOfGitHub(annotation)) return true;
  return level === "failure" && !/^(Process completed with exit code|The operation was canceled)/.test(message);
}

/** Says whether it is GitHub or its runner that has marked the job: such a mark is at no file of the repository. */
export function isOfGitHub({ path }: Annotation): boolean {
  return path === ".github";
}

/** Undefined also where the caller cancels the step: the run's end is clear, and that is what the step says. */
function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return unlessCancelled(ifAnswered(answer));
}

async function unlessCancelled<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof Cancelled) return undefined;
    throw error;
  });
}
