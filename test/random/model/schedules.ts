/** All schedules there can be, plainest first: how they are made at random, and shrunk. */

import fc from "fast-check";
import { mostly, TO_FIRST } from "../choices.ts";
import { KNOWN } from "./known.ts";
import type { Approval, Asked, Course, File, Happening, LookalikeId, Neighbour, Schedule, Server } from "./schedule.ts";
import { outages, type Trouble, troubles, unclearDispatch, unreadJobs } from "./trouble.ts";

const momentMs = fc.oneof(
  TO_FIRST,
  fc.integer({ min: 0, max: 8000 }),
  fc.integer({ min: 0, max: 60_000 }),
  fc.integer({ min: 0, max: 400_000 }),
);

const asked: fc.Arbitrary<Asked> = fc.record({
  event: fc.constantFrom("workflow_dispatch" as const, "repository_dispatch" as const),
  waitFor: fc.oneof(
    TO_FIRST,
    { weight: 4, arbitrary: fc.constant("completed" as const) },
    { weight: 2, arbitrary: fc.constant("found" as const) },
    { weight: 1, arbitrary: fc.constant("nothing" as const) },
  ),
  id: mostly(2, "", "run-1", "run-10", "v1", "v1.2", "a/b:c", "2026-11-20", "x1"),
  sendsId: mostly(12, true, false),
  filter: fc.boolean(),
  byName: mostly(4, false, true),
  findTimeoutS: fc.constantFrom(90, 5, 15, 20, 30, 45, 60, 61, 63, 70, 130, 200, 300),
  timeoutS: fc.constantFrom(600, 10, 60, 120, 300),
  pollS: fc.oneof(
    TO_FIRST,
    { weight: 8, arbitrary: fc.constantFrom(10, 5, 20, 60) },
    { weight: 1, arbitrary: fc.constantFrom(1, 2) },
  ),
  maxRuns: mostly(4, 500, 1, 5, 30, 60),
  success: fc.constantFrom("success", "any", "success, neutral, skipped", "failure", "cancelled, timed_out"),
  cancelRunOn: fc.constantFrom("" as const, "cancel" as const, "timeout" as const, "cancel, timeout" as const),
  isGiven: mostly(8, false, true),
  job: mostly<Asked["job"]>(6, "", "*", "*", "side", "side", "first", "nobody"),
  failsFast: mostly(4, false, true),
  startTimeoutS: mostly(6, 0, 5, 20, 60, 120),
  callerIsPublic: mostly(2, false, true),
});

const stretchMs = fc.oneof(
  TO_FIRST,
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 5000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
);

const approval: fc.Arbitrary<Approval> = fc.record({
  kind: fc.constantFrom("given" as const, "refused" as const, "never" as const),
  job: mostly<Approval["job"]>(2, "identify", "side"),
  afterMs: fc.oneof(TO_FIRST, fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 400_000 })),
  reviewers: fc.integer({ min: 0, max: 2 }),
  timerMin: mostly(3, 0, 1, 2),
});
const noApproval: Approval = { kind: "none", job: "identify", afterMs: 1, reviewers: 1, timerMin: 0 };

const lateBy = fc.constantFrom("env" as const, "steps" as const, "job" as const, "runner" as const);

const course: fc.Arbitrary<Course> = fc.record({
  sign: fc.oneof(
    TO_FIRST,
    { weight: 6, arbitrary: fc.constant("run-name" as const) },
    { weight: 3, arbitrary: fc.constant("job" as const) },
    { weight: 4, arbitrary: fc.constant("step" as const) },
    { weight: 1, arbitrary: fc.constantFrom("none" as const, "undeclared" as const, "nobody" as const) },
  ),
  visibleMs: fc.oneof(
    TO_FIRST,
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 240_000 }) },
  ),
  knownLaterMs: fc.oneof(
    TO_FIRST,
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 25_000 }) },
  ),
  statuses: fc.oneof(
    TO_FIRST,
    { weight: 4, arbitrary: fc.constant<Course["statuses"]>([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({
          status: fc.constantFrom("queued", "requested", "pending", "waiting", "in_progress", "dreaming"),
          forMs: stretchMs,
        }),
        { maxLength: 3 },
      ),
    },
  ),
  queuedMs: stretchMs,
  setupMs: fc.integer({ min: 0, max: 6000 }),
  stepMs: stretchMs,
  lateJob: mostly(4, false, true),
  stepsBefore: mostly(4, 0, 1, 2, 3),
  lateBy: mostly<Course["lateBy"]>(3, "", "env", "steps", "job", "runner"),
  approval: fc.oneof(TO_FIRST, { weight: 12, arbitrary: fc.constant(noApproval) }, { weight: 1, arbitrary: approval }),
  conclusion: mostly(
    2,
    "",
    "null",
    "null",
    "failure",
    "timed_out",
    "neutral",
    "cancelled",
    "skipped",
    "timed_out",
    "action_required",
    "stale",
    "startup_failure",
    "success",
    "enlightened",
  ),
  failedStep: mostly(6, false, true),
  side: mostly<Course["side"]>(2, "none", "success", "failure", "skipped"),
  sideMs: stretchMs,
  concurrency: mostly<Course["concurrency"]>(3, "none", "single", "max"),
  zeroJobs: mostly(15, false, true),
  duplicates: mostly(8, 0, 1, 2),
  listeners: mostly(3, 1, 2, 3),
  cancel: mostly(4, "works", "409", "ignored"),
  pathWithRef: fc.boolean(),
});

