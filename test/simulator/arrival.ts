import type { Incoming } from "./exchange.ts";
import type { JournalEntry } from "./journal.ts";
import type { Bases } from "./repository-answers.ts";
import type { Route } from "./routes.ts";
import { flightHeader } from "./virtual-clock.ts";
import type { Repository, Token, World } from "./world.ts";

/** A request, taken apart. */
export interface Arrival {
  entry: JournalEntry;
  bases: Bases;
  token: Token | undefined;
  /** What it showed, known or not. */
  credential: string | undefined;
  /** Whose limits it counts against: all tokens of an App's installation share one. */
  account: string;
  client: string;
  /** It came while as many of its account were being answered as may be. */
  isOneTooMany: boolean;
  flight: string | undefined;
}

/**
 * Reads what came, under `/api/v3`, `/api/v1` or without. `/client/{name}` before that names the client, where many share a token
 * and can only be given an `api_url` each.
 */
export function takeApart(world: World, nowMs: number, request: Incoming, bodyText: string): Arrival {
  const html = `${world.scheme}://${request.headers.host}`;
  const url = new URL(request.url ?? "/", html);
  const [, prefix = "", name, path = "/"] =
    /^((?:\/client\/([^/]+))?(?:\/api\/v[13])?)(\/.*)$/.exec(url.pathname) ?? [];
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name !== flightHeader) headers[name] = name === "authorization" ? "[redacted]" : String(value);
  }
  const credential = /^(?:bearer|token) (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const token = credential === undefined ? undefined : world.tokens.get(credential);
  const entry: JournalEntry = {
    method: request.method ?? "",
    path,
    query: Object.fromEntries(url.searchParams),
    body: bodyText === "" ? undefined : parseOrKeep(bodyText),
    headers,
    token: token?.text,
    status: 0,
    fault: undefined,
    atMs: nowMs,
    billed: false,
  };
  const account = token?.installation ? `installation ${token.installation.id}` : (credential ?? "nobody");
  const client = headers["x-simulator-client"] ?? name ?? account;
  const flight = request.headers[flightHeader];
  return {
    entry,
    bases: { api: html + prefix, html },
    token,
    credential,
    account,
    client,
    isOneTooMany: false,
    flight: typeof flight === "string" ? flight : undefined,
  };
}

function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `/repositories/{id}/…` means the same as `/repos/{owner}/{repo}/…`, under today's name. */
export function canonicalPath(world: World, path: string): { name: string; repository: Repository | undefined } {
  const byId = /^\/repositories\/(\d+)(\/.*)?$/.exec(path);
  if (!byId) {
    const [, owner, repo] = /^\/repos\/([^/]+)\/([^/]+)/.exec(path) ?? [];
    return { name: path, repository: world.find(`${owner}/${repo}`) };
  }
  const repository = world.repositories.find(({ id }) => id === Number(byId[1]));
  return { name: `/repos/${repository?.fullName ?? "no/repository"}${byId[2] ?? ""}`, repository };
}

/** The first thing in the request that this route does not know. */
export function strangeIn(route: Route, { query, body }: JournalEntry): string | undefined {
  const parameter = Object.keys(query).find((name) => !route.query?.includes(name));
  if (parameter !== undefined) return `unknown query parameter "${parameter}"`;
  if (typeof body !== "object" || body === null) return undefined;
  const key = Object.keys(body).find((name) => !route.body?.includes(name));
  return key === undefined ? undefined : `unknown body key "${key}"`;
}
