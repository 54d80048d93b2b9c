import { expect, test } from "vitest";
import { duration } from "../../../src/text/wording.ts";

test.each([
  [0, "0 s"],
  [1000, "1 s"],
  [40_400, "40 s"],
  [59_700, "1 min"],
  [60_000, "1 min"],
  [725_000, "12 min 5 s"],
  [3_600_000, "1 h"],
  [10_920_000, "3 h 2 min"],
  [90_000_000, "25 h"],
])("%i ms are written as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});
