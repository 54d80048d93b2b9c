import { setMaxListeners } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Arrival, canonicalPath, strangeIn, takeApart } from "./arrival.ts";
import { decide, violate } from "./decide.ts";
import { type Incoming, type Outgoing, type Serve, serveOnSocket } from "./exchange.ts";
import type { FaultHook } from "./faults.ts";
import { offerHere } from "./here.ts";
import type { JournalEntry } from "./journal.ts";
import type { Limits } from "./limits.ts";
import { send, spoil } from "./reply.ts";
import { findRoute, type RunDetails } from "./routes.ts";
import type { ServerName } from "./servers-table.ts";
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
  /** A GET that asks for gzip gets it, as from GitHub. */
  compresses: boolean;
  rateLimitHeaders: boolean;
  latencyMs: number;
  nowMs(): number;
  /** Waits, letting virtual time pass; rejects when aborted. */
  pause(ms: number, signal: AbortSignal, flight: string | undefined): Promise<void>;
}

/** Listens on a free port of loopback. `close` also ends what is in flight. */
export async function listen(state: ServerState): Promise<{ origin: string; close(): Promise<void> }> {
  const closing = new AbortController();
  // One for each request that is kept waiting.
  setMaxListeners(0, closing.signal);
  const nths = new Map<string, number>();
  const serveSafely: Serve = (request, body, response) =>
    serve(state, request, body, response, nths, closing.signal).catch((error: unknown) => {
      if (closing.signal.aborted) return;
      state.violations.push(`Simulator: broke: ${(error as Error).stack}`);
      response.reset();
    });
  const server = createServer((request, response) => {
    serveOnSocket(serveSafely, request, response).catch(() => response.destroy());
  });
  // A connection that Node closes for idling would be a fault that nobody asked for.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const withdraw = offerHere(origin, serveSafely);
  return {
    origin,
    close: () =>
      new Promise((resolve) => {
        withdraw();
        closing.abort(new Error("the simulator was closed"));
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  state: ServerState,
  request: Incoming,
  body: string,
  response: Outgoing,
  nths: Map<string, number>,
  closing: AbortSignal,
): Promise<void> {
  const arrival = takeApart(state.world, state.nowMs(), request, body);
  const leave = state.limits.enter(arrival, arrival.entry.atMs);
  try {
    await answer(state, arrival, response, nths, closing);
  } finally {
    leave();
  }
}

async function answer(
  state: ServerState,
  arrival: Arrival,
  response: Outgoing,
  nths: Map<string, number>,
  closing: AbortSignal,
): Promise<void> {
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

  // A late request takes effect even if its client has lost patience: only the closing of the server ends its pause.
  const lateMs = fault?.kind === "delay" ? fault.ms : 0;
  const isLateBefore = fault?.kind === "delay" && fault.when !== "after";
  if (lateMs > 0 && isLateBefore) await state.pause(lateMs, closing, flight);
  const spoils = fault && fault.kind !== "delay" && fault.kind !== "stale" ? fault : undefined;
  if (spoils?.when === "before") return spoil(state, response, arrival, spoils, undefined, endOf(response, closing));
  const { route } = found;
  const staleMs = fault?.kind === "stale" && method === "GET" ? fault.ms : 0;
  const decided = decide(state, arrival, route, found.params, path.repository, staleMs);
  if (lateMs > 0 && !isLateBefore) await state.pause(lateMs, closing, flight);
  if (spoils) return spoil(state, response, arrival, spoils, { answer: decided, route }, endOf(response, closing));
  send(state, response, arrival, decided, route);
}

/** Aborted when the client has gone, or the server is closed. */
function endOf(response: Outgoing, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  response.onClose(() => gone.abort(new Error("the client has gone")));
  return AbortSignal.any([gone.signal, closing]);
}
