/** The requests of a fleet: whom each is about, what goes wrong with it, and who else uses the token. */

import { type GitHub, type JournalEntry, VirtualClock } from "../../simulator/index.ts";
import { faultOf, kindOf, TOLD_MS } from "../model/trouble.ts";
import { keyIn, type Leg, SECRET, TOKENS } from "./legs.ts";
import type { Performance } from "./performance.ts";
import type { Schedule } from "./schedule.ts";

export interface State {
  isPost: boolean;
  isDead: boolean;
}

/** What goes wrong with a request; and nothing gets through from a process that is dead. */
export function faultsOf(performance: Performance, state: State): NonNullable<GitHub["fault"]> {
  const { schedule, legs, github, sightings } = performance;
  const counts = new Map<object, number>();
  return ({ method, path, body, ...request }) => {
    const kind = kindOf(method, path);
    // Others may have come while it was on its way.
    const entry = github.requests.findLast(({ query }) => query === request.query) as JournalEntry;
    const client = entry.headers["x-simulator-client"];
    if (state.isDead && client?.startsWith(STEP)) return { kind: "hang", when: "before" };
    if (client === OTHERS) return undefined;
    const { repo, own } = whomItIsAbout(path, body, performance);
    const about = own.length > 0 ? own : legs.filter((leg) => leg.repo === repo);
    const trouble = schedule.troubles.find((each) => {
      const isMeant = about.some(({ index }) => index === each.entry % schedule.entries.length);
      if (!isMeant || (each.on !== "any" && each.on !== kind)) return false;
      const nth = (counts.get(each) ?? 0) + 1;
      counts.set(each, nth);
      return nth >= each.nth && nth < each.nth + each.times;
    });
    const nowMs = github.nowMs();
    // As it was sent: whole.
    const fault = trouble && faultOf(trouble.what, kind, { nowMs, secret: `${SECRET} ${about[0]?.key}` });
    const toldMs = trouble && fault && TOLD_MS[trouble.what];
    const sinceMs = trouble?.what.startsWith("403, reset in") ? Math.floor(nowMs / 1000) * 1000 : nowMs;
    sightings.push({
      ...{ entry, kind, repo, legs: about, isOwn: own.length > 0, fault, isPost: state.isPost },
      what: fault && trouble.what,
      toldUntilMs: toldMs && sinceMs + toldMs,
    });
    return request.nth > 20_000 ? tooMany() : fault;
  };
}

function tooMany(): never {
  throw new Error("the step does not end");
}

function whomItIsAbout(path: string, body: unknown, performance: Performance): { repo: string; own: Leg[] } {
  const { legs, github } = performance;
  const [, repo = ""] = /^\/repos\/([^/]+\/[^/]+)/.exec(path) ?? [];
  if (path.endsWith("/dispatches")) {
    const { inputs, client_payload } = (body ?? {}) as Record<string, unknown>;
    const key = keyIn(inputs ?? client_payload);
    return { repo, own: legs.filter((leg) => leg.key === key) };
  }
  const [, id] = /\/actions\/runs\/(\d+)/.exec(path) ?? [];
  const run = id === undefined ? undefined : github.run(repo, Number(id), github.nowMs());
  if (!run) return { repo, own: [] };
  const key = keyIn(Object.keys(run.payload).length > 0 ? run.payload : run.inputs);
  return { repo, own: legs.filter((leg) => leg.key === key) };
}

const OTHERS = "others";
export const STEP = "step";

/** The same clock for a process whose requests can be told from those of others on its token. */
export function namedBy(client: string, clock: VirtualClock): VirtualClock {
  const named: typeof clock.fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("x-simulator-client", `${client} ${headers.get("authorization")}`);
    return clock.fetch(input, { ...init, headers });
  };
  return Object.defineProperties(new VirtualClock(), {
    fetch: { value: named },
    nowMs: { value: () => clock.nowMs() },
    sleep: { value: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal) },
    hold: { value: () => clock.hold() },
    release: { value: () => clock.release() },
  });
}

/** Others use the step's token at one moment. */
export function othersOnTheToken(
  { limit }: Schedule,
  { apiUrl }: GitHub,
  clock: VirtualClock,
  signal: AbortSignal,
): void {
  if (limit.others === 0) return;
  const ask = async () => {
    const headers = { authorization: `Bearer ${TOKENS.octo}`, "x-simulator-client": OTHERS };
    for (let nth = 0; nth < limit.others; nth++)
      await clock.fetch(`${apiUrl}/repos/octo/r0/actions/runs`, { headers }).then((answer) => answer.text());
  };
  clock
    .sleep(limit.othersAtMs, signal)
    .then(ask, () => {})
    .catch(() => {});
}
