import { describe, expect, test } from "vitest";
import type { Job, Run } from "../../../src/github/responses.ts";
import type { QueuePosition } from "../../../src/state/known.ts";
import { isLineDue, type Line, logLines, news, stillRunningLine } from "../../../src/wait/progress.ts";
import type { RunSnapshot } from "../../../src/wait/run-snapshot.ts";
import { quietLog } from "../../support/quiet-log.ts";
import { aRun } from "../../support/runs.ts";

const run = aRun({ status: "queued" });

function sight(about: Partial<Run>, jobs: Job[] = [], awaitedRules: string[] = []): RunSnapshot {
  return { run: { ...run, ...about }, jobs, awaitedRules };
}

function texts(lines: readonly Line[]): string[] {
  return lines.map(({ text }) => text);
}

/** A job that a runner has begun, if it has a time; else nobody shows whether one has. */
function job(id: number, status: string, conclusion: string | null = null, tookMs?: number): Job {
  return {
    id,
    name: `job ${id}`,
    status,
    conclusion,
    htmlUrl: "",
    ...(tookMs === undefined ? { steps: [], hidesSteps: true as const } : { steps: [SET_UP] }),
    startedAtMs: tookMs === undefined ? undefined : 1000,
    completedAtMs: tookMs === undefined ? undefined : 1000 + tookMs,
  };
}

const SET_UP = {
  name: "Set up job",
  status: "completed",
  conclusion: "success",
  startedAtMs: undefined,
  completedAtMs: undefined,
};
const holder = {
  runId: 812,
  jobId: undefined,
  name: "Deploy #812",
  htmlUrl: "https://github.com/812",
  isPending: false,
  startedAtMs: undefined,
};
const place: QueuePosition = { group: "deploy", job: undefined, ahead: 1, holder };
const ofJob: QueuePosition = { ...place, job: { id: 2, name: "job 2" } };
const link = "https://github.com/octo/target/actions/runs/1";
const approval = "The run is waiting, usually for an approval.";
const pending = "The run is pending: its concurrency group lets another run go first.";

/** Its start is that of its waiting, as GitHub shows it. */
function neverBegun(conclusion: string): Job {
  return { ...job(1, "completed", conclusion, 3_600_000), steps: [] };
}

describe("the first sight of a run", () => {
  test.each([
    ["queued", null, [], "The run is queued."],
    ["requested", null, [], "The run is requested."],
    ["in_progress", null, [], "The run is in progress."],
    ["pending", null, [], pending],
    ["waiting", null, [], approval],
    ["waiting", null, [""], approval],
    ["waiting", null, ["an approval of live"], `The run is waiting for an approval of live: ${link}`],
    ["waiting", null, ["an approval of live, eu"], `The run is waiting for an approval of live, eu: ${link}`],
    ["completed", "success", [], "The run completed: success."],
    ["completed", "startup_failure", [], "The run completed: startup_failure."],
    ["completed", "of_tomorrow", [], "The run completed: of_tomorrow."],
    ["completed", null, [], "The run completed: without a conclusion."],
    ["half_asleep_today", null, [], "The run is half asleep today."],
  ])("tells its status %s (%s, %j)", (status, conclusion, awaited, line) => {
    expect(texts(news(undefined, sight({ status, conclusion }, [], awaited)))).toEqual([line]);
  });

  test("tells the jobs that have ended, then those that have started, before the status", () => {
    const jobs = [job(2, "in_progress"), job(1, "completed", "success", 40_000), job(3, "queued")];
    expect(texts(news(undefined, sight({ status: "in_progress" }, jobs)))).toEqual([
      "Job job 1: success after 40 s.",
      "Job job 2 has started.",
      "The run is in progress.",
    ]);
  });
});

