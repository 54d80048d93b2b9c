/** `start_timeout_seconds`: a run that does not begin. */

import { expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { setStage, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed", start_timeout_seconds: "300" };

function stage(behaviour: Behaviour) {
  const workflows = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
  return setStage(workflows, { behaviour: { freshRun404Ms: 0, ...behaviour } });
}

test.each<[string, Behaviour]>([
  ["a runner: none has taken a job yet", { queuedMs: 7_200_000 }],
  ["its turn in a concurrency group", { statuses: [{ status: "pending", forMs: 7_200_000 }] }],
  [
    "an approval of production",
    { statuses: [{ status: "waiting", forMs: 7_200_000 }], environment: "production", reviewers: ["octocat"] },
  ],
])("the step ends to the second, and says that the run waits for %s", async (what, behaviour) => {
  const { github, play } = await stage(behaviour);
  const { failure, tookMs, outputs } = await play(START);
  expect(failure).toMatch(/^The run did not start within 300 s \(`start_timeout_seconds`\): it waits for /);
  expect(failure).toContain(what);
  expect(failure).toContain("\nIt is still waiting: http");
  expect(tookMs).toBe(300_000);
  expect(outputs.conclusion).toBeUndefined();
  expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeUndefined();
});

test("a run that begins in time has all of timeout_seconds", async () => {
  const { play } = await stage({ queuedMs: 250_000, jobs: { identify: { durationMs: 900_000 } } });
  expect((await play(START)).failure).toBeUndefined();
  const late = await play({ ...START, timeout_seconds: "600" });
  expect(late.failure).toMatch(/^The run did not complete within 600 s/);
  expect(late.tookMs).toBe(600_000);
});

test("an outage does not lengthen it", async () => {
  const { github, play } = await stage({ queuedMs: 7_200_000 });
  github.fault = ({ path }) =>
    /\/runs\/\d+$/.test(path) && github.requests.length > 6
      ? { when: "before", kind: "status", status: 503 }
      : undefined;
  const { failure, tookMs } = await play(START);
  expect(failure).toContain("The last request failed: 503");
  expect(tookMs).toBe(300_000);
});

test("the read at its end, which sees a run that has begun, is not waited for", async () => {
  const { github, play } = await stage({ queuedMs: 7_200_000 });
  const startMs = github.nowMs();
  github.fault = () => (github.nowMs() - startMs >= 300_000 ? { when: "before", kind: "hang" } : undefined);
  expect((await play(START)).tookMs).toBeLessThan(304_000);
});

test("the run is cancelled there, where `cancel_run_on` has `timeout`", async () => {
  const { github, play } = await stage({ queuedMs: 7_200_000 });
  const { failure } = await play({ ...START, cancel_run_on: "timeout" });
  expect(failure).toContain("\nThe remote run is being cancelled: http");
  expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeDefined();
});

test("a run that has begun may look queued again, and has begun all the same", async () => {
  const statuses = [
    { status: "in_progress", forMs: 9000 },
    { status: "queued", forMs: 60_000 },
  ];
  const { play } = await stage({ statuses });
  const { failure } = await play({ ...START, start_timeout_seconds: "30" });
  expect(failure).toBeUndefined();
});
