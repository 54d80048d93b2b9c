import type { components } from "@octokit/openapi-types";
import { commitMessage, type Repository, resolveRef, shaOf, type WorkflowFile } from "./world.ts";

type Schemas = components["schemas"];

/** Where the addresses in an answer point: the API as this client reached it, and the pages. */
export interface Bases {
  api: string;
  html: string;
}

/** When everything was made that nobody asked a date of. */
export const longAgo = "2024-01-01T00:00:00Z";

export function userAnswer(login: string, { api, html }: Bases): Schemas["simple-user"] {
  // A bot's login has brackets, which no address may have as they are.
  const name = encodeURIComponent(login);
  const url = `${api}/users/${name}`;
  return {
    login,
    id: Number.parseInt(shaOf(login).slice(0, 6), 16),
    node_id: nodeId("U", login),
    avatar_url: `${html}/avatars/${name}`,
    gravatar_id: "",
    url,
    html_url: `${html}/${name}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: login.endsWith("[bot]") ? "Bot" : "User",
    site_admin: false,
  };
}

/** The repository as it stands in a run: every field that the schema demands. */
export function minimalRepositoryAnswer(repository: Repository, bases: Bases) {
  const [owner = "", name = ""] = repository.fullName.split("/");
  const url = `${bases.api}/repos/${repository.fullName}`;
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name,
    full_name: repository.fullName,
    owner: userAnswer(owner, bases),
    private: repository.visibility === "private",
    html_url: `${bases.html}/${repository.fullName}`,
    description: null,
    fork: false,
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  } satisfies Schemas["minimal-repository"];
}

/** The answer of `GET /repos/{owner}/{repo}`. */
export function repositoryAnswer(repository: Repository, bases: Bases): Schemas["full-repository"] {
  const minimal = minimalRepositoryAnswer(repository, bases);
  return {
    ...minimal,
    git_url: `git:${minimal.html_url.replace(/^https?:/, "")}.git`,
    ssh_url: `git@${bases.html.replace(/^https?:\/\//, "")}:${repository.fullName}.git`,
    clone_url: `${minimal.html_url}.git`,
    svn_url: minimal.html_url,
    mirror_url: null,
    homepage: null,
    language: null,
    forks_count: 0,
    stargazers_count: 0,
    watchers_count: 0,
    size: 1,
    default_branch: repository.defaultBranch,
    open_issues_count: 0,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    visibility: repository.visibility,
    pushed_at: longAgo,
    created_at: longAgo,
    updated_at: longAgo,
    subscribers_count: 0,
    network_count: 0,
    license: null,
    forks: 0,
    open_issues: 0,
    watchers: 0,
  };
}

export function workflowAnswer(file: WorkflowFile, repository: Repository, bases: Bases): Schemas["workflow"] {
  const path = `.github/workflows/${file.file}`;
  const pages = `${bases.html}/${repository.fullName}`;
  return {
    id: file.id,
    node_id: nodeId("W", file.id),
    name: file.workflow.name,
    path,
    state: file.state,
    created_at: longAgo,
    updated_at: longAgo,
    url: `${bases.api}/repos/${repository.fullName}/actions/workflows/${file.id}`,
    html_url: `${pages}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${pages}/actions/workflows/${file.file}/badge.svg`,
  };
}

export function branchAnswer(branch: string, repository: Repository, bases: Bases): Schemas["branch-with-protection"] {
  const api = `${bases.api}/repos/${repository.fullName}`;
  const html = `${bases.html}/${repository.fullName}`;
  const sha = resolveRef(repository, `refs/heads/${branch}`)?.sha ?? "";
  const author = { name: "Mona", email: "mona@example.com", date: longAgo };
  const self = `${api}/branches/${branch}`;
  return {
    name: branch,
    commit: {
      sha,
      node_id: nodeId("C", sha),
      commit: {
        url: `${api}/git/commits/${sha}`,
        author,
        committer: author,
        message: commitMessage,
        comment_count: 0,
        tree: { sha: shaOf(`tree ${sha}`), url: `${api}/git/trees/${shaOf(`tree ${sha}`)}` },
      },
      url: `${api}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
      comments_url: `${api}/commits/${sha}/comments`,
      author: userAnswer("octocat", bases),
      committer: userAnswer("octocat", bases),
      parents: [],
    },
    _links: { self, html: `${html}/tree/${branch}` },
    protected: false,
    protection: { enabled: false },
    protection_url: `${self}/protection`,
  };
}

export function contentAnswer(
  file: WorkflowFile,
  ref: string,
  repository: Repository,
  bases: Bases,
): Schemas["content-file"] {
  const path = `.github/workflows/${file.file}`;
  const sha = shaOf(file.text);
  const self = `${bases.api}/repos/${repository.fullName}/contents/${path}?ref=${ref}`;
  const git = `${bases.api}/repos/${repository.fullName}/git/blobs/${sha}`;
  const html = `${bases.html}/${repository.fullName}/blob/${ref}/${path}`;
  return {
    type: "file",
    encoding: "base64",
    size: Buffer.byteLength(file.text),
    name: file.file,
    path,
    // GitHub breaks the lines of its base64.
    content: Buffer.from(file.text).toString("base64").replace(/.{60}/g, "$&\n"),
    sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: `${bases.html}/raw/${repository.fullName}/${ref}/${path}`,
    _links: { self, git, html },
  };
}

/** GitHub's other id; nothing here reads it. */
export function nodeId(kind: string, id: string | number): string {
  return `${kind}_${Buffer.from(String(id)).toString("base64url")}`;
}
