// Every poll leaves a few kilobytes of garbage. V8 does not collect so little, and it grows to some 35 MB over thousands of
// polls, on a runner whose other jobs need the memory. Collected now and then, it does not grow.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Takes a few milliseconds. */
export function collectGarbage(): void {
  collect ??= reachCollector();
  collect();
}

/** Only a context made after the flag is set has `gc`. */
function reachCollector(): () => void {
  // Otherwise V8 keeps doubling the space for short-lived objects.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
