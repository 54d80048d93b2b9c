/** What is played, and what has to come of it. Times in seconds, as people say them. */

import type { LimitOptions } from "../test/simulator/index.ts";
import type { Figures } from "./measure.ts";
import type { Range } from "./random.ts";

export interface Scenario {
  name: string;
  /** Which table it goes into. */
  part: "find" | "follow" | "crowd";
  event: "workflow_dispatch" | "repository_dispatch";
  /** Where the run shows the id. `answer`: GitHub's answer to the dispatch names the run; others read its run-name. */
  sign: "answer" | "run-name" | "job" | "step";
  /** Busy: other runs start all the time, of the same workflow as well. */
  repository: "idle" | "busy";
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

/** GitHub's own, for a personal token. */
const IN_FORCE: LimitOptions = {
  primaryPerHour: 5000,
  pointsPerMinute: 900,
  creatingPerMinute: 80,
  creatingPerHour: 500,
};

const find = {
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
  limits: IN_FORCE,
  plays: 40,
} as const;

const SOON: readonly Goal[] = [
  { figure: "lagMedianS", atMost: 1 },
  { figure: "lagWorstS", atMost: 2.5 },
];
const LATE: readonly Goal[] = [{ figure: "lagWorstPercent", atMost: 5 }];

const finding: readonly Scenario[] = [
  {
    ...find,
    name: "GitHub names the run",
    event: "workflow_dispatch",
    sign: "answer",
    visibleS: [0.5, 5],
    goals: SOON,
  },
  { ...find, name: "run-name", event: "repository_dispatch", sign: "run-name", goals: SOON },
  {
    ...find,
    name: "run-name, busy",
    event: "repository_dispatch",
    sign: "run-name",
    repository: "busy",
    plays: 20,
    goals: SOON,
  },
  { ...find, name: "run-name, older server", event: "workflow_dispatch", sign: "run-name", goals: SOON },
  {
    ...find,
    name: "run-name, slow to show",
    event: "repository_dispatch",
    sign: "run-name",
    visibleS: [10, 59],
    goals: SOON,
  },
  { ...find, name: "job", event: "repository_dispatch", sign: "job", goals: SOON },
  {
    ...find,
    name: "job, busy",
    event: "repository_dispatch",
    sign: "job",
    repository: "busy",
    plays: 20,
    goals: SOON,
  },
  { ...find, name: "job, older server", event: "workflow_dispatch", sign: "job", goals: SOON },
  { ...find, name: "step", event: "repository_dispatch", sign: "step", goals: SOON },
  {
    ...find,
    name: "step, busy",
    event: "repository_dispatch",
    sign: "step",
    repository: "busy",
    plays: 20,
    goals: SOON,
  },
  { ...find, name: "step, older server", event: "workflow_dispatch", sign: "step", goals: SOON },
  {
    ...find,
    name: "step, runner comes late",
    event: "repository_dispatch",
    sign: "step",
    visibleS: [1, 3],
    queuedS: [10, 52],
    goals: SOON,
  },
  {
    ...find,
    name: "run-name, after minutes",
    event: "repository_dispatch",
    sign: "run-name",
    visibleS: [61, 280],
    goals: LATE,
  },
  {
    ...find,
    name: "step, runner after minutes",
    event: "repository_dispatch",
    sign: "step",
    visibleS: [1, 3],
    queuedS: [61, 275],
    goals: LATE,
  },
];

const follow = {
  ...find,
  part: "follow",
  event: "workflow_dispatch",
  sign: "answer",
  waitFor: "completed",
  visibleS: [1, 3],
} as const;

/** `poll_interval_seconds` is 10 by default. */
const KNOWN_LENGTH: readonly Goal[] = [
  { figure: "lagMedianS", atMost: 2 },
  { figure: "lagWorstS", atMost: 10 },
];
const UNKNOWN_LENGTH: readonly Goal[] = [
  { figure: "lagWorstPercent", atMost: 5 },
  { figure: "lagWorstS", atMost: 10 },
];

const short = { ...follow, queuedS: [2, 3], setupS: [1, 1], workS: [16, 18], plays: 40 } as const;
const tenMinutes = { ...follow, workS: [590, 596], plays: 24 } as const;
const threeHours = { ...follow, workS: [10_700, 10_880], plays: 9 } as const;

const following: readonly Scenario[] = [
  { ...short, name: "20 s, with history", history: 10, goals: KNOWN_LENGTH },
  { ...short, name: "20 s", goals: UNKNOWN_LENGTH },
  { ...tenMinutes, name: "10 min, with history", history: 10, goals: KNOWN_LENGTH },
  { ...tenMinutes, name: "10 min", goals: UNKNOWN_LENGTH },
  {
    ...tenMinutes,
    name: "10 min, with history, run-name",
    event: "repository_dispatch",
    sign: "run-name",
    history: 10,
    goals: KNOWN_LENGTH,
  },
  {
    ...tenMinutes,
    name: "10 min, run-name, busy",
    event: "repository_dispatch",
    sign: "run-name",
    repository: "busy",
    plays: 10,
    goals: UNKNOWN_LENGTH,
  },
  { ...threeHours, name: "3 h, with history", history: 10, plays: 15, goals: KNOWN_LENGTH },
  { ...threeHours, name: "3 h", goals: UNKNOWN_LENGTH },
  {
    ...follow,
    name: "1 h, sixty steps",
    steps: 60,
    workS: [3600, 3600],
    plays: 3,
    goals: [...UNKNOWN_LENGTH, { figure: "billedMost", atMost: 25 }],
  },
  {
    ...threeHours,
    name: "3 h, six changes of state",
    sixStates: true,
    workS: [10_000, 10_170],
    plays: 3,
    goals: [
      { figure: "billedWaitingMost", atMost: 12 },
      { figure: "requestsMost", atMost: 1150 },
    ],
  },
];

const crowd = { ...find, part: "crowd", event: "repository_dispatch", latencyMs: [40, 120] } as const;

const crowds: readonly Scenario[] = [
  {
    ...crowd,
    name: "forty dispatchers at once, step",
    sign: "step",
    dispatchers: 40,
    startWithinS: 1,
    plays: 3,
    goals: [
      { figure: "missing", atMost: 0 },
      { figure: "tookMostS", atMost: 80 },
      { figure: "requestsMost", atMost: 24 },
      { figure: "refused", atMost: 0 },
    ],
  },
  {
    ...crowd,
    name: "hundred dispatchers, run-name",
    sign: "run-name",
    dispatchers: 100,
    startWithinS: 120,
    plays: 1,
    goals: [
      { figure: "missing", atMost: 0 },
      { figure: "refused", atMost: 0 },
    ],
  },
  {
    ...crowd,
    name: "hundred waiters, an hour",
    event: "workflow_dispatch",
    sign: "answer",
    waitFor: "completed",
    dispatchers: 100,
    // One every six seconds: GitHub takes 500 dispatches an hour.
    startWithinS: 600,
    history: 10,
    workS: [3400, 3600],
    plays: 2,
    goals: [
      { figure: "missing", atMost: 0 },
      { figure: "billedInAll", atMost: 5000 },
      { figure: "pointsPerMinute", atMost: 900 },
      { figure: "refused", atMost: 0 },
    ],
  },
];

export const scenarios: readonly Scenario[] = [...finding, ...following, ...crowds];
