/** A red run that is run again, by the step (`rerun_failed`) or by somebody else in time (`rerun_grace_seconds`). */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const WORKFLOW = `name: CI
on:
  workflow_dispatch:
    inputs:
      distinct_id: {}
jobs:
  lint:
    runs-on: x
    steps: [{ name: Lint, run: make lint }]
  test:
    runs-on: x
    steps: [{ name: Test, run: make test }]
`;
const START = { workflow: "ci.yml", ref: "main", wait_for: "completed" };
const AGAIN = { ...START, rerun_failed: "2" };
const GRACE = { ...START, rerun_grace_seconds: "300" };
const RED: Behaviour = { jobs: { test: { durationMs: 60_000, failedStep: "Test", log: ["a flaky line"] } } };
const GREEN: Behaviour = { jobs: { test: { durationMs: 30_000 } } };

function stage(reruns: Behaviour[], more: Behaviour = {}) {
  const behaviour = { freshRun404Ms: 0, queuedMs: 1000, ...RED, reruns, ...more };
  return setStage({ "ci.yml": WORKFLOW }, { behaviour });
}

const reruns = (lines: string[]) => lines.filter((line) => line.includes("/rerun-failed-jobs"));

describe("rerun_failed", () => {
  test("runs the failed jobs again, and is green with the attempt that is", async () => {
    const { github, play } = await stage([GREEN]);
    const { failure, outputs, log, summary, warnings } = await play(AGAIN);
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(outputs).toMatchObject({ conclusion: "success", run_attempt: "2", status: "completed", failed_jobs: "[]" });
    expect(reruns(asked(github, "POST"))).toEqual([expect.stringMatching(/rerun-failed-jobs → 201$/)]);
    expect(log).toContain("Re-running the failed jobs (`rerun_failed`: 1 of 2).");
    expect(log).toContainEqual(expect.stringMatching(/^Attempt 2 started: http/));
    expect(summary).toContain("This is attempt 2; previously, attempt 1 ended as failure (test).");
  });

  test("shows what is known of an attempt before the next takes its place", async () => {
    const { play } = await stage([GREEN]);
    const { log } = await play(AGAIN);
    const at = log.findIndex((line) => /^Attempt 1: The run ended as failure: http.*\/attempts\/1$/.test(line));
    const end = log.indexOf("Re-running the failed jobs (`rerun_failed`: 1 of 2).");
    expect(at).toBeGreaterThan(0);
    expect(log.slice(at, end).join("\n")).toContain("a flaky line");
  });

  test("ends red with the last attempt, and tells of every one", async () => {
    const { github, play } = await stage([RED, RED, GREEN]);
    const { failure, outputs, summary } = await play(AGAIN);
    expect(failure).toMatch(
      /^The run ended as failure: http\S+\nThis is attempt 3; previously, attempt 1 ended as failure \(test\), attempt 2 ended as failure \(test\)\.\n/,
    );
    expect(summary).toContain("previously, attempt 1 ended as failure");
    expect(outputs).toMatchObject({ conclusion: "failure", run_attempt: "3" });
    expect(reruns(asked(github, "POST"))).toHaveLength(2);
  });

  test("costs nothing where the run is green", async () => {
    const { github, play } = await stage([], GREEN);
    await play(AGAIN);
    const { github: other, play: playOther } = await stage([], GREEN);
    await playOther(START);
    expect(github.transcript().length).toBe(other.transcript().length);
  });

  test.each(["cancelled", "startup_failure", "action_required", "stale"])(
    "leaves a run alone that has ended as %s",
    async (conclusion) => {
      const { github, play } = await stage([GREEN], { conclusion });
      const { failure } = await play(AGAIN);
      expect(failure).toMatch(new RegExp(`^The run ended as ${conclusion}: `));
      expect(reruns(github.transcript())).toEqual([]);
    },
  );

  test("runs again what has timed out", async () => {
    const { play } = await stage([GREEN], { conclusion: "timed_out" });
    expect((await play(AGAIN)).failure).toBeUndefined();
  });

  test("is green at once where the conclusion is one of the successful ones", async () => {
    const { github, play } = await stage([GREEN]);
    expect((await play({ ...AGAIN, success_conclusions: "failure" })).failure).toBeUndefined();
    expect(reruns(github.transcript())).toEqual([]);
  });

  test("takes the run that is given", async () => {
    const { github, play, clock } = await stage([GREEN]);
    const { outputs } = await play({ ...START, wait_for: "found" });
    await clock.sleep(120_000);
    const given = { run_id: outputs.runId ?? "", wait_for: "completed", rerun_failed: "1" };
    expect((await play(given)).failure).toBeUndefined();
    expect(reruns(github.transcript())).toHaveLength(1);
  });

  test("refused, lets the verdict on the last attempt stand, and says why", async () => {
    const { github, play } = await stage([GREEN], { mostReruns: 0 });
    const { failure, warnings, outputs } = await play(AGAIN);
    expect(failure).toMatch(
      /^The run ended as failure: http\S+\nThe failed jobs were not re-run: GitHub refused \(403: This workflow run cannot be retried\)\.\n/,
    );
    expect(warnings).toHaveLength(1);
    expect(outputs).toMatchObject({ conclusion: "failure", run_attempt: "1" });
    expect(reruns(github.transcript())).toHaveLength(1);
  });

  test.each([500, 502, 504])("settles an unclear answer (%i, and the jobs run again) by looking", async (status) => {
    const { github, play } = await stage([GREEN]);
    github.fault = ({ path }) =>
      path.endsWith("/rerun-failed-jobs") ? { when: "after", kind: "status", status } : undefined;
    expect((await play(AGAIN)).failure).toBeUndefined();
    expect(reruns(github.transcript())).toHaveLength(1);
  });

  test("never asks twice for one attempt: an unclear answer without an attempt ends with the verdict", async () => {
    const { github, play } = await stage([GREEN]);
    github.fault = ({ path }) =>
      path.endsWith("/rerun-failed-jobs") ? { when: "before", kind: "status", status: 502 } : undefined;
    const { failure, outputs } = await play(AGAIN);
    expect(outputs).toMatchObject({ conclusion: "failure", run_attempt: "1" });
    expect(failure).toContain(
      "GitHub's response left unclear whether the failed jobs re-run (502), and no new attempt appeared within 60 s. They may still start.",
    );
    expect(reruns(github.transcript())).toHaveLength(1);
  });

  test.each<[string, Record<string, string>, number | undefined, RegExp]>([
    ["the time that was left", { timeout_seconds: "100" }, undefined, /appeared within (?!60)\d\d? s\. They may/],
    ["that the run is gone", {}, 404, /re-run \(502\), and GitHub no longer shows the run \(404\)\.\n/],
  ])("that stays unclear, tells of %s", async (_, given, status, words) => {
    const { github, play } = await stage([GREEN]);
    let isAsked = false;
    github.fault = ({ path }) => {
      const isAsking = path.endsWith("/rerun-failed-jobs");
      isAsked ||= isAsking;
      if (isAsking) return { when: "before", kind: "status", status: 502 };
      const isLook = isAsked && status !== undefined && /\/runs\/\d+$/.test(path);
      return isLook ? { when: "before", kind: "status", status } : undefined;
    };
    const { failure } = await play({ ...AGAIN, ...given });
    expect(failure).toMatch(words);
  });

  test("waits out a limit, on which GitHub has not acted", async () => {
    const { github, play } = await stage([GREEN]);
    let refusals = 0;
    github.fault = ({ path }) =>
      path.endsWith("/rerun-failed-jobs") && ++refusals === 1
        ? { when: "before", kind: "status", status: 429, headers: { "retry-after": "20" } }
        : undefined;
    expect((await play(AGAIN)).failure).toBeUndefined();
    expect(reruns(github.transcript())).toHaveLength(2);
  });

  test("takes the attempt that somebody else was quicker to start", async () => {
    const { github, play } = await stage([]);
    github.fault = ({ path, nth }) => {
      if (!path.endsWith("/rerun-failed-jobs")) return undefined;
      if (nth === undefined || github.runs(TARGET)[0]?.attempt === 1)
        github.rerun(github.runs(TARGET)[0]?.id ?? 0, GREEN);
      return { when: "before", kind: "status", status: 403 };
    };
    const { failure, outputs } = await play(AGAIN);
    expect(failure).toBeUndefined();
    expect(outputs.run_attempt).toBe("2");
  });

  test.each([0, 3000, 12_000])("takes it where it shows only %i ms later, though GitHub says 403", async (laterMs) => {
    const { github, clock, play } = await stage([]);
    github.fault = ({ path }) => {
      if (!path.endsWith("/rerun-failed-jobs")) return undefined;
      clock.sleep(laterMs).then(() => github.rerun(github.runs(TARGET)[0]?.id ?? 0, GREEN));
      const body = { message: "This workflow is already running" };
      return { when: "before", kind: "status", status: 403, body };
    };
    const { failure, outputs, warnings } = await play(AGAIN);
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(outputs.run_attempt).toBe("2");
  });

  test("ends red without advice on permissions where GitHub says that it runs already, and it does not show", async () => {
    const { github, play } = await stage([]);
    github.fault = ({ path }) => {
      const body = { message: "This workflow is already running" };
      return path.endsWith("/rerun-failed-jobs") ? { when: "before", kind: "status", status: 403, body } : undefined;
    };
    const { failure } = await play(AGAIN);
    expect(failure).toContain(
      "The failed jobs were not re-run: GitHub refused (403: This workflow is already running).",
    );
    expect(failure).not.toContain("actions: write");
  });

  test("goes on within what is left of `timeout_seconds`", async () => {
    const { play } = await stage([{ jobs: { test: { durationMs: 600_000 } } }]);
    const { failure, outputs, tookMs } = await play({ ...AGAIN, timeout_seconds: "120" });
    expect(failure).toMatch(
      /^The run did not complete within 120 s.*\nThis is attempt 2; previously, attempt 1 ended as failure \(test\)\./,
    );
    expect(tookMs).toBeLessThan(125_000);
    // What was set of the first attempt is taken back.
    expect(outputs).toMatchObject({ conclusion: "", failed_jobs: "", run_attempt: "2", status: "in_progress" });
  });

  test("says so where GitHub accepts, and no attempt comes in time", async () => {
    const { play } = await stage([GREEN], { rerunLagMs: 3_600_000 });
    const { failure, outputs } = await play({ ...AGAIN, timeout_seconds: "120" });
    expect(failure).toMatch(
      /^GitHub accepted the request to re-run the failed jobs, but showed no attempt after 1 within `timeout_seconds` \(120 s\)\.\nIt may still start: http/,
    );
    expect(outputs.conclusion).toBe("");
  });

  test("with `jobs`, waits for the run's end, which a further attempt needs", async () => {
    const slow = { lint: { durationMs: 200_000 } };
    const { github, play } = await stage([GREEN], { jobs: { ...RED.jobs, ...slow } });
    const { failure, outputs } = await play({ ...AGAIN, jobs: "test" });
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ conclusion: "success", run_attempt: "2" });
    expect(reruns(github.transcript())).toHaveLength(1);
  });

  test.each([63_500, 64_500, 66_000, 80_000])(
    "gives way to the caller's cancellation after %i ms, which reaches the next attempt",
    async (cancelAfterMs) => {
      const { github, play, playPost } = await stage([{ jobs: { test: { durationMs: 600_000 } } }]);
      const given = { ...AGAIN, cancel_run_on: "cancel" };
      const { failure, trace, tookMs } = await play(given, { cancelAfterMs });
      expect(failure).toMatch(/^The step was cancelled \(SIGINT\)\. /);
      expect(tookMs - cancelAfterMs).toBeLessThan(10_000);
      await playPost(given, trace);
      const [run] = github.runs(TARGET);
      expect(run).toMatchObject({ status: "completed" });
      if (run?.attempt === 2) expect(run.conclusion).toBe("cancelled");
    },
  );

  test("`post` waits for the attempt of a step that was killed while it was to begin", async () => {
    const { github, play, playPost } = await stage([{ jobs: { test: { durationMs: 600_000 } } }], { rerunLagMs: 9000 });
    const given = { ...AGAIN, cancel_run_on: "cancel" };
    const { trace } = await play(given, { cancelAfterMs: 66_000 });
    expect(JSON.parse(trace)).toMatchObject({ rerunOf: 1 });
    await playPost(given, trace);
    expect(github.runs(TARGET)).toMatchObject([{ attempt: 2, conclusion: "cancelled" }]);
  });
});

