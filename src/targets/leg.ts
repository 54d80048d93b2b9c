import type { TargetEntry } from "./read-targets.ts";
import type { EntryState } from "./results.ts";

/** An entry on its way. Times by the clock. */
export interface Leg {
  readonly entry: TargetEntry;
  /** In the list, from 0. */
  readonly position: number;
  state: EntryState;
  startedAtMs?: number;
  endedAtMs?: number;
}
