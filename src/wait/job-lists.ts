import type { Job } from "../github/responses.ts";

/** `before` is what was seen of the same attempt. */
export type IsNews = (before: readonly Job[], now: readonly Job[]) => boolean;

/**
 * A list in which a job goes back to an earlier status is stale, since GitHub's servers may lag behind one another
 * (docs/platform.md#stale-answers). One that lacks a job is believed only when the next one lacks some as well.
 */
export function staleListsFilter(): IsNews {
  let lacking = 0;
  return (before, now) => {
    const progressNow = new Map(now.map((job) => [job.id, progressOf(job)]));
    if (before.some((job) => (progressNow.get(job.id) ?? progressOf(job)) < progressOf(job))) return false;
    lacking = before.every(({ id }) => progressNow.has(id)) ? 0 : lacking + 1;
    return lacking !== 1;
  };
}

function progressOf({ status }: Job): number {
  return status === "completed" ? 2 : status === "in_progress" ? 1 : 0;
}
