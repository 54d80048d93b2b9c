import { expect, test } from "vitest";
import { staleListsFilter } from "../../../src/wait/job-lists.ts";
import { job } from "../../support/conclusions.ts";

test("a list that lacks a job is believed the second time in a row", () => {
  const isNews = staleListsFilter();
  const [one, two] = [job(1, "success"), job(2, "success")];
  expect([1, 2, 3].map(() => isNews([one, two], [one]))).toEqual([false, true, true]);
  expect(isNews([one, two], [one, two])).toBe(true);
  expect(isNews([one, two], [one])).toBe(false);
});
