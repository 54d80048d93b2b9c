/** Plays many targets on virtual time: by one step with `targets`, or by a step for each. */

import { setMaxListeners } from "node:events";
import { openGitHub } from "../src/github/api.ts";
import { openPool } from "../src/github/pool.ts";
import { generateIdHex } from "../src/inputs/distinct-id.ts";
import { readInputs } from "../src/inputs/inputs.ts";
import * as mappings from "../src/inputs/mapping.ts";
import { run } from "../src/run.ts";
import { startMany } from "../src/start-many.ts";
import { type Behaviour, GITHUBS_LIMITS, type JournalEntry, VirtualClock } from "../test/simulator/index.ts";
import { lastAttempt } from "../test/simulator/world.ts";
import { receiver } from "../test/support/receivers.ts";
import { CALLER, inputsOf } from "../test/support/step.ts";
import { mostPoints } from "./measure.ts";
import { type Random, seeded, seedOf, within } from "./random.ts";
import { openServer, type Server } from "./server.ts";
import type { ManyScenario } from "./targets-scenarios.ts";

const TOKEN = "ghp_ofthebenchmark";
const LOG = { info() {}, group() {}, still() {}, notice() {}, warning() {}, debug() {} };

/** What came of one play. Lags in the list's order, NaN where a run's green end was not seen. */
export interface ManyPlayed {
  lagsS: number[];
  requests: number;
  billed: number;
  minutes: number;
  pointsPerMinute: number;
  refused: number;
}

interface Place {
  repo: string;
  file: string;
}

/** `nth`: of several plays. */
export async function playMany(
  scenario: ManyScenario,
  by: "one step" | "single steps",
  nth: number,
): Promise<ManyPlayed> {
  const clock = new VirtualClock();
  const latency = seeded(seedOf(`latency ${scenario.name} ${nth}`));
  const server = openServer({
    clock,
    latencyMs: () => within([60, 120], latency()),
    limits: GITHUBS_LIMITS,
    runDetails: scenario.sign === "answer" ? "known" : "rejected",
    firstFails: undefined,
  });
  const places = placesOf(scenario);
  setUp(server, scenario, places);
  const journal: JournalEntry[] = [];
  const startedAtMs = server.nowMs();
  const { signal } = new AbortController();
  // All single steps listen to it.
  setMaxListeners(0, signal);
  const edges = {
    clock,
    log: LOG,
    random: seeded(seedOf(`jitter ${scenario.name} ${nth}`)),
    signal,
    callerIsPublic: false,
    callerApiUrl: server.apiUrl,
    hasProxyFor: () => false,
    writeSummary() {},
  };
  const stage = { scenario, server, places, edges, fetch: server.fetchInto(journal) };
  const endedAtMs = await (by === "one step" ? playOneStep(stage) : playSingleSteps(stage));
  if (server.violations.length > 0) throw new Error(server.violations.join("\n"));
  return {
    lagsS: places.map((place, index) => ((endedAtMs[index] ?? Number.NaN) - trueEndMs(server, place)) / 1000),
    requests: journal.length,
    billed: journal.filter(({ billed }) => billed).length,
    minutes: (server.nowMs() - startedAtMs) / 60_000,
    pointsPerMinute: mostPoints(journal),
    refused: server.limits.refusals.length,
  };
}

interface Stage {
  scenario: ManyScenario;
  server: Server;
  places: readonly Place[];
  edges: Omit<Parameters<typeof run>[1], "github" | "setOutputs" | "savePostState"> & {
    clock: VirtualClock;
  };
  fetch: typeof fetch;
}

/** When each entry had ended, by the server. */
async function playOneStep({ scenario, server, places, edges, fetch }: Stage): Promise<number[]> {
  const { clock, log } = edges;
  const { apiUrl } = server;
  const targets = places.map(({ repo, file }) => ({ name: `${repo} ${file}`, repo, ...startOf(scenario, file) }));
  const texts = inputsOf({ ...COMMON, targets: JSON.stringify(targets) }, apiUrl);
  const endedAtMs: number[] = [];
  const random = seeded(seedOf(`ids ${scenario.name}`));
  const options = { fetch, clock, log };
  await startMany({
    ...edges,
    read: (name) => texts[name] ?? "",
    names: Object.keys(texts),
    caller: { ...CALLER, apiUrl },
    mappings,
    nextIdHex: () => idHex(server, random),
    openPool: (members) => openPool(members, { ...options, choose: async (given) => given as { token: string } }),
    open: async (target) => openGitHub({ ...options, target, credentials: { token: TOKEN } }),
    callersRunUrl: "",
    setOutputs() {},
    // The last thing that an entry does.
    savePostState(_, position = -1) {
      endedAtMs[position] = server.nowMs();
    },
  });
  return endedAtMs;
}

