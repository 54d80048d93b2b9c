import { describe, expect, test } from "vitest";
import { jobsEndWait, redSoFar } from "../../../src/wait/deciding-jobs.ts";
import { job } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

const rules = (about: Partial<Parameters<typeof jobsEndWait>[1]>) => ({
  decidingJobs: [],
  failsFast: true,
  successConclusions: new Set(["success"]),
  redJobsEnd: true,
  ...about,
});

describe("with `fail_fast`, a job ends the wait", () => {
  test.each<[string, string[], boolean, boolean]>([
    ["success", [], false, false],
    ["failure", [], true, true],
    ["timed_out", [], true, true],
    ["cancelled", [], true, true],
    ["skipped", [], false, true],
    ["neutral", [], false, true],
    ["of_tomorrow", [], true, true],
    ["failure", ["failure"], false, false],
    ["skipped", ["skipped"], false, false],
    ["failure", ["any"], false, false],
  ])("that ended as %s, with %j green as well: %s; as one of those that decide: %s", (word, more, all, chosen) => {
    const sight = { run: aRun(), jobs: [job(1, word), job(2, null)] };
    const successConclusions = new Set(["success", ...more]);
    expect(redSoFar(sight, rules({ successConclusions })).length > 0).toBe(all);
    expect(redSoFar(sight, rules({ successConclusions, decidingJobs: ["job 1"] })).length > 0).toBe(chosen);
    expect(redSoFar(sight, rules({ successConclusions, decidingJobs: ["job 2"] }))).toEqual([]);
    expect(jobsEndWait(sight, rules({ successConclusions, failsFast: false }))).toBe(false);
  });

  test("red jobs that decide do not, where something may be run again", () => {
    const sight = { run: aRun(), jobs: [job(1, "failure"), job(2, "success")] };
    const again = { failsFast: false, redJobsEnd: false };
    expect(jobsEndWait(sight, rules({ failsFast: false, decidingJobs: ["job 1"] }))).toBe(true);
    expect(jobsEndWait(sight, rules({ ...again, decidingJobs: ["job 1"] }))).toBe(false);
    expect(jobsEndWait(sight, rules({ ...again, decidingJobs: ["job 2"] }))).toBe(true);
  });

  test("only while the run goes on, and only of its present attempt", () => {
    const jobs = [{ ...job(1, "failure"), runAttempt: 1 }];
    expect(jobsEndWait({ run: aRun(), jobs }, rules({}))).toBe(true);
    expect(jobsEndWait({ run: aRun({ runAttempt: 2 }), jobs }, rules({}))).toBe(false);
    expect(jobsEndWait({ run: aRun({ status: "completed", conclusion: "success" }), jobs }, rules({}))).toBe(false);
  });
});