const file = mostly<File>(2, "deploy.yml", "audit.yml");
/** A burst pushes a run off the first page; it is dear, and so it is rare. */
const count = fc.oneof(
  TO_FIRST,
  { weight: 32, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 6, arbitrary: fc.integer({ min: 4, max: 14 }) },
  { weight: 1, arbitrary: fc.integer({ min: 40, max: 44 }) },
);

const neighbour: fc.Arbitrary<Neighbour> = fc.oneof(
  TO_FIRST,
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("lookalike" as const),
      atMs: fc.integer({ min: -20_000, max: 60_000 }),
      file,
      id: fc.constantFrom<LookalikeId>("longer", "dashed", "dotted", "led", "shorter", "other"),
      count,
      stepMs: fc.integer({ min: 0, max: 60_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("older twin" as const),
      ageMs: fc.oneof(TO_FIRST, fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 10_000, max: 7_200_000 })),
      file,
      stepMs: fc.integer({ min: 0, max: 120_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("push" as const),
      atMs: fc.integer({ min: -20_000, max: 60_000 }),
      count,
    }),
  },
);

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom("rerun" as const, "rename" as const, "delete" as const),
  atMs: fc.oneof(TO_FIRST, fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 120_000 })),
});

const server: fc.Arbitrary<Server> = fc.record({
  details: mostly(2, "known", "rejected", "rejected-410", "rejected-422"),
  machineAheadMs: fc.constantFrom(0, -3_600_000, 3_600_000, 90_000),
  access: mostly(12, "all", "no contents", "no actions", "reads actions", "no repository", "unknown token", "ends"),
  endsMs: momentMs,
  limit: fc.oneof(
    TO_FIRST,
    { weight: 6, arbitrary: fc.constant({ kind: "none" as const }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom("points" as const, "creating" as const, "primary" as const),
        count: fc.integer({ min: 1, max: 25 }),
        tells: fc.boolean(),
        status: fc.constantFrom(403 as const, 429 as const),
      }),
    },
  ),
  etags: mostly(6, true, false),
  limitHeaders: mostly(6, true, false),
  targetIsPublic: mostly(2, false, true),
});

/** Half of all schedules have none: a GitHub that behaves well is the measure of the others. */
function sometimes<Value>(arbitrary: fc.Arbitrary<Value>, weight: number, maxLength: number) {
  return fc.oneof(
    TO_FIRST,
    { weight, arbitrary: fc.constant<Value[]>([]) },
    { weight: 2, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength }) },
  );
}

const wild: fc.Arbitrary<Schedule> = fc.record({
  asked,
  server,
  course,
  neighbours: sometimes(neighbour, 1, 4),
  troubles: sometimes(troubles, 1, 4),
  outages: sometimes(outages, 12, 2),
  happenings: sometimes(happening, 10, 2),
  signalAtMs: fc.oneof(TO_FIRST, { weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: momentMs }),
  jitter: fc.nat(1000),
});

/** Nothing goes wrong, so that there is only one right result. */
const calm: fc.Arbitrary<Schedule> = fc.record({
  asked: fc.tuple(asked, fc.constantFrom(90, 120, 200)).map(([any, findTimeoutS]): Asked => ({ ...any, findTimeoutS })),
  server: server.map((any): Server => ({ ...any, access: "all", limit: { kind: "none" } })),
  course,
  neighbours: sometimes(neighbour, 1, 4),
  troubles: fc.constant([]),
  outages: fc.constant([]),
  happenings: fc.constant([]),
  signalAtMs: fc.oneof(TO_FIRST, { weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: momentMs }),
  jitter: fc.nat(1000),
});

