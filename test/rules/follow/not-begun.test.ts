import { expect, test } from "vitest";
import { hasBegun } from "../../../src/follow/not-begun.ts";
import { job } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

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
])("a run that is %s with jobs %j has begun: %s", (status, jobs, begun) => {
  expect(hasBegun({ run: aRun({ status }), jobs })).toBe(begun);
});
