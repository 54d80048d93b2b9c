/** Estimates a run's duration from earlier runs of its workflow. */

import type { DurationEstimate } from "../github/polling.ts";
import { PAGE_LENGTH, SHORT_PAGE } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { once, responseOrUndefined } from "../github/retry.ts";
import type { Context } from "../state/context.ts";
import type { OurRun } from "../state/sent-dispatch.ts";

const MAX_RUNS = 10;
/** A run may be a little faster or slower than any before. */
const MARGIN = 0.02;

/** By successful first attempts. A change after the end falsifies `updated_at`: the longest tenth is left out. */
export function estimateDuration(runs: readonly Run[], run: Run): DurationEstimate | undefined {
  const durationsMs = others(runs, run)
    .filter(({ conclusion, runAttempt }) => conclusion === "success" && runAttempt === 1)
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
    .slice(0, MAX_RUNS)
    .map(({ createdAtMs, updatedAtMs = createdAtMs }) => updatedAtMs - createdAtMs)
    .filter((durationMs) => durationMs > 0)
    .sort((a, b) => a - b);
  const [shortest] = durationsMs;
  const longest = durationsMs[Math.ceil(durationsMs.length * 0.9) - 1];
  const medianMs = durationsMs[Math.ceil(durationsMs.length / 2) - 1];
  if (shortest === undefined || longest === undefined || medianMs === undefined) return undefined;
  return { fromMs: shortest * (1 - MARGIN), toMs: longest * (1 + MARGIN), medianMs };
}

/** Of the same event, so others probably wait for them as we do for ours. */
export function othersWaiting(runs: readonly Run[], run: Run): number {
  return others(runs, run).filter(({ event, status }) => event === run.event && status !== "completed").length;
}

function others(runs: readonly Run[], run: Run): Run[] {
  return runs.filter(({ id, workflowId }) => id !== run.id && workflowId === run.workflowId);
}

export interface EarlierRuns {
  estimate: DurationEstimate | undefined;
  othersWaiting: number;
}

/** A shorter wait makes do with the list that found the run. */
const WORTH_A_LIST_MS = 60_000;

/** Reads at most one more list: a longer one where the first gives no estimate, else a fresh one near the estimated end. */
export function earlierRunsReader(
  { run: found, recentRuns }: OurRun,
  deadlineMs: number,
  { github, retry }: Context,
): (ageMs: number) => Promise<EarlierRuns> {
  const evaluate = (runs: readonly Run[]): EarlierRuns => ({
    estimate: estimateDuration(runs, found),
    othersWaiting: othersWaiting(runs, found),
  });
  const mayHaveMore = recentRuns === undefined || recentRuns.length >= SHORT_PAGE;
  let earlier = evaluate(recentRuns ?? []);
  let hasRead = false;
  return async (ageMs) => {
    // Near that end all who wait poll often, and have to know how many they are.
    const isDue = earlier.estimate ? ageMs >= earlier.estimate.fromMs : mayHaveMore;
    if (hasRead || ageMs < WORTH_A_LIST_MS || !isDue) return earlier;
    hasRead = true;
    const page = { perPage: PAGE_LENGTH, page: 1 };
    const listed = await responseOrUndefined(retry((options) => github.listRuns(page, options), once(deadlineMs)));
    if (listed) earlier = evaluate(listed.items);
    return earlier;
  };
}
