/** Jobs or a log that cannot be read: nothing is guessed from what is not there. */

import { describe, expect, test } from "vitest";
import type { Behaviour, Fault, GitHub } from "../simulator/index.ts";
import { receiver, type SignName } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const WORKFLOW = `name: CI
on:
  workflow_dispatch:
    inputs:
      distinct_id: {}
jobs:
  build:
    runs-on: x
    steps: [{ name: Build, run: make }]
  test:
    runs-on: x
    steps: [{ name: Test, run: make test }]
`;
const START = { workflow: "ci.yml", ref: "main", wait_for: "completed" };
const TWO: Behaviour = { jobs: { build: { durationMs: 60_000 }, test: { durationMs: 120_000 } } };
const RED: Behaviour = { jobs: { ...TWO.jobs, test: { durationMs: 120_000, failedStep: "Test", log: ["it broke"] } } };

function stage(behaviour: Behaviour) {
  return setStage({ "ci.yml": WORKFLOW }, { behaviour: { freshRun404Ms: 0, queuedMs: 1000, ...behaviour } });
}

const refusal = (status: number): Fault => ({ kind: "status", when: "before", status });

/** Of the requests for jobs, those that `isHit` chooses by the server's word on the run's status. */
function onJobs(github: GitHub, fault: Fault, isHit: (status: string) => boolean = () => true): void {
  github.fault = ({ path }) =>
    /\/runs\/\d+\/jobs$/.test(path) && isHit(github.runs(TARGET)[0]?.status ?? "") ? fault : undefined;
}

describe("jobs that answer 404, while the run is there", () => {
  test.each([
    ["all the time", () => true],
    ["while it goes on", (status: string) => status !== "completed"],
  ])("%s, do not keep the run from being read", async (_, isHit) => {
    const { github, play } = await stage(TWO);
    onJobs(github, refusal(404), isHit);
    const { failure, outputs } = await play(START);
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ conclusion: "success", status: "completed" });
    expect(asked(github, "GET").filter((line) => line.includes("/jobs")).length).toBeLessThan(30);
  });

  test("do not keep it from being read where jobs decide", async () => {
    const { github, play } = await stage(TWO);
    onJobs(github, refusal(404), (status) => status !== "completed");
    const { failure, outputs } = await play({ ...START, jobs: "test" });
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
  });
});

describe.each([403, 500, 502])("the jobs of another run that answer %i", (status) => {
  test.each<SignName>(["run-name", "step"])("do not keep ours from being found by its %s", async (sign) => {
    const workflow = receiver("repository_dispatch", sign);
    const { github, play } = await setStage({ "deploy.yml": workflow }, { behaviour: { visibleAfterMs: 4000 } });
    const payload = { distinct_id: "another" };
    const behaviour = { visibleAfterMs: 0, queuedMs: 3_600_000 };
    const other = github.startRun(TARGET, "deploy.yml", {
      event: "repository_dispatch",
      action: "deploy",
      payload,
      behaviour,
    });
    github.fault = ({ path }) => (path.endsWith(`/${other}/jobs`) ? refusal(status) : undefined);
    const { failure, outputs } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).not.toBe(String(other));
  });
});

