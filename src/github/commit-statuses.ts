import { fields, InvalidResponse, list, nameOrNull, numberOf, text } from "./response-fields.ts";

/** The latest status of a context. */
export interface LatestStatus {
  context: string;
  state: string;
  description: string;
  targetUrl: string;
}

/** A page of them. */
export function readStatuses(data: unknown): { statuses: readonly LatestStatus[]; totalCount: number | undefined } {
  const { statuses, total_count } = fields(data, "combined-commit-status");
  return { statuses: list(statuses, readStatus), totalCount: numberOf(total_count) };
}

/** A page of all that were ever set, newest first. */
export function readHistory(data: unknown): readonly LatestStatus[] {
  return list(data, readStatus);
}

function readStatus(data: unknown): LatestStatus {
  const { context, state, description, target_url } = fields(data, "simple-commit-status");
  return { context: text(context), state: text(state), description: text(description), targetUrl: text(target_url) };
}

/** A run's own commit, then the heads of the pull requests that it lists: none for one from a fork. */
export function readCommitsOfRun(data: unknown): string[] {
  const { head_sha, pull_requests } = fields(data, "workflow-run");
  const heads = Array.isArray(pull_requests) ? pull_requests.map((each) => shaIn(fieldOf(each, "head"))) : [];
  return [...new Set([text(head_sha), ...heads])].filter((sha) => sha !== "");
}

/** From where the run was started. */
export function readOriginOfRun(data: unknown): { event: string; headBranch: string | null; isFromFork: boolean } {
  const { event, head_branch, head_repository, repository } = fields(data, "workflow-run");
  const [from, at] = [head_repository, repository].map((each) => text(fieldOf(each, "full_name")).toLowerCase());
  return { event: text(event), headBranch: nameOrNull(head_branch), isFromFork: from === "" || from !== at };
}

function shaIn(head: unknown): string {
  return text(fieldOf(head, "sha"));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export function readPullRequest(data: unknown): { headSha: string } {
  const headSha = shaIn(fields(data, "pull-request").head);
  if (headSha === "") throw new InvalidResponse("pull-request", "head");
  return { headSha };
}
