/** The story from a found run to its end. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };

/** A stage on which one run of `deploy.yml` goes as `behaviour` says. */
function stage(behaviour: Behaviour) {
  return setStage({ "deploy.yml": WORKFLOW }, { behaviour: { freshRun404Ms: 0, ...behaviour } });
}

test("the jobs of a run are all read where a server gives fewer a page than it was asked for", async () => {
  const jobs = Array.from(
    { length: 36 },
    (_, index) => `  job${index}:\n    runs-on: ubuntu-latest\n    steps: [{ run: x }]`,
  );
  const on = "on:\n  workflow_dispatch:\n    inputs:\n      distinct_id: {}";
  const many = `run-name: \${{ inputs.distinct_id }}\n${on}\njobs:\n${jobs.join("\n")}\n`;
  const failing = Object.fromEntries(jobs.map((_, index) => [`job${index}`, { conclusion: "failure" as const }]));
  const { play } = await setStage({ "deploy.yml": many }, { maxPerPage: 30, behaviour: { jobs: failing } });
  const { outputs } = await play(START);
  expect(JSON.parse(outputs.failed_jobs ?? "")).toHaveLength(36);
});

describe("a run's conclusion", () => {
  test("is green when it is success", async () => {
    const { play } = await stage({});
    const { outputs, failure } = await play(START);
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({
      status: "completed",
      conclusion: "success",
      failed_jobs: "[]",
      run_attempt: "1",
    });
  });

  test.each([
    "failure",
    "timed_out",
    "startup_failure",
    "action_required",
    "stale",
    "cancelled",
    "skipped",
    "neutral",
    "tomorrows_word",
  ])("is red when it is %s, and green when that is among success_conclusions", async (conclusion) => {
    const { play } = await stage({ conclusion });
    const red = await play(START);
    expect(red.failure).toMatch(new RegExp(`^The run ended as ${conclusion}: http`));
    expect(red.outputs).toMatchObject({ status: "completed", conclusion });
    const any = await play({ ...START, success_conclusions: "any" });
    expect(any.failure).toBeUndefined();
    if (conclusion === "tomorrows_word") return;
    const green = await play({ ...START, success_conclusions: `success\n${conclusion}` });
    expect(green.failure).toBeUndefined();
  });

  test("is red when there is none, whatever success_conclusions says", async () => {
    const { play } = await stage({ conclusion: null });
    for (const success_conclusions of ["success", "any"]) {
      const { outputs, failure } = await play({ ...START, success_conclusions });
      expect(failure).toContain("The run ended without a conclusion");
      expect(outputs).toMatchObject({ status: "completed", conclusion: "" });
    }
  });
});

test.each(["pending", "requested", "waiting", "queued", "in_progress", "tomorrows_word"])(
  "the status %s never ends a wait",
  async (status) => {
    const { play } = await stage({ statuses: [{ status, forMs: 600_000 }] });
    const { outputs, tookMs, failure } = await play(START);
    expect(failure).toBeUndefined();
    expect(tookMs).toBeGreaterThan(600_000);
    expect(outputs).toMatchObject({ status: "completed", conclusion: "success" });
  },
);

describe("the log", () => {
  test("tells each change once, as it happens", async () => {
    const text = `${WORKFLOW}\n  verify:\n    needs: identify\n    runs-on: x\n    steps:\n      - run: make`;
    const { github, play } = await setStage(
      { "deploy.yml": text },
      {
        behaviour: {
          freshRun404Ms: 0,
          statuses: [{ status: "pending", forMs: 20_000 }],
          queuedMs: 10_000,
          jobs: { identify: { durationMs: 61_000 }, verify: { durationMs: 30_000 } },
        },
      },
    );
    const { log } = await play(START, { idHex: "9f3c2a7e41d06b58" });
    expect(log.map((line) => line.replaceAll(github.apiUrl, "https://github.test"))).toMatchInlineSnapshot(`
      [
        "Sending a workflow_dispatch for deploy.yml at main to octo/target, with the id 1658821493-1-9f3c2a7e41d06b58.",
        "GitHub started run 30000000011: https://github.test/octo/target/actions/runs/30000000011",
        "The run is pending: its concurrency group lets another run go first.",
        "The run is queued.",
        "The run is in progress.",
        "Job identify has started.",
        "Job identify: success after 1 min 1 s.",
        "Job verify has started.",
        "Job verify: success after 30 s.",
        "The run completed: success after 2 min 11 s.",
      ]
    `);
  });

  test("names the environment whose approval the run waits for", async () => {
    const { log } = await (
      await stage({
        statuses: [{ status: "waiting", forMs: 30_000 }],
        environment: "production",
        reviewers: ["octocat"],
      })
    ).play(START);
    expect(log.join("\n")).toContain("The run is waiting for an approval of production (octocat may approve): http");
  });

  test.each([
    [false, "octocat or hubot may approve; its wait timer ends at 2026-11-20 12:30:00 UTC"],
    [true, "its wait timer ends at 2026-11-20 12:30:00 UTC"],
  ])("names who may approve it, unless everybody could read that (%s), and when its timer ends", async (is, words) => {
    const { play } = await stage({
      statuses: [{ status: "waiting", forMs: 30_000 }],
      environment: "production",
      reviewers: ["octocat", "hubot"],
      waitTimerMin: 30,
    });
    const { log } = await play(START, { callerIsPublic: is });
    expect(log.join("\n")).toContain(`The run is waiting for an approval of production (${words}): http`);
  });

  test("tells trouble once, and once that it is over", async () => {
    const { github, play } = await stage({ queuedMs: 120_000 });
    github.fault = ({ method }) =>
      method === "GET" && github.nowMs() % 120_000 > 30_000 && github.nowMs() % 120_000 < 60_000
        ? { when: "before", kind: "status", status: 502 }
        : undefined;
    const { log, failure } = await play(START);
    expect(failure).toBeUndefined();
    expect(log.filter((line) => line.startsWith("GitHub returned an unexpected response"))).toHaveLength(1);
    expect(log.filter((line) => line.startsWith("GitHub responds again"))).toHaveLength(1);
  });
});

