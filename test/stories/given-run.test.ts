/** The story of a run that is there already: nothing is dispatched. */

import { describe, expect, test } from "vitest";
import type { Behaviour, FaultHook } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const FOLLOW = { wait_for: "completed" };

/** A stage on which somebody has started a run of `deploy.yml`, some time ago. */
async function stage(behaviour: Behaviour, { agoMs = 60_000 } = {}) {
  const on = await setStage({ "deploy.yml": WORKFLOW });
  const trigger = { event: "workflow_dispatch", behaviour, createdAtMs: on.github.nowMs() - agoMs };
  const run_id = String(on.github.startRun(TARGET, "deploy.yml", trigger));
  const page = `${on.github.apiUrl}/${TARGET}/actions/runs/${run_id}`;
  return { ...on, run_id, page };
}

const LONG: Behaviour = { queuedMs: 7_200_000 };

test("a run is found by one look, which sets the outputs", async () => {
  const { github, play, run_id, page } = await stage(LONG);
  const { outputs, failure, log } = await play({ run_id });
  expect(failure).toBeUndefined();
  expect(outputs).toEqual({
    runId: run_id,
    html_url: page,
    jobs_url: `${github.apiUrl}/repos/${TARGET}/actions/runs/${run_id}/jobs`,
    status: "queued",
    run_attempt: "1",
    distinct_id: "",
    disposition: "given",
    workflow_id: "70000001",
    run_number: "1",
  });
  expect(github.transcript()).toEqual([`GET /repos/${TARGET}/actions/runs/${run_id}?exclude_pull_requests=true → 200`]);
  expect(log).toEqual([
    `Reading run ${run_id} of ${TARGET}; nothing is dispatched.`,
    `Found run ${run_id}, as given: ${page}`,
    "Not waiting for the run's end (`wait_for: found`).",
  ]);
});

test("a run is found by its page as well, whatever the caller's repository is", async () => {
  const { play, run_id, page } = await stage(LONG);
  const { outputs, failure } = await play({ run_id: page, repo: "octo/the-app" });
  expect(failure).toBeUndefined();
  expect(outputs).toMatchObject({ runId: run_id, html_url: page });
});

test("a run is followed to its end, and judged", async () => {
  const { github, play, run_id } = await stage({ queuedMs: 120_000, jobs: { identify: { failedStep: "Deploy" } } });
  const { outputs, failure, log, tookMs } = await play({ ...FOLLOW, run_id });
  expect(failure).toMatch(/^The run ended as failure: .*\n- identify: failure in step "Deploy"/);
  expect(outputs).toMatchObject({ status: "completed", conclusion: "failure", disposition: "given" });
  expect(log.join("\n")).toContain("The run is queued.\n");
  expect(tookMs).toBeGreaterThan(60_000);
  expect(asked(github, "POST")).toEqual([]);
});

test.each(["found", "completed"])("a run that has ended is judged at once, or known whole (%s)", async (wait_for) => {
  const { play, run_id } = await stage({ jobs: { identify: { failedStep: "Deploy" } } });
  const { outputs, failure, log, tookMs } = await play({ run_id, wait_for });
  expect(outputs).toMatchObject({ status: "completed", conclusion: "failure" });
  expect(log.join("\n")).not.toContain("Not waiting");
  expect(JSON.parse(outputs.failed_jobs ?? "")).toMatchObject([{ name: "identify", failed_step: "Deploy" }]);
  expect(failure === undefined).toBe(wait_for === "found");
  expect(tookMs).toBe(0);
});

test("a run that ended earlier is green whenever it is asked for", async () => {
  const { github, play, run_id } = await stage({});
  expect(await play({ ...FOLLOW, run_id })).toMatchObject({ failure: undefined, outputs: { conclusion: "success" } });
  expect(github.requests).toHaveLength(2);
});

describe("a run that is not there", () => {
  test("is told with what to check, after the half minute in which it could be new", async () => {
    const { play } = await stage({});
    const { failure, outputs, tookMs } = await play({ ...FOLLOW, run_id: "5" });
    expect(failure).toMatch(/^octo\/target has no run 5 that the token can see \(404\)\.\nCheck `run_id` and `repo`: /);
    expect(outputs).toEqual({ distinct_id: "" });
    expect(tookMs).toBeGreaterThan(29_000);
    expect(tookMs).toBeLessThan(40_000);
  });

  test("is waited for no longer than there is time to find it", async () => {
    const { play } = await stage({});
    const { failure, tookMs } = await play({ run_id: "5", find_timeout_seconds: "5" });
    expect(failure).toMatch(/^octo\/target has no run 5 that the token can see \(404\)\./);
    expect(tookMs).toBe(5000);
  });

  test("in a repository that is not there is told as such, at once: no run will ever show there", async () => {
    const { github, play } = await stage({});
    const { failure, tookMs } = await play({ run_id: "5", repo: "octo/nowhere" });
    expect(failure).toMatch(/^The token cannot see the repository octo\/nowhere \(404\)\./);
    expect(tookMs).toBe(0);
    expect(asked(github, "GET").length).toBeLessThanOrEqual(3);
  });

  test("is waited for where the repository could not be looked at", async () => {
    const { github, play, run_id } = await stage({ ...LONG, freshRun404Ms: 20_000 }, { agoMs: 0 });
    github.fault = ({ path }) => (path.endsWith(TARGET) ? { when: "before", kind: "status", status: 403 } : undefined);
    expect((await play({ run_id })).outputs).toMatchObject({ runId: run_id });
  });

  test("any more, since it was deleted meanwhile, is told as such", async () => {
    const { github, play, run_id } = await stage(LONG);
    github.fault = () => {
      if (github.requests.length === 4) github.deleteRun(Number(run_id));
      return undefined;
    };
    expect((await play({ ...FOLLOW, run_id })).failure).toContain("The run no longer exists in octo/target (404)");
  });
});

