/** Many targets in one step: who starts when, and what comes of it. */

import { describe, expect, test } from "vitest";
import type { GitHub } from "../simulator/index.ts";
import { dispatchedAtMs, setFleet } from "../support/fleet-stage.ts";
import { asked } from "../support/stage.ts";

const RED = { conclusion: "failure" };
const LONG = { stepMs: 60_000 };

function createdAtMs(github: GitHub, name: string): number {
  return github.runs(name)[0]?.createdAtMs ?? Number.NaN;
}

describe("entries", () => {
  test("start together, and one verdict says what came of all", async () => {
    const { github, play } = await setFleet({ "octo/api": {}, "octo/web": RED, "octo/cli": {} });
    const { ends, outputs, failure } = await play({ targets: "[octo/api, octo/web, octo/cli]" });
    expect(ends).toEqual(["octo/api: success", "octo/web: failure", "octo/cli: success"]);
    expect(Object.values(dispatchedAtMs(github))).toEqual([0, 0, 0]);
    expect(outputs).toMatchObject({ failed_targets: '["octo/web"]', conclusion: "failure" });
    expect(failure).toContain("1 of 3 failed:\n- octo/web: failure: http");
    expect(outputs).not.toHaveProperty("runId");
    expect(outputs).not.toHaveProperty("distinct_id");
  });

  test("are all green: so is the step", async () => {
    const { play } = await setFleet({ "octo/api": {}, "octo/web": {} });
    const { failure, outputs, log, results } = await play({ targets: "[octo/api, octo/web]" });
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ failed_targets: "[]", conclusion: "success" });
    expect(log.at(-1)).toBe("All 2 succeeded.");
    expect(results[0]).toMatchObject({
      name: "octo/api",
      repo: "octo/api",
      status: "completed",
      conclusion: "success",
      run_attempt: "1",
      disposition: "created",
      ref: "main",
      failed_jobs: [],
      error: "",
    });
    expect(results[0]?.runId).toMatch(/^\d+$/);
  });

  test.each([
    ["nothing", "sent"],
    ["found", "started"],
  ])("with `wait_for: %s` end as %s", async (waitFor, result) => {
    const { play } = await setFleet({ "octo/api": {}, "octo/web": {} });
    const { ends, failure } = await play({ targets: "[octo/api, octo/web]", wait_for: waitFor });
    expect(failure).toBeUndefined();
    expect(ends).toEqual([`octo/api: ${result}`, `octo/web: ${result}`]);
  });

  test("each have an id of their own", async () => {
    const { github, play } = await setFleet({ "octo/api": {}, "octo/web": {} });
    await play({ targets: "[octo/api, octo/web]" });
    const titles = ["octo/api", "octo/web"].map((name) => github.runs(name)[0]?.displayTitle);
    expect(new Set(titles).size).toBe(2);
  });

  test("may follow a run that exists, end in time, or leave values behind", async () => {
    const artifacts = [{ name: "outputs", text: '{"version": 1.10}' }];
    const { play } = await setFleet({ "octo/api": LONG, "octo/web": { artifacts } });
    const { results, outputs } = await play({
      targets: "[{repo: octo/api, timeout_seconds: 10}, {repo: octo/web, outputs_from: outputs}]",
    });
    expect(results.map(({ result }) => result)).toEqual(["timed_out", "success"]);
    expect(outputs.results).toContain('"outputs":{"version": 1.10}');
    const runId = results[0]?.runId ?? "";
    const given = await play({ targets: `[{repo: octo/api, run_id: "${runId}"}]`, workflow: "", ref: "" });
    expect(given.results[0]).toMatchObject({ result: "success", runId, disposition: "given" });
  });
});

