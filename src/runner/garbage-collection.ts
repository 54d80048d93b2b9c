/**
 * The edge to the memory of this process. Every look leaves a few kilobytes of garbage. V8 sees no reason to collect so
 * little, and lets it grow to some 35 MB over thousands of looks, on a runner whose other jobs need the memory. Collected now
 * and then, a long wait needs no more at its end than at its beginning.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Collects the garbage, which takes a few milliseconds. */
export function collectGarbage(): void {
  collect ??= reachCollector();
  collect();
}

/** V8's collector. Only a context made after the flag is set has it. */
function reachCollector(): () => void {
  // Otherwise V8 doubles the space for short-lived objects again and again.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
