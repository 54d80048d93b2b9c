import type { Target } from "../github/connection.ts";
import type { InputName } from "./names.ts";

/** The commit that an event is about (event-commit.ts). */
export type EventCommit =
  | {
      sha: string;
      /** The caller's run is a run of this commit, so whoever knows the run can find the commit. */
      isOfCallersRun: boolean;
    }
  /** The head of this pull request has to be read. */
  | { ofPullRequest: number };

/** Where the step runs, by the runner's environment. */
export interface Caller {
  /** `owner/name` */
  repository: string;
  apiUrl: string;
  runId: string;
  runAttempt: string;
  /** The one that the event is about. */
  commit?: EventCommit;
  /** The job may get an OIDC token (`id-token: write`). */
  hasIdToken?: boolean;
}

export function ownerOf({ repository }: Caller): string {
  return repository.split("/")[0] ?? "";
}

/** Warns if the input `owner` is given and `deciding` names another owner. */
export function unusedOwner(given: string, caller: Caller, target: Target, deciding: InputName): string[] {
  const owner = given || ownerOf(caller);
  if ([ownerOf(caller), target.owner].some((each) => each.toLowerCase() === owner.toLowerCase())) return [];
  const name = `${target.owner}/${target.repo}`;
  return [`\`owner\` (${owner}) is ignored, since \`${deciding}\` includes the owner: the target is ${name}.`];
}

/** `owner/name` and URLs take precedence over `owner`, and a URL over `api_url` as well. */
export function readTarget({ owner, repo, apiUrl }: Target): Target | { problems: string[] } {
  const problems: string[] = [];
  const api = readUrl(apiUrl);
  if (!api) problems.push("`api_url` is not an http(s) URL such as `https://ghe.example.com/api/v3`.");
  const named = readRepository(repo, owner);
  if (typeof named === "string") problems.push(named);
  if (!api || typeof named === "string") return { problems };
  const { server, ...repository } = named;
  return { ...repository, apiUrl: withoutTrailingSlash((server ? restRoot(server, api) : api).href) };
}

/** `github.com` → `api.github.com`, `T.ghe.com` → `api.T.ghe.com`, `api_url`'s host → `api_url`, else origin + `/api/v3`. */
function restRoot(server: URL, api: URL): URL {
  if (server.host === api.host) return api;
  if (server.hostname === "github.com" || server.hostname === "www.github.com")
    return new URL("https://api.github.com");
  if (server.hostname.endsWith(".ghe.com")) return new URL(`https://api.${server.host.replace(/^api\./, "")}`);
  return new URL("/api/v3", server.origin);
}

/** Where the server at this REST root has its pages. */
export function webHost({ host }: URL): string {
  return host.replace(/^api\.(?=github\.com$|.+\.ghe\.com$)/, "");
}

/** Which of these REST roots belongs to a page: a run's address may choose among servers, but never adds one. */
export function rootOfPage(origin: string, roots: readonly string[]): string | undefined {
  const page = readUrl(origin);
  const host = page?.host.replace(/^www\.(?=github\.com$)/, "");
  return roots.find((root) => {
    const server = readUrl(root);
    return server && page?.protocol === server.protocol && (host === server.host || host === webHost(server));
  });
}

function readRepository(repo: string, owner: string): { owner: string; repo: string; server?: URL } | string {
  const wanted = "use `name`, `owner/name` or the repository's URL";
  if (repo === "") return `\`repo\` is empty: ${wanted}.`;
  const url = readUrl(repo.replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/]/, "https://$1/"));
  if (!url && repo.includes(":")) return `\`repo\` is not a repository's URL: ${wanted}.`;
  const path = (url ? url.pathname.replace(/^\/|\/$/g, "") : repo).replace(/\.git$/, "");
  const parts = path.split("/");
  if (parts.length > 2 || parts.includes("") || (url && parts.length !== 2))
    return `\`repo\` does not name one repository: ${wanted}.`;
  const [first = "", second] = parts;
  const named = second === undefined ? { owner, repo: first } : { owner: first, repo: second };
  if (named.owner === "")
    return "`owner` is empty, and `repo` is only a name: set `owner`, or use `owner/name` in `repo`.";
  if (![named.owner, named.repo].every((name) => /^[A-Za-z0-9_.-]+$/.test(name) && !/^\.\.?$/.test(name))) {
    return `\`repo\` or \`owner\` has characters that GitHub names cannot have: ${wanted}.`;
  }
  return url ? { ...named, server: url } : named;
}

function readUrl(text: string): URL | undefined {
  // The URL parser would silently drop a line break.
  if (!/^https?:\/\/\S+$/.test(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Credentials, queries and fragments have no meaning here, and would end up in a log.
  return url && url.username + url.password + url.search + url.hash === "" ? url : undefined;
}

/** By plain `http`, so that others on the way could read a token. */
export function isPlain(apiUrl: string): boolean {
  return apiUrl.startsWith("http:");
}

export function withoutTrailingSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end--;
  return url.slice(0, end);
}

/** Neither github.com nor ghe.com: such a server gets new features later, if at all. */
export function isEnterpriseServer(apiUrl: string): boolean {
  return !/\/\/api\.(github\.com|[^/]+\.ghe\.com)$/.test(apiUrl);
}

/** SHA-1 or SHA-256. */
export function isCommitSha(text: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(text);
}
