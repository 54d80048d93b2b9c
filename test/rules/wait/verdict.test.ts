import { describe, expect, test } from "vitest";
import { isGreen } from "../../../src/github/conclusions.ts";
import { verdictOf } from "../../../src/wait/verdict.ts";
import { conclusions, job } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

describe("a conclusion", () => {
  test.each(conclusions)("%s is green only as success by default", (conclusion) => {
    expect(isGreen(conclusion, new Set(["success"]))).toBe(conclusion === "success");
  });

  test.each(conclusions)("%s is green where it is listed", (conclusion) => {
    const listed = new Set(["neutral", "cancelled"]);
    expect(isGreen(conclusion, listed)).toBe(conclusion === "neutral" || conclusion === "cancelled");
  });

  test.each(conclusions.slice(0, 9))("%s is green where any is", (conclusion) => {
    expect(isGreen(conclusion, new Set(["any"]))).toBe(true);
  });

  test("that is missing is red even where any is green", () => {
    expect(isGreen(null, new Set(["any"]))).toBe(false);
  });
});

describe("the jobs that decide", () => {
  const verdict = (ends: (string | null)[], success = ["success"], names = ["job *"]) => {
    const jobs = ends.map((conclusion, at) => ({ ...job(at, conclusion), status: "completed" }));
    const run = aRun({ status: "completed", conclusion: "failure" });
    return verdictOf({ run, jobs }, { decidingJobs: names, successConclusions: new Set(success) });
  };

  test.each<[(string | null)[], string | null, boolean]>([
    [["success", "success"], "success", true],
    [["success", "skipped"], "skipped", false],
    [["success", "failure", "cancelled"], "failure", false],
    [["cancelled", "timed_out"], "timed_out", false],
    [["neutral", "of_tomorrow"], "of_tomorrow", false],
    [["of_tomorrow", "stale"], "stale", false],
    [["failure", null], null, false],
  ])("of %j conclude as %s, whatever the run does", (ends, conclusion, isGreen) => {
    expect(verdict(ends)).toMatchObject({ conclusion, isGreen });
  });

  test("are green by each one's conclusion, and what is red goes before what is bad and allowed", () => {
    expect(verdict(["success", "skipped"], ["success", "skipped"])).toMatchObject({
      conclusion: "skipped",
      isGreen: true,
    });
    expect(verdict(["failure", "success"], ["failure"])).toMatchObject({ conclusion: "success", isGreen: false });
    expect(verdict(["failure", "tomorrow"], ["any"])).toMatchObject({ conclusion: "failure", isGreen: true });
  });

  test("are not green while a name has none", () => {
    expect(verdict(["success"], ["any"], ["job 0", "other"])).toMatchObject({ isGreen: false, unmet: ["other"] });
    expect(verdict([], ["any"], ["other"])).toMatchObject({ isGreen: false, conclusion: null });
  });
});
