/** Whether a red end is new: what the error, the outputs and the step say of the run before. */

import { describe, expect, test } from "vitest";
import { setFleet } from "../support/fleet-stage.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

const RED = { conclusion: "failure", freshRun404Ms: 0 } as const;
const GREEN = { conclusion: "success", freshRun404Ms: 0 } as const;
const FILE = `${receiver("workflow_dispatch", "run-name")}\n`.replace(
  "on:\n",
  "on:\n  push:\n  schedule: [{cron: '0 0 * * *'}]\n",
);
const GIVEN = { workflow: "deploy.yml", ref: "main", wait_for: "completed", status_token: "ghp_caller" };
const DAY_MS = 86_400_000;
const OTHER_RUN = 777;

async function set(behaviour: typeof RED | typeof GREEN = RED) {
  const stage = await setStage({ "deploy.yml": FILE }, { behaviour });
  const { github } = stage;
  github.addRepository(CALLER.repository, {
    branches: ["feature"],
    workflows: { "ci.yml": "on: [push, pull_request]\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n" },
  });
  github.addToken("ghp_caller", { permissions: { actions: "read" }, repositories: [CALLER.repository] });
  const startRun = (event: string, about: object = {}) =>
    github.startRun(TARGET, "deploy.yml", { event, createdAtMs: github.nowMs() - 4 * DAY_MS, ...about });
  /** By a run of the caller's. */
  const byCaller = (callersRun: object | undefined, behaviour: object = RED) => {
    if (callersRun) github.startRun(CALLER.repository, "ci.yml", { event: "push", id: OTHER_RUN, ...callersRun });
    return startRun("workflow_dispatch", { behaviour, inputs: { distinct_id: `${OTHER_RUN}-1-9f3c2a7e41d06b58` } });
  };
  return { ...stage, startRun, byCaller };
}

const lists = (github: Awaited<ReturnType<typeof set>>["github"]) =>
  asked(github, `GET /repos/${TARGET}/actions/runs?per_page=100`);

describe("a red run", () => {
  test("is known where the run before it was red as well, and since when is told", async () => {
    const { github, play, startRun } = await set();
    startRun("push", { behaviour: GREEN, createdAtMs: github.nowMs() - 5 * DAY_MS });
    startRun("schedule", { behaviour: RED });
    startRun("push", { behaviour: RED, createdAtMs: github.nowMs() - DAY_MS });
    const { outputs, failure, summary } = await play(GIVEN);
    expect(outputs.known_failure).toBe("true");
    expect(failure?.split("\n")[1]).toMatch(/^Known failure: red since #2 at least, 4 days ago: http/);
    expect(summary).toContain("Known failure: red since #2 at least");
    expect(lists(github)).toHaveLength(1);
  });

  test("is new where the run before it was green", async () => {
    const { play, startRun } = await set();
    startRun("push", { behaviour: GREEN });
    const { outputs, failure } = await play(GIVEN);
    expect(outputs.known_failure).toBe("false");
    expect(failure).toContain("\nNew failure: the run before it was green: http");
  });

  test("is neither where there was none", async () => {
    const { play } = await set();
    const { outputs, failure } = await play(GIVEN);
    expect(outputs).not.toHaveProperty("known_failure");
    expect(failure).not.toMatch(/(New|Known) failure/);
  });

  test.each<[string, object | undefined, string | undefined]>([
    ["on the caller's default branch", {}, "true"],
    ["on another branch of the caller", { ref: "feature" }, undefined],
    ["of a pull request of the caller", { event: "pull_request" }, undefined],
    ["that nobody can read", undefined, undefined],
  ])("whose run before was started by a run %s: known %s", async (_, callersRun, known) => {
    const { play, byCaller } = await set();
    byCaller(callersRun);
    const { outputs } = await play(GIVEN);
    expect(outputs.known_failure).toBe(known);
  });

  test("is not known by a trial that was red, if the run before that was green", async () => {
    const { play, startRun, byCaller } = await set();
    startRun("push", { behaviour: GREEN, createdAtMs: 0 });
    byCaller({ event: "pull_request" });
    expect((await play(GIVEN)).outputs.known_failure).toBe("false");
  });

  test("of the caller's own earlier attempt does not make the next one known", async () => {
    const { play } = await set();
    await play(GIVEN);
    const { outputs } = await play(GIVEN, { attempt: 2 });
    expect(outputs).not.toHaveProperty("known_failure");
  });

  test("that a list could not be read for is neither", async () => {
    const { github, play, startRun } = await set();
    startRun("push", { behaviour: RED });
    github.fault = ({ path, query }) =>
      path.endsWith("/actions/runs") && query.per_page === "100"
        ? { kind: "status", when: "before", status: 500 }
        : undefined;
    const { outputs, failure } = await play(GIVEN);
    expect(outputs).not.toHaveProperty("known_failure");
    expect(failure).toContain("failure");
  });
});

test("a green end costs no look at what was before", async () => {
  const { github, play, startRun } = await set(GREEN);
  startRun("push", { behaviour: RED });
  const { outputs } = await play(GIVEN);
  expect(outputs).not.toHaveProperty("known_failure");
  expect(lists(github)).toEqual([]);
});

describe("`allow_known_failures`", () => {
  const ALLOWS = { ...GIVEN, allow_known_failures: "true" };

  test("leaves the step green after a known failure, with a warning", async () => {
    const { play, startRun } = await set();
    startRun("push", { behaviour: RED });
    const { failure, warnings, outputs } = await play({ ...ALLOWS, outputs_from: "outputs" });
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ conclusion: "failure", known_failure: "true" });
    expect(warnings.join("\n")).toContain("Known failure: red since #1 at least");
  });

  test.each([
    ["a new one", GREEN],
    ["one of which nobody knows", undefined],
  ])("does not after %s", async (_, behaviour) => {
    const { play, startRun } = await set();
    if (behaviour) startRun("push", { behaviour });
    expect((await play(ALLOWS)).failure).toContain("failure");
  });

  test.each([
    [{ fail_fast: "true" }, "`fail_fast` ends the step before the run has an end to compare"],
    [{ wait_for: "found" }, "`allow_known_failures` controls the wait for the run's end"],
  ])("is a problem with %j", async (given, problem) => {
    const { github, play } = await set();
    expect((await play({ ...ALLOWS, ...given })).failure).toContain(problem);
    expect(asked(github, "POST")).toEqual([]);
  });
});

test("many targets: what is new comes first, and what is known and allowed is not among the failed", async () => {
  const { github, play } = await setFleet({ "octo/old": RED, "octo/new": RED, "octo/after": {} });
  for (const [name, behaviour] of [
    ["octo/old", RED],
    ["octo/new", GREEN],
  ] as const) {
    github.startRun(name, "ci.yml", { event: "push", behaviour, createdAtMs: github.nowMs() - DAY_MS });
  }
  const targets = "[octo/old, octo/new, {repo: octo/after, needs: [octo/old]}]";
  const strict = await play({ targets: "[octo/old, octo/new]" });
  expect(strict.failure).toMatch(/^2 of 2 failed, 1 of them new:\n- octo\/new: failure \(new\)/);
  expect(strict.summary).toContain("2 of 2 failed, 1 of them new");
  const { ends, outputs, failure, results } = await play({ targets, allow_known_failures: "true" });
  expect(ends).toEqual(["octo/old: failure", "octo/new: failure", "octo/after: success"]);
  expect(outputs.failed_targets).toBe('["octo/new"]');
  expect(results.map(({ known_failure }) => known_failure)).toEqual(["true", "false", ""]);
  expect(failure).toMatch(/^1 of 3 failed, 1 of them new/);
});
