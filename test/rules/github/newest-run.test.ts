import { expect, test } from "vitest";
import { newestRuns, StaleResponse } from "../../../src/github/newest-run.ts";
import { aRun } from "../../support/runs.ts";

test("an older time is refused three times, passed over until the thirtieth answer, then believed", () => {
  const { read, listed } = newestRuns();
  const [newer, older] = [aRun({ updatedAtMs: 2000 }), aRun({ updatedAtMs: 1000 })];
  read(newer);
  expect(listed(older)).toBe(newer);
  for (let nth = 1; nth <= 3; nth++) expect(() => read(older)).toThrow(StaleResponse);
  for (let nth = 4; nth <= 30; nth++) expect(read(older)).toBe(newer);
  expect(read(older)).toBe(older);
});

test("an earlier attempt is never believed", () => {
  const { read, listed } = newestRuns();
  const [newer, older] = [aRun({ runAttempt: 2 }), aRun({ runAttempt: 1 })];
  read(newer);
  for (let nth = 1; nth <= 3; nth++) expect(() => read(older)).toThrow(StaleResponse);
  for (let nth = 4; nth <= 60; nth++) expect(read(older)).toBe(newer);
  expect(listed(older)).toBe(newer);
});
