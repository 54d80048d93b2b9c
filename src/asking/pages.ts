/** Reads a list page by page. */

import type { Id } from "../github/answers.ts";
import { PAGE_LENGTH } from "../github/api.ts";

/** The pages of a list, as long as they are full and bring anything new: a server may answer every page alike. */
export async function* pagesOf<Item extends { id: Id }>(
  readPage: (page: number) => Promise<readonly Item[]>,
): AsyncGenerator<readonly Item[]> {
  const seen = new Set<Id>();
  for (let page = 1; ; page++) {
    const items = await readPage(page);
    const known = seen.size;
    for (const { id } of items) seen.add(id);
    if (page > 1 && seen.size === known) return;
    yield items;
    if (items.length < PAGE_LENGTH) return;
  }
}
