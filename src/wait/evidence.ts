import { failedStep, isFailure } from "../github/conclusions.ts";
import type { Annotation } from "../github/responses.ts";
import { once, responseOrUndefined } from "../github/retry.ts";
import { Cancelled } from "../runner/cancellation.ts";
import { type Context, mayShowJobLogs } from "../state/context.ts";
import { evidenceDeadlineMs, type FailedLog, readFailedLog } from "./failed-log.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import type { Succession } from "./successor.ts";
import { failedWithoutJobs, wasCancelledEarly } from "./verdict.ts";

export interface Evidence {
  annotations: readonly Annotation[];
  log: Pick<FailedLog, "jobName" | "stepName" | "lines"> | undefined;
  /** There was more, but everybody can read the caller's log. */
  isWithheld?: boolean;
  /** As in the snapshot: what is not known of the jobs is no reason. */
  jobsUnread?: string | undefined;
  /** Only of a run that was cancelled before any job had begun, or failed without one. */
  succession?: Succession | undefined;
}

const MAX_ANNOTATIONS = 10;
/** The first few jobs of a large matrix are enough. */
const MAX_JOBS = 3;

/** Leaves out what the token may not read, or GitHub does not give in time. */
export async function gatherEvidence(ended: RunSnapshot, context: Context): Promise<Evidence> {
  const { run, jobs, jobsUnread } = ended;
  const evidence = { ...(await readJobEvidence(ended, context)), jobsUnread };
  // GitHub's own annotation already gives the reason.
  const mayBeOfQueue = wasCancelledEarly(run, jobs) || failedWithoutJobs(run, jobs);
  const isExplained = jobsUnread !== undefined || evidence.annotations.some(isOfGitHub);
  if (!mayBeOfQueue || isExplained) return evidence;
  const { readSuccession } = await import("./successor.ts");
  return { ...evidence, succession: await unlessCancelled(readSuccession(ended, context)) };
}

async function readJobEvidence(ended: RunSnapshot, context: Context): Promise<Evidence> {
  const { run, jobs, failedLogs = [] } = ended;
  const { github, clock, retry, inputs } = context;
  const failed = jobs.filter(({ conclusion }) => isFailure(conclusion));
  // GitHub annotates why a job was cancelled: its `timeout-minutes`, a run that goes first, no runner, a person.
  const red = [...failed, ...jobs.filter(({ conclusion }) => conclusion === "cancelled")];
  if (!mayShowJobLogs(run, context)) {
    const isWithheld = red.length > 0 && inputs.failedLogLines === undefined;
    return { annotations: [], log: undefined, isWithheld };
  }
  const deadlineMs = evidenceDeadlineMs(ended, clock.nowMs());
  return { annotations: await readAnnotations(), log: await readLog() };

  async function readAnnotations(): Promise<Annotation[]> {
    const all: Annotation[] = [];
    for (const { id } of red.slice(0, MAX_JOBS)) {
      const reading = retry((options) => github.listAnnotations(id, options), once(deadlineMs));
      const annotations = await unlessRefused(reading);
      // A token that may not read the annotations of one job may not read those of another.
      if (!annotations) break;
      all.push(...annotations.filter(tellsSomething));
    }
    all.sort((a, b) => Number(b.level === "failure") - Number(a.level === "failure"));
    // The jobs of a matrix annotate the same places in the same words.
    const places = new Map(all.map((each) => [`${each.path}:${each.line}: ${each.message}`, each]));
    return [...places.values()].slice(0, MAX_ANNOTATIONS);
  }

  async function readLog(): Promise<FailedLog | undefined> {
    const job = failed.find(failedStep);
    const shown = failedLogs.find(({ jobId }) => jobId === job?.id);
    return shown ?? (job && unlessRefused(readFailedLog(job, deadlineMs, context, { mayLag: true })));
  }
}

/** The runner annotates each failed job with its exit code, and each cancelled one: the conclusion shows that. */
function tellsSomething(annotation: Annotation): boolean {
  const { level, message } = annotation;
  if (level === "notice") return false;
  if (!isOfGitHub(annotation)) return true;
  return level === "failure" && !/^(Process completed with exit code|The operation was canceled)/.test(message);
}

/** Annotations by GitHub or its runner are at `.github`, which is no file. */
export function isOfGitHub({ path }: Annotation): boolean {
  return path === ".github";
}

/** Undefined also where the caller cancels the step: the run's end is clear, and the step reports that. */
function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return unlessCancelled(responseOrUndefined(answer));
}

async function unlessCancelled<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof Cancelled) return undefined;
    throw error;
  });
}
