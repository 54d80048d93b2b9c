import { describe, expect, test } from "vitest";
import { isGreen } from "../../../src/judge/judge.ts";
import { conclusions } from "../../support/conclusions.ts";

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
