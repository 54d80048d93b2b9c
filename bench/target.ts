/** The repository in which a play takes place: its workflow, what went on there before, and what goes on besides. */

import { generateDistinctId, generateIdHex } from "../src/inputs/distinct-id.ts";
import type { Behaviour, VirtualClock } from "../test/simulator/index.ts";
import { lastAttempt } from "../test/simulator/world.ts";
import { BUSY, receiver } from "../test/support/receivers.ts";
import { CALLER } from "../test/support/step.ts";
import type { Outcome } from "./measure.ts";
import { type Random, within } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import type { Server } from "./server.ts";

export const TARGET = "octo/target";
export const FILE = "deploy.yml";
export const TOKEN = "ghp_ofthebenchmark";
const NEIGHBOUR = "neighbour.yml";

/** Two jobs, and an approval before the second. */
const TWO_JOBS = `
name: Deploy
run-name: Deploy [\${{ inputs.distinct_id }}]
on:
  workflow_dispatch:
    inputs:
      distinct_id:
        required: false
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
  deploy:
    needs: build
    environment: production
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy
`;

/** Sets up the target. `numbers` tells by its id which of all dispatches of this scenario a run belongs to. */
export function setUp({ world }: Server, scenario: Scenario, numbers: ReadonlyMap<string, number>): void {
  const sign = scenario.sign === "answer" ? "run-name" : scenario.sign;
  const text = scenario.sixStates ? TWO_JOBS : receiver(scenario.event, sign);
  world.addRepository(TARGET, { workflows: { [FILE]: text, [NEIGHBOUR]: BUSY } });
  world.addToken(TOKEN, { permissions: { contents: "write", actions: "write" } });
  const repository = world.repository(TARGET);
  world.workflow(repository, FILE).behaviour = (_, payload) => {
    const number = numbers.get(randomPartOf(payload.distinct_id)) ?? 0;
    return behaviourOf(scenario, spreadShares(number));
  };
}

/** Lets earlier runs have been, and neighbours come and go until `over`. */
export function populate(
  { world, nowMs }: Server,
  scenario: Scenario,
  { clock, random, over }: { clock: VirtualClock; random: Random; over: AbortSignal },
): void {
  const repository = world.repository(TARGET);
  const start = (file: string, ageMs: number, behaviour: Behaviour, id = idOf(nowMs() - ageMs, random)) => {
    const { event } = scenario;
    const sent = event === "workflow_dispatch" ? { inputs: { distinct_id: id } } : { payload: { distinct_id: id } };
    const trigger = file === NEIGHBOUR ? { event: "push" } : { event, action: "deploy", ...sent };
    world.start(repository, world.workflow(repository, file), {
      ...trigger,
      behaviour,
      createdAtMs: nowMs() - ageMs,
    });
  };
  for (let nth = scenario.history ?? 0; nth > 0; nth--) {
    start(FILE, nth * 12 * 3_600_000, behaviourOf(scenario, [random(), random(), random(), random()]));
  }
  if (scenario.repository === "idle") return;
  if (scenario.repository === "strangers") {
    const startOne = (ageMs: number) =>
      start(FILE, ageMs, behaviourOf(scenario, [random(), random(), random(), random()]), strangersId(random));
    for (let ageMs = 60_000; ageMs > 0; ageMs -= STRANGER_EVERY_MS) startOne(ageMs);
    const next = (): void => {
      startOne(0);
      clock.sleep(STRANGER_EVERY_MS, over).then(next, () => {});
    };
    next();
    return;
  }
  // In a busy repository, somebody pushes every two seconds, and others dispatch the same workflow every five.
  const traffic = [
    { file: NEIGHBOUR, everyMs: 2000, behaviour: { visibleAfterMs: 1500, stepMs: 30_000 } },
    { file: FILE, everyMs: 5000, behaviour: { visibleAfterMs: 1500, queuedMs: 4000, stepMs: 25_000 } },
  ];
  for (const { file, everyMs, behaviour } of traffic) {
    for (let ageMs = 60_000; ageMs > 0; ageMs -= everyMs) start(file, ageMs, behaviour);
    const next = (): void => {
      start(file, 0, behaviour);
      clock.sleep(everyMs, over).then(next, () => {});
    };
    next();
  }
}

/** When there is to see what `runId` is waited for, by the server. */
export function truthOf(
  { world }: Server,
  { sign, waitFor }: Scenario,
  runId: number,
): Pick<Outcome, "dueAtMs" | "visibleAtMs"> & { createdAtMs: number } {
  const { run } = world.run(runId);
  const { startedMs, timeline } = lastAttempt(run);
  const job = timeline.jobs[0];
  if (!job) throw new Error(`run ${runId} has no job`);
  const sinceStart = { answer: 0, "run-name": 0, job: job.appearsMs, step: job.setupEndMs }[sign];
  const visibleAtMs = sign === "answer" ? run.knownMs : run.listedMs;
  const shownMs = Math.max(visibleAtMs, startedMs + sinceStart);
  const dueAtMs = waitFor === "found" ? shownMs : startedMs + timeline.endMs;
  return { createdAtMs: run.createdMs, dueAtMs, visibleAtMs };
}

/** An id as this action generates it at that moment. */
export function idOf(epochMs: number, random: Random): string {
  const randomHex = Math.floor(random() * 2 ** 48)
    .toString(16)
    .padStart(12, "0");
  return generateDistinctId(CALLER, generateIdHex(epochMs, randomHex));
}

const STRANGER_EVERY_MS = 200;

/** An id as another tool generates it: a UUID. */
function strangersId(random: Random): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
  return [8, 4, 4, 4, 12].map(hex).join("-");
}

/** Digits before it give the time of the dispatch, which a player may know better. */
export function randomPartOf(id: unknown): string {
  return String(id).slice(-12);
}

/** The run that was started with this id. */
export function startedBy({ world }: Server, id: string): number | undefined {
  const carries = (sent: Record<string, unknown>) => randomPartOf(sent.distinct_id) === randomPartOf(id);
  return world.repository(TARGET).runs.find(({ payload, inputs }) => carries(payload) || carries(inputs))?.id;
}

type Shares = readonly [visible: number, queued: number, setup: number, work: number];

function behaviourOf(
  { visibleS, queuedS, setupS, workS, steps, sixStates }: Scenario,
  [visible, queued, setup, work]: Shares,
): Behaviour {
  const ms = (range: Scenario["visibleS"], share: number) => Math.round(within(range, share) * 1000);
  const common = {
    visibleAfterMs: ms(visibleS, visible),
    queuedMs: ms(queuedS, queued),
    setupMs: ms(setupS, setup),
  };
  if (!sixStates) {
    const names = steps && Array.from({ length: steps }, (_, index) => `step ${index + 1}`);
    return { ...common, jobs: { identify: { durationMs: ms(workS, work), ...(names && { steps: names }) } } };
  }
  // requested → pending → queued → in_progress → waiting → in_progress → completed
  return {
    ...common,
    statuses: [
      { status: "requested", forMs: 5000 },
      { status: "pending", forMs: 60_000 },
    ],
    jobs: {
      build: { durationMs: 3_600_000 },
      deploy: { waitingMs: 600_000, durationMs: ms(workS, work) - 4_200_000 },
    },
  };
}

/** Spreads the moments of all dispatches evenly over all ranges at once (the R4 sequence). */
function spreadShares(number: number): Shares {
  const share = (step: number) => (0.5 + number * step) % 1;
  return [share(0.856_674_883_9), share(0.733_891_856_6), share(0.628_706_721_2), share(0.538_596_965_5)];
}
