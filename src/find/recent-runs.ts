/** The repository's runs since a dispatch, from the list without filters: those with filters are stale (PLATFORM.md). */

import type { Id, Run } from "../github/answers.ts";
import { PAGE_LENGTH } from "../github/api.ts";
import type { Story } from "../story/story.ts";

/** A first page that reaches back far enough in nearly every repository, at a third of the bytes. */
export const SHORT_PAGE = 30;

/** GitHub's servers and its `created_at` may differ by a second or two (PLATFORM.md). */
const MARGIN_MS = 5000;

/**
 * Returns what lists the runs since the dispatch, newest first, `max_runs` at most. Once a short page was too short, only
 * long ones are asked for. `sentAtMs` and `deadlineMs` are by the clock.
 */
export function recentRuns(
  { sentAtMs, deadlineMs }: { sentAtMs: number; deadlineMs: number },
  story: Story,
): () => Promise<Run[]> {
  const { github, persist, inputs } = story;
  const longest = Math.min(PAGE_LENGTH, inputs.maxRuns);
  let perPage = Math.min(SHORT_PAGE, longest);
  // The dispatch's own answer tells the server's time best; without one, the first list has to.
  let sinceMs = github.serverTimeMs(sentAtMs);

  return async () => {
    const first = await readPage(1);
    sinceMs ??= github.serverTimeMs(sentAtMs);
    const earliestMs = (sinceMs ?? 0) - MARGIN_MS;
    const isLast = (page: readonly Run[]) =>
      page.length < perPage || page.some(({ createdAtMs }) => createdAtMs < earliestMs);

    const isTooShort = !isLast(first) && perPage < longest;
    if (isTooShort) perPage = longest;
    // Runs move on to later pages while new ones come in: one may be read twice, none is missed.
    const runs = new Map<Id, Run>();
    let onPage = isTooShort ? await readPage(1) : first;
    story.recentRuns = onPage;
    for (let page = 1; ; onPage = await readPage(++page)) {
      const known = runs.size;
      for (const run of onPage) runs.set(run.id, run);
      // A server may answer every page alike.
      if (isLast(onPage) || runs.size === known || page * perPage >= inputs.maxRuns) break;
    }
    return [...runs.values()].filter(({ createdAtMs }) => createdAtMs >= earliestMs).slice(0, inputs.maxRuns);
  };

  function readPage(page: number): Promise<Run[]> {
    return persist((options) => github.listRuns({ perPage, page }, options), { deadlineMs });
  }
}
