/** One token's budget: what GitHub counts within a minute. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { openBudget } from "../../../src/github/budget.ts";
import { CREATING } from "../../../src/github/spending.ts";
import { VirtualClock } from "../../simulator/index.ts";

const LOG = { info() {}, group() {}, still() {}, notice() {}, warning() {}, debug() {} };
const MINUTE_MS = 60_000;
const GITHUBS = 80;

function mostWithin(arrivals: readonly number[], ms: number): number {
  const sorted = arrivals.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((atMs, index) => index + 1 - sorted.findIndex((each) => each > atMs - ms)));
}

test("keeps a minute's limit as the server counts it, however long each request is on its way", async () => {
  const latencies = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 200, maxLength: 200 });
  const batches = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 4, maxLength: 4 });
  const property = fc.asyncProperty(latencies, batches, async (latenciesMs, beginsMs) => {
    const clock = new VirtualClock();
    const budget = openBudget({ github: { serverTimeMs: () => undefined }, clock, log: LOG });
    const { signal } = new AbortController();
    const arrivals = latenciesMs.map(async (latencyMs, index) => {
      await clock.sleep(beginsMs[index % beginsMs.length] ?? 0);
      const end = await budget.take(CREATING, signal, index);
      end();
      return clock.nowMs() + latencyMs;
    });
    expect(mostWithin(await Promise.all(arrivals), MINUTE_MS)).toBeLessThanOrEqual(GITHUBS);
  });
  await fc.assert(property, { numRuns: 20, seed: 20_261_201 });
});
