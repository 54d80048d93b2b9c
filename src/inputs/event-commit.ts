/** The commit that the caller's event is about: it gets the status (docs/commit-status.md). Pure. */

import { type EventCommit, isCommitSha } from "./target.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * `payload` is the event as GitHub sends it; `githubSha` is `GITHUB_SHA`. The sha is empty where none can be told: for these
 * events `GITHUB_SHA` is another commit, the head of the default branch or a merge that nobody looks at.
 */
export function commitOfEvent(event: string, payload: unknown, githubSha: string): EventCommit {
  const { pull_request, issue, workflow_run, check_suite, check_run } = fieldsOf(payload);
  const pullRequest = fieldsOf(pull_request);
  const other = (sha: unknown) => ({ sha: shaOf(sha), isOfCallersRun: shaOf(sha) === githubSha });
  if (event === "workflow_run") return other(fieldsOf(workflow_run).head_sha);
  if (event === "check_suite") return other(fieldsOf(check_suite).head_sha);
  if (event === "check_run") return other(fieldsOf(check_run).head_sha);
  if (event === "issue_comment") {
    const { number, pull_request: ofIssue } = fieldsOf(issue);
    if (!ofIssue) return { sha: shaOf(githubSha), isOfCallersRun: true };
    return Number.isSafeInteger(number) ? { ofPullRequest: Number(number) } : { sha: "", isOfCallersRun: false };
  }
  if (pull_request || event.startsWith("pull_request")) {
    const [head, base] = [pullRequest.head, pullRequest.base].map(fieldsOf) as [Fields, Fields];
    const isFromFork = fieldsOf(head.repo).full_name !== fieldsOf(base.repo).full_name;
    // Its run belongs to the base, and lists no pull request of a fork.
    return { sha: shaOf(head.sha), isOfCallersRun: event !== "pull_request_target" || !isFromFork };
  }
  return { sha: shaOf(githubSha), isOfCallersRun: true };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function shaOf(value: unknown): string {
  return typeof value === "string" && isCommitSha(value) ? value : "";
}
