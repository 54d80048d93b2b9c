/**
 * The edge to the memory of this process. A look leaves some kilobytes that nobody needs any more. V8 sees no reason to clear
 * up for so little, lets them come to some 35 MB in a wait of thousands of looks, and on a runner such a wait is the least of
 * its jobs. Cleared up now and then, the wait needs as much at its end as at its beginning.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Clears up, which takes some milliseconds. */
export function clearUp(): void {
  collect ??= reachCollector();
  collect();
}

/** V8's collector, which it gives only to a context that is made when the flag is set. */
function reachCollector(): () => void {
  // The space for what is short-lived would double again and again.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
