/** Deadlines are kept, whatever else fails: limits, a server that falls silent, a run that begins at the last moment. */

import { describe, expect, test } from "vitest";
import type { Behaviour, Fault, FaultRequest, GitHub } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const RED: Behaviour = {
  jobs: { identify: { durationMs: 40_000, failedStep: "Deploy", log: ["it broke"] } },
};
const GREEN: Behaviour = { jobs: { identify: { durationMs: 40_000 } } };
const LONG: Behaviour = { jobs: { identify: { durationMs: 3_600_000 } } };

function stage(behaviour: Behaviour) {
  const workflows = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
  return setStage(workflows, { behaviour: { freshRun404Ms: 0, queuedMs: 1000, ...behaviour } });
}

const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const secondary = (seconds?: number): Fault => ({
  kind: "status",
  when: "before",
  status: 403,
  body: { message: SECONDARY },
  ...(seconds !== undefined && { headers: { "retry-after": String(seconds) } }),
});
const primary = (github: GitHub, seconds: number): Fault => ({
  kind: "status",
  when: "before",
  status: 403,
  body: { message: "API rate limit exceeded for user ID 583231." },
  headers: {
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(Math.floor(github.nowMs() / 1000) + seconds),
  },
});

/** Refuses what `isHit`, and everything that comes until the limit's end. */
function limited(github: GitHub, isHit: (request: FaultRequest) => boolean, forS: number, isPrimary = false): void {
  let untilMs = 0;
  github.fault = (request) => {
    const nowMs = github.nowMs();
    if (untilMs === 0 && isHit(request)) untilMs = nowMs + forS * 1000;
    const leftS = Math.ceil((untilMs - nowMs) / 1000);
    return leftS > 0 ? (isPrimary ? primary(github, leftS) : secondary(leftS)) : undefined;
  };
}

