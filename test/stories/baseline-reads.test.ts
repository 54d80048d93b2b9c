/** What a red end is compared by: jobs, conclusions, how far back, which requests; and where it is said. */

import { describe, expect, test } from "vitest";
import type { Behaviour, JobBehaviour } from "../simulator/index.ts";
import { FILES, GREEN, OF_A_PULL_REQUEST, ON_MAIN, RED, setKnown } from "../support/known-stage.ts";
import { asked, TARGET } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

const TWO_JOBS = FILES["deploy.yml"].replace(
  "  identify:",
  "  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: lint\n  test:",
);
const RED_RUN: Behaviour = { conclusion: "failure" };
const ends = (conclusion: string | null): Behaviour => ({ conclusion });

describe("with `jobs`, the same jobs of the run before count", () => {
  const both = (test: JobBehaviour, lint: JobBehaviour): Behaviour => ({ jobs: { test, lint } });
  const FAILS = { conclusion: "failure" } as const;
  const SKIPPED = { conclusion: "skipped" } as const;

  test.each<[string, Behaviour, string]>([
    ["the same job red", both(FAILS, {}), "true"],
    ["another job red", both({}, FAILS), "false"],
    ["all green", both({}, {}), "false"],
    ["the same job skipped", both(SKIPPED, {}), ""],
    ["the same job cancelled", both({ conclusion: "cancelled" }, FAILS), ""],
    ["no jobs", { zeroJobs: true, conclusion: "failure" }, ""],
  ])("%s", async (_, before, known) => {
    const { github, earlier, play } = await setKnown({ "deploy.yml": TWO_JOBS });
    github.behaviour(TARGET, "deploy.yml", both(FAILS, { durationMs: 600_000 }));
    earlier(RED_RUN, {});
    earlier(before, {});
    const { outputs, failure } = await play({ jobs: "test" });
    expect(outputs).toMatchObject({ status: "in_progress", conclusion: "failure" });
    expect(outputs.known_failure ?? "").toBe(known);
    expect(failure).toContain("test");
    const allowed = await play({ jobs: "test", allow_known_failures: "true" });
    expect(allowed.failure === undefined).toBe(known === "true");
  });

  test("what `fail_fast` ends is not compared", async () => {
    const { github, earlier, play } = await setKnown({ "deploy.yml": TWO_JOBS });
    github.behaviour(TARGET, "deploy.yml", both(FAILS, { durationMs: 600_000 }));
    earlier(both(FAILS, {}), {});
    const { outputs, failure } = await play({ jobs: "test\nlint", fail_fast: "true" });
    expect(failure).toContain("a job already ended red");
    expect(outputs).not.toHaveProperty("known_failure");
  });

  test("a name without a job is never known", async () => {
    const { github, earlier, play } = await setKnown({ "deploy.yml": TWO_JOBS });
    github.behaviour(TARGET, "deploy.yml", both(FAILS, {}));
    earlier(both(FAILS, {}), {});
    const { outputs, failure } = await play({ jobs: "test\nbuild", allow_known_failures: "true" });
    expect(failure).toContain("`build`");
    expect(outputs).not.toHaveProperty("known_failure");
  });
});

test.each(["neutral", "stale"])("a run that ended as %s was green where that is accepted", async (conclusion) => {
  const { earlier, play } = await setKnown();
  earlier(RED, {});
  earlier(ends(conclusion), {});
  const { outputs } = await play({ success_conclusions: `success ${conclusion}` });
  expect(outputs.known_failure).toBe("false");
});

test("a run that said nothing ends the row of red ones", async () => {
  const { earlier, play } = await setKnown();
  for (const behaviour of [RED, ends("neutral"), RED, RED]) earlier(behaviour, {});
  expect((await play()).failure).toContain("Known failure: red since #3 at least");
});

test("the search goes back to `max_runs` and no further", async () => {
  const { github, earlier, play } = await setKnown({ ...FILES, "other.yml": FILES["deploy.yml"] });
  earlier(RED, {});
  for (let nth = 0; nth < 60; nth++) earlier(GREEN, { file: "other.yml" });
  expect((await play({ max_runs: "60" })).outputs.known_failure ?? "").toBe("");
  github.deleteRun(github.runs(TARGET).at(-1)?.id ?? 0);
  expect((await play({ max_runs: "62" })).outputs.known_failure).toBe("true");
});

test("a second page is read where the first has no run to compare with", async () => {
  const { github, earlier, play } = await setKnown({ ...FILES, "other.yml": FILES["deploy.yml"] });
  earlier(RED, {});
  for (let nth = 0; nth < 100; nth++) earlier(GREEN, { file: "other.yml" });
  expect((await play()).outputs.known_failure).toBe("true");
  expect(asked(github, `GET /repos/${TARGET}/actions/runs?per_page=100&page=2`)).toHaveLength(1);
});

