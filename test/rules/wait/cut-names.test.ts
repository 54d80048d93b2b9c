/** Names in `jobs` against names that GitHub cuts, or whose matrix it never made (docs/platform.md#runner-names). */

import { describe, expect, test } from "vitest";
import type { Job } from "../../../src/github/responses.ts";
import { chooseJobs } from "../../../src/wait/deciding-jobs.ts";
import { job } from "../../support/conclusions.ts";

function jobs(ends: Record<string, string | null>): Job[] {
  return Object.entries(ends).map(([name, conclusion], at) => ({
    ...job(at + 1, conclusion),
    name,
    status: conclusion === null ? "in_progress" : "completed",
  }));
}

const chosen = (name: string, ends: Record<string, string | null>, hasEnded = false) =>
  chooseJobs([name], jobs(ends), hasEnded).jobs.map((each) => each.name);

const LONG = `integration (${"x".repeat(60)}, ${"y".repeat(60)})`;
const cut = (name: string) => `${name.slice(0, 97)}...`;

describe("a name above 100 characters", () => {
  test("stands for the job that GitHub shows cut", () => {
    expect(chosen(LONG, { [cut(LONG)]: null, build: null })).toEqual([cut(LONG)]);
    expect(chosen("z".repeat(101), { [cut("z".repeat(101))]: null })).toHaveLength(1);
    expect(chosen(cut(LONG), { [cut(LONG)]: null })).toHaveLength(1);
  });

  test("stands for a called workflow's job, whichever part of its name is cut", () => {
    expect(chosen(`call / ${LONG}`, { [`call / ${cut(LONG)}`]: null })).toHaveLength(1);
    expect(chosen(`call / ${LONG}`, { [cut(`call / ${LONG}`)]: null })).toHaveLength(1);
  });

  test("stands for no other", () => {
    expect(chosen(`other ${LONG}`, { [cut(LONG)]: null })).toEqual([]);
    expect(chosen("z".repeat(100), { [cut("z".repeat(101))]: null })).toEqual([]);
    expect(chosen("z".repeat(98), { [cut("z".repeat(101))]: null })).toEqual([]);
    expect(chosen("z".repeat(101), { ["z".repeat(101)]: null })).toHaveLength(1);
  });

  test("is met by a star before what the cut hides only where that is punctuation", () => {
    expect(chosen("integration (*)", { [cut(LONG)]: null })).toHaveLength(1);
    expect(chosen("integration *", { [cut(LONG)]: null })).toHaveLength(1);
    expect(chosen("integration (*, arm64)", { [cut(LONG)]: null })).toEqual([]);
    expect(chosen("integration (*)", { "integration (a...": null })).toEqual([]);
  });
});

describe("a matrix that was never made is one job, whose name shows its source,", () => {
  const SKIPPED = "test (${{ matrix.os }}, ${{ matrix.node }})";

  test.each(["test (linux, 20)", "test (linux, *)", "test (*, 20)", "test (*"])("which %s stands for", (name) => {
    expect(chosen(name, { [SKIPPED]: "skipped" })).toEqual([SKIPPED]);
  });

  test.each(["test", "test (linux)", "lint (linux, 20)", "*lint*"])("which %s does not stand for", (name) => {
    expect(chosen(name, { [SKIPPED]: "skipped" }, true)).toEqual([]);
  });

  test("which counts only for a name that no other job has", () => {
    const ends = { [SKIPPED]: "skipped", "test (linux, 20)": null };
    expect(chosen("test (linux, 20)", ends)).toEqual(["test (linux, 20)"]);
  });

  test("which is no job yet while it goes on", () => {
    expect(chosen("test (linux, 20)", { [SKIPPED]: null })).toEqual([]);
  });

  test("which may be any name where it is an expression alone, so it counts at the run's end only", () => {
    const ends = { "${{ matrix.name }}": "skipped" };
    expect(chosen("linux", ends)).toEqual([]);
    expect(chosen("linux", ends, true)).toHaveLength(1);
  });

  test("also where that is cut", () => {
    const name = `test (\${{ matrix.${"x".repeat(60)} }}, \${{ matrix.${"y".repeat(60)} }})`;
    expect(chosen("test (linux, 20)", { [cut(name)]: "skipped" })).toHaveLength(1);
  });
});
