/** Reads lists page by page. */

import type { Job, Workflow } from "../github/answers.ts";
import { type GitHub, PAGE_LENGTH } from "../github/api.ts";
import type { Id } from "../github/reading.ts";
import type { Retry, RetryOptions } from "./retry.ts";

/** Who is asked, and how. */
interface Asking {
  github: GitHub;
  retry: Retry;
}

/** All that GitHub lists: also what has no file, or one on another branch only. */
export async function listAllWorkflows({ github, retry }: Asking, options: RetryOptions): Promise<readonly Workflow[]> {
  return allOf((page) => retry((each) => github.listWorkflows(page, each), options));
}

/** All jobs of the run's latest attempt; the same array when nothing has changed. */
export async function listAllJobs(
  runId: Id,
  { github, retry }: Asking,
  options: RetryOptions,
): Promise<readonly Job[]> {
  return allOf((page) => retry((each) => github.listJobs(runId, page, each), options));
}

async function allOf<Item extends { id: Id }>(
  readPage: (page: number) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const pages: (readonly Item[])[] = [];
  for await (const page of pagesOf(readPage)) pages.push(page);
  return pages.length === 1 ? (pages[0] ?? []) : pages.flat();
}

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
