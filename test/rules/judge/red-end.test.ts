import { describe, expect, test } from "vitest";
import { explainTimeout } from "../../../src/follow/time-out.ts";
import type { Job, Run, Step } from "../../../src/github/answers.ts";
import { failedJobs } from "../../../src/github/conclusions.ts";
import { isGreen } from "../../../src/judge/judge.ts";
import { explainRed } from "../../../src/judge/red-end.ts";
import { outputsOf } from "../../../src/story/outputs.ts";
import type { Sent } from "../../../src/story/sent.ts";
import { aFault } from "../../support/faults.ts";
import { aRun } from "../../support/runs.ts";

const link = "https://github.com/octo/target/actions/runs";
const api = "https://api.github.com/repos/octo/target/actions/runs";

const run = aRun();

function ended(conclusion: string | null): Run {
  return { ...run, status: "completed", conclusion };
}

function step(name: string, conclusion: string | null): Step {
  const status = conclusion === null ? "queued" : "completed";
  return { name, status, conclusion, startedAtMs: undefined, completedAtMs: undefined };
}

function job(id: number, conclusion: string | null, steps: Step[] = []): Job {
  return {
    ...step(`job ${id}`, conclusion),
    id,
    htmlUrl: `${link}/1/job/${id}`,
    steps,
  };
}

const setUp = step("Set up job", "success");
const conclusions = [
  "success",
  "failure",
  "neutral",
  "cancelled",
  "skipped",
  "timed_out",
  "action_required",
  "stale",
  "startup_failure",
  "of_tomorrow",
  "",
  null,
];

const sent: Sent = {
  plan: { event: "repository_dispatch", eventType: "deploy", clientPayload: {}, workflow: undefined },
  distinctId: "run-1",
  atMs: 0,
  findDeadlineMs: 300_000,
  isAccepted: true,
  candidates: new Map(),
};

describe("the outputs", () => {
  const running = {
    distinct_id: "run-1",
    runId: "1",
    status: "in_progress",
    jobs_url: `${api}/1/jobs`,
    html_url: `${link}/1`,
    run_attempt: "1",
  };

  test("are the id that was sent, before anything is known", () => {
    expect(outputsOf({ distinctId: "run-1" })).toEqual({ distinct_id: "run-1" });
    expect(outputsOf({ distinctId: "" })).toEqual({ distinct_id: "" });
  });

  test("tell the run that GitHub's answer names, before it is seen", () => {
    const started = { id: 2n ** 60n, htmlUrl: `${link}/1`, jobsUrl: `${api}/1/jobs` };
    const outputs = outputsOf({ distinctId: "run-1", sent: { ...sent, started } });
    expect(outputs).toMatchObject({
      distinct_id: "run-1",
      runId: "1152921504606846976",
      jobs_url: `${api}/1/jobs`,
      html_url: `${link}/1`,
      run_attempt: "1",
    });
    expect(outputs).not.toHaveProperty("status");
    expect(outputs).not.toHaveProperty("conclusion");
  });

  test("tell the attempt of the run that is seen, and no more the one of GitHub's answer", () => {
    const started = { id: 9, htmlUrl: `${link}/9`, jobsUrl: `${api}/9/jobs` };
    const known = { distinctId: "run-1", sent: { ...sent, started }, run: { ...run, runAttempt: 3 } };
    expect(outputsOf(known)).toEqual({ ...running, run_attempt: "3" });
  });

  test("keep what GitHub's answer told where the run itself leaves it out", () => {
    const started = { id: 1, htmlUrl: `${link}/1`, jobsUrl: `${api}/1/jobs` };
    const bare = { ...run, htmlUrl: "", jobsUrl: "" };
    expect(outputsOf({ distinctId: "run-1", sent: { ...sent, started }, run: bare })).toEqual(running);
  });

  test.each([
    ["runs", { run }, running],
    ["runs again", { run: { ...run, runAttempt: 2 } }, { ...running, run_attempt: "2" }],
    ["is in a state of tomorrow", { run: { ...run, status: "resting" } }, { ...running, status: "resting" }],
    ["runs, with a job that failed", { run, jobs: [job(5, "failure")] }, running],
    [
      "is green",
      { run: ended("success"), jobs: [job(5, "success")] },
      { ...running, status: "completed", conclusion: "success", failed_jobs: "[]" },
    ],
    [
      "is red",
      {
        run: ended("failure"),
        jobs: [job(5, "failure", [setUp, step("make", "failure")]), job(6, "skipped")],
      },
      {
        ...running,
        status: "completed",
        conclusion: "failure",
        failed_jobs: `[{"name":"job 5","conclusion":"failure","html_url":"${link}/1/job/5","failed_step":"make"}]`,
      },
    ],
    [
      "has ended without a conclusion",
      { run: ended(null), jobs: [] },
      { ...running, status: "completed", conclusion: "", failed_jobs: "[]" },
    ],
  ])("tell a run that %s", (_, known, outputs) => {
    expect(outputsOf({ distinctId: "run-1", ...known })).toEqual(outputs);
  });
});

