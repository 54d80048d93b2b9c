/** A run that waits for its own caller: neither would ever end (docs/platform.md#concurrency-groups). */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";
import type { Play } from "../support/step.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const HOUR = 3_600_000;
const DEPLOY = receiver("workflow_dispatch", "run-name");

interface Groups {
  /** Of the caller's workflow, and of its job. */
  caller?: string;
  callersJob?: string;
  ours?: string;
  oursJob?: string;
  jobs?: Behaviour["jobs"];
  behaviour?: Behaviour;
}

const job = (name: string, group: string | undefined) =>
  `  ${name}:\n    runs-on: x\n${group ? `    concurrency: ${group}\n` : ""}    steps: [{ run: make }]`;

/** The caller's run is in progress in the target itself. */
async function stage({ caller, callersJob, ours, oursJob, jobs = {}, behaviour = {} }: Groups) {
  const top = (group: string | undefined) => (group ? `concurrency: ${group}\n` : "");
  const workflows = {
    "caller.yml": `name: Caller\non: push\n${top(caller)}jobs:\n${job("dispatch", callersJob)}\n${job("other", "elsewhere")}`,
    "deploy.yml": DEPLOY.replace("jobs:\n", `${top(ours)}jobs:\n`).replace(
      "    runs-on",
      `${oursJob ? `    concurrency: ${oursJob}\n` : ""}    runs-on`,
    ),
  };
  const set = await setStage(workflows, { behaviour: { freshRun404Ms: 0, visibleAfterMs: 0, ...behaviour } });
  const id = set.github.startRun(TARGET, "caller.yml", {
    event: "push",
    behaviour: { queuedMs: 0, freshRun404Ms: 0, jobs: { dispatch: { durationMs: 3 * HOUR }, ...jobs } },
  });
  await set.clock.sleep(60_000);
  const run = { repository: TARGET, runId: String(id) };
  return {
    ...set,
    id,
    play: (given: object, play: Partial<Play> = {}) => set.play({ ...START, ...given }, { caller: run, ...play }),
  };
}

const PENDING = { jobs: { identify: { pendingMs: 2 * HOUR } } };

describe("a run that waits for its caller's concurrency group", () => {
  test("ends the step at once, red, with the group's name", async () => {
    const { play, github, id } = await stage({ caller: "deploy", ours: "Deploy" });
    const { failure, summary, tookMs } = await play({});
    expect(summary).toContain("It waits for its turn in a concurrency group, second in line behind ");
    expect(failure).toMatch(
      /^The run waits for the concurrency group `deploy`, which this caller's own run holds until it has ended: a deadlock\.\nIt goes on waiting, and begins when the caller's run ends: http\S+$/m,
    );
    expect(failure).not.toContain(String(id));
    expect(tookMs).toBeLessThan(20_000);
    expect(asked(github, "POST").filter((line) => line.includes("/cancel"))).toEqual([]);
  });

  test("is cancelled with `cancel_run_on: failure`, since it would start afterwards", async () => {
    const { play, github } = await stage({ caller: "deploy", ours: "deploy" });
    const { failure } = await play({ cancel_run_on: "failure", fail_fast: "true" });
    expect(failure).toContain("\nThe remote run is being cancelled: http");
    expect(failure).not.toContain("goes on waiting");
    expect(asked(github, "POST").filter((line) => line.includes("/cancel"))).toHaveLength(1);
  });

  test("ends the step also behind others that wait", async () => {
    const { play, github } = await stage({ caller: "deploy", ours: "{ group: deploy, queue: max }" });
    github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", inputs: {} });
    const { failure, tookMs } = await play({});
    expect(failure).toContain("the concurrency group `deploy`, which this caller's own run holds");
    expect(tookMs).toBeLessThan(20_000);
  });

  test("ends the step where the waiting job and the holder are jobs", async () => {
    const jobs = { other: { durationMs: 1000 } };
    const { play } = await stage({ callersJob: "db", oursJob: "db", behaviour: PENDING, jobs });
    const { failure, tookMs } = await play({});
    expect(failure).toMatch(
      /^The run's job identify waits for the concurrency group `db`, which this caller's own job dispatch holds/,
    );
    expect(tookMs).toBeLessThan(20_000);
  });

  test("goes on where another job of the caller holds it, which may end", async () => {
    const jobs = { other: { durationMs: 20 * 60_000 } };
    const { play } = await stage({ oursJob: "elsewhere", behaviour: PENDING, jobs });
    const { failure } = await play({ timeout_seconds: "120" });
    expect(failure).toMatch(/^The run did not complete within 120 s/);
  });

  test("goes on where its holder is not the caller's only job at work", async () => {
    const jobs = { other: { durationMs: 20 * 60_000 } };
    const { play } = await stage({ callersJob: "db", oursJob: "db", behaviour: PENDING, jobs });
    const { failure } = await play({ timeout_seconds: "120" });
    expect(failure).toMatch(/^The run did not complete within 120 s/);
  });

  test("goes on where the job that waits does not decide", async () => {
    const jobs = { other: { durationMs: 1000 } };
    const { play } = await stage({ callersJob: "db", oursJob: "db", behaviour: PENDING, jobs });
    const { failure } = await play({ timeout_seconds: "120", jobs: "another" });
    expect(failure).toMatch(/^The run did not complete within 120 s/);
  });

  test("goes on where the holder has the caller's id on another server", async () => {
    const { play } = await stage({ caller: "deploy", ours: "deploy" });
    const { failure } = await play({ timeout_seconds: "120" }, { callerApiUrl: "https://ghe.example.com/api/v3" });
    expect(failure).toMatch(/^The run did not complete within 120 s/);
  });
});
