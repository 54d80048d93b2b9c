/** Whoever waits on a signal that many share leaves nothing behind, whatever the garbage collection has done meanwhile. */

import { getEventListeners, setMaxListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { abortAfter, abortAfterGrace } from "../../../src/runner/cancellation.ts";
import { VirtualClock } from "../../simulator/index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test.each([
  ["a time limit", (clock: VirtualClock, shared: AbortSignal) => abortAfter(clock, Infinity, () => 0, shared)],
  ["a grace period", (clock: VirtualClock, shared: AbortSignal) => abortAfterGrace(clock, 1000, shared)],
])("%s", async (_, begin) => {
  const shared = new AbortController().signal;
  setMaxListeners(0, shared);
  const timers = Array.from({ length: 100 }, () => begin(new VirtualClock(), shared));
  expect(getEventListeners(shared, "abort")).toHaveLength(100);
  collectGarbage();
  await new Promise(setImmediate);
  collectGarbage();
  for (const timer of timers) timer.release();
  expect(getEventListeners(shared, "abort")).toEqual([]);
});
