/** How long runs of a workflow usually take, from a list of runs that was read anyway. */

import type { Run } from "../github/answers.ts";

/** The time that earlier runs took from their creation to their end. */
export interface Usual {
  fromMs: number;
  toMs: number;
  /** What half of them took at most. */
  medianMs: number;
}

/** How many earlier runs tell enough. */
const RUNS = 10;
/** A run may be a little faster or slower than any before. */
const MARGIN = 0.02;

/**
 * The usual duration of runs like `run`: same workflow, ended well, at the first attempt. Undefined when there was none.
 * `updated_at` is when the run ended, as far as nobody has touched it since; so the longest tenth is not believed.
 */
export function usualDuration(runs: readonly Run[], run: Run): Usual | undefined {
  const durationsMs = runs
    .filter((each) => each.id !== run.id && each.workflowId === run.workflowId)
    .filter((each) => each.conclusion === "success" && each.runAttempt === 1)
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
    .slice(0, RUNS)
    .map((each) => (each.updatedAtMs ?? each.createdAtMs) - each.createdAtMs)
    .filter((durationMs) => durationMs > 0)
    .sort((a, b) => a - b);
  const shortest = durationsMs[0];
  const longest = durationsMs[Math.ceil(durationsMs.length * 0.9) - 1];
  const medianMs = durationsMs[Math.ceil(durationsMs.length / 2) - 1];
  if (shortest === undefined || longest === undefined || medianMs === undefined) return undefined;
  return { fromMs: shortest * (1 - MARGIN), toMs: longest * (1 + MARGIN), medianMs };
}

/** How many others seem to wait for runs of this workflow as we do: so many of its runs have not ended, by the same event. */
export function othersWaiting(runs: readonly Run[], run: Run): number {
  return runs.filter(
    (each) =>
      each.id !== run.id &&
      each.workflowId === run.workflowId &&
      each.event === run.event &&
      each.status !== "completed",
  ).length;
}
