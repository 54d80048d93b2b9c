import { expect, test } from "vitest";
import { idLocationInJobs } from "../../../src/find/candidates.ts";
import { generateDistinctId } from "../../../src/inputs/distinct-id.ts";
import { job } from "../../support/conclusions.ts";

const ID = generateDistinctId({ runId: "1658821493", runAttempt: "1" }, "9f3c2a7e41d06b58");

/** The name of a job as GitHub shows it, up to and with `shown`, where it has cut what follows. */
const cutAfter = (shown: string) => `${"x".repeat(96 - shown.length)} ${shown}...`;
const where = (name: string, id: string) => idLocationInJobs([{ ...job(1, null), name }], id);

test.each([
  ["run-1", "run-1", undefined],
  ["run-1.", "run-1", undefined],
  ["run-1/", "run-1", undefined],
  ["run-1]", "run-1", "job"],
  ["run-1 i", "run-1", "job"],
  [ID, ID, "job"],
  [ID.slice(0, -1), ID, undefined],
  [`${ID})`, ID, "job"],
] as const)("a job's name that GitHub has cut after %j shows %j: %j", (shown, id, sign) => {
  expect(cutAfter(shown)).toHaveLength(100);
  expect(where(cutAfter(shown), id)).toBe(sign);
});

test("a name that ends in dots and was not cut shows the id before them", () => {
  expect(where("deploying run-1...", "run-1")).toBe("job");
});

test("a called workflow's job shows no given id at the cut of its own name", () => {
  expect(where(`call / ${cutAfter("run-1")}`, "run-1")).toBeUndefined();
});
