/** The step's outputs, made from what is known. */

import { failedJobs } from "../github/conclusions.ts";
import type { Run } from "../github/responses.ts";
import { isAboutToRerun, type Known } from "./known.ts";

type Outputs = Record<string, string>;

/** The outputs that are known, under the names of action.yml. */
export function outputsOf(known: Known): Outputs {
  const { distinctId, run, values } = known;
  return {
    distinct_id: distinctId,
    ...addressOf(known),
    ...(run && stateOf(run, known)),
    ...(values && { outputs: values.text }),
  };
}

/** Which run is ours, as soon as that is certain: a given run has to be seen first. */
function addressOf({ sent, taken, run }: Known): Outputs {
  const started = run ?? sent?.started;
  if (!started) return {};
  return {
    runId: String(started.id),
    // GitHub's answer to the dispatch told the addresses: a later answer without them does not take them back.
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
  // The outputs of an attempt that was not the last are taken back.
  const isOpenAgain = !hasEnded && (isAboutToRerun(known) || earlierAttempts.length > 0);
  return {
    status,
    ...(isOpenAgain && { conclusion: "", failed_jobs: "" }),
    ...(workflowId !== undefined && { workflow_id: String(workflowId) }),
    ...(runNumber !== undefined && { run_number: String(runNumber) }),
    ...(hasEnded && { conclusion: (isOfJobs ? verdict?.conclusion : conclusion) ?? "" }),
    ...((hasEnded || verdict) && jobs && { failed_jobs: JSON.stringify(failedJobs(jobs)) }),
  };
}
