/** A job that fails while its run goes on: its log is shown at once, and ends the step where that is asked for. */

import { describe, expect, test } from "vitest";
import type { Behaviour, JobBehaviour } from "../simulator/index.ts";
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
    strategy: { matrix: { part: [1, 2, 3, 4] } }
    runs-on: x
    steps: [{ name: Test, run: make test }]
`;
const START = { workflow: "ci.yml", ref: "main", wait_for: "completed" };
const FAST = { ...START, fail_fast: "true" };
const LINES = 'The last lines of step "Lint" in job lint:';
const FAILING: JobBehaviour = { durationMs: 60_000, failedStep: "Lint", log: ["src/a.ts is not formatted"] };

function stage(jobs: Record<string, JobBehaviour> = {}, more: Behaviour = {}, visibility?: "private" | "public") {
  const usual = { lint: FAILING, test: { durationMs: 1_200_000 } };
  const behaviour = { freshRun404Ms: 0, queuedMs: 1000, jobs: { ...usual, ...jobs }, ...more };
  return setStage({ "ci.yml": WORKFLOW }, { behaviour, ...(visibility && { repository: { visibility } }) });
}

const logReads = (lines: string[]) => lines.filter((line) => /\/jobs\/\d+\/logs/.test(line)).length;

describe("the log of a failed job", () => {
  test("is shown when it fails, once, and again in the error without another look", async () => {
    const { github, play } = await stage();
    const { log, failure } = await play(START);
    const at = log.indexOf(LINES);
    expect(log[at - 1]).toMatch(/^Job lint: failure in step "Lint" after 1 min: http/);
    expect(log[at + 1]).toBe("src/a.ts is not formatted");
    expect(log.slice(at + 3).join("\n")).toContain("Job test (1): success");
    expect(log.filter((line) => line === LINES)).toHaveLength(1);
    expect(failure).toContain(`${LINES}\nsrc/a.ts is not formatted`);
    expect(logReads(github.transcript())).toBe(1);
  });

  test("that lags behind is shown as soon as it is there", async () => {
    const { log } = await (await stage({ lint: { ...FAILING, logLagMs: 8000 } })).play(START);
    expect(log).toContain(LINES);
  });

  test("that never comes is asked for a few times only", async () => {
    const { github, play } = await stage({ lint: { ...FAILING, logLagMs: 3_600_000 } });
    expect((await play(START)).log).not.toContain(LINES);
    // Three while the run goes on, and one for the error.
    expect(logReads(github.transcript())).toBe(4);
  });

  test("is shown of three jobs at most", async () => {
    const failing = { durationMs: 60_000, failedStep: "Test" };
    const { log } = await (await stage({ lint: { durationMs: 1_200_000 }, test: failing })).play(START);
    expect(log.filter((line) => line.startsWith("The last lines of step"))).toHaveLength(3);
  });

  test.each([
    [{}, true, false],
    [{ failed_log_lines: "1" }, true, true],
    [{ failed_log_lines: "0" }, false, false],
  ])(
    "of a private target is shown as the error would (%j, public caller: %s): %s",
    async (given, callerIsPublic, isShown) => {
      const { github, play } = await stage({}, {}, "private");
      const { log } = await play({ ...START, ...given }, { callerIsPublic });
      expect(log.includes(LINES)).toBe(isShown);
      expect(logReads(github.transcript()) > 0).toBe(isShown);
    },
  );

  test.each([403, 404, 502])("that cannot be read (%i) changes nothing else", async (status) => {
    const { github, play } = await stage();
    github.fault = ({ path }) => (path.endsWith("/logs") ? { when: "before", kind: "status", status } : undefined);
    const { log, failure, warnings } = await play(START);
    expect(failure).toMatch(/^The run ended as failure: /);
    expect(log).not.toContain(LINES);
    expect(warnings).toEqual([]);
  });
});

describe("fail_fast", () => {
  test("ends the step as soon as a job has failed, with its lines", async () => {
    const { github, play } = await stage();
    const { failure, outputs, tookMs } = await play(FAST);
    expect(failure).toMatch(
      /^The run is in progress, but a job already ended red, which ends the step \(`fail_fast`\): lint \(failure\)\nThe run continues: http/,
    );
    expect(failure).toContain(`${LINES}\nsrc/a.ts is not formatted`);
    expect(tookMs).toBeLessThan(80_000);
    expect(outputs.status).toBe("in_progress");
    expect(outputs.conclusion).toBeUndefined();
    expect(JSON.parse(outputs.failed_jobs ?? "")).toMatchObject([{ name: "lint" }]);
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("is not ended by a job that does not decide", async () => {
    const { play } = await stage();
    expect((await play({ ...FAST, jobs: "test *" })).failure).toBeUndefined();
  });

  test("is ended by one of those that decide, while others are open or have not come", async () => {
    const { play } = await stage();
    const { failure, outputs } = await play({ ...FAST, jobs: "lint\ntest *\nlate" });
    expect(failure).toMatch(/^The run is in progress, .*: lint \(failure\)\n/);
    expect(outputs.conclusion).toBe("failure");
  });

  test("leaves a run that has ended green as it is", async () => {
    const { play } = await stage({ test: { durationMs: 60_000 } }, { conclusion: "success" });
    expect((await play(FAST)).failure).toBeUndefined();
  });

  test("cancels what goes on where `cancel_run_on` has `failure`, and `post` sees to it", async () => {
    const { github, play, playPost } = await stage({}, { cancel: "ignored" });
    const given = { ...FAST, cancel_run_on: "failure" };
    const { failure, trace } = await play(given);
    expect(failure).toContain("\nThe remote run is being cancelled: http");
    expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeDefined();
    await playPost(given, trace);
    expect(github.runs(TARGET)[0]?.conclusion).toBe("cancelled");
  });

  test("tells that cancelling was refused", async () => {
    const { github, play } = await stage();
    github.fault = ({ path }) =>
      path.endsWith("/cancel") ? { when: "before", kind: "status", status: 403 } : undefined;
    const { failure } = await play({ ...FAST, cancel_run_on: "failure" });
    expect(failure).toContain("The remote run could not be cancelled (403: the token needs `actions: write`)");
  });

  test.each([10, 62_500])("gives way to the caller's cancellation after %i ms", async (cancelAfterMs) => {
    const { play } = await stage();
    const { failure } = await play({ ...FAST, cancel_run_on: "failure" }, { cancelAfterMs });
    expect(failure).toMatch(/^The (step was cancelled \(SIGINT\)|run is in progress)/);
  });
});
