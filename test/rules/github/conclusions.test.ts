import { describe, expect, test } from "vitest";
import { beganAtMs, failedJobs, hasBegun, neverStarted } from "../../../src/github/conclusions.ts";
import { conclusions, job, step } from "../../support/conclusions.ts";

const link = "https://github.com/octo/target/actions/runs";

const setUp = step("Set up job", "success");

describe("a failed job", () => {
  test.each(conclusions)("is one that ended as %s, save for success, skipped and neutral", (conclusion) => {
    const isFine = conclusion === "success" || conclusion === "skipped" || conclusion === "neutral";
    expect(failedJobs([{ ...job(5, conclusion), status: "completed" }])).toEqual(
      isFine ? [] : [{ name: "job 5", conclusion: conclusion ?? "", html_url: `${link}/1/job/5`, failed_step: null }],
    );
  });

  test("is none that has not ended", () => {
    expect(failedJobs([job(5, null)])).toEqual([]);
  });

  test.each([
    ["the first that failed", [setUp, step("a", "failure"), step("b", "failure")], "a"],
    ["one that was cancelled", [setUp, step("a", "cancelled")], "a"],
    ["none that was skipped or has not begun", [setUp, step("a", "skipped"), step("b", null)], null],
    ["none where there are none", [], null],
  ])("names as its failed step %s", (_, steps, name) => {
    expect(failedJobs([job(5, "failure", steps)])).toMatchObject([{ failed_step: name }]);
  });
});

describe("a job without steps", () => {
  test.each(conclusions)("has never started where it has ended as %s, and not well", (conclusion) => {
    const isFine = conclusion === "success" || conclusion === "skipped" || conclusion === "neutral";
    expect(neverStarted({ ...job(5, conclusion), status: "completed" })).toBe(!isFine);
    expect(neverStarted({ ...job(5, conclusion, [setUp]), status: "completed" })).toBe(false);
  });

  test("may yet start, and may have started where nobody shows steps", () => {
    expect(neverStarted(job(5, null))).toBe(false);
    expect(neverStarted({ ...job(5, "cancelled"), hidesSteps: true })).toBe(false);
  });

  test.each([
    ["cancelled", [], undefined],
    ["cancelled", [setUp], 7],
    ["skipped", [setUp], undefined],
    [null, [], undefined],
    [null, [setUp], 7],
  ])("has no start, whatever GitHub shows for one (%s, %j)", (conclusion, steps, startedAtMs) => {
    expect(beganAtMs({ ...job(5, conclusion, steps), startedAtMs: 7 })).toBe(startedAtMs);
  });
});

test.each<[string, ReturnType<typeof job>[], boolean]>([
  ["queued", [], false],
  ["pending", [], false],
  ["waiting", [], false],
  ["requested", [], false],
  ["tomorrows_word", [], false],
  ["in_progress", [], true],
  ["completed", [], true],
  ["queued", [job(1, "success"), job(2, null)], true],
  ["waiting", [job(1, "skipped"), job(2, null)], false],
  ["queued", [{ ...job(1, null), status: "in_progress" }], true],
  ["queued", [job(1, "cancelled"), job(2, null)], false],
  ["queued", [job(1, "cancelled", [setUp]), job(2, null)], true],
  ["queued", [{ ...job(1, "cancelled"), hidesSteps: true }, job(2, null)], true],
])("a run that is %s with jobs %j has begun: %s", (status, jobs, begun) => {
  expect(hasBegun({ status }, jobs)).toBe(begun);
});
