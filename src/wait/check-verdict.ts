/** Passes or fails the step by the verdict on a run that was followed to its end. */

import { cancelOn } from "../cancel/cancel.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { redSoFar } from "./deciding-jobs.ts";
import { gatherEvidence } from "./evidence.ts";
import type { RunSnapshot } from "./run-snapshot.ts";
import { verdictOf } from "./verdict.ts";

/**
 * Passes a run whose conclusion is in `success_conclusions`; with `jobs`, it is the conclusions of the deciding jobs that
 * have to be there, all of them.
 * @throws StepError for any other run, with what the run itself says of it
 */
export async function checkVerdict(ended: RunSnapshot, context: Context): Promise<void> {
  const { inputs, record } = context;
  const verdict = verdictOf(ended, inputs);
  record({ verdict });
  if (verdict.isGreen) return;
  const red = redSoFar(ended, inputs);
  if (red.length > 0) return failFast({ ...ended, jobs: red }, context);
  const evidence = await gatherEvidence({ ...ended, jobs: verdict.jobs ?? ended.jobs }, context);
  const { explainRed, explainRedJobs } = await import("./explain-end.ts");
  if (!verdict.jobs) throw new StepError(explainRed(ended.run, ended.jobs, evidence));
  throw new StepError(explainRedJobs(ended, verdict, inputs.successConclusions, evidence));
}

/** Ends the step by the first red jobs. The run goes on, or is cancelled where `cancel_run_on` asks for that. */
async function failFast(ended: RunSnapshot, context: Context): Promise<never> {
  const cancelled = await cancelOn("failure", ended.run, { isNewUntilMs: 0 }, context);
  const evidence = await gatherEvidence(ended, context);
  const { explainFailFast } = await import("./explain-end.ts");
  throw new StepError(explainFailFast(ended, cancelled, evidence));
}
