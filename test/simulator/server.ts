import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { canonicalPath, strangeIn, takeApart } from "./arrival.ts";
import { decide, violate } from "./decide.ts";
import { Description, routeName } from "./description.ts";
import { detailsVersion } from "./dispatch-routes.ts";
import type { FaultHook } from "./faults.ts";
import type { JournalEntry } from "./journal.ts";
import type { Limits } from "./limits.ts";
import { send, spoil } from "./reply.ts";
import { type Answer, findRoute, type Route, type RunDetails, routes } from "./routes.ts";
import { type ServerName, servers } from "./servers-table.ts";
import type { World } from "./world.ts";

/** What the server needs to know and tell; the owner reads and changes it while the server runs. */
export interface ServerState {
  /** Whom it plays; default github.com. */
  server?: ServerName;
  world: World;
  limits: Limits;
  requests: JournalEntry[];
  violations: string[];
  filteredLists: number;
  fault: FaultHook | undefined;
  runDetails: RunDetails;
  maxInputs: number;
  maxPerPage: number;
  etags: boolean;
  rateLimitHeaders: boolean;
  latencyMs: number;
  nowMs(): number;
  /** Waits, letting virtual time pass; rejects when aborted. */
  pause(ms: number, signal: AbortSignal, flight: string | undefined): Promise<void>;
}

/** Listens on a free port of loopback. `close` also ends what is in flight. */
export async function listen(state: ServerState): Promise<{ origin: string; close(): Promise<void> }> {
  const closing = new AbortController();
  const nths = new Map<string, number>();
  const server = createServer((request, response) => {
    serve(state, request, response, nths, closing.signal).catch((error: unknown) => {
      if (closing.signal.aborted) return;
      state.violations.push(`Simulator: broke: ${(error as Error).stack}`);
      response.destroy();
    });
  });
  // A connection that Node closes for idling would be a fault that nobody asked for.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        closing.abort(new Error("the simulator was closed"));
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
  nths: Map<string, number>,
  closing: AbortSignal,
): Promise<void> {
  // Time of day is the simulator's affair.
  response.sendDate = false;
  const body = await readText(request);
  const arrival = takeApart(state.world, state.nowMs(), request, body);
  const { entry, flight } = arrival;
  state.requests.push(entry);
  response.setHeader("x-github-request-id", `A1B2:${String(state.requests.length).padStart(6, "0")}`);
  if (state.latencyMs > 0) await state.pause(state.latencyMs, closing, flight);

  const path = canonicalPath(state.world, entry.path);
  const found = findRoute(entry.method, path.name);
  const violation = found ? strangeIn(found.route, entry) : "no such route";
  if (!found || violation !== undefined) {
    return send(state, response, arrival, violate(state, entry, violation ?? ""), undefined);
  }
  const key = `${found.route.method} ${found.route.pattern}`;
  const nth = (nths.get(key) ?? 0) + 1;
  nths.set(key, nth);
  const { method, query } = entry;
  const asked = { method, path: entry.path, query, body: entry.body, nth, token: arrival.credential };
  const fault = state.fault?.(asked);
  const gone = new AbortController();
  response.on("close", () => gone.abort(new Error("the client has gone")));
  const ending = AbortSignal.any([gone.signal, closing]);

  // A late request takes effect even if its client has lost patience: only the closing of the server ends its pause.
  const lateMs = fault?.kind === "delay" ? fault.ms : 0;
  const isLateBefore = fault?.kind === "delay" && fault.when !== "after";
  if (lateMs > 0 && isLateBefore) await state.pause(lateMs, closing, flight);
  const spoils = fault && fault.kind !== "delay" && fault.kind !== "stale" ? fault : undefined;
  if (spoils?.when === "before") return spoil(state, response, arrival, spoils, undefined, ending);
  const { route } = found;
  const staleMs = fault?.kind === "stale" && method === "GET" ? fault.ms : 0;
  const answer = decide(state, arrival, route, found.params, path.repository, staleMs);
  holdAgainstDescription(state, entry, route, answer);
  if (lateMs > 0 && !isLateBefore) await state.pause(lateMs, closing, flight);
  if (spoils) return spoil(state, response, arrival, spoils, { answer, route }, ending);
  send(state, response, arrival, answer, route);
}

const descriptions = new Map<string, Description>();

/** Of the server that is played, in the version that was asked for: read once in a process. */
function descriptionFor(
  { server = "api.github.com", runDetails }: ServerState,
  version: string,
): Description {
  // Where a test takes run details away from a server of today, it plays the last one that had none.
  const isOld = runDetails !== "known";
  const { description } = servers[isOld && servers[server].knowsRunDetails ? "ghes-3.19" : server];
  const told = version === detailsVersion && !isOld ? version : "2022-11-28";
  const key = `${description} ${told}`;
  const known = descriptions.get(key) ?? new Description(description, told, describedRoutes);
  descriptions.set(key, known);
  return known;
}

const describedRoutes = routes.filter(({ isElsewhere }) => !isElsewhere).map(routeName);

/**
 * Records what the published description of this server does not know, in the request or in the answer. The answer is
 * held against it before anything spoils it: a fault of a test's making is exempt, and nothing else is.
 */
function holdAgainstDescription(state: ServerState, entry: JournalEntry, route: Route, answer: Answer): void {
  if (route.isElsewhere || answer.status === 501) return;
  const version = entry.headers["x-github-api-version"] ?? "";
  const description = descriptionFor(state, version);
  const name = routeName(route);
  const where = `Simulator: ${entry.method} ${entry.path}`;
  // Who does not know a server asks, and is told by its 404: the description has nothing to say of a route it lacks.
  if (route.isMissing?.(state.server ?? "api.github.com")) return;
  const asked = description.wrongInRequest(name, entry.query, entry.body);
  const answered = description.wrongInAnswer(name, answer.status, answer.body);
  for (const what of asked) state.violations.push(`${where}: ${what}`);
  for (const what of answered) state.violations.push(`${where} → ${answer.status}: ${what}`);
}
