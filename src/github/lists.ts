import type { GitHub } from "./api.ts";
import type { LatestStatus } from "./commit-statuses.ts";
import { type Id, PAGE_LENGTH, type Page } from "./response-fields.ts";
import { fileName, type Job, type Workflow } from "./responses.ts";
import { type Retry, type RetryOptions, tryToGet } from "./retry.ts";

type Api = { github: GitHub; retry: Retry };

/** Includes workflows whose file is gone or only on another branch. */
export function listAllWorkflows({ github, retry }: Api, options: RetryOptions): Promise<readonly Workflow[]> {
  return allOf((page) => retry((request) => github.listWorkflows(page, request), options));
}

/** GitHub also lists workflows of its own, such as `dynamic/pages/pages-build-deployment`. */
export const WORKFLOWS_FOLDER = ".github/workflows/";

/** The API takes file names in place of ids. */
export function fileAndName({ path, name }: Workflow): { file: string; name: string } {
  return { file: fileName(path), name };
}

/** Undefined if the request failed. */
export async function listWorkflowFiles(
  api: Api,
  options: RetryOptions,
): Promise<{ file: string; name: string }[] | undefined> {
  const result = await tryToGet(listAllWorkflows(api, options));
  if (result.is !== "seen") return undefined;
  return result.answer.filter(({ path }) => path.startsWith(WORKFLOWS_FOLDER)).map(fileAndName);
}

/** Of the latest attempt; the same array while nothing changes. */
export function listAllJobs(runId: Id, { github, retry }: Api, options: RetryOptions): Promise<readonly Job[]> {
  return allOf((page) => retry((request) => github.listJobs(runId, page, request), options));
}

/** A single page is returned as it is, so that an unchanged response (304) stays the same array. */
async function allOf<Item extends { id: Id }>(
  readPage: (page: number) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const pages: (readonly Item[])[] = [];
  for await (const { items } of readPages(readPage)) pages.push(items);
  return pages.length === 1 ? (pages[0] ?? []) : pages.flat();
}

/** Ends at a page without new items: a server may repeat one. If its pages are shorter than `perPage`, its count decides. */
export async function* readPages<Item extends { id: Id }>(
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

/** The latest status of each context: a commit may have more than a page of them. */
export async function listLatestStatuses(
  sha: string,
  { github, retry }: Api,
  options: RetryOptions,
): Promise<readonly LatestStatus[]> {
  const latest = new Map<string, LatestStatus>();
  for (let page = 1; ; page++) {
    const before = latest.size;
    const { statuses, totalCount } = await retry((request) => github.getCombinedStatus(sha, page, request), options);
    for (const status of statuses) latest.set(status.context, status);
    // A server may have shorter pages, or repeat one.
    const isLast = totalCount === undefined ? statuses.length < PAGE_LENGTH : latest.size >= totalCount;
    if (isLast || latest.size === before) return [...latest.values()];
  }
}
