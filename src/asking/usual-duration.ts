/** How long runs of a workflow usually take, from a list of runs that was read anyway. */

import type { Run } from "../github/answers.ts";

/** The time that earlier runs took from their creation to their end. */
export interface Usual {
  fromMs: number;
  toMs: number;
  /** What half of them took at most. */
  medianMs: number;
}

/** How many of the latest runs count. */
const RUNS = 10;
/** A run may be a little faster or slower than any before. */
const MARGIN = 0.02;

/**
 * The usual duration of runs like `run`: same workflow, ended well, at the first attempt. Undefined when there is none.
 * A run that was changed after its end has an `updated_at` that is too late, so the longest tenth is left out.
 */
export function usualDuration(runs: readonly Run[], run: Run): Usual | undefined {
  const durationsMs = others(runs, run)
    .filter(({ conclusion, runAttempt }) => conclusion === "success" && runAttempt === 1)
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
    .slice(0, RUNS)
    .map(({ createdAtMs, updatedAtMs = createdAtMs }) => updatedAtMs - createdAtMs)
    .filter((durationMs) => durationMs > 0)
    .sort((a, b) => a - b);
  const [shortest] = durationsMs;
  const longest = durationsMs[Math.ceil(durationsMs.length * 0.9) - 1];
  const medianMs = durationsMs[Math.ceil(durationsMs.length / 2) - 1];
  if (shortest === undefined || longest === undefined || medianMs === undefined) return undefined;
  return { fromMs: shortest * (1 - MARGIN), toMs: longest * (1 + MARGIN), medianMs };
}

/** How many runs like `run` have not ended: of the same event, so others probably wait for them as we do for ours. */
export function othersWaiting(runs: readonly Run[], run: Run): number {
  return others(runs, run).filter(({ event, status }) => event === run.event && status !== "completed").length;
}

function others(runs: readonly Run[], run: Run): Run[] {
  return runs.filter(({ id, workflowId }) => id !== run.id && workflowId === run.workflowId);
}