describe("a later sight of a run", () => {
  test.each<[string, RunSnapshot, RunSnapshot, string[]]>([
    ["tells nothing without news", sight({ status: "queued" }), sight({ status: "queued" }), []],
    [
      "tells nothing of what does not matter",
      sight({ status: "in_progress" }, [job(1, "queued")]),
      sight({ status: "in_progress", displayTitle: "x" }, [job(1, "queued"), job(2, "queued")]),
      [],
    ],
    [
      "tells each job as it starts",
      sight({ status: "in_progress" }, [job(1, "in_progress"), job(2, "queued")]),
      sight({ status: "in_progress" }, [job(1, "in_progress"), job(2, "in_progress"), job(3, "in_progress")]),
      ["Job job 2 has started.", "Job job 3 has started."],
    ],
    [
      "tells of a job that waits while others run",
      sight({ status: "in_progress" }, [job(1, "in_progress")]),
      sight({ status: "in_progress" }, [job(1, "in_progress"), job(2, "waiting")]),
      ["Job job 2 is waiting, usually for an approval."],
    ],
    [
      "tells of a job that gives way by its concurrency group while others run",
      sight({ status: "in_progress" }, [job(1, "in_progress")]),
      sight({ status: "in_progress" }, [job(1, "in_progress"), job(2, "pending")]),
      ["Job job 2 is pending: its concurrency group lets another go first."],
    ],
    [
      "tells of a job that gives way with its place, once that is known",
      sight({ status: "in_progress" }, [job(1, "in_progress"), job(2, "queued")]),
      { ...sight({ status: "in_progress" }, [job(1, "in_progress"), job(2, "pending")]), place: ofJob },
      ["Job job 2 is pending: second in line behind Deploy #812 (in progress): https://github.com/812"],
    ],
    [
      "tells of a move in the queue",
      { ...sight({ status: "pending" }), place: { ...place, ahead: 2 } },
      { ...sight({ status: "pending" }), place },
      ["The run is pending: second in line behind Deploy #812 (in progress): https://github.com/812"],
    ],
    [
      "tells nothing of a place that is the same",
      { ...sight({ status: "pending" }), place },
      { ...sight({ status: "pending" }), place: { ...place, holder: { ...place.holder, startedAtMs: 1 } } },
      [],
    ],
    [
      "tells nothing of a place that is none any more",
      { ...sight({ status: "queued" }), place: undefined },
      { ...sight({ status: "queued" }), place },
      [],
    ],
    [
      "leaves the word of a job that waits to the run that waits",
      sight({ status: "waiting" }, [job(1, "queued")], ["an approval of live"]),
      sight({ status: "waiting" }, [job(1, "waiting")], ["an approval of live"]),
      [],
    ],
    [
      "tells nothing of a wait that goes on",
      sight({ status: "waiting" }, [], ["an approval of live"]),
      sight({ status: "waiting" }, [], ["an approval of live"]),
      [],
    ],
    [
      "tells nothing of a job that ended before",
      sight({ status: "in_progress" }, [job(1, "completed", "failure")]),
      sight({ status: "in_progress" }, [job(1, "completed", "failure")]),
      [],
    ],
    [
      "tells nothing of an end that was told",
      sight({ status: "completed", conclusion: "success" }),
      sight({ status: "completed", conclusion: "success" }),
      [],
    ],
    [
      "tells a change of status",
      sight({ status: "queued" }),
      sight({ status: "in_progress" }),
      ["The run is in progress."],
    ],
    ["tells why it waits", sight({ status: "in_progress" }), sight({ status: "pending" }), [pending]],
    [
      "tells when another environment is waited for",
      sight({ status: "waiting" }, [], ["an approval of test"]),
      sight({ status: "waiting" }, [], ["an approval of live"]),
      [`The run is waiting for an approval of live: ${link}`],
    ],
    [
      "tells the environment once it is known",
      sight({ status: "waiting" }, [], []),
      sight({ status: "waiting" }, [], ["an approval of live"]),
      [`The run is waiting for an approval of live: ${link}`],
    ],
    [
      "tells nothing where the environments could not be read again",
      sight({ status: "waiting" }, [], ["an approval of live"]),
      sight({ status: "waiting" }, [], []),
      [],
    ],
    [
      "tells nothing of an environment without a name",
      sight({ status: "waiting" }, [], [""]),
      sight({ status: "waiting" }, [], [""]),
      [],
    ],
    [
      "tells nothing of an environment without a name after one with a name",
      sight({ status: "waiting" }, [], ["an approval of live"]),
      sight({ status: "waiting" }, [], [""]),
      [],
    ],
    [
      "tells each job as it ends, in GitHub's order",
      sight({ status: "in_progress" }, [job(1, "in_progress"), job(2, "in_progress")]),
      sight({ status: "in_progress" }, [
        job(1, "completed", "success", 3_723_000),
        job(2, "completed", "failure", 65_000),
        job(3, "completed", "cancelled"),
      ]),
      ["Job job 1: success after 1 h 2 min.", "Job job 2: failure after 1 min 5 s.", "Job job 3: cancelled."],
    ],
    [
      "tells no time for a skipped job",
      sight({ status: "in_progress" }),
      sight({ status: "in_progress" }, [job(1, "completed", "skipped", 1000)]),
      ["Job job 1: skipped."],
    ],
    [
      "tells no time for a job that no runner has begun, and says so",
      sight({ status: "in_progress" }),
      sight({ status: "in_progress" }, [neverBegun("cancelled"), neverBegun("failure")]),
      ["Job job 1: cancelled, never started.", "Job job 1: failure, never started."],
    ],
    [
      "tells no time for a job whose server shows no steps",
      sight({ status: "in_progress" }),
      sight({ status: "in_progress" }, [{ ...neverBegun("cancelled"), hidesSteps: true }]),
      ["Job job 1: cancelled."],
    ],
    [
      "tells no time that runs backwards",
      sight({ status: "in_progress" }),
      sight({ status: "in_progress" }, [job(1, "completed", "success", -1000)]),
      ["Job job 1: success."],
    ],
    [
      "tells a job that ended without a conclusion",
      sight({ status: "in_progress" }),
      sight({ status: "in_progress" }, [job(1, "completed", null, 1000)]),
      ["Job job 1: completed after 1 s."],
    ],
    [
      "tells a new attempt, even in the same status",
      sight({ status: "queued" }),
      sight({ status: "queued", runAttempt: 2 }),
      ["Attempt 2 started.", "The run is queued."],
    ],
    [
      "tells all of it in the order in which it happened",
      sight({ status: "in_progress" }, [job(1, "in_progress")]),
      sight({ status: "completed", conclusion: "success" }, [job(1, "completed", "success", 12_000)]),
      ["Job job 1: success after 12 s.", "The run completed: success."],
    ],
  ])("%s", (_, before, now, lines) => {
    expect(texts(news(before, now))).toEqual(lines);
  });

  test("tells how long the run took, from the attempt's beginning to its end", () => {
    const times = { createdAtMs: 0, startedAtMs: 60_000, updatedAtMs: 785_000 };
    const ended = sight({ status: "completed", conclusion: "success", ...times });
    expect(texts(news(sight({ status: "in_progress" }), ended))).toEqual([
      "The run completed: success after 12 min 5 s.",
    ]);
  });

  test("names the step in which a job failed, and links it", () => {
    const step = { name: "make", status: "completed", conclusion: "failure" };
    const failed = { ...job(1, "completed", "failure", 65_000), htmlUrl: `${link}/job/1` };
    const jobs = [{ ...failed, steps: [{ ...step, startedAtMs: undefined, completedAtMs: undefined }] }];
    expect(texts(news(sight({ status: "in_progress" }), sight({ status: "in_progress" }, jobs)))).toEqual([
      `Job job 1: failure in step "make" after 1 min 5 s: ${link}/job/1`,
    ]);
  });
});

