/** What the step says at its end: its outputs, and in words how it ended. */

import type { Plan } from "../dispatch/plan.ts";
import type { NotFound, SeenRun } from "../find/search.ts";
import type { Id, Job, Run, Step } from "../github/answers.ts";
import type { Fault } from "../github/fault.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Evidence } from "../judge/evidence.ts";
import { type Finding, lineOf } from "../receiver/finding.ts";
import { linesToAdd } from "../receiver/receiver.ts";

/** Everything that is known so far of the dispatch and its run. */
export interface Known {
  /** The id that was sent; empty when none was. */
  distinctId: string;
  /** The first sending that GitHub may have acted on, by the clock; undefined when there was none. */
  sentAtMs?: number | undefined;
  /** GitHub has acted on the dispatch. */
  isAccepted?: boolean;
  /** From GitHub's answer to the dispatch, before the run was seen. */
  started?: { runId: Id; htmlUrl: string; jobsUrl: string };
  /** The remote run has to be cancelled: by the `post` step, if the step itself does not come to it. */
  wantsCancel?: boolean;
  /** The step has come to an end of its own. */
  hasEnded?: boolean;
  /** The run as last seen. */
  run?: Run;
  jobs?: readonly Job[];
  /** What the doctor has found. */
  findings?: readonly Finding[];
}

/** The step's outputs, each with its value or, while it is not known, left out. */
export function outputsOf({ distinctId, started, run, jobs }: Known): Record<string, string> {
  const outputs: Record<string, string> = { distinct_id: distinctId };
  if (started) {
    outputs.runId = String(started.runId);
    outputs.jobs_url = started.jobsUrl;
    outputs.html_url = started.htmlUrl;
    outputs.run_attempt = "1";
  }
  if (run) {
    outputs.runId = String(run.id);
    outputs.status = run.status;
    outputs.jobs_url = run.jobsUrl;
    outputs.html_url = run.htmlUrl;
    outputs.run_attempt = String(run.runAttempt);
    if (run.status === "completed") {
      outputs.conclusion = run.conclusion ?? "";
      if (jobs) outputs.failed_jobs = JSON.stringify(failedJobs(jobs));
    }
  }
  return outputs;
}

/** An entry of the output `failed_jobs`. */
export interface FailedJob {
  name: string;
  conclusion: string;
  html_url: string;
  failed_step: string | null;
}

/** The jobs that did not go well, under the names of the output. */
export function failedJobs(jobs: readonly Job[]): FailedJob[] {
  return jobs
    .filter((job) => job.status === "completed" && !wentWell(job.conclusion))
    .map((job) => ({
      name: job.name,
      conclusion: job.conclusion ?? "",
      html_url: job.htmlUrl,
      failed_step: failedStep(job)?.name ?? null,
    }));
}

/** The step that made its job fail. */
export function failedStep({ steps }: Job): Step | undefined {
  return steps.find((step) => step.status === "completed" && !wentWell(step.conclusion));
}

function wentWell(conclusion: string | null): boolean {
  return conclusion === "success" || conclusion === "skipped" || conclusion === "neutral";
}

/** Says whether a conclusion leaves the step green. One that is missing never does; `any` stands for all others. */
export function isGreen(conclusion: string | null, successConclusions: ReadonlySet<string>): boolean {
  return conclusion !== null && (successConclusions.has("any") || successConclusions.has(conclusion));
}

/** Why the step fails although the run was followed to its end. */
export function explainRed(run: Run, jobs: readonly Job[], { annotations, log }: Evidence): string {
  const how = run.conclusion === null ? "ended without a conclusion" : `ended as ${run.conclusion}`;
  const lines = [`The run ${how}: ${run.htmlUrl}`];
  if (run.conclusion === "success") lines.push("`success_conclusions` does not list success.");
  if (run.conclusion === "cancelled" && !jobs.some((job) => job.steps.length > 0)) {
    lines.push(
      "It was cancelled before any job had started: a newer run of its concurrency group has probably taken its place.",
    );
  }
  if (run.conclusion === "startup_failure" && jobs.length === 0) {
    lines.push(
      `It has no jobs: the workflow file ${run.path} is invalid on that ref. GitHub's page of the run says where.`,
    );
  }
  for (const { name, conclusion, failed_step, html_url } of failedJobs(jobs)) {
    lines.push(
      `- ${name}: ${conclusion || "no conclusion"}${failed_step ? ` in step "${failed_step}"` : ""}, ${html_url}`,
    );
  }
  if (annotations.length > 0) lines.push("Its jobs have marked:");
  for (const { path, line, message } of annotations) {
    lines.push(`- ${path}:${line}: ${message.slice(0, MAX_ANNOTATION_LENGTH)}`);
  }
  if (log) lines.push(`The last lines of step "${log.stepName}" in job ${log.jobName}:`, ...log.lines);
  return lines.join("\n");
}

