/** Which earlier run a red end is compared with: a false "known" is a false green. */

import { expect, test } from "vitest";
import { isComparable, isPredecessor, originOf, wasOnDefaultBranch } from "../../../src/wait/baseline-rules.ts";
import { aRun } from "../../support/runs.ts";

const ours = { ...aRun(), id: 100, workflowId: 7, headBranch: "main", createdAtMs: 1000, status: "in_progress" };
const before = { ...ours, id: 90, createdAtMs: 500, status: "completed", conclusion: "failure" };

test.each([
  ["red, of the same workflow and branch", {}, true],
  ["green", { conclusion: "success" }, true],
  ["timed out", { conclusion: "timed_out" }, true],
  ["without jobs", { conclusion: "startup_failure" }, true],
  ["cancelled", { conclusion: "cancelled" }, false],
  ["skipped", { conclusion: "skipped" }, false],
  ["neutral", { conclusion: "neutral" }, true],
  ["waiting for somebody", { conclusion: "action_required" }, true],
  ["in progress", { status: "in_progress", conclusion: null }, false],
  ["without a conclusion", { conclusion: null }, true],
  ["on another branch", { headBranch: "release" }, false],
  ["on no branch", { headBranch: null }, false],
  ["of another workflow", { workflowId: 8 }, false],
  ["of a workflow that is not told", { workflowId: undefined }, false],
  ["of a workflow that was renamed since", { name: "Old name", path: ".github/workflows/old.yml" }, true],
  ["started after ours", { id: 101, createdAtMs: 1001 }, false],
  ["ours itself", { id: 100 }, false],
])("a run before ours that is %s may count: %s", (_, differs, counts) => {
  expect(isPredecessor({ ...before, ...differs }, ours)).toBe(counts);
});

const ID = "1658821493-1-9f3c2a7e41d06b58";

test.each([
  ["a schedule in the target", { event: "schedule" }, "target's own"],
  ["a push in the target", { event: "push" }, "target's own"],
  ["a person, by hand", { event: "workflow_dispatch", displayTitle: "Deploy" }, "trial"],
  ["a pull request", { event: "pull_request" }, "trial"],
  ["an event without an id", { event: "repository_dispatch", displayTitle: "deploy" }, "trial"],
  ["a caller", { event: "workflow_dispatch", displayTitle: `Deploy [${ID}]` }, "caller's"],
  ["a caller, by an event", { event: "repository_dispatch", name: `Deploy ${ID}` }, "caller's"],
])("a run that was started by %s is %s", (_, differs, is) => {
  expect(originOf({ ...before, ...differs }, new Set(["999"])).is).toBe(is);
});

test("an earlier dispatch of the caller's own run tries the same change", () => {
  const run = { ...before, event: "workflow_dispatch", displayTitle: `Deploy [${ID}]` };
  expect(originOf(run, new Set(["1658821493"]))).toEqual({ is: "trial" });
  expect(originOf(run, new Set(["1"]))).toEqual({ is: "caller's", callersRunId: "1658821493" });
});

test.each([
  ["a push to the default branch", { event: "push" }, true],
  ["a schedule", { event: "schedule" }, true],
  ["a release", { event: "release" }, true],
  ["another branch", { headBranch: "feature" }, false],
  ["a pull request from a branch of that name", { event: "pull_request" }, false],
  ["a pull request's target", { event: "pull_request_target" }, false],
  ["a merge queue", { event: "merge_group" }, false],
  ["a comment", { event: "issue_comment" }, false],
  ["another run's end", { event: "workflow_run" }, false],
  ["a fork", { isFromFork: true }, false],
])("a caller's run of %s was on the default branch: %s", (_, differs, was) => {
  expect(wasOnDefaultBranch({ event: "push", headBranch: "main", isFromFork: false, ...differs }, "main")).toBe(was);
});

test.each([
  ["failure", true],
  ["timed_out", true],
  ["startup_failure", true],
  ["cancelled", false],
  ["action_required", false],
  ["success", false],
  [null, false],
])("an end as %s is compared: %s", (conclusion, is) => {
  expect(isComparable(conclusion)).toBe(is);
});
