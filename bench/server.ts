/**
 * The simulated GitHub without its line: requests are answered within this process. On loopback the system has a say in
 * the order of arrival and each request costs milliseconds; here the figures are exact, and an hour is a moment.
 */

import { type Arrival, canonicalPath, strangeIn, takeApart } from "../test/simulator/arrival.ts";
import { decide, violate } from "../test/simulator/decide.ts";
import type { Incoming, Outgoing } from "../test/simulator/exchange.ts";
import type { JournalEntry, LimitOptions, RunDetails, VirtualClock } from "../test/simulator/index.ts";
import { Limits } from "../test/simulator/limits.ts";
import { send, spoil } from "../test/simulator/reply.ts";
import { findRoute } from "../test/simulator/routes.ts";
import type { ServerState } from "../test/simulator/server.ts";
import { World } from "../test/simulator/world.ts";

export interface ServerOptions {
  clock: VirtualClock;
  /** Of the next request, there and back, in ms. */
  latencyMs: () => number;
  limits: LimitOptions;
  runDetails: RunDetails;
  /** The first dispatch is answered 502, `before` or `after` it took effect. */
  firstFails: "before" | "after" | undefined;
}

export interface Server {
  readonly apiUrl: string;
  readonly world: World;
  readonly limits: Limits;
  readonly requests: readonly JournalEntry[];
  readonly violations: readonly string[];
  /** The server's epoch milliseconds. */
  nowMs(): number;
  /** A way to this server; all that is sent over it is kept in `journal`. */
  fetchInto(journal: JournalEntry[]): typeof fetch;
}

const HOST = "github.simulated";
const NEVER = new AbortController().signal;
const STARTS_AT_MS = Date.parse("2026-11-20T12:00:00.437Z");

export function openServer({ clock, latencyMs, limits: limitOptions, runDetails, firstFails }: ServerOptions): Server {
  const originMs = STARTS_AT_MS - clock.nowMs();
  const nowMs = () => Math.floor(originMs + clock.nowMs());
  const world = new World(nowMs);
  const limits = new Limits(limitOptions);
  let hasFailed = firstFails === undefined;
  const state: ServerState = {
    world,
    limits,
    requests: [],
    violations: [],
    filteredLists: 0,
    fault: undefined,
    runDetails,
    maxInputs: 25,
    maxPerPage: 100,
    etags: true,
    compresses: false,
    rateLimitHeaders: true,
    latencyMs: 0,
    nowMs,
    pause: (ms, signal) => clock.sleep(ms, signal),
  };

  function take(
    input: string | URL | Request,
    init: RequestInit,
    journal: JournalEntry[],
  ): { answer: Answer; leave: () => void } {
    const url = new URL(input instanceof Request ? input.url : input);
    const request = {
      method: init.method ?? "GET",
      url: url.pathname + url.search,
      headers: { host: HOST, ...Object.fromEntries(new Headers(init.headers)) },
    } as Incoming;
    const arrival = takeApart(world, nowMs(), request, String(init.body ?? ""));
    state.requests.push(arrival.entry);
    journal.push(arrival.entry);
    const leave = limits.enter(arrival, nowMs());
    const answer = new Answer();
    answer.setHeader("x-github-request-id", `A1B2:${String(state.requests.length).padStart(6, "0")}`);
    reply(arrival, answer as unknown as Outgoing);
    return { answer, leave };
  }

  function reply(arrival: Arrival, answer: Outgoing): void {
    const { entry } = arrival;
    const path = canonicalPath(world, entry.path);
    const found = findRoute(entry.method, path.name);
    const strange = found ? strangeIn(found.route, entry) : "no such route";
    if (found && strange === undefined) {
      const fails = entry.method === "POST" && !hasFailed ? firstFails : undefined;
      const decided =
        fails === "before" ? undefined : decide(state, arrival, found.route, found.params, path.repository);
      if (fails) fail(arrival, answer, fails);
      else if (decided) send(state, answer, arrival, decided, found.route);
    } else send(state, answer, arrival, violate(state, entry, strange ?? ""));
  }

  function fail(arrival: Arrival, answer: Outgoing, when: "before" | "after"): void {
    hasFailed = true;
    void spoil(state, answer, arrival, { kind: "status", when, status: 502 }, undefined, NEVER);
  }

  return {
    apiUrl: `http://${HOST}`,
    world,
    limits,
    requests: state.requests,
    violations: state.violations,
    nowMs,
    fetchInto:
      (journal) =>
      async (input, init = {}) => {
        const wayMs = latencyMs() / 2;
        const signal = init.signal ?? undefined;
        await clock.sleep(wayMs, signal);
        const { answer, leave } = take(input, init, journal);
        // It is being answered from its arrival until its answer has come.
        await clock.sleep(wayMs, signal).finally(leave);
        const { statusCode: status, headers, body } = answer;
        const isBodyless = status === 204 || status === 304;
        const response = new Response(isBodyless ? null : body, { status, headers });
        // A made Response has no address, and octokit reads it.
        return Object.defineProperty(response, "url", { value: String(input) });
      },
  };
}

/** As much of an answer as the simulator asks for. */
class Answer {
  readonly destroyed = false;
  readonly headers: Record<string, string> = {};
  statusCode = 0;
  body = "";

  setHeader(name: string, value: string): void {
    this.headers[name] = String(value);
  }

  removeHeader(name: string): void {
    delete this.headers[name];
  }

  getHeaderNames(): string[] {
    return Object.keys(this.headers);
  }

  end(body = ""): void {
    this.body = body;
  }
}
