/** What a reader is told to do next: in errors, in the summary, and in the log. */

import { describe, expect, test } from "vitest";
import { receiver } from "../support/receivers.ts";
import { setStage, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const WORKFLOW = receiver("workflow_dispatch", "run-name");
const LONG = { freshRun404Ms: 0, queuedMs: 0, jobs: { identify: { durationMs: 3_600_000 } } };
const QUICK = { freshRun404Ms: 0, visibleAfterMs: 0, queuedMs: 0, jobs: { identify: { durationMs: 20_000 } } };

describe("a wait that is over before the run", () => {
  test("says what to do next, below the run's page", async () => {
    const { play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: LONG });
    const { failure, outputs } = await play({ ...START, timeout_seconds: "60" });
    const lines = failure?.split("\n") ?? [];
    expect(lines[0]).toMatch(/^The run did not complete within 60 s \(`timeout_seconds`\)/);
    expect(lines[1]).toBe(`It continues: ${outputs.html_url}`);
    expect(lines.at(-1)).toBe(
      `To follow it further without starting another, give \`run_id: ${outputs.runId}\` instead of the dispatch; the next time, allow more \`timeout_seconds\`.`,
    );
  });

  test("does not say to follow what is cancelled", async () => {
    const { play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: LONG });
    const { failure } = await play({ ...START, timeout_seconds: "60", cancel_run_on: "timeout" });
    expect(failure?.split("\n")[1]).toMatch(/^The remote run is being cancelled: http/);
    expect(failure).not.toContain("To follow it further");
    expect(failure?.split("\n").at(-1)).toBe("The next time, allow more `timeout_seconds`.");
  });

  test("is titled so in the summary", async () => {
    const { play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: LONG });
    const { summary } = await play({ ...START, timeout_seconds: "60" });
    expect(summary).toMatch(/^## ❌ Timed out: still in progress: \[/);
  });

  test("is titled so as well where it did not begin", async () => {
    const { play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: { ...LONG, queuedMs: 3_600_000 } });
    const { summary, failure } = await play({ ...START, start_timeout_seconds: "60" });
    expect(summary).toMatch(/^## ❌ Timed out: still queued: \[/);
    expect(failure?.split("\n")[1]).toMatch(/^It is still waiting: http/);
  });
});

describe("a workflow's name that is nearly right", () => {
  const files = { "publish.yml": WORKFLOW.replace("name: Deploy", "name: Release"), "deploy.yml": WORKFLOW };

  test.each([
    ["Relaese", "publish.yml"],
    ["release", "publish.yml"],
    ["publish", "publish.yml"],
    ["publish.yaml", "publish.yml"],
    ["Publish.yml", "publish.yml"],
    ["release.yml", "publish.yml"],
    ["depoly.yml", "deploy.yml"],
  ])("%s is told what it may have meant", async (workflow, file) => {
    const { play } = await setStage(files);
    const { failure } = await play({ ...START, workflow });
    expect(failure).toContain(`Did you mean \`${file}\`?`);
    expect(failure).toContain("publish.yml (Release)");
  });

  test("is told nothing where it is not", async () => {
    const { play } = await setStage(files);
    const { failure } = await play({ ...START, workflow: "nightly" });
    expect(failure).not.toContain("Did you mean");
  });
});

test.each([
  ["value", "Did you mean `values`?"],
  ["Values", "Did you mean `values`?"],
  ["screenshots", undefined],
])("an artifact called %s that is not there is told what is near: %s", async (outputs_from, words) => {
  const artifacts = [
    { name: "values", text: "{}" },
    { name: "log", text: "x" },
  ];
  const { play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: { ...QUICK, artifacts } });
  const { failure } = await play({ ...START, outputs_from });
  expect(failure).toContain("Its artifacts: values, log.");
  if (words === undefined) expect(failure).not.toContain("Did you mean");
  else expect(failure).toContain(words);
});

describe("a queued run that may be equal, but shows no id,", () => {
  const given = { ...START, wait_for: "found", reuse: "queued" };

  test("is named in the line about reuse", async () => {
    const { github, play, clock } = await setStage(
      { "deploy.yml": WORKFLOW },
      { behaviour: { ...LONG, queuedMs: 600_000 } },
    );
    const id = github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", inputs: {} });
    await clock.sleep(10_000);
    const { log } = await play(given);
    const line = log.find((each) => each.includes("can be reused"));
    expect(line).toContain(
      `: starting one. Run ${id} (queued) may be equal, but its name shows no id: ${github.apiUrl}/${TARGET}/actions/runs/${id}`,
    );
  });

  test("is not named where it has ended, or is another workflow's", async () => {
    const { github, play, clock } = await setStage(
      { "deploy.yml": WORKFLOW, "other.yml": WORKFLOW },
      { behaviour: QUICK },
    );
    github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", inputs: {} });
    await clock.sleep(300_000);
    github.startRun(TARGET, "other.yml", { event: "workflow_dispatch", inputs: {} });
    await clock.sleep(3000);
    const { log } = await play(given);
    expect(log.join("\n")).toMatch(/can be reused .*: starting one\.$/m);
  });
});

test("a dispatch whose run nobody sees gives the page to look at", async () => {
  const { github, play } = await setStage({ "deploy.yml": WORKFLOW });
  const { failure } = await play({ event_type: "deploy", find_timeout_seconds: "30" });
  expect(failure?.split("\n").slice(1, 3)).toEqual([
    "GitHub listed no run since the dispatch.",
    `All runs of ${TARGET}: ${github.apiUrl}/${TARGET}/actions`,
  ]);
});

test("an unclear dispatch gives the page to look at", async () => {
  const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { runDetails: "rejected" });
  github.fault = ({ method }) => (method === "POST" ? { when: "before", kind: "status", status: 502 } : undefined);
  const { failure } = await play({ ...START, find_timeout_seconds: "30" });
  expect(failure?.split("\n")[1]).toContain(`Check the runs of ${TARGET} before you run this step again`);
  expect(failure?.split("\n")[1]).toContain(`${github.apiUrl}/${TARGET}/actions`);
});

describe("the log", () => {
  test.each<[string, Record<string, string>]>([
    ["that GitHub's answer names", START],
    ["that is given", { wait_for: "completed", run_id: "30000000011" }],
  ])("has one notice, with the link of the run %s", async (_, given) => {
    const { github, play, clock } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: QUICK });
    if (given.run_id) github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", inputs: {} });
    await clock.sleep(2000);
    const { notices, outputs, log } = await play(given);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(outputs.html_url);
    expect(log).toContain(notices[0]);
  });

  test("has one notice where the run was looked for", async () => {
    const { play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour: QUICK, runDetails: "rejected" });
    const { notices, outputs } = await play(START);
    expect(notices).toEqual([expect.stringContaining(`by its name: ${outputs.html_url}`)]);
  });

  test("has none where no run is known", async () => {
    const { play } = await setStage({ "deploy.yml": WORKFLOW }, { runDetails: "rejected" });
    const { notices } = await play({ ...START, wait_for: "nothing" });
    expect(notices).toEqual([]);
  });
});