describe("a limit that outlasts `timeout_seconds`", () => {
  test.each([
    ["the request to run the failed jobs again", /\/rerun-failed-jobs$/, { rerun_failed: "1" }, "ended as failure"],
    ["the annotations", /\/annotations$/, {}, "ended as failure"],
    ["the log", /\/logs$/, {}, "ended as failure"],
    ["what the run has left", /\/artifacts$/, { outputs_from: "values" }, "ended as failure"],
    ["the jobs at the end", /\/jobs$/, {}, "did not complete within 45 s"],
  ])("met by %s, leaves the verdict to come by then", async (_, path, given, verdict) => {
    for (const forS of [65, 85, 600]) {
      const { github, play } = await stage(RED);
      const isOver = () => github.runs(TARGET)[0]?.status === "completed";
      limited(github, (request) => path.test(request.path) && isOver(), forS);
      const { failure, tookMs } = await play({ ...START, ...given, timeout_seconds: "45" });
      expect(failure).toContain(`The run ${verdict}`);
      expect(tookMs).toBeLessThanOrEqual(47_500);
    }
  });

  test.each([
    ["the request to run the failed jobs again", /\/rerun-failed-jobs$/, { rerun_failed: "1" }, RED],
    ["the annotations", /\/annotations$/, {}, RED],
    ["the log", /\/logs$/, {}, RED],
    ["what the run has left", /\/artifacts$/, { outputs_from: "values" }, RED],
    ["what a green run has left", /\/artifacts$/, { outputs_from: "values" }, GREEN],
  ])("met by %s, is not waited for", async (_, path, given, behaviour) => {
    const { github, play } = await stage(behaviour);
    const isOver = () => github.runs(TARGET)[0]?.status === "completed";
    limited(github, (request) => path.test(request.path) && isOver(), 3600);
    const { tookMs } = await play({ ...START, ...given, timeout_seconds: "600" });
    expect(tookMs).toBeLessThan(48_000);
  });

  test("is the reason why the failed jobs were not run again", async () => {
    const { github, play } = await stage(RED);
    limited(github, ({ path }) => path.endsWith("/rerun-failed-jobs"), 600);
    const { failure } = await play({ ...START, rerun_failed: "1", timeout_seconds: "60" });
    expect(failure).toMatch(/The failed jobs were not re-run: GitHub's rate limit lasts until /);
  });

  test.each([
    ["secondary", false],
    ["primary", true],
  ])("is named where the run was to be cancelled at the time-out (%s)", async (_, isPrimary) => {
    const { github, play } = await stage(LONG);
    const startMs = github.nowMs();
    limited(github, () => github.nowMs() - startMs > 40_000, 600, isPrimary);
    const { failure, tookMs } = await play({ ...START, timeout_seconds: "60", cancel_run_on: "timeout" });
    expect(failure).toMatch(/could not be cancelled.*rate limit/);
    expect(failure).not.toContain("actions: write");
    expect(tookMs).toBeLessThanOrEqual(72_000);
  });
});

describe("a step that is cancelled during a limit", () => {
  test.each([
    ["secondary", false],
    ["primary", true],
  ])("ends within the grace, and says so (%s)", async (_, isPrimary) => {
    const { github, play, playPost } = await stage(LONG);
    const startMs = github.nowMs();
    limited(github, () => github.nowMs() - startMs > 20_000, 600, isPrimary);
    const given = { ...START, cancel_run_on: "cancel" };
    const { failure, tookMs, trace } = await play(given, { cancelAfterMs: 30_000 });
    expect(failure).toMatch(/could not be cancelled.*rate limit/);
    expect(failure).not.toContain("actions: write");
    expect(tookMs).toBeLessThanOrEqual(39_000);
    const after = await playPost(given, trace);
    expect([...after.log, ...after.warnings].join("\n")).toMatch(/rate limit/);
    expect([...after.log, ...after.warnings].join("\n")).not.toContain("actions: write");
  });

  test.each([4, 8])("cancels the run where the limit ends %i s later", async (seconds) => {
    const { github, play } = await stage(LONG);
    const startMs = github.nowMs();
    limited(github, () => github.nowMs() - startMs > 29_000 - 10_000, seconds + 11);
    const { failure } = await play({ ...START, cancel_run_on: "cancel" }, { cancelAfterMs: 30_000, random: () => 1 });
    expect(failure).toContain("The remote run is being cancelled");
    expect(asked(github, "POST").filter((line) => line.includes("/cancel → 202"))).toHaveLength(1);
  });

  test("says so where the run had still to be found", async () => {
    const workflows = { "deploy.yml": receiver("repository_dispatch", "run-name") };
    const { github, play } = await setStage(workflows, { behaviour: { visibleAfterMs: 60_000, ...LONG } });
    const startMs = github.nowMs();
    limited(github, () => github.nowMs() - startMs > 10_000, 600);
    const given = { event_type: "deploy", wait_for: "completed", cancel_run_on: "cancel" };
    const { failure, tookMs } = await play(given, { cancelAfterMs: 20_000 });
    expect(failure).toMatch(/rate limit/);
    expect(tookMs).toBeLessThanOrEqual(29_000);
  });
});

describe("a server that has named the run, and then falls silent", () => {
  test.each(["10", "15", "45"])("is said not to have answered, with the run's link (%s s)", async (seconds) => {
    const { github, play } = await stage(LONG);
    github.fault = ({ method }) => (method === "GET" ? { kind: "hang", when: "before" } : undefined);
    const { failure, outputs, tookMs } = await play({ ...START, find_timeout_seconds: seconds });
    expect(failure).toMatch(/did not respond|timed out/);
    expect(failure).not.toContain("before GitHub was asked");
    expect(failure).toContain(`${github.apiUrl}/${TARGET}/actions/runs/${outputs.runId}`);
    expect(tookMs).toBe(Number(seconds) * 1000);
  });

  test.each(["12", "50"])(
    "is said so as well, where it was silent all the time of the wait (%s s)",
    async (seconds) => {
      const { github, play } = await stage({ visibleAfterMs: 0, ...LONG });
      github.fault = ({ path }) => (/\/runs\/\d+/.test(path) ? { kind: "hang", when: "before" } : undefined);
      const { failure, tookMs } = await play({ ...START, timeout_seconds: seconds });
      expect(failure).toMatch(/The last request failed|^The connection broke/m);
      expect(tookMs).toBeLessThanOrEqual(Number(seconds) * 1000);
    },
  );
});

describe("a run that begins right before the end of `start_timeout_seconds`", () => {
  test.each([19_200, 19_700, 19_990])("after %i ms is followed, and not cancelled", async (queuedMs) => {
    const { github, play } = await stage({ queuedMs, jobs: { identify: { durationMs: 60_000 } } });
    const { failure } = await play({ ...START, start_timeout_seconds: "20", cancel_run_on: "timeout" });
    expect(failure).toBeUndefined();
    expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeUndefined();
  });

  test("and ends there is judged", async () => {
    const { play } = await stage({ queuedMs: 19_300, setupMs: 0, stepMs: 0, jobs: { identify: { durationMs: 400 } } });
    const { failure, outputs } = await play({ ...START, start_timeout_seconds: "20" });
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
  });
});
