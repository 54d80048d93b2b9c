/** The story of a step that jobs decide, instead of the whole run. */

import { describe, expect, test } from "vitest";
import type { Behaviour, JobBehaviour } from "../simulator/index.ts";
import { setStage, TARGET } from "../support/stage.ts";

const WORKFLOW = `name: Release
on:
  workflow_dispatch:
    inputs:
      distinct_id: {}
jobs:
  build:
    runs-on: x
    steps: [{ name: Compile, run: make }]
  test:
    needs: build
    strategy: { matrix: { os: [linux, windows] } }
    runs-on: x
    steps: [{ name: Run the tests, run: make test }]
  call:
    needs: build
    uses: ./.github/workflows/called.yml
  soak:
    runs-on: x
    steps: [{ name: Soak, run: make soak }]
`;

const START = { workflow: "release.yml", ref: "main", wait_for: "completed", timeout_seconds: "9000" };
/** The run ends after an hour, long after what decides. */
const USUAL: Record<string, JobBehaviour> = {
  build: { durationMs: 60_000 },
  test: { durationMs: 120_000 },
  soak: { durationMs: 3_600_000 },
};

function stage(jobs: Record<string, JobBehaviour> = {}, more: Behaviour = {}) {
  const behaviour = { freshRun404Ms: 0, queuedMs: 1000, jobs: { ...USUAL, ...jobs }, ...more };
  return setStage({ "release.yml": WORKFLOW }, { behaviour });
}

test.each([
  ["a job", "build", 60_000],
  ["a matrix that comes later", "test (*)", 180_000],
  ["one of a matrix", "test (linux)", 180_000],
  ["a called workflow's job", "call / *", 65_000],
  ["several", '["build", "test (windows)"]', 180_000],
])("%s ends the step when it has ended, and the run goes on", async (_, jobs, afterMs) => {
  const { github, play } = await stage({ call: { durationMs: 4000 } });
  const { failure, outputs, tookMs, summary } = await play({ ...START, jobs });
  expect(failure).toBeUndefined();
  expect(outputs).toMatchObject({ status: "in_progress", conclusion: "success", failed_jobs: "[]" });
  expect(tookMs).toBeGreaterThan(afterMs);
  expect(tookMs).toBeLessThan(afterMs + 20_000);
  expect(github.runs(TARGET)).toMatchObject([{ status: "in_progress" }]);
  expect(summary).toContain("✅ Passed");
});

test("a red one makes the step red, with its own lines, and names no other", async () => {
  const { play } = await stage({ test: { durationMs: 120_000, failedStep: "Run the tests" } });
  const { failure, outputs } = await play({ ...START, jobs: "build\ntest (linux)" });
  expect(failure).toMatch(
    /^Of the deciding jobs \(`jobs`\), 1 of 2 ended red; the run is in progress: http\S+\n- test \(linux\): failure in step "Run the tests", http/,
  );
  expect(failure).toContain('The last lines of step "Run the tests" in job test (linux):');
  expect(failure).not.toContain("windows");
  expect(outputs).toMatchObject({ status: "in_progress", conclusion: "failure" });
});

test("a red run is green where those that decide are", async () => {
  const { play } = await stage({ build: { durationMs: 60_000 }, soak: { durationMs: 10_000, failedStep: "Soak" } });
  const { failure, outputs } = await play({ ...START, jobs: "build" });
  expect(failure).toBeUndefined();
  expect(outputs.conclusion).toBe("success");
  expect(JSON.parse(outputs.failed_jobs ?? "")).toMatchObject([{ name: "soak" }]);
});

test.each([
  ["success", true],
  ["success, skipped", false],
])("a skipped one counts by success_conclusions (%s)", async (success_conclusions, isRed) => {
  const { play } = await stage({ test: { conclusion: "skipped" } });
  const { failure, outputs } = await play({ ...START, jobs: "test *", success_conclusions });
  expect(failure !== undefined).toBe(isRed);
  expect(outputs.conclusion).toBe("skipped");
});

test("a name that never comes is told at the run's end, with the jobs that there were", async () => {
  const { play } = await stage({ soak: { durationMs: 10_000 } });
  const { failure, outputs } = await play({ ...START, jobs: "build\nlinut\ntest" });
  // Nothing of the run's own conclusion: that is what it should be.
  expect(failure).toBe(
    `The run has ended, but no job is called \`linut\`, \`test\` (\`jobs\`): ${outputs.html_url}\n` +
      "Its jobs, as GitHub shows them: build, test (linux), test (windows), call / called, soak.",
  );
  expect(outputs).toMatchObject({ status: "completed", conclusion: "success" });
});

test("a run without any job is red", async () => {
  const { play } = await stage({}, { zeroJobs: true });
  const { failure } = await play({ ...START, jobs: "*" });
  expect(failure).toMatch(/^The run has ended, but no job is called `\*`.*\nIts jobs, as GitHub shows them: none\.$/s);
});