describe("`needs`", () => {
  const THREE = "[{repo: octo/api, needs: [octo/cli]}, {repo: octo/web, needs: octo/api}, octo/cli]";

  test("start an entry when what it needs is green", async () => {
    const { github, play } = await setFleet({ "octo/api": {}, "octo/web": {}, "octo/cli": {} });
    const { ends, failure } = await play({ targets: THREE });
    expect(failure).toBeUndefined();
    expect(ends).toEqual(["octo/api: success", "octo/web: success", "octo/cli: success"]);
    expect(Object.keys(dispatchedAtMs(github))).toEqual(["octo/cli", "octo/api", "octo/web"]);
    // A run takes 5 s here.
    expect(createdAtMs(github, "octo/api") - createdAtMs(github, "octo/cli")).toBeGreaterThan(5000);
    expect(createdAtMs(github, "octo/web") - createdAtMs(github, "octo/api")).toBeGreaterThan(5000);
  });

  test("skip it, and what needs it, where that ended otherwise", async () => {
    const { github, play } = await setFleet({ "octo/api": {}, "octo/web": {}, "octo/cli": RED });
    const { ends, results, outputs, failure } = await play({ targets: THREE });
    expect(ends).toEqual(["octo/api: skipped", "octo/web: skipped", "octo/cli: failure"]);
    expect(outputs.failed_targets).toBe('["octo/cli"]');
    expect(results[0]?.error).toBe("It needs octo/cli.");
    expect(failure).toContain("1 of 3 failed, 2 skipped");
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("take an entry with `continue_on_error` for green", async () => {
    const { play } = await setFleet({ "octo/api": {}, "octo/cli": RED });
    const targets = "[{repo: octo/cli, continue_on_error: true}, {repo: octo/api, needs: [octo/cli]}]";
    const { ends, outputs, failure } = await play({ targets });
    expect(failure).toBeUndefined();
    expect(ends).toEqual(["octo/cli: failure", "octo/api: success"]);
    expect(outputs).toMatchObject({ failed_targets: "[]", conclusion: "success" });
  });
});

test("no more are under way than `max_parallel` says, in the list's order", async () => {
  const { github, play } = await setFleet({ "octo/a": LONG, "octo/b": {}, "octo/c": {}, "octo/d": {} });
  const { ends } = await play({ targets: "[octo/a, octo/b, octo/c, octo/d]", max_parallel: "2" });
  expect(ends).toEqual(["octo/a: success", "octo/b: success", "octo/c: success", "octo/d: success"]);
  const started = dispatchedAtMs(github);
  expect(Object.keys(started)).toEqual(["octo/a", "octo/b", "octo/c", "octo/d"]);
  expect(started["octo/b"]).toBe(0);
  expect(started["octo/c"]).toBeGreaterThan(5000);
  expect(started["octo/d"]).toBeGreaterThan(10_000);
});

test("an entry whose re-run does not begin before its deadline has timed out", async () => {
  const behaviour = { jobs: { identify: { conclusion: "failure" } }, rerunLagMs: 200_000 } as const;
  const { play } = await setFleet({ "octo/api": behaviour });
  const { ends } = await play({ targets: "[octo/api]", rerun_failed: "1", timeout_seconds: "60" });
  expect(ends).toEqual(["octo/api: timed_out"]);
});

describe("`reuse`", () => {
  test("finds the run of an equal entry that has ended green, since each has the key of what it sends", async () => {
    const { github, play } = await setFleet({ "octo/api": {} });
    const targets = "[{repo: octo/api, name: one}, {repo: octo/api, name: two, needs: [one]}]";
    const { ends, results } = await play({ targets, reuse: "success" });
    expect(ends).toEqual(["one: success", "two: success"]);
    expect(results.map(({ disposition }) => disposition)).toEqual(["created", "reused"]);
    expect(github.runs("octo/api")).toHaveLength(1);
  });

  test("sends only what is not green when the caller's job is re-run", async () => {
    const { github, play } = await setFleet({ "octo/api": {}, "octo/web": RED });
    const given = { targets: "[octo/api, octo/web]", reuse: "success" };
    await play(given);
    github.behaviour("octo/web", "ci.yml", {});
    const { ends, results, failure } = await play(given, { attempt: 2 });
    expect(failure).toBeUndefined();
    expect(ends).toEqual(["octo/api: success", "octo/web: success"]);
    expect(results.map(({ disposition }) => disposition)).toEqual(["reused", "created"]);
    expect([github.runs("octo/api").length, github.runs("octo/web").length]).toEqual([1, 2]);
  });

  test("does not take the run of an entry that sends something else", async () => {
    const { github, play } = await setFleet({ "octo/api": {} });
    const two = "{repo: octo/api, name: two, needs: [one], workflow_inputs: {fail: other}}";
    const { results } = await play({ targets: `[{repo: octo/api, name: one}, ${two}]`, reuse: "success" });
    expect(results.map(({ disposition }) => disposition)).toEqual(["created", "created"]);
    expect(github.runs("octo/api")).toHaveLength(2);
  });
});

test("many entries of one repository spend no more than one does while they look for their runs", async () => {
  const late = { visibleAfterMs: 40_000, freshRun404Ms: 40_000 };
  const { github, play } = await setFleet({ "octo/api": late }, { runDetails: "rejected" });
  const entries = Array.from({ length: 36 }, (_, index) => `{repo: octo/api, name: "${index}"}`);
  const { failure, ends } = await play({ targets: `[${entries.join()}]`, find_timeout_seconds: "50" });
  expect(failure).toBeUndefined();
  expect(ends).toHaveLength(36);
  expect(asked(github, "GET /repos/octo/api/actions/runs?").length).toBeLessThan(60);
});

describe("`fail_fast`", () => {
  const FAILS = { jobs: { identify: { conclusion: "failure" } } } as const;
  const targets = "[octo/api, octo/web, {repo: octo/cli, needs: [octo/web]}]";

  test("ends the step at the first job that ends red, and skips what has not started", async () => {
    const { github, play } = await setFleet({ "octo/api": FAILS, "octo/web": LONG, "octo/cli": {} });
    const { ends, outputs, failure, tookMs } = await play({ targets, fail_fast: "true" });
    expect(ends).toEqual(["octo/api: failure", "octo/web: unfinished", "octo/cli: skipped"]);
    expect(outputs.failed_targets).toBe('["octo/api"]');
    expect(tookMs).toBeLessThan(30_000);
    expect(failure).toContain("octo/web: unfinished: http");
    expect(failure).toContain("`fail_fast` (octo/api) ended the step.");
    expect(asked(github, "POST /repos/octo/web/actions/runs")).toEqual([]);
  });

  test("cancels what is under way where `cancel_run_on` has `failure`", async () => {
    const { github, play } = await setFleet({ "octo/api": FAILS, "octo/web": LONG, "octo/cli": {} });
    const { ends } = await play({ targets, fail_fast: "true", cancel_run_on: "failure" });
    expect(ends).toEqual(["octo/api: failure", "octo/web: cancelled", "octo/cli: skipped"]);
    expect(asked(github, "POST /repos/octo/web/actions/runs")).toHaveLength(1);
  });

  test("leaves alone what may fail", async () => {
    const { play } = await setFleet({ "octo/api": FAILS, "octo/web": LONG });
    const list = "[{repo: octo/api, continue_on_error: true}, octo/web]";
    const { ends, failure } = await play({ targets: list, fail_fast: "true" });
    expect(ends).toEqual(["octo/api: failure", "octo/web: success"]);
    expect(failure).toBeUndefined();
  });
});

describe("a rate limit that many entries meet at once", () => {
  const targets = "[octo/a, octo/b, octo/c, octo/d, octo/e]";
  const fleet = { "octo/a": {}, "octo/b": {}, "octo/c": {}, "octo/d": {}, "octo/e": {} };
  const limited = (headers: Record<string, string> = {}) =>
    ({ kind: "status", when: "before", status: 429, headers, body: { message: "secondary rate limit" } }) as const;

  test("counts once: nobody waits longer for it than one would", async () => {
    const { github, play } = await setFleet(fleet);
    github.fault = ({ path, nth }) => (path.endsWith("/dispatches") && nth <= 5 ? limited() : undefined);
    const { failure, log, tookMs } = await play({ targets });
    expect(failure).toBeUndefined();
    expect(tookMs).toBeLessThan(90_000);
    expect(log.filter((line) => line.includes("Rate limit reached"))).toHaveLength(1);
  });

  test("is kept by those who have waited for their turn meanwhile", async () => {
    const { github, play } = await setFleet({ "octo/api": {} }, { runDetails: "rejected" });
    const entries = Array.from({ length: 60 }, (_, index) => `{repo: octo/api, name: "${index}"}`);
    // The first look of all meets a limit, while dispatches wait for the minute's end.
    let untilMs = 0;
    github.fault = ({ path }) => {
      if (untilMs > 0 || !path.endsWith("/actions/runs")) return undefined;
      untilMs = github.nowMs() + 100_000;
      return limited({ "retry-after": "100" });
    };
    await play({ targets: `[${entries.join()}]` });
    const early = github.requests.filter(
      ({ atMs, status }) => atMs < untilMs && atMs > untilMs - 100_000 && status > 0,
    );
    expect(early.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  test("lasts until the latest end that one of them was told", async () => {
    const { github, play } = await setFleet(fleet);
    github.fault = ({ path, nth }) =>
      path.endsWith("/dispatches") && nth <= 5 ? limited({ "retry-after": nth === 2 ? "100" : "7" }) : undefined;
    const { failure } = await play({ targets });
    expect(failure).toBeUndefined();
    const [first, ...later] = github.requests.slice(4).map(({ atMs }) => atMs);
    expect(Math.min(...later) - (first ?? 0)).toBeGreaterThanOrEqual(100_000);
  });
});

describe("the `post` step", () => {
  const late = { visibleAfterMs: 15_000, freshRun404Ms: 15_000, stepMs: 400_000 };
  const entries = Array.from({ length: 70 }, (_, index) => `{repo: octo/api, name: "${index}"}`);
  const given = { targets: `[${entries.join()}]`, cancel_run_on: "cancel" };

  // What breaks a limit of GitHub fails the test.
  test("knows what a cancelled step has spent, though that found none of its runs", async () => {
    const { github, play, playPost } = await setFleet({ "octo/api": late }, { runDetails: "rejected" });
    const fewer = { ...given, targets: `[${entries.slice(0, 36).join()}]` };
    const { traces } = await play(fewer, { cancelAfterMs: 300 });
    await playPost(fewer, traces);
    expect(github.runs("octo/api").filter(({ cancelRequestedAtMs }) => cancelRequestedAtMs === undefined)).toEqual([]);
  });

  test("knows what a killed step had spent", async () => {
    const { github, clock, play, playPost } = await setFleet({
      "octo/api": { ...late, visibleAfterMs: 1000, freshRun404Ms: 1000 },
    });
    const traces: string[] = [];
    const ended = play(given, {
      cancelAfterMs: 8000,
      onTrace: (trace, position = 0) => {
        if (clock.nowMs() < 8000) traces[position] = trace;
      },
    });
    github.fault = () => (clock.nowMs() > 7000 ? { kind: "hang", when: "before" } : undefined);
    await ended;
    github.fault = undefined;
    await playPost(given, traces);
    expect(github.runs("octo/api").filter(({ cancelRequestedAtMs }) => cancelRequestedAtMs === undefined)).toEqual([]);
  });
});
