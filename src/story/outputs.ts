/** The step's outputs, from what is known. */

import type { Run } from "../github/answers.ts";
import { failedJobs } from "../github/conclusions.ts";
import { isRunAgain, type Known } from "./known.ts";

type Outputs = Record<string, string>;

/** Each output with its value or, while it is not known, left out. */
export function outputsOf(known: Known): Outputs {
  const { distinctId, run, values } = known;
  return {
    distinct_id: distinctId,
    ...addressOf(known),
    ...(run && stateOf(run, known)),
    ...(values && { outputs: values.text }),
  };
}

/** Which run is ours, as soon as that is certain: one that was given may not be there. */
function addressOf({ sent, taken, run }: Known): Outputs {
  const started = run ?? sent?.started;
  if (!started) return {};
  return {
    runId: String(started.id),
    // What GitHub's answer to the dispatch has told is not taken back by an answer that leaves it out.
    jobs_url: started.jobsUrl || (sent?.started?.jobsUrl ?? ""),
    html_url: started.htmlUrl || (sent?.started?.htmlUrl ?? ""),
    run_attempt: String(run?.runAttempt ?? 1),
    disposition: taken?.disposition ?? "created",
  };
}

function stateOf({ status, conclusion, workflowId, runNumber }: Run, known: Known): Outputs {
  const { jobs, isOfJobs, verdict, earlierAttempts = [] } = known;
  // An attempt that another may follow is the last one when it is judged.
  const isLast = verdict !== undefined || !isRunAgain(known);
  const hasEnded = isOfJobs ? verdict !== undefined : status === "completed" && isLast;
  // What was set of an attempt that is not the last is taken back.
  const isOpenAgain = !hasEnded && (isRunAgain(known) || earlierAttempts.length > 0);
  return {
    status,
    ...(isOpenAgain && { conclusion: "", failed_jobs: "" }),
    ...(workflowId !== undefined && { workflow_id: String(workflowId) }),
    ...(runNumber !== undefined && { run_number: String(runNumber) }),
    ...(hasEnded && { conclusion: (isOfJobs ? verdict?.conclusion : conclusion) ?? "" }),
    ...((hasEnded || verdict) && jobs && { failed_jobs: JSON.stringify(failedJobs(jobs)) }),
  };
}