test("the deadline says which of them are open", async () => {
  const { play } = await stage();
  const { failure, outputs } = await play({ ...START, jobs: "build\ntest *\nlate", timeout_seconds: "120" });
  expect(failure).toContain(
    "Of the deciding jobs (`jobs`), these are open: test (linux) (in progress), test (windows) (in progress), `late` (no such job yet).",
  );
  expect(outputs.conclusion).toBeUndefined();
});

describe("jobs end the step also where the run's own answer stays the same", () => {
  const PAGES = WORKFLOW.replace("os: [linux, windows]", `os: [${Array.from({ length: 130 }, (_, at) => at)}]`);

  test.each<[string, string, Record<string, JobBehaviour>, Record<string, string>]>([
    ["while another waits for an approval", WORKFLOW, { soak: { waitingMs: 9_000_000 } }, { jobs: "test *" }],
    [
      "with `fail_fast`",
      WORKFLOW,
      { soak: { waitingMs: 9_000_000 }, test: { durationMs: 120_000, failedStep: "Run the tests" } },
      { fail_fast: "true" },
    ],
    ["where their list has several pages", PAGES, {}, { jobs: "test *" }],
  ])("%s", async (_, workflow, jobs, given) => {
    const behaviour = { freshRun404Ms: 0, queuedMs: 1000, jobs: { ...USUAL, ...jobs } };
    const { github, play } = await setStage({ "release.yml": workflow }, { behaviour });
    // The server shows the run as it was when all of its jobs were there.
    github.fault = ({ path }) => {
      const stuckMs = github.nowMs() - (github.runs(TARGET)[0]?.createdAtMs ?? 0) - 100_000;
      return /\/runs\/\d+$/.test(path) && stuckMs > 0 ? { kind: "stale", ms: stuckMs } : undefined;
    };
    const { failure, tookMs } = await play({ ...START, ...given });
    if ("fail_fast" in given) expect(failure).toMatch(/^The run is in progress, but a job already/);
    else expect(failure).toBeUndefined();
    expect(tookMs).toBeGreaterThan(180_000);
    expect(tookMs).toBeLessThan(240_000);
  });
});

describe("a re-run", () => {
  /** The run has ended red within 10 s; while its end is unseen, it is run again. */
  async function rerun(stale: boolean) {
    const on = await stage({ soak: { durationMs: 8000 }, build: { durationMs: 5000, failedStep: "Compile" } });
    let again = Number.POSITIVE_INFINITY;
    on.github.fault = ({ path }) => {
      const [run] = on.github.runs(TARGET);
      if (again === Number.POSITIVE_INFINITY && run?.status === "completed") {
        again = on.github.nowMs();
        on.github.rerun(run.id, {
          queuedMs: 20_000,
          jobs: { ...USUAL, build: { durationMs: 30_000 }, soak: { durationMs: 60_000 } },
        });
      }
      const lags = stale && Number.isFinite(again) && path.endsWith("/jobs") && on.github.nowMs() - again < 40_000;
      return lags ? { when: "before", kind: "stale", ms: on.github.nowMs() - again + 1000 } : undefined;
    };
    return on.play({ ...START, jobs: "build\nsoak", poll_interval_seconds: "5" });
  }

  test.each([false, true])("starts the count anew (with a list of jobs that lags: %s)", async (stale) => {
    const { failure, outputs } = await rerun(stale);
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ run_attempt: "2", conclusion: "success" });
  });
});

test("an outage of the jobs alone, up to the run's end and beyond it, makes no verdict without them", async () => {
  const { github, play } = await stage({
    soak: { durationMs: 100_000 },
    test: { durationMs: 30_000, failedStep: "Run the tests" },
  });
  github.fault = ({ path }) => {
    const isLong = github.nowMs() - (github.runs(TARGET)[0]?.createdAtMs ?? 0) < 300_000;
    return path.endsWith("/jobs") && isLong ? { when: "before", kind: "status", status: 502 } : undefined;
  };
  const { failure, outputs, tookMs } = await play({ ...START, jobs: "build\ntest (linux)" });
  expect(failure).toContain('- test (linux): failure in step "Run the tests"');
  expect(outputs).toMatchObject({ status: "completed", conclusion: "failure" });
  expect(tookMs).toBeGreaterThan(300_000);
});

test("an App or token without `actions: read` is told so", async () => {
  const { github, play } = await stage();
  github.fault = ({ path }) =>
    path.endsWith("/jobs")
      ? { when: "before", kind: "status", status: 403, body: { message: "Resource not accessible by integration" } }
      : undefined;
  const { failure } = await play({ ...START, jobs: "build", timeout_seconds: "60" });
  expect(failure).toContain("`actions: read`");
});

test("without `jobs` nothing is asked but what was asked before", async () => {
  const one = await stage({ soak: { durationMs: 200_000 } });
  await one.play({ ...START, jobs: "*" });
  const other = await stage({ soak: { durationMs: 200_000 } });
  await other.play(START);
  const kinds = (lines: string[]) => new Set(lines.map((line) => line.replace(/\d{6,}/g, "ID").replace(/ → \d+$/, "")));
  expect(kinds(other.github.transcript())).toEqual(kinds(one.github.transcript()));
});