describe("rerun_grace_seconds", () => {
  test("follows the attempt that somebody else starts in time", async () => {
    const { github, clock, play } = await stage([]);
    clock.sleep(100_000).then(() => github.rerun(github.runs(TARGET)[0]?.id ?? 0, GREEN));
    const { failure, outputs, log } = await play(GRACE);
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ conclusion: "success", run_attempt: "2" });
    expect(log).toContain("Waiting 5 min for someone else to start another attempt (`rerun_grace_seconds`).");
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("ends red when nobody does, as late as it was told", async () => {
    const { play } = await stage([]);
    const { failure, tookMs, outputs } = await play(GRACE);
    expect(failure).toMatch(/^The run ended as failure: /);
    expect(tookMs).toBeGreaterThan(360_000);
    expect(tookMs).toBeLessThan(375_000);
    expect(outputs.conclusion).toBe("failure");
  });

  test("does not outlast `timeout_seconds`", async () => {
    const { play } = await stage([]);
    const { failure, tookMs } = await play({ ...GRACE, timeout_seconds: "120" });
    expect(failure).toMatch(/^The run ended as failure: /);
    expect(tookMs).toBeLessThan(125_000);
  });

  test.each([404, 500])("keeps the verdict where the run can no longer be read (%i)", async (status) => {
    const { github, play } = await stage([]);
    let ended = false;
    github.fault = ({ path }) => {
      ended ||= path.endsWith("/logs");
      return ended && /\/runs\/\d+$/.test(path.replace(/\?.*/, ""))
        ? { when: "before", kind: "status", status }
        : undefined;
    };
    expect((await play(GRACE)).failure).toMatch(/^The run ended as failure: /);
  });

  test("gives way to the caller's cancellation", async () => {
    const { play } = await stage([]);
    const { failure, tookMs } = await play(GRACE, { cancelAfterMs: 100_000 });
    expect(failure).toMatch(/^The step was cancelled \(SIGINT\)\. /);
    expect(tookMs).toBeLessThan(101_000);
  });
});
