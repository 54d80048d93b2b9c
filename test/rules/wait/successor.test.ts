import { expect, test } from "vitest";
import type { GroupMember } from "../../../src/github/concurrency-groups.ts";
import { cameAtEndOf, keepsAll, newerOf } from "../../../src/wait/successor.ts";
import { wasCancelledEarly } from "../../../src/wait/verdict.ts";
import { job, step } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

const member = (runId: number | bigint, isPending = true): GroupMember => {
  return { runId, runName: "Deploy", htmlUrl: "", job: undefined, isPending };
};

test("a group keeps all that wait where more than one does", () => {
  expect(keepsAll({ name: "deploy", members: [member(1, false), member(2)] })).toBe(false);
  expect(keepsAll({ name: "deploy", members: [member(1, false), member(2), member(3)] })).toBe(true);
});

test("only newer runs can have taken a place, the oldest of them first", () => {
  const members = [member(9_007_199_254_740_993n, false), member(7), member(5), member(4)];
  expect(newerOf({ name: "deploy", members }, aRun({ id: 5 })).map(({ runId }) => runId)).toEqual([
    7,
    9_007_199_254_740_993n,
  ]);
});

test.each([
  [0, true],
  [10_000, true],
  [-2000, true],
  [-3000, false],
  [16_000, false],
])("a run that came %s ms before the end has taken the place: %s", (beforeMs, has) => {
  const newer = aRun({ createdAtMs: 1_000_000 });
  expect(cameAtEndOf(newer, aRun({ updatedAtMs: 1_000_000 + beforeMs }))).toBe(has);
});

test("without a time of its end, nobody has", () => {
  expect(cameAtEndOf(aRun(), aRun({ updatedAtMs: undefined }))).toBe(false);
});

test.each([
  ["cancelled", [], true],
  ["cancelled", [job(1, "cancelled")], true],
  ["cancelled", [job(1, "cancelled", [step("Set up job", "success")])], false],
  ["failure", [], false],
] as const)("a run that ended as %s with jobs %j was cancelled before any had begun: %s", (conclusion, jobs, was) => {
  expect(wasCancelledEarly(aRun({ conclusion }), jobs)).toBe(was);
});