describe("a failed job", () => {
  test.each(conclusions)("is one that ended as %s, save for success, skipped and neutral", (conclusion) => {
    const isFine = conclusion === "success" || conclusion === "skipped" || conclusion === "neutral";
    expect(failedJobs([{ ...job(5, conclusion), status: "completed" }])).toEqual(
      isFine ? [] : [{ name: "job 5", conclusion: conclusion ?? "", html_url: `${link}/1/job/5`, failed_step: null }],
    );
  });

  test("is none that has not ended", () => {
    expect(failedJobs([job(5, null)])).toEqual([]);
  });

  test.each([
    ["the first that failed", [setUp, step("a", "failure"), step("b", "failure")], "a"],
    ["one that was cancelled", [setUp, step("a", "cancelled")], "a"],
    ["none that was skipped or has not begun", [setUp, step("a", "skipped"), step("b", null)], null],
    ["none where there are none", [], null],
  ])("names as its failed step %s", (_, steps, name) => {
    expect(failedJobs([job(5, "failure", steps)])).toMatchObject([{ failed_step: name }]);
  });
});

describe("a conclusion", () => {
  test.each(conclusions)("%s is green only as success by default", (conclusion) => {
    expect(isGreen(conclusion, new Set(["success"]))).toBe(conclusion === "success");
  });

  test.each(conclusions)("%s is green where it is listed", (conclusion) => {
    const listed = new Set(["neutral", "cancelled"]);
    expect(isGreen(conclusion, listed)).toBe(conclusion === "neutral" || conclusion === "cancelled");
  });

  test.each(conclusions.slice(0, 9))("%s is green where any is", (conclusion) => {
    expect(isGreen(conclusion, new Set(["any"]))).toBe(true);
  });

  test("that is missing is red even where any is green", () => {
    expect(isGreen(null, new Set(["any"]))).toBe(false);
  });
});

describe("a red run is explained", () => {
  const nothing = { annotations: [], log: undefined };
  const nobodyStarted =
    "It was cancelled before any job had started: a newer run of its concurrency group has probably taken its place.";

  test.each<[string, Run, Job[], string[]]>([
    [
      "by its failed jobs and steps",
      ended("failure"),
      [
        job(5, "success", [setUp]),
        job(6, "failure", [setUp, step("make", "failure")]),
        job(7, "timed_out", [setUp]),
        job(8, "skipped"),
      ],
      [
        `The run ended as failure: ${link}/1`,
        `- job 6: failure in step "make", ${link}/1/job/6`,
        `- job 7: timed_out, ${link}/1/job/7`,
      ],
    ],
    ["when it has no conclusion", ended(null), [], [`The run ended without a conclusion: ${link}/1`]],
    [
      "when it succeeded and that is not enough",
      ended("success"),
      [job(5, "success", [setUp])],
      [`The run ended as success: ${link}/1`, "`success_conclusions` does not list success."],
    ],
    ["by a conclusion of tomorrow", ended("of_tomorrow"), [], [`The run ended as of_tomorrow: ${link}/1`]],
    [
      "when it was cancelled before it had any job",
      ended("cancelled"),
      [],
      [`The run ended as cancelled: ${link}/1`, nobodyStarted],
    ],
    [
      "when it was cancelled before a job had started",
      ended("cancelled"),
      [job(5, "cancelled")],
      [`The run ended as cancelled: ${link}/1`, nobodyStarted, `- job 5: cancelled, ${link}/1/job/5`],
    ],
    [
      "when it was cancelled later",
      ended("cancelled"),
      [job(5, "cancelled", [setUp, step("make", "cancelled")])],
      [`The run ended as cancelled: ${link}/1`, `- job 5: cancelled in step "make", ${link}/1/job/5`],
    ],
    [
      "when its workflow file is invalid",
      ended("startup_failure"),
      [],
      [
        `The run ended as startup_failure: ${link}/1`,
        "It has no jobs: the workflow file .github/workflows/deploy.yml is invalid on that ref. GitHub's page of the run says where.",
      ],
    ],
  ])("%s", (_, red, jobs, lines) => {
    expect(explainRed(red, jobs, nothing)).toBe(lines.join("\n"));
  });

  test("by what its jobs have marked, and by what its failed step printed last", () => {
    const marked = { path: "src/app.ts", line: 12, level: "failure", message: "x is not a function" };
    const evidence = {
      annotations: [marked, { ...marked, line: 30, message: "m".repeat(1000) }],
      log: { jobName: "build", stepName: "make", lines: ["one", "  two"] },
    };
    expect(explainRed(ended("failure"), [job(6, "failure", [setUp])], evidence)).toBe(
      [
        `The run ended as failure: ${link}/1`,
        `- job 6: failure, ${link}/1/job/6`,
        "Its jobs have marked:",
        "- src/app.ts:12: x is not a function",
        `- src/app.ts:30: ${"m".repeat(300)}`,
        'The last lines of step "make" in job build:',
        "one",
        "  two",
      ].join("\n"),
    );
  });
});

describe("a run that takes too long is explained", () => {
  const first = "The run did not complete within 3600 s (`timeout_seconds`); when last seen it was in_progress.";
  const trouble = aFault("server_error", { request: "GET /runs/1", status: 503, answer: "" });

  test.each([
    ["and goes on", undefined, undefined, [first, `It goes on: ${link}/1`]],
    [
      "with the last trouble",
      trouble,
      undefined,
      [first, "The last look had no answer: 503 to GET /runs/1.", `It goes on: ${link}/1`],
    ],
    ["with what came of cancelling it", undefined, "It is being cancelled.", [first, "It is being cancelled."]],
  ])("%s", (_, last, cancelled, lines) => {
    expect(explainTimeout(run, 3_600_000, last, cancelled)).toBe(lines.join("\n"));
  });
});
