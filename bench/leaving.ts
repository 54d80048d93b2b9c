/** A run of forty minutes: a step that waits for it, beside one that leaves a status which the target ends. */

import { openGitHub } from "../src/github/api.ts";
import type { Target } from "../src/github/connection.ts";
import { readInputs } from "../src/inputs/inputs.ts";
import * as mappings from "../src/inputs/mapping.ts";
import { run } from "../src/run.ts";
import { startReport } from "../src/start-report.ts";
// What is loaded late takes real time, and virtual time would pass meanwhile.
import "../src/outputs/commit-status.ts";
import "../src/outputs/leave-status.ts";
import { GITHUBS_LIMITS, type JournalEntry, VirtualClock } from "../test/simulator/index.ts";
import { runAnswer } from "../test/simulator/run-answers.ts";
import { lastAttempt } from "../test/simulator/world.ts";
import { receiver } from "../test/support/receivers.ts";
import { reportYml } from "../test/support/report-stage.ts";
import { CALLER, inputsOf } from "../test/support/step.ts";
import { median } from "./measure.ts";
import { seeded, seedOf, within } from "./random.ts";
import { openServer, type Server } from "./server.ts";
import { table, type Verdict } from "./table.ts";
import { idOf } from "./target.ts";

const PLAYS = 20;
const WORK_S = [2390, 2410] as const;
const TARGET = "octo/target";
const FILE = "deploy.yml";
const TOKENS = {
  dispatches: "ghp_dispatches",
  status: "ghs_ofthecaller",
  own: "ghs_ofthetarget",
  report: "ghp_reports",
};
const LOG = { info() {}, group() {}, still() {}, notice() {}, warning() {}, debug() {} };

type Way = "waits" | "leaves";

/** Of one play. Seconds are those of the steps themselves. */
interface Played {
  callerS: number;
  /** Of the three reports. */
  targetS: number;
  requests: number;
  billed: number;
  /** Of the report that ends the status. */
  requestsOfEnd: number;
  /** From the run's end, or from the start of the report that was started by it, until the status says so. */
  lateS: number;
}

interface Leaving {
  waits: readonly Played[];
  leaves: readonly Played[];
}

export async function measureLeaving(): Promise<Leaving> {
  const played = { waits: [] as Played[], leaves: [] as Played[] };
  for (let nth = 0; nth < PLAYS; nth++)
    for (const way of ["waits", "leaves"] as const) played[way].push(await play(way, nth));
  return played;
}

async function play(way: Way, nth: number): Promise<Played> {
  const clock = new VirtualClock();
  await clock.sleep((nth * 382) % 1000);
  const random = seeded(seedOf(`leaving ${nth}`));
  const latency = seeded(seedOf(`latency of leaving ${nth}`));
  const server = openServer({
    clock,
    latencyMs: () => within([60, 120], latency()),
    limits: GITHUBS_LIMITS,
    runDetails: "known",
    firstFails: undefined,
  });
  setUp(server, random);
  const journal: JournalEntry[] = [];
  const stage = { clock, server, fetch: server.fetchInto(journal), random };
  const startedAtMs = server.nowMs();
  await step(way, stage);
  const callerS = (server.nowMs() - startedAtMs) / 1000;
  const [started] = server.world.repository(TARGET).runs.slice(-1);
  if (!started) throw new Error("no run was started");
  const { startedMs, timeline } = lastAttempt(started);
  const endMs = startedMs + timeline.endMs;
  let [targetS, sinceMs, requestsOfEnd] = [0, endMs, 0];
  if (way === "leaves") {
    for (const atMs of [started.createdMs, startedMs, endMs]) {
      // GitHub takes some seconds from the event to a runner.
      await clock.sleep(Math.max(0, atMs + within([3000, 15_000], random()) - server.nowMs()));
      sinceMs = server.nowMs();
      requestsOfEnd = journal.length;
      await report(started.id, stage);
      targetS += (server.nowMs() - sinceMs) / 1000;
    }
    requestsOfEnd = journal.length - requestsOfEnd;
  }
  const last = server.world.repository(CALLER.repository).statuses.at(-1);
  if (last?.state !== "success" || server.violations.length > 0)
    throw new Error(`${way}: the status is ${last?.state} ${server.violations.join("\n")}`);
  return {
    ...{ callerS, targetS, requestsOfEnd },
    requests: journal.length,
    billed: journal.filter(({ billed }) => billed).length,
    lateS: (last.setAtMs - sinceMs) / 1000,
  };
}

