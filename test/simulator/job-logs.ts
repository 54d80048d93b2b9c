import type { components } from "@octokit/openapi-types";
import { toIso } from "./run.ts";
import type { JobBehaviour, PlannedJob, PlannedStep } from "./timeline.ts";

type Schemas = components["schemas"];

/** What a job printed, as GitHub keeps it: every line behind its time, each step opened by what it runs. */
export function jobLog(job: PlannedJob, startedMs: number): string {
  const lines = job.steps
    .filter(({ conclusion }) => conclusion !== "skipped")
    .flatMap((step) => stepLog(step, job).map((line) => `${stamp(startedMs + step.startMs)} ${line}`));
  // GitHub's begin with a byte order mark.
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

function stepLog({ name, conclusion }: PlannedStep, { log = [`${name} …`] }: PlannedJob): string[] {
  if (name === "Set up job") return ["Current runner version: '2.329.0'"];
  if (name === "Complete job") return ["Cleaning up orphan processes"];
  const header = [`##[group]Run ${name}`, "shell: /usr/bin/bash -e {0}", "##[endgroup]"];
  if (conclusion !== "failure") return [...header, `${name} …`];
  return [...header, ...log, "##[error]Process completed with exit code 1."];
}

/** The runner's times are finer than the API's. */
function stamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace("Z", "1234Z");
}

/** What a job's steps have marked: what the test gives, and what the runner says of every failed job. */
export function annotationsOf(
  { annotations = [], conclusion }: Pick<PlannedJob, "annotations" | "conclusion">,
  url: string,
): Schemas["check-annotation"][] {
  const runners: NonNullable<JobBehaviour["annotations"]> =
    conclusion === "failure"
      ? [{ path: ".github", line: 12, level: "failure", message: "Process completed with exit code 1." }]
      : [];
  return [...annotations, ...runners].map(({ path, line, level, message }) => ({
    path,
    start_line: line,
    end_line: line,
    start_column: null,
    end_column: null,
    annotation_level: level,
    title: "",
    message,
    raw_details: "",
    blob_href: `${url}/blob/main/${path}`,
  }));
}

/** When the job's log is there. */
export function logIsThere(job: PlannedJob, startedMs: number, nowMs: number): boolean {
  return job.conclusion !== "skipped" && toIso(startedMs + job.endMs + (job.logLagMs ?? 0)) <= toIso(nowMs);
}
