import type { Log } from "../../src/runner/log.ts";

/** Says nothing but what `spoken` takes. */
export function quietLog(spoken: Partial<Log> = {}): Log {
  return { info() {}, group() {}, still() {}, notice() {}, warning() {}, debug() {}, ...spoken };
}
