/** The words for a run that ended red. */

import type { Job, Run } from "../github/answers.ts";
import { failedJobs } from "../github/conclusions.ts";
import type { Evidence } from "./evidence.ts";

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