test("a run that was started a moment ago may answer 404 at first", async () => {
  const { play, run_id } = await stage({ ...LONG, freshRun404Ms: 20_000 }, { agoMs: 0 });
  expect((await play({ run_id })).outputs).toMatchObject({ runId: run_id });
});

test.each<[string, FaultHook]>([
  ["an outage", ({ nth }) => (nth < 4 ? { when: "before", kind: "status", status: 502 } : undefined)],
  [
    "a limit",
    ({ nth }) =>
      nth === 1 ? { when: "before", kind: "status", status: 429, headers: { "retry-after": "7" } } : undefined,
  ],
  ["a broken connection", ({ nth }) => (nth === 1 ? { when: "before", kind: "reset" } : undefined)],
])("%s does not keep a run from being read", async (_, fault) => {
  const { github, play, run_id } = await stage(LONG);
  github.fault = fault;
  expect(await play({ run_id })).toMatchObject({ failure: undefined, outputs: { runId: run_id } });
});

test("a token that may not read runs is told the permission", async () => {
  const { github, play, run_id } = await stage(LONG);
  github.addToken("less", { permissions: { contents: "write" } });
  expect((await play({ run_id, token: "less" })).failure).toContain("`actions: read`");
});

describe("cancel_run_on", () => {
  test("`timeout` cancels the run at the deadline", async () => {
    const { github, play, run_id } = await stage(LONG);
    const given = { ...FOLLOW, run_id, timeout_seconds: "60", cancel_run_on: "timeout" };
    expect((await play(given)).failure).toContain("The remote run is being cancelled: http");
    expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeDefined();
  });

  test.each([0, 500, 20_000])("`cancel` cancels the run when the caller cancels the step after %i ms", async (ms) => {
    const { github, play, playPost, run_id, page } = await stage(LONG);
    github.fault = ({ method }) => (method === "GET" ? { kind: "delay", ms: 1000 } : undefined);
    const given = { ...FOLLOW, run_id, cancel_run_on: "cancel" };
    const { failure, trace } = await play(given, { cancelAfterMs: ms });
    expect(failure).toBe(`The step was cancelled (SIGINT). The remote run is being cancelled: ${page}`);
    const { log } = await playPost(given, trace);
    expect(log.join("\n")).toMatch(/The remote run has ended/);
    expect(github.runs(TARGET)[0]?.conclusion).toBe("cancelled");
  });

  test("leaves the run alone where it does not say `cancel`", async () => {
    const { github, play, playPost, run_id, page } = await stage(LONG);
    const given = { ...FOLLOW, run_id };
    const { failure, trace } = await play(given, { cancelAfterMs: 20_000 });
    expect(failure).toBe(`The step was cancelled (SIGINT). The remote run continues (see \`cancel_run_on\`): ${page}`);
    await playPost(given, trace);
    expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeUndefined();
  });

  test("`cancel` reaches the run also after a step that was killed", async () => {
    const { github, play, playPost, run_id } = await stage(LONG);
    const given = { ...FOLLOW, run_id, cancel_run_on: "cancel" };
    const { trace } = await play({ ...given, wait_for: "found" });
    await playPost(given, trace.replace('"phase":"ended"', '"phase":"sent"'));
    expect(github.runs(TARGET)[0]?.conclusion).toBe("cancelled");
  });
});

describe("a dry run", () => {
  test.each<[string, (on: Awaited<ReturnType<typeof stage>>) => Record<string, string>, string]>([
    ["that is there", ({ run_id }) => ({ run_id }), "✓ There is a run RUN_ID, Deploy [] (queued): "],
    ["that is not there", () => ({ run_id: "5" }), "✗ There is no run 5: check `run_id` and `repo`."],
    [
      "that the token may not see",
      ({ github, run_id }) => {
        github.addToken("less", { permissions: { contents: "write" } });
        return { run_id, token: "less" };
      },
      "? The token cannot look up the run RUN_ID (`actions: read`).",
    ],
    [
      "that is not to be had",
      ({ github, run_id }) => {
        github.fault = ({ path }) =>
          path.includes("/runs/") ? { when: "before", kind: "status", status: 502 } : undefined;
        return { run_id };
      },
      "? The run RUN_ID could not be read (502).",
    ],
  ])("says of a run %s what there is to see", async (_, given, line) => {
    const on = await stage(LONG);
    const { log } = await on.play({ dry_run: "true", ...given(on) });
    expect(log.join("\n").replaceAll(on.run_id, "RUN_ID")).toContain(line);
    expect(log.join("\n")).toContain(`? Whether the token grants \`actions: read\` is known only when it is used.`);
  });
});
