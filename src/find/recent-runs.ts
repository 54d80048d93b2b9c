/** A repository's runs since a dispatch, listed without filters (docs/platform.md#stale-filtered-lists). */

import { readPages } from "../github/lists.ts";
import { isRetryable } from "../github/request-error.ts";
import { type Id, PAGE_LENGTH, type Page, SHORT_PAGE } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { type RetryOptions, responseOrUndefined } from "../github/retry.ts";
import type { SharedContext } from "../state/context.ts";
import type { SearchInputs } from "../state/sent-dispatch.ts";

/** The server's time and `created_at` may differ by a second or two (docs/platform.md#new-runs). */
const MARGIN_MS = 5000;

export interface Listed {
  /** Since the dispatch, newest first. */
  runs: readonly Run[];
  /** The newest of all, from the first page. */
  recentRuns: readonly Run[];
  /** Some runs in the response could not be read. */
  isIncomplete: boolean;
}

/** Lists at most `max_runs`. Once a short page was too short, all pages are long. Times are by the clock. */
export function listerOfRuns(
  { sentAtMs, deadlineMs }: { sentAtMs: number; deadlineMs: number },
  { github, retry, inputs }: Pick<SharedContext<Pick<SearchInputs, "maxRuns">>, "github" | "retry" | "inputs">,
): () => Promise<Listed> {
  const longest = Math.min(PAGE_LENGTH, inputs.maxRuns);
  let perPage = Math.min(SHORT_PAGE, longest);
  // The response to the dispatch gives the best server time; without one, the first list has to.
  let sinceMs = github.serverTimeMs(sentAtMs);
  /** `total_count` is unreliable: false once a page that it promises was empty. */
  let countIsRight = true;

  return async () => {
    const first = await readPage(1);
    sinceMs ??= github.serverTimeMs(sentAtMs);
    const earliestMs = (sinceMs ?? 0) - MARGIN_MS;
    const reachesBack = ({ items }: Page<Run>) => items.some(({ createdAtMs }) => createdAtMs < earliestMs);
    const isTooShort = first.items.length >= perPage && perPage < longest && !reachesBack(first);
    if (isTooShort) perPage = longest;
    const newest = isTooShort ? await readPage(1) : first;

    // New runs push others to later pages: one may be read twice, none is missed.
    const runs = new Map<Id, Run>();
    let isIncomplete = false;
    for await (const page of readPages(readPage, { perPage, first: newest })) {
      for (const run of page.items) runs.set(run.id, run);
      isIncomplete ||= page.unreadable.length > 0;
      if (reachesBack(page) || runs.size >= inputs.maxRuns) break;
    }
    const since = [...runs.values()].filter(({ createdAtMs }) => createdAtMs >= earliestMs);
    perPage = Math.max(perPage, nextPageLength(since.length, longest));
    return { runs: since.slice(0, inputs.maxRuns), recentRuns: newest.items, isIncomplete };
  };

  async function readPage(number: number): Promise<Page<Run>> {
    const page = await retry((options) => github.listRuns({ perPage, page: number }, options), { deadlineMs });
    if (number > 1 && page.items.length === 0) countIsRight = false;
    return countIsRight ? page : { ...page, totalCount: undefined };
  }
}

/** A short page half full of runs since the dispatch is probably too short for the next poll. */
function nextPageLength(runsSince: number, longest: number): number {
  return Math.min(runsSince > SHORT_PAGE / 2 ? PAGE_LENGTH : SHORT_PAGE, longest);
}

/** Ids as text; undefined where no list comes. @throws RequestError where listing is refused: the run could never be found */
export async function listRunIds(
  options: RetryOptions,
  { github, retry, inputs }: Pick<SharedContext<Pick<SearchInputs, "maxRuns">>, "github" | "retry" | "inputs">,
): Promise<ReadonlySet<string> | undefined> {
  // As in the search, whose first list is then free while nothing is new.
  const page = { perPage: Math.min(SHORT_PAGE, inputs.maxRuns), page: 1 };
  const listing = retry((request) => github.listRuns(page, request), options);
  const listed = await responseOrUndefined(listing, isRetryable);
  return listed && new Set(listed.items.map(({ id }) => String(id)));
}
