/** Answers that are older than what was seen: of a server that lags behind, or that says for ever that nothing has changed. */

import { describe, expect, test } from "vitest";
import type { Behaviour, GitHub } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const RUN = /\/actions\/runs\/\d+$/;

function stage(behaviour: Behaviour, options = {}) {
  const workflows = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
  return setStage(workflows, { behaviour: { freshRun404Ms: 0, queuedMs: 1000, ...behaviour }, ...options });
}

/** Each read of the run that `isStale` chooses is answered as it was at `atMs` after the step's start. */
function staleReads(github: GitHub, atMs: number, isStale: (nth: number, nowMs: number) => boolean): void {
  const startMs = github.nowMs();
  github.fault = ({ path, nth }) => {
    const sinceMs = github.nowMs() - startMs;
    if (!RUN.test(path) || !isStale(nth, sinceMs)) return undefined;
    return { kind: "stale", ms: sinceMs - atMs };
  };
}

const RED: Behaviour = { jobs: { identify: { durationMs: 20_000, conclusion: "failure" } } };
/** The first attempt has ended, and the second has not begun. */
const ENDED_MS = 21_500;
const GREEN: Behaviour = { jobs: { identify: { durationMs: 300_000 } } };

describe("an answer of an earlier attempt, after a later one was seen", () => {
  test.each([1, 2, 4, 12])("is no news, %i times in a row", async (times) => {
    const { github, play } = await stage({ ...RED, reruns: [GREEN] });
    let stale = 0;
    staleReads(github, ENDED_MS, (_, nowMs) => nowMs > 120_000 && stale++ < times);
    const { failure, outputs, log } = await play({ ...START, rerun_failed: "1" });
    expect(stale).toBeGreaterThanOrEqual(times);
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ run_attempt: "2", conclusion: "success" });
    expect(log.filter((line) => /^Attempt 1 has begun/.test(line))).toEqual([]);
    expect(log.filter((line) => line === "The run is queued.").length).toBeLessThanOrEqual(2);
  });

  test("does not keep the `post` step from cancelling the later one", async () => {
    const { github, clock, play, playPost } = await stage(RED);
    const given = { ...START, rerun_grace_seconds: "300", cancel_run_on: "cancel" };
    let trace = "";
    const onTrace = (now: string) => {
      if (github.runs(TARGET)[0]?.attempt === 2) trace ||= now;
    };
    clock.sleep(60_000).then(() => github.rerun(github.runs(TARGET)[0]?.id ?? 0, GREEN));
    const startMs = github.nowMs();
    await play(given, { onTrace });
    github.rerun(github.runs(TARGET)[0]?.id ?? 0, GREEN);
    let reads = 0;
    github.fault = ({ path }) =>
      RUN.test(path) && reads++ < 1 ? { kind: "stale", ms: github.nowMs() - startMs - ENDED_MS } : undefined;
    await playPost(given, trace);
    expect(reads).toBeGreaterThan(0);
    expect(asked(github, "POST").filter((line) => line.includes("/cancel"))).not.toEqual([]);
  });
});

test("an answer with an older `updated_at` takes nothing back", async () => {
  const { github, play } = await stage({ queuedMs: 30_000, jobs: { identify: { durationMs: 200_000 } } });
  let stale = 0;
  staleReads(github, 10_000, (_, nowMs) => nowMs > 60_000 && stale++ < 2);
  const { failure, log } = await play(START);
  expect(stale).toBeGreaterThan(1);
  expect(failure).toBeUndefined();
  expect(log.filter((line) => line === "The run is queued.")).toHaveLength(1);
  expect(log.filter((line) => line === "The run is in progress.")).toHaveLength(1);
});

test("a list of jobs that lags behind takes nothing back", async () => {
  const behaviour = { jobs: { identify: { durationMs: 200_000 }, side: { durationMs: 20_000 } } };
  const two = receiver("workflow_dispatch", "run-name").replace(
    "jobs:\n",
    "jobs:\n  side:\n    runs-on: x\n    steps: [{ run: make }]\n",
  );
  const on = await setStage({ "deploy.yml": two }, { behaviour: { freshRun404Ms: 0, queuedMs: 5000, ...behaviour } });
  const { github, play } = on;
  const startMs = github.nowMs();
  let stale = 0;
  github.fault = ({ path }) => {
    const sinceMs = github.nowMs() - startMs;
    const isStale = path.endsWith("/jobs") && sinceMs > 60_000 && stale < 3;
    if (isStale) stale++;
    return isStale ? { kind: "stale", ms: sinceMs - 3000 } : undefined;
  };
  const { failure, log } = await play(START);
  expect(stale).toBe(3);
  expect(failure).toBeUndefined();
  expect(log.filter((line) => line.startsWith("Job side: "))).toHaveLength(1);
  expect(log.filter((line) => line === "Job identify has started.")).toHaveLength(1);
});

describe("a server that says for ever that nothing has changed", () => {
  /** From `fromMs` on it answers 304 to whoever lets it. */
  function stuck(github: GitHub, fromMs: number): void {
    const startMs = github.nowMs();
    github.fault = ({ path }) => {
      const entry = github.requests.at(-1);
      const isAsked = entry?.headers["if-none-match"] !== undefined && path.includes("/actions/runs/");
      return isAsked && github.nowMs() - startMs > fromMs ? { kind: "status", when: "before", status: 304 } : undefined;
    };
  }

  test("is asked without condition right before the deadline", async () => {
    const { github, play } = await stage({ jobs: { identify: { durationMs: 60_000 } } });
    stuck(github, 20_000);
    const { failure, outputs } = await play({ ...START, timeout_seconds: "120" });
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
  });

  test("is asked without condition once in a while", async () => {
    const { github, play } = await stage({ jobs: { identify: { durationMs: 60_000 } } });
    stuck(github, 20_000);
    const { failure, tookMs } = await play({ ...START, timeout_seconds: "86400" });
    expect(failure).toBeUndefined();
    expect(tookMs).toBeLessThan(2 * 3_600_000);
  });

  test("is asked so for jobs that decide, too", async () => {
    const { github, play } = await stage({ jobs: { identify: { durationMs: 60_000 } } });
    stuck(github, 20_000);
    const { failure } = await play({ ...START, jobs: "identify", timeout_seconds: "120" });
    expect(failure).toBeUndefined();
  });
});