test("the caller's repository is asked with `status_token`, for its default branch and for that one run", async () => {
  const { github, earlier, play } = await setKnown();
  earlier(RED, { by: OF_A_PULL_REQUEST });
  earlier(RED, { by: ON_MAIN });
  earlier(RED, { by: ON_MAIN });
  expect((await play()).outputs.known_failure).toBe("true");
  const there = asked(github, `GET /repos/${CALLER.repository}`);
  expect(there).toEqual([
    `GET /repos/${CALLER.repository} → 200`,
    `GET /repos/${CALLER.repository}/actions/runs/${ON_MAIN}?exclude_pull_requests=true → 200`,
  ]);
});

test.each([
  ["may not read runs", 403],
  ["finds no such repository", 404],
])("nobody knows where `status_token` %s", async (_, status) => {
  const { github, earlier, play } = await setKnown();
  earlier(RED, { by: ON_MAIN });
  github.fault = ({ path }) =>
    path.startsWith(`/repos/${CALLER.repository}`) ? { kind: "status", when: "before", status } : undefined;
  const { outputs, failure } = await play({ allow_known_failures: "true" });
  expect(failure).toContain("The run ended as failure");
  expect(outputs).not.toHaveProperty("known_failure");
});

test("a failure after `rerun_failed` is compared with the run before, not with its own first attempt", async () => {
  const { earlier, play } = await setKnown();
  earlier(GREEN, {});
  const { outputs, failure } = await play({ rerun_failed: "1" });
  expect(outputs).toMatchObject({ run_attempt: "2", known_failure: "false" });
  expect(failure).toContain("New failure: the run before it was green");
});

test("what a later attempt turns green is no failure", async () => {
  const { github, earlier, play } = await setKnown();
  earlier(RED, {});
  github.behaviour(TARGET, "deploy.yml", { ...RED, reruns: [GREEN] });
  const { outputs, failure } = await play({ rerun_failed: "1" });
  expect(failure).toBeUndefined();
  expect(outputs).not.toHaveProperty("known_failure");
});

test("a red conclusion that `success_conclusions` accepts is no failure", async () => {
  const { github, earlier, play } = await setKnown();
  earlier(RED, {});
  const { outputs, failure } = await play({ success_conclusions: "failure" });
  expect(failure).toBeUndefined();
  expect(outputs).not.toHaveProperty("known_failure");
  expect(asked(github, `GET /repos/${TARGET}/actions/runs?per_page=100`)).toEqual([]);
});

test("a cancelled run is not compared", async () => {
  const { github, earlier, play } = await setKnown();
  github.behaviour(TARGET, "deploy.yml", ends("cancelled"));
  earlier(RED, {});
  const { outputs, failure } = await play({ allow_known_failures: "true" });
  expect(failure).toContain("cancelled");
  expect(outputs).not.toHaveProperty("known_failure");
});

test("the summary of a step that stays green says why, with the link", async () => {
  const { earlier, play } = await setKnown();
  earlier(RED, {});
  const { summary, failure } = await play({ allow_known_failures: "true" });
  expect(failure).toBeUndefined();
  expect(summary).toMatch(/^## ⚠️ Known failure: /);
  expect(summary).toMatch(/Known failure: red since #1 at least, 4 days ago: http\S+/);
  expect(summary).toContain("The step is green (`allow_known_failures`).");
});

test("the commit status of an allowed failure is green, in the same words; of another it is red", async () => {
  const { github, earlier, play } = await setKnown();
  const given = { status_context: "remote", allow_known_failures: "true" };
  await play(given);
  earlier(RED, {});
  await play(given);
  const ends = github.statuses(CALLER.repository).filter(({ state }) => state !== "pending");
  expect(ends.map(({ state, description }) => `${state}: ${description}`)).toEqual([
    "failure: The step waited: the remote run ended as failure",
    "success: The step waited: the remote run ended as failure (known failure, red since #2)",
  ]);
});

describe("the caller's runs that have tried changes", () => {
  const callers = (path: string) => path.startsWith(`/repos/${CALLER.repository}/`);

  async function trials(count: number) {
    const on = await setKnown();
    on.earlier(GREEN, { by: ON_MAIN });
    for (let id = 2000; id < 2000 + count; id++) {
      on.callersRun(id, { event: "pull_request", ref: "topic" });
      on.earlier(RED, { by: id });
    }
    return on;
  }

  test.each([
    [49, "false", 50],
    [50, undefined, 50],
  ])("are read as long as they are few: %i", async (count, known, requests) => {
    const { github, play } = await trials(count);
    const { outputs } = await play();
    expect(outputs.known_failure).toBe(known);
    expect(github.requests.filter(({ path }) => callers(path))).toHaveLength(requests);
  });

  test("are read once for all entries of `targets`", async () => {
    const { github, play } = await trials(10);
    const names = ["one", "two", "three"].map((name) => ({ name, repo: TARGET, workflow: "deploy.yml" }));
    const { outputs } = await play({ repo: "", workflow: "", targets: JSON.stringify(names) });
    const known = (JSON.parse(outputs.results ?? "[]") as Record<string, string>[]).map((each) => each.known_failure);
    expect(known).toEqual(["false", "false", "false"]);
    expect(github.requests.filter(({ path }) => callers(path))).toHaveLength(11);
  });
});
