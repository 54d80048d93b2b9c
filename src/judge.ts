/** Judges a run that was followed to its end: green or red. */

import { gatherEvidence } from "./evidence.ts";
import { Failure } from "./failure.ts";
import type { Sight } from "./follow.ts";
import { explainRed, isGreen } from "./report.ts";
import type { Story } from "./story.ts";

/**
 * Passes a run whose conclusion is among the successful ones.
 * @throws Failure for every other, with what the run itself says of it
 */
export async function judge(ended: Sight, story: Story): Promise<void> {
  const { run, jobs } = ended;
  if (isGreen(run.conclusion, story.inputs.successConclusions)) return;
  throw new Failure(explainRed(run, jobs, await gatherEvidence(ended, story)));
}
