/** Judges a run that was followed to its end: green or red. */

import { cancelOn } from "../cancel/cancel.ts";
import { Failure } from "../edges/failure.ts";
import { redSoFar } from "../follow/ending.ts";
import type { Sight } from "../follow/sight.ts";
import type { Story } from "../story/story.ts";
import { gatherEvidence } from "./evidence.ts";
import { explainRed } from "./red-end.ts";
import { verdictOf } from "./verdict.ts";

/**
 * Passes a run whose conclusion is in `success_conclusions`; with `jobs`, it is the conclusions of the deciding jobs that
 * have to be there, all of them.
 * @throws Failure for any other run, with what the run itself says of it
 */
export async function judge(ended: Sight, story: Story): Promise<void> {
  const { inputs, learn } = story;
  const verdict = verdictOf(ended, inputs);
  learn({ verdict });
  if (verdict.isGreen) return;
  const red = redSoFar(ended, inputs);
  if (red.length > 0) return failFast({ ...ended, jobs: red }, story);
  const evidence = await gatherEvidence({ ...ended, jobs: verdict.jobs ?? ended.jobs }, story);
  if (!verdict.jobs) throw new Failure(explainRed(ended.run, ended.jobs, evidence));
  const { explainRedJobs } = await import("./red-jobs.ts");
  throw new Failure(explainRedJobs(ended, verdict, inputs.successConclusions, evidence));
}

/** Ends the step by the first red jobs. The run goes on, or is cancelled where `cancel_run_on` asks for that. */
async function failFast(ended: Sight, story: Story): Promise<never> {
  const { explainFailFast } = await import("./red-jobs.ts");
  const cancelled = await cancelOn("failure", ended.run, { isNewUntilMs: 0 }, story);
  throw new Failure(explainFailFast(ended, cancelled, await gatherEvidence(ended, story)));
}
