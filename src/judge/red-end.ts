/** The words for a run that ended red. */

import { spoken } from "../edges/wording.ts";
import { titleOf } from "../follow/failed-log.ts";
import type { Job, Run } from "../github/answers.ts";
import { endedBadly, failedStep, neverStarted } from "../github/conclusions.ts";
import { type Evidence, isOfGitHub } from "./evidence.ts";
import type { Succession } from "./successor.ts";
import { wasCancelledEarly } from "./verdict.ts";

const MAX_ANNOTATION_LENGTH = 300;

/** Why the step fails although the run was followed to its end. */
export function explainRed(run: Run, jobs: readonly Job[], evidence: Evidence): string {
  const { conclusion, htmlUrl } = run;
  return [
    `The run ended ${conclusionInWords(run)}: ${htmlUrl}`,
    ...(conclusion === "success" ? ["`success_conclusions` does not list success."] : reasonOf(run, jobs, evidence)),
    ...jobs.filter(endedBadly).map(lineOf),
    ...jobs.filter(({ status }) => status !== "completed").map(lineOfOpen),
    ...evidenceLines(evidence),
  ].join("\n");
}

/** Follows "ended". */
export function conclusionInWords({ conclusion }: Run): string {
  return conclusion === null ? "without a conclusion" : `as ${conclusion}`;
}

/** A line for a job that has ended: its conclusion, its failed step and its page. */
export function lineOf(job: Job): string {
  const step = failedStep(job);
  const where = step ? ` in step "${step.name}"` : neverStarted(job) ? ", never started" : "";
  return `- ${job.name}: ${job.conclusion || "no conclusion"}${where}, ${job.htmlUrl}`;
}

function lineOfOpen({ name, status, htmlUrl }: Job): string {
  return `- ${name}: still ${spoken(status) || "without a status"}, although the run has ended, ${htmlUrl}`;
}

/** What the jobs have marked, and what the failed step printed last. */
export function evidenceLines({ annotations, log, isWithheld }: Evidence): string[] {
  return [
    ...(isWithheld
      ? [
          "The annotations and logs of its jobs are left out: everybody can read this log, but not the target's. Set `failed_log_lines` to show them all the same.",
        ]
      : []),
    ...(annotations.length > 0 ? ["Annotations of its jobs:"] : []),
    ...annotations.map(({ path, line, message }) => `- ${path}:${line}: ${message.slice(0, MAX_ANNOTATION_LENGTH)}`),
    ...(log ? [titleOf(log), ...log.lines] : []),
  ];
}

/** Why the run ended so, where its jobs do not tell: a line, or none. */
export function reasonOf(
  run: Run,
  jobs: readonly Job[],
  { annotations, succession }: Pick<Evidence, "annotations" | "succession">,
): string[] {
  const { conclusion, path } = run;
  if (wasCancelledEarly(run, jobs)) {
    const early = "It was cancelled before any job had started";
    // Where GitHub itself has marked why, the annotations below tell it.
    return [annotations.some(isOfGitHub) ? `${early}.` : `${early}: ${inWords(succession)}`];
  }
  if ((conclusion === "startup_failure" || conclusion === "failure") && jobs.length === 0) {
    return [
      `It has no jobs. Possibly the workflow file ${path} is invalid on that ref, or a rule of its owner forbids the run: a policy for workflows or their lock files, or billing. GitHub's page of the run says which.`,
    ];
  }
  return [];
}

function inWords(succession: Succession | undefined): string {
  if (!succession) return "a newer run of its concurrency group has probably taken its place.";
  if (succession.is === "kept")
    return "by somebody, it seems, since its concurrency group keeps all that wait (`queue: max`) and no newer run takes their place.";
  const { by } = succession;
  return by
    ? `${by.name} has taken its place in the concurrency group: ${by.htmlUrl}`
    : "a newer run has taken its place in the concurrency group.";
}