describe.each([502, 500, 403, 404, 401, 429])("jobs that answer %i at the run's end", (status) => {
  const atEnd = (word: string) => word === "completed";

  test.each<[string, Behaviour]>([
    ["that failed", RED],
    ["that was cancelled", { ...TWO, conclusion: "cancelled" }],
    ["that could not start", { ...TWO, conclusion: "startup_failure" }],
  ])("are said to be unread, and nothing is guessed of a run %s", async (_, behaviour) => {
    const { github, play } = await stage(behaviour);
    onJobs(github, refusal(status), atEnd);
    const { failure = "", outputs } = await play(START);
    expect(failure).toMatch(/^The run ended as /);
    expect(failure).toMatch(/Its jobs could not be read \(/);
    expect(failure).not.toMatch(/has no jobs|Possibly|taken its place|before any job|although the run has ended/);
    expect(outputs.failed_jobs ?? "").toBe("");
  });

  test("leave the verdict on a green run", async () => {
    const { github, play } = await stage(TWO);
    onJobs(github, refusal(status), atEnd);
    const { failure, outputs, log } = await play(START);
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
    expect(outputs.failed_jobs ?? "").toBe("");
    expect(log.join("\n")).toMatch(/jobs could not be read/);
  });

  test("are the reason where jobs decide", async () => {
    const { github, play } = await stage(TWO);
    onJobs(github, refusal(status), atEnd);
    const { failure = "", outputs } = await play({ ...START, jobs: "build, lint", timeout_seconds: "300" });
    expect(failure).toMatch(/jobs.* could not be read/);
    expect(failure).not.toMatch(/no job is called|did not complete/);
    expect(outputs.failed_jobs ?? "").toBe("");
  });
});

test("of an attempt whose jobs could not be read, none is told to have failed", async () => {
  const { github, play } = await stage({ ...RED, reruns: [TWO] });
  onJobs(github, refusal(502), (word) => word === "completed");
  const { failure, outputs, log } = await play({ ...START, rerun_failed: "1" });
  expect(failure).toBeUndefined();
  expect(outputs).toMatchObject({ run_attempt: "2" });
  expect(log.join("\n")).toMatch(/Its jobs could not be read \(502/);
});

describe("a job that was seen, and is missing from one list after the end", () => {
  function without(github: GitHub, name: string, times: number): () => number {
    let hits = 0;
    github.fault = ({ path }) => {
      const isEnd = github.runs(TARGET)[0]?.status === "completed";
      if (!path.endsWith("/jobs") || !isEnd || hits >= times) return undefined;
      hits++;
      return {
        kind: "rewrite",
        when: "after",
        rewrite: (body) => {
          const { jobs } = body as { jobs: { name: string }[] };
          const left = jobs.filter((job) => job.name !== name);
          return { total_count: left.length, jobs: left };
        },
      };
    };
    return () => hits;
  }

  test("is asked for once more, where it decides", async () => {
    const { github, play } = await stage(TWO);
    const hits = without(github, "test", 1);
    const { failure, outputs } = await play({ ...START, jobs: "test" });
    expect(hits()).toBe(1);
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
  });

  test("is among those that failed", async () => {
    const { github, play } = await stage(RED);
    const hits = without(github, "test", 1);
    const { outputs } = await play(START);
    expect(hits()).toBe(1);
    expect(JSON.parse(outputs.failed_jobs ?? "[]")).toMatchObject([{ name: "test" }]);
  });

  test("and stays missing, is believed to be gone", async () => {
    const { github, play } = await stage(TWO);
    const hits = without(github, "test", 1000);
    const { failure } = await play({ ...START, jobs: "test" });
    expect(failure).toMatch(/no job is called `test`/);
    expect(hits()).toBe(2);
  });
});

describe("a log that comes some seconds after its job's end", () => {
  const late = (logLagMs: number): Behaviour => ({
    jobs: {
      build: { durationMs: 300_000 },
      test: { durationMs: 60_000, failedStep: "Test", log: ["it broke"], logLagMs },
    },
  });

  test.each<[string, Record<string, string>, number]>([
    ["fail_fast", { fail_fast: "true" }, 1000],
    ["fail_fast", { fail_fast: "true" }, 9000],
    ["jobs", { jobs: "test" }, 3000],
    ["jobs and fail_fast", { jobs: "test", fail_fast: "true" }, 3000],
  ])("is shown with %s", async (_, given, lagMs) => {
    const { play } = await stage(late(lagMs));
    const { failure } = await play({ ...START, ...given });
    expect(failure).toContain("it broke");
  });

  test("is shown where the run has ended with its job", async () => {
    const { play } = await stage({ jobs: { build: { durationMs: 10_000 }, test: late(3000).jobs?.test ?? {} } });
    expect((await play(START)).failure).toContain("it broke");
  });

  test("is asked for once where its job ended long ago", async () => {
    const { github, clock, play } = await stage({ jobs: { test: late(86_400_000).jobs?.test ?? {} } });
    const { outputs } = await play({ ...START, wait_for: "found" });
    await clock.sleep(600_000);
    await play({ run_id: outputs.runId ?? "", wait_for: "completed" });
    expect(asked(github, "GET").filter((line) => line.includes("/logs"))).toHaveLength(1);
  });
});
