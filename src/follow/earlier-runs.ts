/** What other runs of the workflow tell: when ours will probably end, and how many other steps wait as this one does. */

import { ifAnswered, once } from "../asking/retry.ts";
import { othersWaiting, type Usual, usualDuration } from "../asking/usual-duration.ts";
import { SHORT_PAGE } from "../find/recent-runs.ts";
import { PAGE_LENGTH } from "../github/api.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";

export interface Earlier {
  usual: Usual | undefined;
  othersWaiting: number;
}

/** A wait that ends sooner makes do with the list that found the run. */
const WORTH_A_LIST_MS = 60_000;

/**
 * Returns what tells of earlier runs, by the age of ours. It reads the list that found ours, and asks once for another: a
 * longer one where that list tells nothing, or a fresh one when the usual end is near, since all who wait then look closely
 * and have to know how many they are.
 */
export function readerOfEarlierRuns(
  { run: found, recentRuns }: OurRun,
  deadlineMs: number,
  { github, retry }: Story,
): (ageMs: number) => Promise<Earlier> {
  let runs = recentRuns;
  let hasAsked = false;
  const read = () => ({ usual: usualDuration(runs ?? [], found), othersWaiting: othersWaiting(runs ?? [], found) });
  return async (ageMs) => {
    const earlier = read();
    const mayHaveMore = runs === undefined || runs.length >= SHORT_PAGE;
    const isDue = earlier.usual ? ageMs >= earlier.usual.fromMs : mayHaveMore;
    if (hasAsked || ageMs < WORTH_A_LIST_MS || !isDue) return earlier;
    hasAsked = true;
    const page = { perPage: PAGE_LENGTH, page: 1 };
    const listed = await ifAnswered(retry((options) => github.listRuns(page, options), once(deadlineMs)));
    runs = listed?.items ?? runs;
    return read();
  };
}
