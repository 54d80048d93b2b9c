import { mayDo } from "./access.ts";
import { reject } from "./answer.ts";
import { type App, authenticateApp } from "./app.ts";
import { SUSPENDED } from "./app-routes.ts";
import type { Arrival } from "./arrival.ts";
import { detailsVersion } from "./dispatch-routes.ts";
import type { JournalEntry } from "./journal.ts";
import type { Limits } from "./limits.ts";
import type { Answer, Route } from "./routes.ts";
import type { ServerState } from "./server.ts";
import type { Repository, Token } from "./world.ts";

/**
 * GitHub's order: who are you, how often, in which version, may you see it, may you do it, can it be read. What is read
 * is as it was `staleMs` ago.
 */
export function decide(
  state: ServerState,
  arrival: Arrival,
  route: Route,
  params: Record<string, string>,
  repository: Repository | undefined,
  staleMs = 0,
): Answer {
  const { world, limits } = state;
  const { entry, token, credential, account, bases } = arrival;
  const nowMs = state.nowMs();
  const app = route.as === "app" ? authenticateApp(world.apps, credential, nowMs) : undefined;
  if (app && "refusal" in app) return app.refusal;
  if (!app && credential !== undefined && !isAlive(token, world.apps, nowMs)) {
    return reject(401, "Bad credentials");
  }
  if (token?.installation?.suspended) return reject(403, SUSPENDED);
  const isFree = route.pattern === "/rate_limit" || route.isElsewhere === true;
  const refusal = isFree ? undefined : refusalByLimits(limits, arrival, nowMs);
  if (refusal) return refusal;
  entry.billed = !isFree;
  const version = entry.headers["x-github-api-version"] ?? "2022-11-28";
  const isKnown = version === "2022-11-28" || (version === detailsVersion && state.runDetails === "known");
  if (!isKnown) {
    const status = state.runDetails === "rejected-410" ? 410 : state.runDetails === "rejected-422" ? 422 : 400;
    return reject(status, `Unsupported API version: ${version}`);
  }
  const isBelow = route.pattern.startsWith("/repos/");
  const renamed = repository ? undefined : world.findRenamed(`${params.owner}/${params.repo}`);
  const target = repository ?? renamed;
  const isSeen = target && (app || mayDo(token, target, "metadata", "read"));
  if (isBelow && !isSeen) return reject(404, "Not Found");
  if (renamed) return redirect(arrival, renamed);
  if (isBelow && target && route.needs && !mayDo(token, target, ...route.needs)) {
    if (!token) return reject(401, "Requires authentication");
    const kind = token.kind === "integration" ? "integration" : "personal access token";
    return reject(403, `Resource not accessible by ${kind}`);
  }
  const server = state.server ?? "api.github.com";
  if (route.isMissing?.(server)) return reject(404, "Not Found");
  const body = entry.body ?? {};
  if (typeof body !== "object" || body === null) return reject(400, "Problems parsing JSON");
  return route.answer({
    world,
    method: entry.method,
    path: entry.path,
    params,
    query: entry.query,
    body: body as Record<string, unknown>,
    token,
    hasAuthorization: credential !== undefined,
    // Routes that stand above all repositories do not look at it, nor those for tokens at the App.
    repository: target as Repository,
    app: app as App,
    bases,
    nowMs: nowMs - staleMs,
    version,
    server,
    runDetails: state.runDetails,
    maxInputs: state.maxInputs,
    maxPerPage: state.maxPerPage,
    budget: limits.budget(account, nowMs),
    countFilteredList: () => {
      state.filteredLists++;
    },
    violate: (what) => violate(state, entry, what),
  });
}

function refusalByLimits(limits: Limits, arrival: Arrival, nowMs: number): Answer | undefined {
  const refusal = limits.admit(arrival, nowMs);
  if (!refusal) return undefined;
  if (refusal.kind === "primary") return reject(limits.status, "API rate limit exceeded for user ID 583231.");
  const told = refusal.retryAfterS === undefined ? {} : { "retry-after": String(refusal.retryAfterS) };
  const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  return reject(limits.status, message, told);
}

function isAlive(token: Token | undefined, apps: readonly App[], nowMs: number): boolean {
  if (!token || (token.expiresAtMs !== undefined && nowMs >= token.expiresAtMs)) return false;
  const { installation } = token;
  return !installation || apps.some(({ installations }) => installations.includes(installation));
}

/** GET: 301, which is harmless. Others: 307, so that method and body are kept. */
function redirect({ entry, bases }: Arrival, { id }: Repository): Answer {
  const rest = entry.path.replace(/^\/repos\/[^/]+\/[^/]+/, "");
  const search = new URLSearchParams(entry.query).toString();
  const url = `${bases.api}/repositories/${id}${rest}${search && `?${search}`}`;
  const [status, message] = entry.method === "GET" ? [301, "Moved Permanently"] : [307, "Temporary Redirect"];
  const body = { message, url, documentation_url: "https://docs.github.com/rest" };
  return { status, body, headers: { location: url } };
}

/** Records that the code under test did what GitHub does not know, and answers so. */
export function violate(state: ServerState, { method, path }: JournalEntry, what: string): Answer {
  const message = `Simulator: ${method} ${path}: ${what}`;
  state.violations.push(message);
  return { status: 501, body: { message } };
}
