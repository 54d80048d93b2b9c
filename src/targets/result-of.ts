import type { Inputs } from "../inputs/inputs.ts";
import { Cancelled } from "../runner/cancellation.ts";
import { TimedOut } from "../runner/step-error.ts";
import type { Known } from "../state/known.ts";
import type { EntryState, Result } from "./results.ts";

/** How an entry's story has ended. `failure` is why it fails, if it does. */
export interface Ended {
  known: Readonly<Known>;
  failure: unknown;
}

/** `reason` is that of the signal that stops all entries, if it was aborted. */
export function resultOf(
  { known, failure }: Ended,
  { waitFor }: Pick<Inputs, "waitFor">,
  reason: unknown,
): Pick<EntryState, "result" | "isStopped" | "isAllowed"> {
  const { verdict, sent, taken, isCancelling } = known;
  if (known.allowedFailure !== undefined) return { result: "failure", isAllowed: true };
  if (failure === undefined) return { result: GREEN[waitFor] };
  if (verdict && !verdict.isGreen) return { result: verdict.conclusion === "cancelled" ? "cancelled" : "failure" };
  if (failure instanceof TimedOut) return { result: "timed_out" };
  if (!(reason instanceof Cancelled)) return { result: "error" };
  if (!sent && !taken) return { result: "skipped", isStopped: true };
  return { result: isCancelling ? "cancelled" : "unfinished", isStopped: true };
}

const GREEN: Record<Inputs["waitFor"], Result> = { nothing: "sent", found: "started", completed: "success" };
