/** What a step with several refs meets, and the runs that were in its target before: how schedules are made at random. */

import fc from "fast-check";
import { outages, type Trouble, troubles } from "../model/trouble.ts";

/** Who has started an earlier run, and so whether it may count. */
export const STARTERS = [
  "push",
  "schedule",
  "hand",
  "pull request there",
  "event without id",
  "caller's main",
  "caller's schedule",
  "caller's branch",
  "caller's pull request",
  "caller's fork",
  "caller's comment",
  "caller's workflow_run",
  "caller's deleted run",
  "our own run",
] as const;
export type Starter = (typeof STARTERS)[number];

export const REFS = ["feature/x", "topic", "main", "gone"] as const;
export const TAG = "v1";

const conclusions = fc.constantFrom<string | null>(
  "failure",
  "success",
  "failure",
  "success",
  "timed_out",
  "startup_failure",
  "cancelled",
  "skipped",
  "neutral",
  "action_required",
  "tomorrow's word",
  null,
);

const earlier = fc.record({
  by: fc.constantFrom<Starter>(...STARTERS, "push", "caller's main"),
  conclusion: conclusions,
  branch: fc.constantFrom<"same" | "same" | "other">("same", "same", "same", "other"),
  isOfOtherFile: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  meanwhile: fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: "nothing" as const, atMs: 0 }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("runs on" as const, "is deleted" as const, "turns green" as const, "turns red" as const),
        atMs: fc.integer({ min: 0, max: 90_000 }),
      }),
    },
  ),
});
export type Earlier = typeof earlier extends fc.Arbitrary<infer Value> ? Value : never;

const changes = fc.array(
  fc.record({ atMs: fc.integer({ min: 0, max: 20_000 }), ref: fc.constantFrom(...REFS), exists: fc.boolean() }),
  { maxLength: 3 },
);

function sometimes<Value>(arbitrary: fc.Arbitrary<Value>, weight: number, maxLength: number): fc.Arbitrary<Value[]> {
  return fc.oneof(
    { weight, arbitrary: fc.constant<Value[]>([]) },
    { weight: 2, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength }) },
  );
}

const any = fc.record({
  event: fc.constantFrom("workflow_dispatch" as const, "repository_dispatch" as const),
  details: fc.constantFrom("known" as const, "known" as const, "rejected" as const),
  reuse: fc.constantFrom("never" as const, "never" as const, "success" as const),
  /** In this order; one alone is used as it is. */
  refs: fc.shuffledSubarray([...REFS, TAG], { minLength: 1 }),
  existing: fc.subarray(["feature/x", "topic"] as const),
  changes: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: changes }),
  earlier: fc.oneof(
    { weight: 1, arbitrary: fc.constant<Earlier[]>([]) },
    { weight: 6, arbitrary: fc.array(earlier, { minLength: 2, maxLength: 8 }) },
  ),
  conclusion: fc.constantFrom(
    ...["failure", "failure", "failure", "failure", "timed_out", "startup_failure", "success", "cancelled"],
  ),
  endsAfterMs: fc.integer({ min: 0, max: 90_000 }),
  accepts: fc.constantFrom("success", "success", "success", "success, neutral", "success, timed_out"),
  allows: fc.boolean(),
  rerunFailed: fc.constantFrom(0, 0, 1),
  maxRuns: fc.constantFrom(500, 500, 500, 500, 1, 3, 5),
  callers: fc.constantFrom<"readable" | "no actions" | "not there">(
    "readable",
    "readable",
    "readable",
    "no actions",
    "not there",
  ),
  troubles: sometimes(troubles, 2, 4),
  /** Of the refs, and of the lists: what decides here. */
  troublesOfLooks: sometimes(
    fc
      .tuple(
        troubles,
        fc.constantFrom(
          { on: "ref" as const },
          { on: "ref" as const, times: 1000 },
          { on: "list" as const },
          { on: "dispatch" as const },
          { on: "ref" as const, what: "403, no access" as const },
          { on: "dispatch" as const, nth: 1, what: "422 with the value" as const },
          { on: "dispatch" as const, nth: 1, times: 1, what: "502 before" as const },
        ),
      )
      .map(([any, about]): Trouble => ({ ...any, ...about })),
    2,
    2,
  ),
  troublesOfCaller: sometimes(troubles, 3, 2),
  outages: sometimes(outages, 14, 1),
  signalAtMs: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 120_000 }) },
  ),
  jitter: fc.nat(1000),
});
export type Schedule = typeof any extends fc.Arbitrary<infer Value> ? Value : never;

/** Nothing goes wrong, so that there is only one right result. */
const calm = any.map(
  (each): Schedule => ({
    ...each,
    ...{ changes: [], troubles: [], troublesOfLooks: [], troublesOfCaller: [], outages: [], signalAtMs: undefined },
  }),
);

export const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  { weight: 2, arbitrary: any },
  { weight: 1, arbitrary: calm },
);

export function isCalm({
  troubles,
  troublesOfLooks,
  troublesOfCaller,
  outages,
  signalAtMs,
  changes,
}: Schedule): boolean {
  const wrongs = [troubles, troublesOfLooks, troublesOfCaller, outages, changes];
  return wrongs.every((each) => each.length === 0) && signalAtMs === undefined;
}
