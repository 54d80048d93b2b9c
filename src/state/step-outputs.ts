import { failedJobs } from "../github/conclusions.ts";
import type { Job, Run } from "../github/responses.ts";
import type { ResolvedDispatch } from "../inputs/dispatch-request.ts";
import { isAboutToRerun, type Known, sentIdOf } from "./known.ts";

type Outputs = Record<string, string>;

export function outputsOf(known: Known): Outputs {
  const { run, values, baseline } = known;
  return {
    distinct_id: sentIdOf(known),
    // A refused dispatch leaves none.
    ...(known.sent ? { ref: refOf(known.sent.dispatch) } : known.dispatch && { ref: "" }),
    ...addressOf(known),
    ...(run && stateOf(run, known)),
    ...(baseline && { known_failure: String(baseline.isKnown) }),
    ...(values && { outputs: values.text }),
  };
}

/** Of an event, it is for the receiver's checkout. */
function refOf(dispatch: ResolvedDispatch): string {
  const ref = dispatch.event === "workflow_dispatch" ? dispatch.ref : dispatch.clientPayload.ref;
  return typeof ref === "string" ? ref : "";
}

/** A given run counts only once a response has shown it. */
function addressOf({ sent, taken, run }: Known): Outputs {
  const started = run ?? sent?.started;
  if (!started) return {};
  return {
    runId: String(started.id),
    // The response to the dispatch had the URLs: a later response without them does not remove them.
    jobs_url: started.jobsUrl || (sent?.started?.jobsUrl ?? ""),
    html_url: started.htmlUrl || (sent?.started?.htmlUrl ?? ""),
    run_attempt: String(run?.runAttempt ?? 1),
    disposition: taken?.disposition ?? "created",
  };
}

function stateOf({ status, conclusion, workflowId, runNumber }: Run, known: Known): Outputs {
  const { jobs, isOfJobs, verdict, earlierAttempts = [] } = known;
  // Another attempt may follow until there is a verdict.
  const isLast = verdict !== undefined || !isAboutToRerun(known);
  const hasEnded = isOfJobs ? verdict !== undefined : status === "completed" && isLast;
  // Clear the outputs of an attempt that was not the last.
  const isOpenAgain = !hasEnded && (isAboutToRerun(known) || earlierAttempts.length > 0);
  return {
    status,
    ...(isOpenAgain && { conclusion: "", failed_jobs: "" }),
    ...(workflowId !== undefined && { workflow_id: String(workflowId) }),
    ...(runNumber !== undefined && { run_number: String(runNumber) }),
    ...(hasEnded && { conclusion: (isOfJobs ? verdict?.conclusion : conclusion) ?? "" }),
    // Empty where the jobs are not known.
    ...((hasEnded || verdict) && { failed_jobs: jobs ? failedJobsOutput(jobs).text : "" }),
  };
}

/** A script gets an output in a variable, for which Linux has 128 KiB. */
const MAX_FAILED_JOBS_BYTES = 100 * 1024;

/** As JSON, with as many jobs as there is room for, in the order of GitHub's list. */
export function failedJobsOutput(jobs: readonly Job[]): { text: string; shown: number; total: number } {
  const all = failedJobs(jobs).map((job) => JSON.stringify(job));
  let bytes = 0;
  const shown = all.filter((each) => {
    bytes += Buffer.byteLength(each) + 1;
    return bytes <= MAX_FAILED_JOBS_BYTES;
  });
  return { text: `[${shown.join()}]`, shown: shown.length, total: all.length };
}
