/** The step's outputs, from what is known. */

import { failedJobs } from "../github/conclusions.ts";
import { type Known, startedRun } from "./known.ts";

/** Each output with its value or, while it is not known, left out. */
export function outputsOf(known: Known): Record<string, string> {
  const { distinctId, sent, run, jobs } = known;
  const outputs: Record<string, string> = { distinct_id: distinctId };
  const started = startedRun(known);
  if (started) {
    outputs.runId = String(started.id);
    // What GitHub's answer to the dispatch has told is not taken back by an answer that leaves it out.
    outputs.jobs_url = started.jobsUrl || (sent?.started?.jobsUrl ?? "");
    outputs.html_url = started.htmlUrl || (sent?.started?.htmlUrl ?? "");
    outputs.run_attempt = String(run?.runAttempt ?? 1);
    outputs.disposition = "created";
  }
  if (run) {
    outputs.status = run.status;
    if (run.workflowId !== undefined) outputs.workflow_id = String(run.workflowId);
    if (run.runNumber !== undefined) outputs.run_number = String(run.runNumber);
  }
  if (run?.status === "completed") {
    outputs.conclusion = run.conclusion ?? "";
    if (jobs) outputs.failed_jobs = JSON.stringify(failedJobs(jobs));
  }
  return outputs;
}
