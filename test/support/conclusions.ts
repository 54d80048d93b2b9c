/** Jobs and steps by how they ended; and what they end as. */

import type { Job, Step } from "../../src/github/responses.ts";

/** GitHub's words, one that it may add, and none. */
export const conclusions = [
  "success",
  "failure",
  "neutral",
  "cancelled",
  "skipped",
  "timed_out",
  "action_required",
  "stale",
  "startup_failure",
  "of_tomorrow",
  "",
  null,
];

/** A step or a job without times; one without a conclusion has not begun. */
export function step(name: string, conclusion: string | null): Step {
  const status = conclusion === null ? "queued" : "completed";
  return { name, status, conclusion, startedAtMs: undefined, completedAtMs: undefined };
}

export function job(id: number, conclusion: string | null, steps: Step[] = []): Job {
  return {
    ...step(`job ${id}`, conclusion),
    id,
    htmlUrl: `https://github.com/octo/target/actions/runs/1/job/${id}`,
    steps,
  };
}
