/** Reads lists page by page. */

import type { GitHub } from "./api.ts";
import { type Id, PAGE_LENGTH, type Page } from "./response-fields.ts";
import { fileName, type Job, type Workflow } from "./responses.ts";
import { type Retry, type RetryOptions, tryToGet } from "./retry.ts";

type Asking = { github: GitHub; retry: Retry };

/** All that GitHub lists, even a workflow whose file is gone, or is on another branch only. */
export function listAllWorkflows({ github, retry }: Asking, options: RetryOptions): Promise<readonly Workflow[]> {
  return allOf((page) => retry((request) => github.listWorkflows(page, request), options));
}

/** GitHub lists workflows of its own making as well, such as `dynamic/pages/pages-build-deployment`. */
export const WORKFLOWS_FOLDER = ".github/workflows/";

/** The names of the workflows' files, which the API takes in place of ids; undefined where they could not be listed. */
export async function listWorkflowFiles(asking: Asking, options: RetryOptions): Promise<string[] | undefined> {
  const look = await tryToGet(listAllWorkflows(asking, options));
  if (look.is !== "seen") return undefined;
  return look.answer.flatMap(({ path }) => (path.startsWith(WORKFLOWS_FOLDER) ? [fileName(path)] : []));
}

/** All jobs of the run's latest attempt; the same array when nothing has changed. */
export function listAllJobs(runId: Id, { github, retry }: Asking, options: RetryOptions): Promise<readonly Job[]> {
  return allOf((page) => retry((request) => github.listJobs(runId, page, request), options));
}

/** One page is returned as it is, so that an unchanged answer (304) stays the same array. */
async function allOf<Item extends { id: Id }>(
  readPage: (page: number) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const pages: (readonly Item[])[] = [];
  for await (const { items } of pagesOf(readPage)) pages.push(items);
  return pages.length === 1 ? (pages[0] ?? []) : pages.flat();
}

/**
 * The pages of a list, as long as more follow and bring anything new: a server may answer every page alike. `first` is the
 * first page, if that was read already. A server with shorter pages than `perPage` says by its count that more follow.
 */
export async function* pagesOf<Item extends { id: Id }>(
  readPage: (page: number) => Promise<Page<Item>>,
  { perPage = PAGE_LENGTH, first }: { perPage?: number; first?: Page<Item> } = {},
): AsyncGenerator<Page<Item>> {
  const ids = new Set<Id>();
  let count = 0;
  for (let number = 1; ; number++) {
    const page = (number === 1 ? first : undefined) ?? (await readPage(number));
    const countBefore = ids.size;
    for (const { id } of page.items) ids.add(id);
    if (number > 1 && ids.size === countBefore) return;
    yield page;
    const length = page.items.length + page.unreadable.length;
    count += length;
    if (length < perPage && count >= (page.totalCount ?? 0)) return;
  }
}
