/** What a status says of its run, and whose it is. */

import { describe, expect, test } from "vitest";
import type { LatestStatus } from "../../../src/github/commit-statuses.ts";
import { isNews, isTakenBack, otherNameIn, statusOfRun } from "../../../src/report/state-of-run.ts";
import { aRun } from "../../support/runs.ts";

const GREEN = new Set(["success"]);
const left = "The remote run continues";
const waits = "The step waits for the remote run";
const waited = "The step waited: the remote run ended as success";
const ended = "The remote run ended as success";

describe("an attempt", () => {
  const going = aRun({ status: "in_progress" });
  const over = aRun({ status: "completed", conclusion: "success" });
  test.each([
    ["goes on", going, { state: "pending", description: left }, true],
    ["has ended", over, { state: "pending", description: left }, true],
    ["does not go back to its progress", going, { state: "success", description: ended }, false],
    [
      "has the end that was told first",
      over,
      { state: "failure", description: "The remote run ended as failure" },
      false,
    ],
    ["goes on anew", { ...going, runAttempt: 2 }, { state: "success", description: ended }, true],
    ["is not told after the next one", over, { state: "pending", description: `${left} (attempt 2)` }, false],
  ])("%s", (_, run, latest, news) => {
    expect(isNews(statusOfRun(run, GREEN), latest, run)).toBe(news);
  });
});

test.each([
  { status: "completed", conclusion: "🦀".repeat(300), runAttempt: 12 },
  { status: "x".repeat(300), runAttempt: 12 },
])("is described in as many letters as GitHub takes, with its attempt", (about) => {
  const { description } = statusOfRun(aRun(about), GREEN);
  expect([...description].length).toBeLessThanOrEqual(140);
  expect(description).toMatch(/ \(attempt 12\)$/);
});

describe("a status is the run's that a step has named last", () => {
  const run = aRun();
  const of = (targetUrl: string, description: string, state = "pending"): LatestStatus => ({
    ...{ context: "a", state, description, targetUrl },
  });
  const own = of(run.htmlUrl, left);
  test.each<[string, LatestStatus[], boolean]>([
    ["an older one's end is on it", [of("old", ended, "success"), own, of("old", left)], true],
    ["a newer one was left", [of("old", ended, "success"), of("new", left), own], false],
    ["a step waits since", [of("old", ended, "success"), of("new", waits), own], false],
    ["a waiting step has ended since", [of("old", ended, "success"), of("new", waited, "success"), own], false],
    ["a step has failed since", [of("old", ended, "success"), of("new", "No run was found", "error"), own], false],
    ["its own step waits", [of("old", ended, "success"), of(run.htmlUrl, waits)], false],
    ["none was left", [of("old", ended, "success")], false],
  ])("where %s: %#", (_, history, isOwn) => {
    expect(isTakenBack(run, history)).toBe(isOwn);
  });
});

test.each([
  ["https://github.com/octo/former/actions/runs/1", { owner: "octo", repo: "former" }],
  ["https://github.com/octo/target/actions/runs/1", undefined],
  ["https://github.com/octo/former/actions/runs/2", undefined],
  ["https://example.com/octo/former/actions/runs/1", undefined],
  ["https://github.com/octo/former/actions/runs/1/attempts/1", undefined],
  ["", undefined],
])("%j names this run otherwise: %j", (url, name) => {
  expect(otherNameIn(url, aRun())).toEqual(name);
});