function setUp({ world, nowMs }: Server, random: () => number): void {
  world.addRepository(TARGET, { workflows: { [FILE]: receiver("workflow_dispatch", "run-name") } });
  const ci = "name: CI\non: push\njobs: { ci: { runs-on: x, steps: [{ run: make }] } }";
  world.addRepository(CALLER.repository, { workflows: { "ci.yml": ci } });
  const caller = world.repository(CALLER.repository);
  const its = { event: "push", id: Number(CALLER.runId), headSha: CALLER.sha, createdAtMs: nowMs() - 60_000 };
  world.start(caller, world.workflow(caller, "ci.yml"), its);
  world.addToken(TOKENS.dispatches, { permissions: { actions: "write" } });
  world.addToken(TOKENS.status, { permissions: { statuses: "write" } });
  world.addToken(TOKENS.own, { permissions: { actions: "read" } });
  world.addToken(TOKENS.report, { permissions: { actions: "read", statuses: "write" } });
  const ms = (from: number, to: number) => Math.round(within([from, to], random()) * 1000);
  world.workflow(world.repository(TARGET), FILE).behaviour = () => ({
    visibleAfterMs: ms(1, 3),
    queuedMs: ms(2, 8),
    setupMs: ms(1, 3),
    jobs: { identify: { durationMs: ms(...WORK_S) } },
  });
}

interface Stage {
  clock: VirtualClock;
  server: Server;
  fetch: typeof fetch;
  random: () => number;
}

/** The caller's. */
async function step(way: Way, { clock, server, fetch, random }: Stage): Promise<void> {
  const { apiUrl } = server;
  const given = {
    ...{ token: TOKENS.dispatches, status_token: TOKENS.status, repo: TARGET, workflow: FILE, ref: "main" },
    ...{ status_context: "remote / deploy", summary: "false", wait_for: way === "waits" ? "completed" : "found" },
  };
  const texts = inputsOf(given, apiUrl);
  const caller = { ...CALLER, apiUrl, commit: { sha: CALLER.sha, isOfCallersRun: true } };
  const idHex = idOf(server.nowMs(), random).slice(-16);
  const inputs = readInputs((name) => texts[name] ?? "", caller, idHex, mappings);
  const open = (target: Target, token: string) =>
    openGitHub({ target, credentials: { token }, fetch, clock, log: LOG });
  const [owner = "", repo = ""] = CALLER.repository.split("/");
  await run(inputs, {
    ...{ clock, log: LOG, random, hasProxyFor: () => false, callerIsPublic: false, callerApiUrl: apiUrl },
    signal: new AbortController().signal,
    github: open(inputs.target, TOKENS.dispatches),
    callersGitHub: open({ owner, repo, apiUrl }, TOKENS.status),
    ...{ writeSummary() {}, setOutputs() {}, savePostState() {} },
  });
}

/** The target's, for an event of the run. */
async function report(id: number, { clock, server, fetch, random }: Stage): Promise<void> {
  const { apiUrl } = server;
  const { repository, run: told } = server.world.run(id);
  const nowMs = server.nowMs();
  const workflow_run = runAnswer(told, lastAttempt(told, nowMs), repository, { api: apiUrl, html: apiUrl }, nowMs);
  const given = { callers: CALLER.repository, token: TOKENS.report, own_token: TOKENS.own };
  const texts = inputsOf(given, apiUrl, TARGET, reportYml.inputs);
  const [owner = "", repo = ""] = TARGET.split("/");
  await startReport({
    ...{ clock, log: LOG, random, event: "workflow_run", payload: { workflow_run }, own: { owner, repo, apiUrl } },
    read: (name) => texts[name] ?? "",
    names: Object.keys(texts),
    signal: new AbortController().signal,
    open: async (target, credentials) =>
      openGitHub({ target, credentials: credentials as { token: string }, fetch, clock, log: LOG }),
    openPool: () => Promise.reject(new Error("there is one caller")),
  });
}

const most = (values: readonly number[]) => Math.max(...values);

export function leavingVerdicts({ waits, leaves }: Leaving): Verdict[] {
  const ratio = most(leaves.map(({ callerS }, index) => callerS / (waits[index]?.callerS ?? Number.NaN)));
  const verdict = (what: string, is: number, atMost: number, digits: number, unit = "") => ({
    subject: "a status that is left, 40 min",
    what,
    figure: `${is.toFixed(digits)}${unit}`,
    limit: `${atMost}${unit}`,
    isMet: is <= atMost,
  });
  return [
    verdict("the caller's runner seconds, times those of waiting, worst", ratio, 0.005, 4),
    verdict("requests of both sides, most", most(leaves.map(({ requests }) => requests)), 20, 0),
    verdict("requests of the report that ends it, most", most(leaves.map(({ requestsOfEnd }) => requestsOfEnd)), 4, 0),
    verdict("ended after the report's start, worst", most(leaves.map(({ lateS }) => lateS)), 3, 2, " s"),
  ];
}

export function leavingTable({ waits, leaves }: Leaving): string {
  const row = (name: string, played: readonly Played[]) => [
    name,
    ...(["callerS", "targetS"] as const).map((figure) => `${median(played.map((each) => each[figure])).toFixed(1)} s`),
    ...(["requests", "billed"] as const).map((figure) => median(played.map((each) => each[figure])).toFixed(0)),
    `${median(played.map(({ lateS }) => lateS)).toFixed(2)} s`,
    `${most(played.map(({ lateS }) => lateS)).toFixed(2)} s`,
  ];
  const head = [
    "the step",
    "at the caller",
    "in the target",
    "requests",
    "billed requests",
    "late, median",
    "late, worst",
  ];
  return table(head, [row("waits (`completed`)", waits), row("leaves (`found`), three reports", leaves)]);
}
