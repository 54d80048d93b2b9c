/** Judges a run that was followed to its end: green or red. */

import { Failure } from "../edges/failure.ts";
import type { Sight } from "../follow/sight.ts";
import type { Story } from "../story/story.ts";
import { gatherEvidence } from "./evidence.ts";
import { explainRed } from "./red-end.ts";

/**
 * Passes a run whose conclusion is among the successful ones.
 * @throws Failure for every other, with what the run itself says of it
 */
export async function judge(ended: Sight, story: Story): Promise<void> {
  const { run, jobs } = ended;
  if (isGreen(run.conclusion, story.inputs.successConclusions)) return;
  throw new Failure(explainRed(run, jobs, await gatherEvidence(ended, story)));
}

/** Says whether a conclusion leaves the step green. One that is missing never does; `any` stands for all others. */
export function isGreen(conclusion: string | null, successConclusions: ReadonlySet<string>): boolean {
  return conclusion !== null && (successConclusions.has("any") || successConclusions.has(conclusion));
}
