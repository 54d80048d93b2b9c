/** How a step's end shows as a commit status. Pure. */

import type { DueStatus, Known } from "../story/known.ts";

/** The status of a step that has come to its end; `failure` is why it fails, if it does. */
export function finalStatus(
  { verdict, run }: Pick<Known, "verdict" | "run">,
  failure: unknown,
): Omit<DueStatus, "url"> {
  const how = verdict?.conclusion ?? run?.conclusion ?? "completed";
  if (failure === undefined) return { state: "success", description: `The remote run ended as ${how}` };
  if (verdict && !verdict.isGreen) return { state: "failure", description: `The remote run ended as ${how}` };
  // A time-out, a cancellation, a run that was not found: nobody knows how the run will end.
  const [first = ""] = failure instanceof Error ? failure.message.split("\n") : [];
  return { state: "error", description: first === "" ? "The step has failed" : first };
}

/** How many characters GitHub takes for a description (docs/platform.md#commit-statuses). */
const MAX_LENGTH = 140;

/** Without addresses, since the status has its own link, and no longer than GitHub takes, in whole characters. */
export function shortened(text: string): string {
  const letters = [...text.replace(/: https?:\/\/\S+/g, "")];
  return letters.length <= MAX_LENGTH ? letters.join("") : `${letters.slice(0, MAX_LENGTH - 1).join("")}…`;
}
