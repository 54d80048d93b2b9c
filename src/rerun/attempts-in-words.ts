/** The attempts of a run that was run again, in words. Pure. */

import { enumerated } from "../edges/wording.ts";
import type { EndedAttempt, Known } from "../story/known.ts";

/** How many failed jobs of an attempt are named. */
const MOST_NAMED = 5;

/** A line for the attempts before the present one, and one for why none comes after it, where there is that to tell. */
export function attemptsInWords({
  earlierAttempts = [],
  whyNotAgain,
  run,
}: Pick<Known, "earlierAttempts" | "whyNotAgain" | "run">): string[] {
  const before = earlierAttempts.map(inWords).join(", ");
  return [
    ...(before === "" ? [] : [`This is attempt ${run?.runAttempt}; before it: ${before}.`]),
    ...(whyNotAgain === undefined ? [] : [whyNotAgain]),
  ];
}

function inWords({ runAttempt, conclusion, failedJobs }: EndedAttempt): string {
  const named = enumerated(failedJobs, MOST_NAMED);
  return `attempt ${runAttempt} ended as ${conclusion ?? "nothing"}${named === "" ? "" : ` (${named})`}`;
}
