/** The repository's runs since a dispatch, from the list without filters (docs/platform.md#stale-filtered-lists). */

import { pagesOf } from "../github/lists.ts";
import { isRetryable, type RequestError } from "../github/request-error.ts";
import { type Id, PAGE_LENGTH, type Page, SHORT_PAGE } from "../github/response-fields.ts";
import type { Run } from "../github/responses.ts";
import { ifAnswered } from "../github/retry.ts";
import type { Context } from "../state/context.ts";

/** The server's time and a run's `created_at` may differ by a second or two (docs/platform.md#new-runs). */
const MARGIN_MS = 5000;

export interface Listed {
  /** Those since the dispatch, newest first. */
  runs: readonly Run[];
  /** The newest of all, as the first page listed them. */
  recentRuns: readonly Run[];
  /** GitHub's answer had runs that could not be read. */
  isIncomplete: boolean;
}

/**
 * Returns what lists the runs since the dispatch, `max_runs` at most. Once a short page was too short, only long pages are
 * asked for. `sentAtMs` and `deadlineMs` are by the clock.
 */
export function listerOfRuns(
  { sentAtMs, deadlineMs }: { sentAtMs: number; deadlineMs: number },
  { github, retry, inputs }: Pick<Context, "github" | "retry" | "inputs">,
): () => Promise<Listed> {
  const longest = Math.min(PAGE_LENGTH, inputs.maxRuns);
  let perPage = Math.min(SHORT_PAGE, longest);
  // The answer to the dispatch tells the server's time best; without one, the first list has to tell it.
  let sinceMs = github.serverTimeMs(sentAtMs);
  /** `total_count` is not dependable: no page that it promises has been empty so far. */
  let countIsRight = true;

  return async () => {
    const first = await readPage(1);
    sinceMs ??= github.serverTimeMs(sentAtMs);
    const earliestMs = (sinceMs ?? 0) - MARGIN_MS;
    const reachesBack = ({ items }: Page<Run>) => items.some(({ createdAtMs }) => createdAtMs < earliestMs);
    const isTooShort = first.items.length >= perPage && perPage < longest && !reachesBack(first);
    if (isTooShort) perPage = longest;
    const newest = isTooShort ? await readPage(1) : first;

    // Runs move on to later pages while new ones come in: one may be read twice, none is missed.
    const runs = new Map<Id, Run>();
    let isIncomplete = false;
    for await (const page of pagesOf(readPage, { perPage, first: newest })) {
      for (const run of page.items) runs.set(run.id, run);
      isIncomplete ||= page.unreadable.length > 0;
      if (reachesBack(page) || runs.size >= inputs.maxRuns) break;
    }
    const since = [...runs.values()].filter(({ createdAtMs }) => createdAtMs >= earliestMs);
    perPage = Math.max(perPage, nextPage(since.length, longest));
    return { runs: since.slice(0, inputs.maxRuns), recentRuns: newest.items, isIncomplete };
  };

  async function readPage(number: number): Promise<Page<Run>> {
    const page = await retry((options) => github.listRuns({ perPage, page: number }, options), { deadlineMs });
    if (number > 1 && page.items.length === 0) countIsRight = false;
    return countIsRight ? page : { ...page, totalCount: undefined };
  }
}

/** The next page's length: a short page half full of runs since the dispatch will probably be too short at the next look. */
function nextPage(runsSince: number, longest: number): number {
  return Math.min(runsSince > SHORT_PAGE / 2 ? PAGE_LENGTH : SHORT_PAGE, longest);
}

/**
 * The ids, as text, of the runs on the first page; none where it does not come.
 * @throws RequestError where listing is refused: the run could never be found
 */
export async function listRunIds(
  deadlineMs: number,
  { github, retry }: Pick<Context, "github" | "retry">,
): Promise<ReadonlySet<string>> {
  const page = { perPage: SHORT_PAGE, page: 1 };
  // Only a limit is waited out, since it holds up the dispatch as well.
  const retries = ({ kind }: RequestError) => kind === "limited";
  const asked = retry((options) => github.listRuns(page, options), { deadlineMs, retries });
  const listed = await ifAnswered(asked, isRetryable);
  return new Set(listed?.items.map(({ id }) => String(id)));
}