const MAX_ANNOTATION_LENGTH = 300;

/** Why the step fails at `timeout_seconds`. `cancelled` tells what came of cancelling the run, if that was asked for. */
export function explainTimeout(
  run: Run,
  timeoutMs: number,
  trouble: Fault | undefined,
  cancelled?: string,
): string {
  return [
    `The run did not complete within ${timeoutMs / 1000} s (\`timeout_seconds\`); when last seen it was ${run.status || "without a status"}.`,
    ...lastTrouble(trouble),
    cancelled ?? `It goes on: ${run.htmlUrl}`,
  ].join("\n");
}

function lastTrouble(trouble: Fault | undefined): string[] {
  if (!trouble) return [];
  return [`The last look had no answer: ${trouble.seen} to ${trouble.request}.`];
}

/** Why no run was found: what was looked at, and what the receiver has to add. */
export function explainNotFound(
  { seen, trouble }: NotFound,
  plan: Plan,
  { distinctId, findTimeoutMs }: Inputs,
  repository: string,
  findings: readonly Finding[],
): string {
  const lines = [
    `No run of ${repository} showed the id ${distinctId.value} within ${findTimeoutMs / 1000} s (\`find_timeout_seconds\`).`,
    ...lastTrouble(trouble),
  ];
  const possible = seen.flatMap(({ run, verdict }) => (verdict === "other event" ? [] : [{ run, verdict }]));
  const event =
    plan.event === "repository_dispatch" ? `repository_dispatch \`${plan.eventType}\`` : plan.event;
  if (possible.length === 0) {
    lines.push(
      `GitHub listed ${count(seen.length, "run")} since the dispatch, and none by ${event}: ` +
        (plan.event === "repository_dispatch"
          ? "no workflow on the default branch listens for it, or the run was not created yet."
          : "the run was not created yet."),
    );
  } else {
    lines.push(`GitHub listed ${count(seen.length, "run")} since the dispatch. By ${event}:`);
    const nearest = [...possible.filter(isCandidate), ...possible.filter((each) => !isCandidate(each))];
    for (const { run, verdict } of nearest.slice(0, 10)) {
      const how = {
        "other workflow": "is of another workflow than `workflow` says",
        undecided: `is ${run.status || "without a status"}, shows no id yet`,
        "without id": "shows no id",
      }[verdict];
      lines.push(`- ${run.path} "${run.displayTitle}": ${how}, ${run.htmlUrl}`);
    }
    if (possible.length > 10) lines.push(`- and ${possible.length - 10} more`);
    if (!possible.some(isCandidate))
      lines.push(`None is of \`${plan.workflow?.value}\`: check the input \`workflow\`.`);
  }
  const wrong = findings.filter(({ is }) => is === "wrong");
  if (wrong.length > 0) return [...lines, ...wrong.map(lineOf)].join("\n");
  if (findings.length > 0 && findings.every(({ is }) => is === "right")) {
    lines.push(
      ...findings.map(lineOf),
      "So the run was not created or not visible in time: allow more `find_timeout_seconds`, and see GitHub's status page.",
    );
    return lines.join("\n");
  }
  lines.push(
    "So that a run shows the id in its name (or in a job's or step's name), the receiving workflow needs:",

    linesToAdd({
      event: plan.event,
      eventType: plan.event === "repository_dispatch" ? plan.eventType : "",
      key: distinctId.key ?? "distinct_id",
    }),
  );
  return lines.join("\n");
}

function isCandidate({ verdict }: { verdict: SeenRun["verdict"] }): boolean {
  return verdict === "undecided" || verdict === "without id";
}

function count(number: number, word: string): string {
  return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}
