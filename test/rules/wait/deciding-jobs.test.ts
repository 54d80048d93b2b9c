import { describe, expect, test } from "vitest";
import type { Job } from "../../../src/github/responses.ts";
import { areOfAttempt, chooseJobs, haveDecided, openJobs } from "../../../src/wait/deciding-jobs.ts";
import { job } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

/** Jobs by their names; those that have not ended have no conclusion. */
function jobs(ends: Record<string, string | null>, runAttempt?: number): Job[] {
  return Object.entries(ends).map(([name, conclusion], at) => ({ ...job(at + 1, conclusion), name, runAttempt }));
}

const MATRIX = jobs({
  build: "success",
  "test (linux, 20)": "success",
  "test (windows, 20)": null,
  "call / deploy": null,
  "a.b": null,
});

describe("a name stands for", () => {
  test.each<[string, string[]]>([
    ["build", ["build"]],
    ["Build", []],
    ["buil", []],
    ["uild", []],
    ["test (linux, 20)", ["test (linux, 20)"]],
    ["test *", ["test (linux, 20)", "test (windows, 20)"]],
    ["test (*, 20)", ["test (linux, 20)", "test (windows, 20)"]],
    ["*", MATRIX.map(({ name }) => name)],
    ["**", MATRIX.map(({ name }) => name)],
    ["call / *", ["call / deploy"]],
    ["* / deploy", ["call / deploy"]],
    ["build*", ["build"]],
    ["a.b", ["a.b"]],
    ["a?b", []],
    ["b.ild", []],
    ["(.*)", []],
  ])("%s: %j", (name, found) => {
    const chosen = chooseJobs([name], MATRIX);
    expect(chosen.jobs.map((each) => each.name)).toEqual(found);
    expect(chosen.unmet).toEqual(found.length > 0 ? [] : [name]);
  });

  test.each([
    ["test linux", "test linux "],
    ["test linux", " test  linux"],
    ["test *", "test "],
    ["a b", "a  b"],
    ["a\tb", "a b"],
    ["a  b", "a  b"],
  ])("%j: a job called %j, since its page shows no other spaces", (name, called) => {
    expect(chooseJobs([name], jobs({ [called]: null })).unmet).toEqual([]);
  });

  test("itself, also where it has many stars and the job's name is long", () => {
    const [long] = jobs({ [`${"a".repeat(5000)}b`]: null });
    expect(chooseJobs([`${"a*".repeat(20)}c`], long ? [long] : []).unmet).toHaveLength(1);
  });
});

describe("jobs have decided", () => {
  test.each<[string, boolean, string[], Job[]]>([
    ["when all of them have ended", true, ["build", "test"], jobs({ build: "success", test: "failure", more: null })],
    ["not while one of them goes on", false, ["build", "test"], jobs({ build: "success", test: null })],
    ["not while one of a matrix goes on", false, ["test *"], jobs({ "test (1)": "success", "test (2)": null })],
    ["not while a name has no job", false, ["build", "late"], jobs({ build: "success" })],
    ["not without any job", false, ["*"], []],
    ["never without names", false, [], jobs({ build: "success" })],
  ])("%s", (_, decided, names, list) => {
    expect(haveDecided(names, { run: aRun(), jobs: list })).toBe(decided);
  });

  test.each<[string, boolean, (number | undefined)[]]>([
    ["of an earlier attempt", false, [1, 1]],
    ["of this attempt", true, [2, 2]],
    ["of this attempt, with some that were not run again", true, [1, 2]],
    ["that do not tell", true, [undefined, undefined]],
  ])("of a run that is run again by jobs %s: %s", (_, decided, attempts) => {
    const list = attempts.flatMap((attempt, at) => jobs({ [`job ${at}`]: "success" }, attempt));
    const run = aRun({ runAttempt: 2 });
    expect(areOfAttempt(run, list)).toBe(decided);
    expect(haveDecided(["job *"], { run, jobs: list })).toBe(decided);
  });
});

test("what is open is told by name, on one line", () => {
  const list = jobs({ build: "success", test: null });
  expect(openJobs(["build", "test", "late\n*"], list)).toEqual(["test (queued)", "`late *` (no such job yet)"]);
  expect(openJobs([], list)).toEqual([]);
});
