/** Plays a scenario by a player: this action, or one of the schedules of others. */

import { openGitHub } from "../src/github/api.ts";
import { readInputs } from "../src/inputs/inputs.ts";
import * as mappings from "../src/inputs/mapping.ts";
import { run } from "../src/run.ts";
import { StepError } from "../src/runner/step-error.ts";
import { type JournalEntry, VirtualClock } from "../test/simulator/index.ts";
import { CALLER, inputsOf } from "../test/support/step.ts";
import type { Outcome, Played } from "./measure.ts";
import { type Random, seeded, seedOf, within } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { openServer } from "./server.ts";
import { FILE, idOf, populate, randomPartOf, setUp, startedBy, TARGET, TOKEN, truthOf } from "./target.ts";

/** One dispatcher. */
export interface Caller {
  scenario: Scenario;
  /** By which its run is known: as this action generates it. */
  id: string;
  apiUrl: string;
  fetch: typeof fetch;
  clock: VirtualClock;
  /** Jitter. */
  random: Random;
}

export interface Player {
  name: string;
  /** Whether it can do what the scenario is about at all. */
  can(scenario: Scenario): boolean;
  /** Returns the run's id; undefined when it gives up. */
  play(caller: Caller): Promise<string | undefined>;
}

export const thisAction: Player = {
  name: "this action",
  can: () => true,
  async play({ scenario, id, apiUrl, fetch, clock, random }) {
    const given = {
      token: TOKEN,
      repo: TARGET,
      wait_for: scenario.waitFor,
      // It costs no request, and is loaded in real time, while virtual time would pass.
      summary: "false",
      timeout_seconds: "21600",
      ...(scenario.event === "workflow_dispatch" ? { workflow: FILE, ref: "main" } : { event_type: "deploy" }),
    };
    const texts = inputsOf(given, apiUrl);
    const inputs = readInputs((name) => texts[name] ?? "", { ...CALLER, apiUrl }, id.slice(-16), mappings);
    const log = { info() {}, group() {}, still() {}, notice() {}, warning() {}, debug() {} };
    const credentials = { token: TOKEN };
    const outputs: Record<string, string> = {};
    try {
      await run(inputs, {
        github: openGitHub({ target: inputs.target, credentials, fetch, clock, log }),
        clock,
        log,
        random,
        signal: new AbortController().signal,
        hasProxyFor: () => false,
        callerIsPublic: false,
        callerApiUrl: apiUrl,
        writeSummary() {},
        setOutputs: (more) => Object.assign(outputs, more),
        savePostState() {},
      });
      return outputs.runId;
    } catch (error) {
      if (error instanceof StepError) return undefined;
      throw error;
    }
  },
};

/** Plays the scenario as often as it says. */
export async function playAll(scenario: Scenario, player: Player): Promise<Played[]> {
  const played: Played[] = [];
  for (let nth = 0; nth < scenario.plays; nth++) played.push(await playOnce(scenario, player, nth));
  return played;
}

async function playOnce(scenario: Scenario, player: Player, nth: number): Promise<Played> {
  const random = seeded(seedOf(`${scenario.name} ${nth}`));
  const latency = seeded(seedOf(`latency ${scenario.name} ${nth}`));
  const clock = new VirtualClock();
  // Servers cut times to whole seconds: each play begins at another moment of one.
  await clock.sleep((nth * 382) % 1000);
  const server = openServer({
    clock,
    latencyMs: () => within(scenario.latencyMs, latency()),
    limits: scenario.limits,
    runDetails: scenario.sign === "answer" ? "known" : "rejected",
    firstFails: scenario.firstFails,
  });
  const startsInMs = Array.from({ length: scenario.dispatchers }, () => random() * scenario.startWithinS * 1000);
  const ids = startsInMs.map((ms) => idOf(server.nowMs() + ms, random));
  setUp(server, scenario, new Map(ids.map((id, index) => [randomPartOf(id), nth * ids.length + index])));
  const over = new AbortController();
  populate(server, scenario, { clock, random, over: over.signal });

  const outcomes = await Promise.all(
    ids.map(async (id, index): Promise<Outcome> => {
      await clock.sleep(startsInMs[index] ?? 0);
      const startedAtMs = server.nowMs();
      const requests: JournalEntry[] = [];
      const { apiUrl } = server;
      const fetch = server.fetchInto(requests);
      const runId = await player.play({ scenario, id, apiUrl, fetch, clock, random: seeded(seedOf(id)) });
      const endedAtMs = server.nowMs();
      const ours = startedBy(server, id);
      const isDone = ours !== undefined && String(ours) === runId;
      if (runId !== undefined && !isDone) throw new Error(`${scenario.name}: ${player.name} took a wrong run`);
      const truth = isDone
        ? truthOf(server, scenario, ours)
        : { createdAtMs: startedAtMs, dueAtMs: endedAtMs, visibleAtMs: endedAtMs };
      const sinceMs = scenario.waitFor === "found" ? startedAtMs : truth.createdAtMs;
      const { dueAtMs, visibleAtMs } = truth;
      return { isDone, startedAtMs, endedAtMs, dueAtMs, sinceMs, visibleAtMs, requests };
    }),
  );
  over.abort();
  if (server.violations.length > 0) throw new Error(server.violations.join("\n"));
  return { outcomes, requests: server.requests, refused: server.limits.refusals.length };
}