describe("timeout_seconds", () => {
  test("ends the wait to the second, red, and the run goes on", async () => {
    const { github, play } = await stage({ queuedMs: 7_200_000 });
    const { failure, tookMs, outputs } = await play({ ...START, timeout_seconds: "600" });
    expect(tookMs).toBe(600_000);
    expect(outputs).toMatchObject({ status: "queued" });
    expect(outputs.conclusion).toBeUndefined();
    expect(failure).toMatch(
      /^The run did not complete within 600 s \(`timeout_seconds`\); when last seen it was queued\.\nIt continues: http/,
    );
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("says of a run that is late to end that its jobs have", async () => {
    const { github, play } = await stage({ queuedMs: 1000, jobs: { identify: { durationMs: 60_000 } } });
    const goesOn = (run: unknown) => ({ ...(run as object), status: "in_progress", conclusion: null });
    github.fault = ({ path }) =>
      /\/runs\/\d+$/.test(path) ? { kind: "rewrite", when: "after", rewrite: goesOn } : undefined;
    const { failure } = await play({ ...START, timeout_seconds: "600" });
    expect(failure).toMatch(
      /when last seen it was in_progress\.\nIt continues: http.*\nAll its visible jobs have ended: either more will follow, or GitHub has not ended the run\.\n/,
    );
  });

  test("sees a run that ends seconds before it", async () => {
    const { play } = await stage({ queuedMs: 1000, jobs: { identify: { durationMs: 596_000 } } });
    const { failure, outputs } = await play({
      ...START,
      timeout_seconds: "600",
      poll_interval_seconds: "60",
    });
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
  });

  test("cancels the run when that was asked for", async () => {
    const { github, play } = await stage({ queuedMs: 7_200_000 });
    const { failure } = await play({ ...START, timeout_seconds: "60", cancel_run_on: "timeout" });
    expect(failure).toContain("The remote run is being cancelled: http");
    expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeDefined();
  });
});

test("a run that is deleted ends the wait with that message, after asking twice more", async () => {
  const { github, play } = await stage({ queuedMs: 7_200_000 });
  github.fault = () => {
    if (github.requests.length === 5) github.deleteRun(github.runs(TARGET)[0]?.id ?? 0);
    return undefined;
  };
  const { failure, outputs } = await play(START);
  expect(failure).toContain("The run no longer exists in octo/target (404): it was deleted.");
  expect(
    github
      .transcript()
      .slice(-3)
      .every((line) => line.endsWith("→ 404")),
  ).toBe(true);
  expect(outputs.status).toBe("queued");
});

test("a stray 401 among good answers is asked again", async () => {
  const { github, play } = await stage({ queuedMs: 60_000 });
  github.fault = ({ nth, path }) =>
    nth === 3 && /\/runs\/\d+$/.test(path)
      ? { when: "before", kind: "status", status: 401, body: { message: "Bad credentials" } }
      : undefined;
  const { failure } = await play(START);
  expect(failure).toBeUndefined();
});

test("an unchanged run costs nothing of the limit: three hours of waiting bill a few requests", async () => {
  const { github, play } = await stage({ queuedMs: 10_000, jobs: { identify: { durationMs: 10_800_000 } } });
  await play({ ...START, timeout_seconds: "20000" });
  expect(github.requests.filter(({ billed }) => billed).length).toBeLessThan(20);
});

test("an hour of steps that move on bills few requests, and the end of its job is seen at once all the same", async () => {
  const steps = Array.from({ length: 60 }, (_, index) => `step ${index + 1}`);
  const { github, play } = await setStage(
    {
      "deploy.yml": `${WORKFLOW}\n  after:\n    needs: identify\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n`,
    },
    {
      behaviour: {
        freshRun404Ms: 0,
        queuedMs: 1000,
        jobs: { identify: { durationMs: 3_600_000, steps }, after: { durationMs: 600_000 } },
      },
    },
  );
  const { log } = await play({ ...START, timeout_seconds: "20000" });
  expect(log.join("\n")).toContain("Job identify: success after 1 h.");
  expect(github.requests.filter(({ billed }) => billed).length).toBeLessThan(35);
  const endedAtMs = (github.runs(TARGET)[0]?.createdAtMs ?? 0) + 3_601_000;
  const seen = github.requests.find(({ path, atMs }) => path.endsWith("/jobs") && atMs >= endedAtMs);
  expect((seen?.atMs ?? Infinity) - endedAtMs).toBeLessThan(10_500);
  // The next job's start was news: from then on, the jobs are asked for at every look again.
  const next = github.requests.filter(({ atMs }) => atMs > endedAtMs + 20_000 && atMs < endedAtMs + 100_000);
  expect(next.filter(({ path }) => path.endsWith("/jobs")).length).toBeGreaterThan(next.length / 2);
});

test("a list of jobs that is not to be had does not hold up the end of the run", async () => {
  const { github, play } = await stage({ queuedMs: 1000, jobs: { identify: { durationMs: 30_000 } } });
  github.fault = ({ path }) => (path.endsWith("/jobs") ? { when: "before", kind: "status", status: 502 } : undefined);
  const { failure, outputs, tookMs } = await play(START);
  expect(failure).toBeUndefined();
  expect(outputs).toMatchObject({ status: "completed", conclusion: "success" });
  expect(tookMs).toBeLessThan(60_000);
});

test("a list of jobs that lags behind the run's end is asked again", async () => {
  const { github, play } = await stage({
    queuedMs: 1000,
    jobs: { identify: { durationMs: 30_000, failedStep: "Deploy" } },
  });
  let toldAtMs: number | undefined;
  github.fault = ({ path }) => {
    if (github.runs(TARGET)[0]?.status !== "completed") return undefined;
    if (/\/runs\/\d+$/.test(path)) toldAtMs ??= github.nowMs();
    const lags = toldAtMs === undefined || github.nowMs() - toldAtMs < 3000;
    return path.endsWith("/jobs") && lags ? { when: "before", kind: "stale", ms: 20_000 } : undefined;
  };
  const { outputs } = await play(START);
  expect(JSON.parse(outputs.failed_jobs ?? "")).toMatchObject([{ name: "identify", failed_step: "Deploy" }]);
});

test("a job that has not ended is not called failed", async () => {
  const { github, play } = await stage({ queuedMs: 1000, jobs: { identify: { durationMs: 30_000 } } });
  github.fault = ({ path }) => (path.endsWith("/jobs") ? { when: "before", kind: "stale", ms: 20_000 } : undefined);
  expect((await play(START)).outputs).toMatchObject({ conclusion: "success", failed_jobs: "[]" });
});

test("a public run of another server is not shown in a public log", async () => {
  const { play } = await setStage(
    { "deploy.yml": WORKFLOW },
    {
      behaviour: { freshRun404Ms: 0, jobs: { identify: { failedStep: "Deploy" } } },
      repository: { visibility: "public" },
    },
  );
  const elsewhere = { callerIsPublic: true, callerApiUrl: "https://api.github.com" };
  expect((await play(START, elsewhere)).failure).not.toContain("The last lines");
  expect((await play(START, { callerIsPublic: true })).failure).toContain("The last lines");
});

test("a run that has ended before it is followed keeps its failed jobs, although their first list is not to be had", async () => {
  const { github, play } = await setStage(
    { "deploy.yml": WORKFLOW },
    {
      runDetails: "rejected",
      behaviour: { visibleAfterMs: 30_000, jobs: { identify: { failedStep: "Deploy" } } },
    },
  );
  github.fault = ({ path, nth }) =>
    path.endsWith("/jobs") && nth === 1 ? { when: "before", kind: "status", status: 502 } : undefined;
  const { failure, outputs } = await play(START);
  expect(failure).toContain('identify: failure in step "Deploy"');
  expect(JSON.parse(outputs.failed_jobs ?? "")).toMatchObject([{ name: "identify", failed_step: "Deploy" }]);
});
