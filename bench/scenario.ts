/** What a scenario says: what goes on, who takes part, and what has to come of it. Times in seconds, as people say them. */

import { GITHUBS_LIMITS, type LimitOptions } from "../test/simulator/index.ts";
import type { Figures } from "./measure.ts";
import type { Range } from "./random.ts";

export interface Scenario {
  name: string;
  /** Which table it goes into. */
  part: "find" | "follow" | "crowd";
  event: "workflow_dispatch" | "repository_dispatch";
  /** Where the run shows the id. `answer`: GitHub's answer to the dispatch names the run; others read its run-name. */
  sign: "answer" | "run-name" | "job" | "step";
  /**
   * Busy: other runs start all the time, of the same workflow as well. Strangers: five a second of the same workflow, which
   * another tool has dispatched; they show an id, but none of ours.
   */
  repository: "idle" | "busy" | "strangers";
  waitFor: "found" | "completed";
  /** Until lists show the run. */
  visibleS: Range;
  /** Until a runner takes its job. */
  queuedS: Range;
  /** From then until the job shows its steps. */
  setupS: Range;
  /** How long its job works. */
  workS: Range;
  /** Instead of one job: two with an approval in between, so that the run changes state six times. */
  sixStates?: true;
  /** How many steps its job has, each as long as the others; by default one. */
  steps?: number;
  /** How many runs of the same workflow there were before, of the same kind. */
  history?: number;
  /** The first dispatch is answered 502, `before` or `after` it took effect. */
  firstFails?: "before" | "after";
  dispatchers: number;
  /** They start within this time. */
  startWithinS: number;
  /** Of one request, there and back. */
  latencyMs: Range;
  limits: LimitOptions;
  /** How often it is played, with other moments each time. */
  plays: number;
  goals: readonly Goal[];
}

export interface Goal {
  figure: keyof Figures;
  /** In the figure's own unit. */
  atMost: number;
}

/** What most scenarios have in common. */
export const find = {
  part: "find",
  waitFor: "found",
  repository: "idle",
  visibleS: [1, 10],
  queuedS: [2, 8],
  setupS: [1, 3],
  workS: [60, 60],
  dispatchers: 1,
  startWithinS: 0,
  latencyMs: [80, 80],
  limits: GITHUBS_LIMITS,
  plays: 40,
} as const;
