/**
 * Many dispatchers at once on one token, each a process of its own, under GitHub's limits: 100 of them by
 * `npm run test:scale`, else 20 under a fifth of the limits, whose minutes are short.
 */

import { describe, test } from "vitest";
import { crowdWaitsMs } from "../../src/find/crowd.ts";
import { GITHUBS_LIMITS, type RunTruth } from "../simulator/index.ts";
import type { Ran } from "../support/bundle.ts";
import { isMode } from "../support/mode.ts";
import { type ProcessStage, setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";

const isWhole = isMode("many");
const DISPATCHERS = isWhole ? 100 : 20;
const part = DISPATCHERS / 100;
/** GitHub's own, or their part for fewer dispatchers. */
const LIMITS = {
  primaryPerHour: GITHUBS_LIMITS.primaryPerHour * part,
  pointsPerMinute: GITHUBS_LIMITS.pointsPerMinute * part,
  creatingPerMinute: GITHUBS_LIMITS.creatingPerMinute * part,
  creatingPerHour: GITHUBS_LIMITS.creatingPerHour * part,
  atOnce: GITHUBS_LIMITS.atOnce * part,
};
const BEHAVIOUR = isWhole
  ? { visibleAfterMs: 1500, queuedMs: 2000, setupMs: 1000, stepMs: 60_000 }
  : { visibleAfterMs: 500, queuedMs: 500, setupMs: 500, stepMs: 60_000 };
/** Node needs a core to start: more at once would only hold each other up, and are no more together for it. */
const STARTING_AT_ONCE = 4;

const TARGET = "octo/target";

type Sign = "run-name" | "step";

describe(`${DISPATCHERS} dispatchers on one token`, { concurrent: !isWhole, timeout: 1_200_000 }, () => {
  // Of the two, the step is the harder; a name costs one look and is told apart at once.
  test.for(isWhole ? (["run-name", "step"] as const) : (["step"] as const))(
    "each get their own run, found by its %s",
    async (sign, { expect }) => {
      const minuteMs = isWhole ? 60_000 : await shortMinuteMs();
      const stage = await setProcessStage(
        { [TARGET]: { "deploy.yml": receiver("repository_dispatch", sign) } },
        { limits: { ...LIMITS, minuteMs }, behaviour: BEHAVIOUR },
      );
      const { github } = stage;
      const beganAtMs = performance.now();
      const running = await startAll(stage);
      const startingMs = performance.now() - beganAtMs;
      const ran = await Promise.all(running);
      const tookMs = performance.now() - beganAtMs;

      const truth = github.runs(TARGET);
      const { limitsMs, needed } = imposedBy(truth, sign, minuteMs);
      const imposedMs = Math.max(limitsMs + showsAfterMs(sign), sign === "step" ? crowdWaitsMs(DISPATCHERS) : 0);
      const found = ran.filter((each) => isOwn(each, truth));
      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
      const perClient = countBy(github.refusals, ({ client }) => client);
      console.log(
        [
          `${DISPATCHERS} dispatchers by ${sign}: ${found.length} found their run`,
          `${github.requests.length} requests (${needed} needed), ${github.refusals.length} refused`,
          `at most ${Math.max(0, ...perClient)} of them to one dispatcher`,
          `${seconds(tookMs)}, ${seconds(startingMs)} of it until all had started`,
          `the limits and the runs impose ${seconds(imposedMs)}`,
          `ratio ${(tookMs / imposedMs).toFixed(2)}`,
        ].join(", "),
      );

      expect(ran.filter((each) => !isOwn(each, truth)).map(({ stdout }) => stdout.slice(-500))).toEqual([]);
      expect(truth).toHaveLength(DISPATCHERS);
      expect(new Set(ran.map(({ outputs }) => outputs.runId)).size).toBe(DISPATCHERS);
      const early = github.earlyAfterRefusal.map((request) => ({
        request,
        log: ran[Number(request.client) - 1]?.stdout,
      }));
      expect(early).toEqual([]);
      // More than a minute allows have come within one: then the limits were felt. A busy machine may start them slower.
      if (startingMs < minuteMs / 2) expect(github.refusals.length).toBeGreaterThan(0);
      // Where all have a core to themselves, time tells how well they share the limits; elsewhere, what they have asked for.
      if (isWhole) expect(tookMs - startingMs).toBeLessThanOrEqual(2 * imposedMs);
      expect(github.requests.length).toBeLessThanOrEqual(3 * needed);
    },
  );
});

/** A minute in which all of them can start, by the time that a few need now: else no limit of a minute would be felt. */
async function shortMinuteMs(): Promise<number> {
  const { run } = await setProcessStage({});
  const beganAtMs = performance.now();
  await Promise.all(Array.from({ length: STARTING_AT_ONCE }, () => run({ wait_for: "the end" })));
  const someMs = performance.now() - beganAtMs;
  return Math.max(6000, (1.5 * someMs * DISPATCHERS) / STARTING_AT_ONCE);
}

/** Starts all of them, as fast as the machine can. Each has its own name at the server, and all have one token. */
async function startAll({ github, start }: ProcessStage): Promise<Promise<Ran>[]> {
  const running: Promise<Ran>[] = [];
  const startOn = async (): Promise<void> => {
    if (running.length >= DISPATCHERS) return;
    const api_url = `${github.apiUrl}/client/${running.length + 1}`;
    const step = start({ api_url, repo: TARGET, event_type: "deploy" });
    running.push(step.ended);
    await new Promise<void>((resolve) => step.onLine(() => resolve()));
    return startOn();
  };
  await Promise.all(Array.from({ length: STARTING_AT_ONCE }, startOn));
  return running;
}

/** Says whether this step ended well with the run that the server started for its id. */
function isOwn({ exitCode, outputs }: Ran, truth: readonly RunTruth[]): boolean {
  const ours = truth.filter(({ payload }) => payload.distinct_id === outputs.distinct_id);
  return exitCode === 0 && ours.length === 1 && outputs.runId === String(ours[0]?.id);
}

/** How long a run keeps its id to itself, from the dispatch on. */
function showsAfterMs(sign: Sign): number {
  const { visibleAfterMs, queuedMs, setupMs } = BEHAVIOUR;
  return sign === "run-name" ? visibleAfterMs : Math.max(visibleAfterMs, queuedMs + setupMs);
}

/**
 * The time that the limits themselves impose, on dispatchers who ask for nothing in vain. Each needs its dispatch (one
 * creating request, 5 points) and one list of runs in which its own shows (1 point). An id that shows in a step's name is
 * in no list: of the runs that were created in the same second, which all may be its own, it has to read the jobs of
 * half (1 point each). What a window of a minute takes passes at once; the rest waits for the next window, and so on.
 */
function imposedBy(truth: readonly RunTruth[], sign: Sign, minuteMs: number): { limitsMs: number; needed: number } {
  const perSecond = countBy(truth, ({ createdAtMs }) => String(Math.floor(createdAtMs / 1000)));
  const read = perSecond.reduce((sum, count) => sum + (count * (count + 1)) / 2, 0);
  const gets = DISPATCHERS + (sign === "step" ? read : 0);
  const windows = Math.max(DISPATCHERS / LIMITS.creatingPerMinute, (5 * DISPATCHERS + gets) / LIMITS.pointsPerMinute);
  return { limitsMs: (Math.ceil(windows) - 1) * minuteMs, needed: DISPATCHERS + gets };
}

/** How many there are of each kind. */
function countBy<Item>(items: readonly Item[], kindOf: (item: Item) => string): number[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(kindOf(item), (counts.get(kindOf(item)) ?? 0) + 1);
  return [...counts.values()];
}