async function playSingleSteps({ scenario, server, places, edges, fetch }: Stage): Promise<number[]> {
  const { clock, log } = edges;
  const { apiUrl } = server;
  const starts = seeded(seedOf(`starts ${scenario.name}`));
  const random = seeded(seedOf(`ids ${scenario.name}`));
  const playOne = async ({ repo, file }: Place) => {
    await clock.sleep(starts() * (scenario.singleStepsWithinS ?? 0) * 1000);
    const texts = inputsOf({ ...COMMON, repo, ...startOf(scenario, file) }, apiUrl);
    const caller = { ...CALLER, apiUrl };
    const inputs = readInputs((name) => texts[name] ?? "", caller, idHex(server, random), mappings);
    const github = openGitHub({ target: inputs.target, credentials: { token: TOKEN }, fetch, clock, log });
    await run(inputs, { ...edges, github, setOutputs() {}, savePostState() {} });
    return server.nowMs();
  };
  return Promise.all(places.map(playOne));
}

const COMMON = { token: TOKEN, wait_for: "completed", summary: "false", timeout_seconds: "21600" };

function startOf({ sign }: ManyScenario, file: string): Record<string, string> {
  return sign === "answer" ? { workflow: file, ref: "main" } : { event_type: "deploy" };
}

function idHex(server: Server, random: Random): string {
  const hex = Math.floor(random() * 2 ** 48).toString(16);
  return generateIdHex(server.nowMs(), hex.padStart(12, "0"));
}

function placesOf({ repositories, targetsEach }: ManyScenario): Place[] {
  const count = Math.round(repositories * targetsEach);
  return Array.from({ length: count }, (_, index) => ({
    repo: `octo/target-${index % repositories}`,
    file: `deploy-${Math.floor(index / repositories)}.yml`,
  }));
}

/** Adds each place's repository and workflow, and the runs of before. */
function setUp({ world, nowMs }: Server, scenario: ManyScenario, places: readonly Place[]): void {
  const { sign, history } = scenario;
  const event = sign === "answer" ? "workflow_dispatch" : "repository_dispatch";
  world.addToken(TOKEN, { permissions: { contents: "write", actions: "write" } });
  for (const repo of new Set(places.map((place) => place.repo))) {
    const files = places.filter((place) => place.repo === repo).map(({ file }) => [file, receiver(event, "run-name")]);
    world.addRepository(repo, { workflows: Object.fromEntries(files) });
  }
  for (const { repo, file } of places) {
    const random = seeded(seedOf(`${repo} ${file}`));
    const workflow = world.workflow(world.repository(repo), file);
    // Each workflow takes its own time, more or less.
    const workS = within(scenario.workS, random());
    const behaviour = () => behaviourOf(workS, random);
    for (let nth = history; nth > 0; nth--) {
      const createdAtMs = nowMs() - nth * 12 * 3_600_000;
      const sent = event === "workflow_dispatch" ? { inputs: {} } : { action: "deploy", payload: {} };
      world.start(world.repository(repo), workflow, { event, ...sent, behaviour: behaviour(), createdAtMs });
    }
    workflow.behaviour = behaviour;
  }
}

function behaviourOf(workS: number, random: Random): Behaviour {
  const ms = (from: number, to: number) => Math.round(within([from, to], random()) * 1000);
  return {
    visibleAfterMs: ms(1, 3),
    queuedMs: ms(2, 8),
    setupMs: ms(1, 3),
    jobs: { identify: { durationMs: ms(workS * 0.97, workS * 1.03) } },
  };
}

function trueEndMs({ world }: Server, { repo, file }: Place): number {
  const runs = world.repository(repo).runs.filter((run) => run.file === file);
  const newest = runs.reduce((a, b) => (b.createdMs > a.createdMs ? b : a));
  const { startedMs, timeline } = lastAttempt(newest);
  return startedMs + timeline.endMs;
}
