/** Runs that nobody waits for, and what may become of their events: plain data, to be shrunk. */

import fc from "fast-check";

export const TARGET = "octo/target";
export const TOKEN = "ghp_maydoeverything";
export const REFUSED = "ghp_maydonothing";
export const CALLERS = [
  { repository: "octo/one", runId: "101", sha: "1".repeat(40) },
  { repository: "octo/two", runId: "102", sha: "2".repeat(40) },
];

/** How long a write may be on its way, and how old the statuses may be that its sender has read. */
const SLOWEST_MS = 8000;
const OLDEST_MS = 5000;
/** With what is asked between the two, and the sending again. */
export const CROSSING_MS = SLOWEST_MS + OLDEST_MS + 17_000;

const deliveries = fc.record({
  /** From the event until `report` starts. */
  afterMs: fc.integer({ min: 0, max: 90_000 }),
  isLost: fc.boolean(),
  isRefused: fc.constantFrom(false, false, false, true),
  /** It comes twice; the second so much later. */
  againAfterMs: fc.option(fc.integer({ min: 0, max: 120_000 })),
});
const attempts = fc.record({
  conclusion: fc.constantFrom("success", "failure", "cancelled", "timed_out"),
  queuedMs: fc.integer({ min: 0, max: 40_000 }),
  durationMs: fc.integer({ min: 500, max: 150_000 }),
  /** From the end of the one before. */
  afterMs: fc.integer({ min: 1000, max: 100_000 }),
  events: fc.tuple(deliveries, deliveries, deliveries),
});
export const schedules = fc.record({
  /** Reads of a run, by their number, that are answered as they would have been so long ago. */
  staleReads: fc.array(fc.record({ nth: fc.nat(20), ms: fc.integer({ min: 500, max: 20_000 }) }), { maxLength: 8 }),
  /** The same of the statuses of a commit. */
  staleStatuses: fc.array(fc.record({ nth: fc.nat(20), ms: fc.integer({ min: 500, max: 5000 }) }), { maxLength: 4 }),
  /** Statuses that `report` sets, by their number: slowly, or with an answer that says nothing. */
  writes: fc.array(
    fc.record({
      nth: fc.nat(12),
      how: fc.constantFrom("slow", "slow", "lost before", "lost after"),
      ms: fc.nat(SLOWEST_MS),
    }),
    { maxLength: 5 },
  ),
  sign: fc.constantFrom("run-name", "run-name", "job", "step" as const),
  steps: fc.array(
    fc.record({
      caller: fc.nat(CALLERS.length - 1),
      context: fc.constantFrom("a", "b"),
      startsAfterMs: fc.integer({ min: 0, max: 300_000 }),
      /** Starts as soon as a slow write is on its way, and for the same context; at the latest after that time. */
      isCrossing: fc.boolean(),
      statusLateMs: fc.constantFrom(0, 0, 4000, 9000),
      attempts: fc.array(attempts, { minLength: 1, maxLength: 3 }),
      deletedAfterMs: fc.option(fc.integer({ min: 0, max: 400_000 }), { freq: 8 }),
      kind: fc.constantFrom("leaves", "leaves", "leaves", "waits", "forged"),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});
export type Schedule = typeof schedules extends fc.Arbitrary<infer Value> ? Value : never;
export type Step = Schedule["steps"][number];
