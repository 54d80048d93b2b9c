/** What is played, and what has to come of it. Times in seconds, as people say them. */

import { find, type Goal, type Scenario } from "./scenario.ts";

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
  {
    ...find,
    name: "run-name, 502 and nothing done",
    event: "repository_dispatch",
    sign: "run-name",
    firstFails: "before",
    goals: [...SOON, { figure: "missing", atMost: 0 }, { figure: "requestsToResendMost", atMost: 15 }],
  },
  {
    ...find,
    name: "run-name, 502 and done",
    event: "repository_dispatch",
    sign: "run-name",
    firstFails: "after",
    goals: [...SOON, { figure: "requestsToResendMost", atMost: 0 }],
  },
  {
    ...find,
    name: "step, 502 and done",
    event: "repository_dispatch",
    sign: "step",
    firstFails: "after",
    goals: [...SOON, { figure: "requestsToResendMost", atMost: 0 }],
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
const threeHours = { ...follow, workS: [10_700, 10_880], plays: 5 } as const;

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
  {
    ...threeHours,
    name: "3 h, with history",
    history: 10,
    plays: 9,
    goals: [...KNOWN_LENGTH, { figure: "requestsMost", atMost: 600 }],
  },
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
      // Twelve, and one that asks the concurrency group who is ahead.
      { figure: "billedWaitingMost", atMost: 15 },
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
      { figure: "tookMostS", atMost: 15 },
      { figure: "requestsMost", atMost: 18 },
      { figure: "refused", atMost: 0 },
    ],
  },
  {
    ...crowd,
    name: "five strangers a second, step",
    sign: "step",
    repository: "strangers",
    plays: 40,
    goals: [
      { figure: "missing", atMost: 0 },
      { figure: "lagMedianS", atMost: 2 },
      { figure: "lagWorstS", atMost: 4 },
      { figure: "requestsMost", atMost: 25 },
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
    plays: 1,
    goals: [
      { figure: "missing", atMost: 0 },
      { figure: "billedInAll", atMost: 5000 },
      { figure: "pointsPerMinute", atMost: 900 },
      { figure: "refused", atMost: 0 },
    ],
  },
];

export const scenarios: readonly Scenario[] = [...finding, ...following, ...crowds];
