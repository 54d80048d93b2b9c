import type { components } from "@octokit/openapi-types";
import { type Bases, longAgo, nodeId, repositoryAnswer, userAnswer } from "./repository-answers.ts";
import { type PullRequest, type Repository, resolveRef, shaOf } from "./world.ts";

type Schemas = components["schemas"];

/** As a run lists it. */
export function pullRequestInRun(
  { number, headSha, branch = "topic" }: PullRequest,
  repository: Repository,
  { api }: Bases,
): Schemas["pull-request-minimal"] {
  const url = `${api}/repos/${repository.fullName}`;
  const repo = { id: repository.id, url, name: repository.fullName.split("/")[1] ?? "" };
  return {
    id: idOf(repository, number),
    number,
    url: `${url}/pulls/${number}`,
    head: { ref: branch, sha: headSha, repo },
    base: { ref: repository.defaultBranch, sha: baseSha(repository), repo },
  };
}

export function pullRequestAnswer(
  { number, headSha, branch = "topic", isFromFork = false }: PullRequest,
  repository: Repository,
  bases: Bases,
): Schemas["pull-request"] {
  const [owner = ""] = repository.fullName.split("/");
  const self = `${bases.api}/repos/${repository.fullName}/pulls/${number}`;
  const issue = `${bases.api}/repos/${repository.fullName}/issues/${number}`;
  const page = `${bases.html}/${repository.fullName}/pull/${number}`;
  const statuses = `${bases.api}/repos/${repository.fullName}/statuses/${headSha}`;
  const whole = fullRepositoryAnswer(repository, bases);
  const head = isFromFork ? "contributor" : owner;
  const id = idOf(repository, number);
  return {
    url: self,
    id,
    node_id: nodeId("PR", id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: `${self}/commits`,
    review_comments_url: `${self}/comments`,
    review_comment_url: `${bases.api}/repos/${repository.fullName}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    number,
    state: "open",
    locked: false,
    title: "Change the thing",
    user: userAnswer(head, bases),
    body: null,
    labels: [],
    milestone: null,
    created_at: longAgo,
    updated_at: longAgo,
    closed_at: null,
    merged_at: null,
    merge_commit_sha: shaOf(`merge of ${id} ${headSha}`),
    assignee: null,
    head: { label: `${head}:${branch}`, ref: branch, sha: headSha, user: userAnswer(head, bases), repo: whole },
    base: {
      label: `${owner}:${repository.defaultBranch}`,
      ref: repository.defaultBranch,
      sha: baseSha(repository),
      user: userAnswer(owner, bases),
      repo: whole,
    },
    _links: {
      self: { href: self },
      html: { href: page },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${self}/comments` },
      review_comment: { href: `${bases.api}/repos/${repository.fullName}/pulls/comments{/number}` },
      commits: { href: `${self}/commits` },
      statuses: { href: statuses },
    },
    author_association: "OWNER",
    auto_merge: null,
    merged: false,
    mergeable: null,
    mergeable_state: "unknown",
    merged_by: null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}

/** As it stands in a pull request: of the published schema, what that demands. */
function fullRepositoryAnswer(repository: Repository, bases: Bases): Schemas["repository"] {
  const { subscribers_count, network_count, temp_clone_token, ...shared } = repositoryAnswer(repository, bases);
  return { ...shared, has_downloads: true };
}

function baseSha(repository: Repository): string {
  return resolveRef(repository, repository.defaultBranch)?.sha ?? "";
}

function idOf({ id }: Repository, number: number): number {
  return id * 10 + number;
}