/** The dispatch is answered unclearly, and its run shows late: when is it sent again, and when not? */
const unclear: fc.Arbitrary<Schedule> = fc.record({
  asked: asked.map((any): Asked => ({ ...any, sendsId: true, findTimeoutS: Math.max(any.findTimeoutS, 60) })),
  server,
  course: fc
    .tuple(course, fc.oneof(TO_FIRST, fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 200_000 })))
    .map(([any, visibleMs]): Course => ({ ...any, visibleMs })),
  neighbours: sometimes(neighbour, 1, 3),
  troubles: fc
    .tuple(unclearDispatch, sometimes(troubles, 2, 3))
    .map(([first, others]): Trouble[] => [first, ...others]),
  outages: fc.constant([]),
  happenings: fc.constant([]),
  signalAtMs: fc.oneof(TO_FIRST, { weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: momentMs }),
  jitter: fc.nat(1000),
});

/** The caller cancels while the run still has long to go, and wants it cancelled. */
const cancelled: fc.Arbitrary<Schedule> = fc.record({
  asked: asked.map((any): Asked => ({ ...any, sendsId: true, waitFor: "completed", cancelRunOn: "cancel" })),
  server: server.map((any): Server => ({ ...any, access: "all" })),
  course: course.map((any): Course => ({ ...any, sign: "run-name", queuedMs: 200_000 })),
  neighbours: sometimes(neighbour, 1, 3),
  troubles: sometimes(troubles, 3, 3),
  outages: fc.constant([]),
  happenings: fc.constant([]),
  signalAtMs: fc.integer({ min: 0, max: 60_000 }),
  jitter: fc.nat(1000),
});

/** The jobs cannot be read, and nothing else goes wrong: as the run ends, so does the step. */
const unread: fc.Arbitrary<Schedule> = fc.tuple(calm, fc.array(unreadJobs, { minLength: 1, maxLength: 3 })).map(
  ([any, troubles]): Schedule => ({
    ...any,
    asked: { ...any.asked, waitFor: "completed" },
    course: { ...any.course, sign: "run-name" },
    troubles,
  }),
);

/** When the step's name comes that shows the id, from the dispatch: anywhere in the search, or near its end. */
const moment = fc.oneof(
  TO_FIRST,
  fc.integer({ min: 0, max: 100 }).map((percent) => (findMs: number) => (findMs * percent) / 100),
  fc.integer({ min: -8000, max: 2000 }).map((ms) => (findMs: number) => findMs + ms),
);

/** The id shows only just before a step runs. */
const late: fc.Arbitrary<Schedule> = fc
  .tuple(
    fc.oneof(TO_FIRST, { weight: 2, arbitrary: calm }, { weight: 1, arbitrary: wild }),
    moment,
    lateBy,
    fc.integer({ min: 1, max: 3 }),
  )
  .map(([any, momentOf, by, stepsBefore]): Schedule => {
    const { asked, course, server } = any;
    const showsMs = momentOf(asked.findTimeoutS * 1000);
    const stepMs = Math.max(Math.round((showsMs - course.queuedMs - course.setupMs) / stepsBefore), 0);
    const waitFor = asked.waitFor === "nothing" ? "found" : asked.waitFor;
    return {
      ...any,
      asked: { ...asked, sendsId: true, isGiven: false, waitFor },
      server: { ...server, details: server.details === "known" ? "rejected" : server.details },
      course: {
        ...course,
        sign: "step",
        lateBy: by,
        stepsBefore,
        stepMs,
        concurrency: "none",
        zeroJobs: false,
        approval: noApproval,
      },
    };
  });

/** A run that waits for an approval is followed. */
const approved: fc.Arbitrary<Schedule> = fc
  .tuple(
    fc.oneof(TO_FIRST, { weight: 2, arbitrary: calm }, { weight: 1, arbitrary: wild }),
    approval,
    mostly(1, 0, 20, 60, 120),
  )
  .map(([any, asksFor, startTimeoutS]): Schedule => {
    const { asked, course } = any;
    return {
      ...any,
      asked: { ...asked, sendsId: true, waitFor: "completed", startTimeoutS },
      course: { ...course, sign: "run-name", zeroJobs: false, approval: asksFor },
    };
  });

export const schedules: fc.Arbitrary<Schedule> = fc
  .oneof(
    { weight: 5, arbitrary: wild },
    { weight: 4, arbitrary: calm },
    { weight: 2, arbitrary: unclear },
    { weight: 1, arbitrary: cancelled },
    { weight: 1, arbitrary: late },
    { weight: 1, arbitrary: approved },
    { weight: 1, arbitrary: unread },
  )
  .filter((schedule) => !KNOWN.some(({ excludes }) => excludes?.(schedule)));
