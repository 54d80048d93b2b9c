import { describe, expect, test } from "vitest";
import type { Job, Run } from "../src/answers.ts";
import type { Sight } from "../src/follow.ts";
import { duration, news } from "../src/news.ts";

const run: Run = {
  id: 1,
  name: "Deploy",
  displayTitle: "deploy",
  event: "repository_dispatch",
  path: ".github/workflows/deploy.yml",
  workflowId: 7,
  status: "queued",
  conclusion: null,
  runAttempt: 1,
  headBranch: "main",
  createdAtMs: 0,
  startedAtMs: undefined,
  isPrivate: true,
  updatedAtMs: undefined,
  htmlUrl: "https://github.com/octo/target/actions/runs/1",
  jobsUrl: "",
};

function sight(about: Partial<Run>, jobs: Job[] = [], awaitedEnvironments: string[] = []): Sight {
  return { run: { ...run, ...about }, jobs, awaitedEnvironments };
}

function job(id: number, status: string, conclusion: string | null = null, tookMs?: number): Job {
  return {
    id,
    name: `job ${id}`,
    status,
    conclusion,
    htmlUrl: "",
    steps: [],
    startedAtMs: tookMs === undefined ? undefined : 1000,
    completedAtMs: tookMs === undefined ? undefined : 1000 + tookMs,
  };
}

const link = "https://github.com/octo/target/actions/runs/1";
const approval = "The run is waiting, as a rule for an approval.";
const pending = "The run is pending: its concurrency group lets another run go first.";

describe("the first sight of a run", () => {
  test.each([
    ["queued", null, [], "The run is queued."],
    ["requested", null, [], "The run is requested."],
    ["in_progress", null, [], "The run is in progress."],
    ["pending", null, [], pending],
    ["waiting", null, [], approval],
    ["waiting", null, [""], approval],
    ["waiting", null, ["live"], `The run is waiting for an approval of live: ${link}`],
    ["waiting", null, ["live", "eu"], `The run is waiting for an approval of live, eu: ${link}`],
    ["completed", "success", [], "The run is completed: success."],
    ["completed", "startup_failure", [], "The run is completed: startup_failure."],
    ["completed", "of_tomorrow", [], "The run is completed: of_tomorrow."],
    ["completed", null, [], "The run is completed: without a conclusion."],
    ["half_asleep_today", null, [], "The run is half asleep today."],
  ])("tells its status %s (%s, %j)", (status, conclusion, awaited, line) => {
    expect(news(undefined, sight({ status, conclusion }, [], awaited))).toEqual([line]);
  });

  test("tells the jobs that have ended, before the status", () => {
    const jobs = [job(1, "completed", "success", 40_000), job(2, "in_progress"), job(3, "queued")];
    expect(news(undefined, sight({ status: "in_progress" }, jobs))).toEqual([
      "Job job 1: success after 40 s.",
      "The run is in progress.",
    ]);
  });
});

describe("a later sight of a run", () => {
  test.each<[string, Sight, Sight, string[]]>([
    ["tells nothing without news", sight({ status: "queued" }), sight({ status: "queued" }), []],
    [
      "tells nothing of what does not matter",
      sight({ status: "in_progress" }, [job(1, "queued")]),
      sight({ status: "in_progress", displayTitle: "x" }, [job(1, "in_progress"), job(2, "queued")]),
      [],
    ],
    [
      "tells nothing of a wait that goes on",
      sight({ status: "waiting" }, [], ["live"]),
      sight({ status: "waiting" }, [], ["live"]),
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
      sight({ status: "waiting" }, [], ["test"]),
      sight({ status: "waiting" }, [], ["live"]),
      [`The run is waiting for an approval of live: ${link}`],
    ],
    [
      "tells the environment once it is known",
      sight({ status: "waiting" }, [], []),
      sight({ status: "waiting" }, [], ["live"]),
      [`The run is waiting for an approval of live: ${link}`],
    ],
    [
      "tells nothing where the environments could not be read again",
      sight({ status: "waiting" }, [], ["live"]),
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
      sight({ status: "waiting" }, [], ["live"]),
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
      ["Attempt 2 has begun.", "The run is queued."],
    ],
    [
      "tells all of it in the order in which it happened",
      sight({ status: "in_progress" }, [job(1, "in_progress")]),
      sight({ status: "completed", conclusion: "success" }, [job(1, "completed", "success", 12_000)]),
      ["Job job 1: success after 12 s.", "The run is completed: success."],
    ],
  ])("%s", (_, before, now, lines) => {
    expect(news(before, now)).toEqual(lines);
  });
});

test.each([
  [0, "0 s"],
  [1000, "1 s"],
  [40_400, "40 s"],
  [59_700, "1 min"],
  [60_000, "1 min"],
  [725_000, "12 min 5 s"],
  [3_600_000, "1 h"],
  [10_920_000, "3 h 2 min"],
  [90_000_000, "25 h"],
])("%i ms are written as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});
