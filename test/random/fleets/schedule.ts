/** One schedule of a fleet: the entries of `targets`, what GitHub is like, and all that happens. Plain data, to be read and shrunk. */

import fc from "fast-check";
import { mostly, TO_FIRST } from "../choices.ts";
import { type Trouble, troubles, unclearDispatch } from "../model/trouble.ts";

/** How the runs of an entry go. */
export interface Course {
  visibleMs: number;
  queuedMs: number;
  stepMs: number;
  /** Of the job `identify`, in the first attempt and in those after it. */
  attempts: ("success" | "failure" | "timed_out" | "cancelled")[];
  /** Of the run in its first attempt, against what its jobs say; empty: as they end. */
  conclusion: "" | "null" | "neutral" | "skipped" | "action_required" | "stale" | "timed_out";
  side: "success" | "failure" | "skipped";
  sideMs: number;
  hasValues: boolean;
  cancel: "works" | "409" | "ignored";
}

export interface Entry {
  repo: number;
  kind: "workflow" | "event" | "given";
  /** Where the receiver shows the id. `nobody`: none listens to the event. */
  sign: "run-name" | "job" | "step" | "none" | "nobody";
  course: Course;
  /** Other entries by their number; only those of a lower rank count, so that there is no circle. */
  needs: number[];
  rank: number;
  continuesOnError: boolean;
  jobs: "" | "*" | "side";
  success: "success" | "any" | "success, skipped, neutral";
  takesValues: boolean;
  rerunFailed: 0 | 1 | 2;
  reuse: "never" | "queued" | "running" | "success";
  /** With `reuse`: sends what others in its repository send. */
  isAlike: boolean;
  findTimeoutS: number;
  timeoutS: number;
  startTimeoutS: number;
}

/** Of requests that are about this entry, and of those that its repository's entries share. */
export interface EntryTrouble extends Trouble {
  entry: number;
}

export interface Schedule {
  entries: Entry[];
  /** So many more like the first one, in its repository. */
  crowd: number;
  waitFor: "nothing" | "found" | "completed";
  maxParallel: number;
  failsFast: boolean;
  cancelRunOn: ("cancel" | "timeout" | "failure")[];
  troubles: EntryTrouble[];
  /** `others`: so many requests of others on the token, at a time. */
  limit: { kind: "none" | "primary" | "creating"; count: number; others: number; othersAtMs: number };
  details: "known" | "rejected";
  latencyMs: number;
  end: { kind: "itself" | "cancel" | "kill"; atMs: number };
  jitter: number;
}

const attempt = mostly<Course["attempts"][number]>(3, "success", "failure", "failure", "timed_out", "cancelled");

const course: fc.Arbitrary<Course> = fc.record({
  visibleMs: fc.integer({ min: 0, max: 8000 }),
  queuedMs: mostly(3, 2000, 0, 12_000, 150_000),
  stepMs: fc.oneof(TO_FIRST, fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 200_000 })),
  attempts: fc.array(attempt, { minLength: 1, maxLength: 3 }),
  conclusion: mostly<Course["conclusion"]>(
    10,
    "",
    "null",
    "neutral",
    "skipped",
    "action_required",
    "stale",
    "timed_out",
  ),
  side: mostly<Course["side"]>(2, "success", "failure", "skipped"),
  sideMs: fc.integer({ min: 0, max: 60_000 }),
  hasValues: mostly(5, true, false),
  cancel: mostly<Course["cancel"]>(6, "works", "409", "ignored"),
});

const entry: fc.Arbitrary<Entry> = fc.record({
  repo: fc.integer({ min: 0, max: 4 }),
  kind: fc.constantFrom<Entry["kind"]>("workflow", "workflow", "event", "event", "given"),
  sign: fc.oneof(
    TO_FIRST,
    { weight: 5, arbitrary: fc.constant("run-name" as const) },
    { weight: 2, arbitrary: fc.constantFrom("job" as const, "step" as const) },
    { weight: 1, arbitrary: fc.constantFrom("none" as const, "nobody" as const) },
  ),
  course,
  needs: fc.oneof(
    TO_FIRST,
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 3 }) },
  ),
  rank: fc.nat(3),
  continuesOnError: mostly(3, false, true),
  jobs: mostly<Entry["jobs"]>(5, "", "*", "side"),
  success: mostly<Entry["success"]>(4, "success", "any", "success, skipped, neutral"),
  takesValues: mostly(4, false, true),
  rerunFailed: mostly<Entry["rerunFailed"]>(4, 0, 1, 2),
  reuse: mostly<Entry["reuse"]>(4, "never", "queued", "running", "success"),
  isAlike: fc.boolean(),
  findTimeoutS: fc.constantFrom(90, 60, 300),
  timeoutS: fc.constantFrom(600, 60, 120),
  startTimeoutS: mostly(6, 0, 60),
});

const momentMs = fc.oneof(
  TO_FIRST,
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: 60_000 }),
  fc.integer({ min: 0, max: 300_000 }),
);

const trouble: fc.Arbitrary<EntryTrouble> = fc
  .tuple(fc.nat(11), fc.oneof({ weight: 3, arbitrary: troubles }, { weight: 1, arbitrary: unclearDispatch }))
  .map(([at, any]) => ({ ...any, entry: at }));

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  entries: fc.array(entry, { minLength: 1, maxLength: 12 }),
  crowd: fc.oneof(
    TO_FIRST,
    { weight: 40, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 75, max: 110 }) },
  ),
  waitFor: mostly<Schedule["waitFor"]>(6, "completed", "found", "nothing"),
  maxParallel: mostly(2, 256, 1, 2, 3),
  failsFast: mostly(3, false, true),
  cancelRunOn: fc.subarray<"cancel" | "timeout" | "failure">(["cancel", "timeout", "failure"]),
  troubles: fc.oneof(
    TO_FIRST,
    { weight: 2, arbitrary: fc.constant<EntryTrouble[]>([]) },
    { weight: 3, arbitrary: fc.array(trouble, { minLength: 1, maxLength: 4 }) },
  ),
  limit: fc.oneof(
    TO_FIRST,
    { weight: 6, arbitrary: fc.constant({ kind: "none" as const, count: 0, others: 0, othersAtMs: 0 }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("primary" as const, "creating" as const),
        count: fc.integer({ min: 2, max: 120 }),
        others: mostly(1, 0, 10, 40),
        othersAtMs: momentMs,
      }),
    },
  ),
  details: fc.constantFrom("known" as const, "rejected" as const),
  latencyMs: mostly(3, 0, 150),
  end: fc.oneof(
    TO_FIRST,
    { weight: 5, arbitrary: fc.constant({ kind: "itself" as const, atMs: 0 }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), atMs: momentMs }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("kill" as const), atMs: momentMs }) },
  ),
  jitter: fc.nat(1000),
});
