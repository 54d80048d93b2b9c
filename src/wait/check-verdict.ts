import { cancelOn } from "../cancel/cancel.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { failedJobsOutput } from "../state/step-outputs.ts";
import { redSoFar } from "./deciding-jobs.ts";
import { gatherEvidence } from "./evidence.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import { ALL_SKIPPED, verdictOf, wereAllSkipped } from "./verdict.ts";

/** @throws StepError unless `success_conclusions` lists the run's conclusion, or with `jobs` that of every deciding job */
export async function checkVerdict(ended: RunSnapshot, context: Context): Promise<void> {
  const { inputs, record, log } = context;
  if (inputs.decidingJobs.length > 0 && ended.jobsUnread !== undefined) {
    const { explainUnreadJobs } = await import("./explain-end.ts");
    throw new StepError(explainUnreadJobs(ended));
  }
  const verdict = verdictOf(ended, inputs);
  record({ verdict });
  const { shown, total } = failedJobsOutput(ended.jobs);
  if (shown < total) log.warning(`The output \`failed_jobs\` has the first ${shown} of ${total} jobs.`);
  if (verdict.isGreen) {
    if (wereAllSkipped(ended.run, ended.jobs)) log.info(ALL_SKIPPED);
    return;
  }
  const red = redSoFar(ended, inputs);
  if (red.length > 0) return failFast({ ...ended, jobs: red }, context);
  const evidence = await gatherEvidence({ ...ended, jobs: verdict.jobs ?? ended.jobs }, context);
  const { explainRed, explainRedJobs } = await import("./explain-end.ts");
  if (!verdict.jobs) throw new StepError(explainRed(ended.run, ended.jobs, evidence));
  throw new StepError(explainRedJobs(ended, verdict, inputs.successConclusions, evidence));
}

/** The run goes on, or is cancelled where `cancel_run_on` lists `failure`. */
async function failFast(ended: RunSnapshot, context: Context): Promise<never> {
  const cancelled = await cancelOn("failure", ended.run, { isNewUntilMs: 0 }, context);
  const evidence = await gatherEvidence(ended, context);
  const { explainFailFast } = await import("./explain-end.ts");
  throw new StepError(explainFailFast(ended, cancelled, evidence));
}