test.each([
  ["success", "good"],
  ["skipped", "quiet"],
  ["neutral", "quiet"],
  ["failure", "bad"],
  ["cancelled", "bad"],
  ["timed_out", "bad"],
  [null, "bad"],
])("an end as %s is %s news", (conclusion, tone) => {
  const before = sight({ status: "in_progress" });
  const now = sight({ status: "completed", conclusion }, [job(1, "completed", conclusion)]);
  expect(news(before, now).map((line) => line.tone)).toEqual([tone, tone]);
});

describe("in a silence", () => {
  test.each([
    [59_000, 59_000, false],
    [60_000, 60_000, true],
    [60_000, 240_000, true],
    [60_000, 400_000, false],
    [100_000, 400_000, true],
    [899_000, 36_000_000, false],
    [900_000, 36_000_000, true],
  ])("of %i ms a word is due for a run of %i ms: %s", (silentMs, ageMs, isDue) => {
    expect(isLineDue(silentMs, ageMs)).toBe(isDue);
  });

  const usual = { fromMs: 0, toMs: 0, medianMs: 900_000 };
  const running = (id: number, forMs: number) => ({
    ...job(id, "in_progress"),
    steps: [SET_UP],
    startedAtMs: 720_000 - forMs,
  });
  test.each<[string, RunSnapshot, typeof usual | undefined, string]>([
    [
      "queued",
      sight({ status: "queued" }, [job(1, "queued")]),
      undefined,
      "Still queued after 12 min: no runner has taken a job yet.",
    ],
    [
      "queued without jobs",
      sight({ status: "queued" }),
      usual,
      "Still queued after 12 min (usually 15 min): no runner has taken a job yet.",
    ],
    [
      "in progress",
      sight({ status: "in_progress" }, [running(1, 245_000), job(2, "queued")]),
      usual,
      "Still in progress after 12 min (usually 15 min): job 1 (4 min 5 s); 1 queued.",
    ],
    [
      "at work on many jobs",
      sight(
        { status: "in_progress" },
        [1, 2, 3, 4, 5].map((id) => running(id, id * 1000)),
      ),
      undefined,
      "Still in progress after 12 min: job 1 (1 s), job 2 (2 s), job 3 (3 s), 2 more.",
    ],
    [
      "in progress, with a job of which no step is shown yet",
      sight({ status: "in_progress" }, [{ ...running(1, 245_000), steps: [] }]),
      undefined,
      "Still in progress after 12 min: job 1.",
    ],
    [
      "pending",
      sight({ status: "pending" }),
      undefined,
      "Still pending after 12 min: another run of its concurrency group goes first.",
    ],
    [
      "waiting",
      sight({ status: "waiting" }, [job(1, "waiting")], ["an approval of live"]),
      undefined,
      "Still waiting after 12 min for an approval of live.",
    ],
    ["waiting for nobody knows what", sight({ status: "waiting" }), undefined, "Still waiting after 12 min."],
    [
      "in its second attempt",
      sight({ status: "queued", startedAtMs: 660_000 }),
      undefined,
      "Still queued after 1 min: no runner has taken a job yet.",
    ],
    ["without a status", sight({ status: "" }), undefined, "Still running after 12 min."],
  ])("a run that is %s is told so", (_, seen, known, line) => {
    expect(stillRunningLine(seen, 720_000, known)).toEqual({ text: line, tone: "quiet", isStill: true });
  });
});

test("many jobs at once are folded, and those that failed stay in sight", () => {
  const told: string[] = [];
  const log = quietLog({
    info: (line: string, tone = "plain") => told.push(`${tone}: ${line}`),
    group: (title: string, lines: readonly string[]) => told.push(`${title} (${lines.length})`),
  });
  const jobs = [
    ...Array.from({ length: 20 }, (_, index) => job(index, "in_progress")),
    job(20, "completed", "success", 1000),
    job(21, "completed", "failure", 1000),
  ];
  logLines(news(sight({ status: "queued" }), sight({ status: "in_progress" }, jobs)), log);
  expect(told).toEqual([
    "21 jobs progressed. (21)",
    "bad: Job job 21: failure after 1 s.",
    "plain: The run is in progress.",
  ]);
});
