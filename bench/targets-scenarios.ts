/** Many targets in one step (`targets`): what is played, and what has to come of it. Times in seconds, as people say them. */

import type { Range } from "./random.ts";

export interface ManyScenario {
  name: string;
  repositories: number;
  /** In each repository, of as many workflow files. */
  targetsEach: number;
  /** Where a run shows the id: `answer`: GitHub's answer to the dispatch names the run. */
  sign: "answer" | "run-name";
  /** How long a run's job works. */
  workS: Range;
  /** How many runs of the same workflow there were before, of the same kind. */
  history: number;
  /** Single steps start within this time, as the jobs of a matrix do. Undefined: they are not played. */
  singleStepsWithinS?: number;
  goals: Partial<Record<keyof ManyFigures, number>>;
  /** With other jitter and latency each time, since a late end is the luck of a pause. By default one. */
  plays?: number;
  /** Also played by `bench -- --check`. */
  isCheap?: true;
}

export interface ManyFigures {
  /** Entries whose run was not followed to its green end. */
  missing: number;
  lagMedianS: number;
  lagWorstS: number;
  requests: number;
  billed: number;
  requestsPerMinute: number;
  pointsPerMinute: number;
  refused: number;
  /** Of one step to single steps. NaN: these were not played. */
  requestsRatio: number;
  billedRatio: number;
  /** How much later an end is known than by single steps. */
  laterMedianS: number;
  laterWorstS: number;
}

const COMPLETE = { missing: 0, refused: 0 } as const;
const AS_SOON = { laterMedianS: 1, laterWorstS: 1 } as const;
const forty = { history: 10, workS: [170, 600], singleStepsWithinS: 10, plays: 6 } as const;
const many = { sign: "answer", workS: [10_000, 10_800] } as const;

export const manyScenarios: readonly ManyScenario[] = [
  {
    ...forty,
    name: "40 repositories",
    repositories: 40,
    targetsEach: 1,
    sign: "answer",
    isCheap: true,
    goals: { ...COMPLETE, ...AS_SOON, requestsRatio: 1, billedRatio: 0.75 },
  },
  {
    ...forty,
    name: "40 repositories, run-name",
    repositories: 40,
    targetsEach: 1,
    sign: "run-name",
    goals: { ...COMPLETE, ...AS_SOON, requestsRatio: 1, billedRatio: 0.9 },
  },
  {
    ...forty,
    name: "40 repositories, no history",
    history: 0,
    repositories: 40,
    targetsEach: 1,
    sign: "answer",
    goals: { ...COMPLETE, ...AS_SOON, requestsRatio: 1, billedRatio: 0.75 },
  },
  {
    ...forty,
    name: "40 workflows of one repository",
    repositories: 1,
    targetsEach: 40,
    sign: "answer",
    isCheap: true,
    goals: { ...COMPLETE, requestsRatio: 0.4, billedRatio: 0.6 },
  },
  {
    ...many,
    name: "256 in 20 repositories, 3 h",
    repositories: 20,
    targetsEach: 12.8,
    history: 0,
    goals: { ...COMPLETE, requestsPerMinute: 100, lagWorstS: 15 },
  },
  {
    ...many,
    name: "256 in 20 repositories, 3 h, with history",
    repositories: 20,
    targetsEach: 12.8,
    history: 3,
    goals: { ...COMPLETE, requestsPerMinute: 100, lagWorstS: 15 },
  },
  {
    ...many,
    name: "256 repositories, 3 h",
    repositories: 256,
    targetsEach: 1,
    history: 0,
    goals: { ...COMPLETE, requestsPerMinute: 600, lagWorstS: 60 },
  },
  {
    ...many,
    name: "256 repositories, 3 h, with history",
    repositories: 256,
    targetsEach: 1,
    history: 3,
    goals: { ...COMPLETE, requestsPerMinute: 600, lagWorstS: 60 },
  },
];
