/** The words for a run that ended red. */

import { titleOf } from "../follow/failed-log.ts";
import type { Job, Run } from "../github/answers.ts";
import { failedJobs } from "../github/conclusions.ts";
import type { Evidence } from "./evidence.ts";

const MAX_ANNOTATION_LENGTH = 300;

/** Why the step fails although the run was followed to its end. */
export function explainRed(run: Run, jobs: readonly Job[], evidence: Evidence): string {
  const { conclusion, htmlUrl } = run;
  const how = conclusion === null ? "ended without a conclusion" : `ended as ${conclusion}`;
  return [
    `The run ${how}: ${htmlUrl}`,
    ...reasonOf(run, jobs),
    ...failedJobs(jobs).map(({ name, conclusion, failed_step, html_url }) => {
      const where = failed_step ? ` in step "${failed_step}"` : "";
      return `- ${name}: ${conclusion || "no conclusion"}${where}, ${html_url}`;
    }),
    ...evidenceLines(evidence),
  ].join("\n");
}

/** What the jobs have marked, and what the failed step printed last. */
export function evidenceLines({ annotations, log }: Evidence): string[] {
  return [
    ...(annotations.length > 0 ? ["Its jobs have marked:"] : []),
    ...annotations.map(({ path, line, message }) => `- ${path}:${line}: ${message.slice(0, MAX_ANNOTATION_LENGTH)}`),
    ...(log ? [titleOf(log), ...log.lines] : []),
  ];
}

/** What a conclusion means that no job explains. */
function reasonOf({ conclusion, path }: Run, jobs: readonly Job[]): string[] {
  if (conclusion === "success") return ["`success_conclusions` does not list success."];
  if (conclusion === "cancelled" && jobs.every(({ steps }) => steps.length === 0)) {
    return [
      "It was cancelled before any job had started: a newer run of its concurrency group has probably taken its place.",
    ];
  }
  if ((conclusion === "startup_failure" || conclusion === "failure") && jobs.length === 0) {
    return [
      `It has no jobs. Possibly the workflow file ${path} is invalid on that ref, or a rule of its owner forbids the run: a policy for workflows or their lock files, or billing. GitHub's page of the run says which.`,
    ];
  }
  return [];
}
