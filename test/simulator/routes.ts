import type { App } from "./app.ts";
import { appRoutes } from "./app-routes.ts";
import { artifactRoutes } from "./artifact-routes.ts";
import { concurrencyRoutes } from "./concurrency-routes.ts";
import { dispatchRoutes } from "./dispatch-routes.ts";
import type { Budget } from "./limits.ts";
import { pullRequestRoutes } from "./pull-request-routes.ts";
import type { Bases } from "./repository-answers.ts";
import { repositoryRoutes } from "./repository-routes.ts";
import { runRoutes } from "./run-routes.ts";
import type { ServerName } from "./servers-table.ts";
import { statusRoutes } from "./status-routes.ts";
import type { Level, Permission, Repository, Token, World } from "./world.ts";

/** What the server answers, before limits, conditions and faults. */
export interface Answer {
  status: number;
  /** Sent as JSON; undefined: no body. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  /** The same, of what is no text. */
  bytes?: Uint8Array;
  headers?: Record<string, string>;
}

/** How this server deals with being asked for a run's details; see `startGitHub`. */
export type RunDetails = "known" | "rejected" | "rejected-410" | "rejected-422";

/** A request that may be answered: its token, permission and parameters have been checked. */
export interface Call {
  world: World;
  method: string;
  /** Without prefix and query. */
  path: string;
  params: Record<string, string>;
  query: Record<string, string>;
  body: Record<string, unknown>;
  token: Token | undefined;
  /** Whether the request brought any credential. */
  hasAuthorization: boolean;
  /** Only in routes below `/repos/{owner}/{repo}`. */
  repository: Repository;
  /** Only in routes that an App asks as itself. */
  app: App;
  bases: Bases;
  nowMs: number;
  /** `X-GitHub-Api-Version`, or what GitHub takes without it. */
  version: string;
  server: ServerName;
  runDetails: RunDetails;
  maxInputs: number;
  /** The most that a page of a list has, whatever was asked for. */
  maxPerPage: number;
  budget: Budget;
  /** Records that a filtered list was used. */
  countFilteredList(): void;
  /** Records something that GitHub leaves undefined, and answers so. */
  violate(message: string): Answer;
}

export interface Route {
  method: "GET" | "POST" | "DELETE";
  /** `{name}` is one segment, `{name+}` all that is left. */
  pattern: string;
  /** Known query parameters. */
  query?: readonly string[];
  /** Known keys of the body. */
  body?: readonly string[];
  needs?: readonly [Permission, Level];
  /** Not of GitHub's API: another host, which no description speaks of. */
  isElsewhere?: true;
  /** Where a server has no such route: it answers 404, as GitHub does of any path that it does not know. */
  isMissing?(server: ServerName): boolean;
  /** Answered to an App's own signature, to no token. */
  as?: "app";
  answer(call: Call): Answer;
}

/** All that is played. */
export const routes: readonly Route[] = [
  ...repositoryRoutes,
  ...dispatchRoutes,
  ...runRoutes,
  ...artifactRoutes,
  ...concurrencyRoutes,
  ...statusRoutes,
  ...pullRequestRoutes,
  ...appRoutes,
];

/** The route of this request with its decoded parameters; `path` is without prefix and query. */
export function findRoute(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  // A stray "%" cannot be decoded: no route then.
  if (/%(?![0-9a-f]{2})/i.test(path)) return undefined;
  for (const route of routes) {
    const params = route.method === method ? matchPattern(route.pattern, path) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function matchPattern(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = /^\{(\w+)(\+?)\}$/.exec(part);
    const segment = given[index];
    if (segment === undefined || (name && segment === "")) return undefined;
    if (name?.[2] === "+") {
      params[name[1] ?? ""] = decodeURIComponent(given.slice(index).join("/"));
      return params;
    }
    if (name) params[name[1] ?? ""] = decodeURIComponent(segment);
    else if (segment !== part) return undefined;
  }
  return wanted.length === given.length ? params : undefined;
}
