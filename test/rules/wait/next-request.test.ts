import { describe, expect, test } from "vitest";
import { isTimeForJobs } from "../../../src/wait/next-request.ts";

/** Which of the first looks ask for the jobs. */
function turnsOfJobs(answersWithoutNews: number, looks: number): number[] {
  return Array.from({ length: looks }, (_, index) => index + 1).filter((look) =>
    isTimeForJobs(look, answersWithoutNews),
  );
}

describe("a look asks for the jobs", () => {
  test("always, as long as they have news, save that the run itself has its turn now and then", () => {
    expect(turnsOfJobs(0, 25)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25,
    ]);
  });

  test.each([
    [1, [2, 4, 6, 8]],
    [2, [4, 8, 12, 16]],
    [3, [8, 16, 24, 32]],
    [4, [16, 32, 48, 64]],
    [5, [32, 64, 96, 128]],
    [6, [32, 64, 96, 128]],
    [2000, [32, 64, 96, 128]],
  ])("the rarer, the more answers in a row had none: after %i", (answersWithoutNews, turns) => {
    expect(turnsOfJobs(answersWithoutNews, 128).slice(0, 4)).toEqual(turns);
  });
});
