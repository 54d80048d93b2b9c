import { describe, expect, test } from "vitest";
import type { Job } from "../../../src/github/responses.ts";
import { exampleJob, lines, summary } from "../../support/summary-examples.ts";
import { mermaidIn } from "../../support/summary-page.ts";

describe("the chart", () => {
  const chart = (...jobs: Job[]) =>
    lines(summary({ jobs }), "  ").filter((line) => !/title|dateFormat|todayMarker/.test(line));

  test.each<[string, Job[], string[]]>([
    ["is left out without jobs", [], []],
    ["is left out for one job, of which the table tells as much", [exampleJob("a", 5, 60)], []],
    [
      "is left out where only one job took a time that is known",
      [exampleJob("a", 5, 60), exampleJob("b", 5, 60, { conclusion: "skipped", steps: [] })],
      [],
    ],
    ["is left out when no job took time", [exampleJob("a", 5, 5), exampleJob("b", 9, 9)], []],
    ["is left out when a job's times cannot be", [exampleJob("a", 5, 40_000_000)], []],
    ["is left out when no job has run", [exampleJob("a", 5, 60, { conclusion: "skipped", steps: [] })], []],
    [
      "has a bar also of a job that took no time, if another did",
      [exampleJob("a", 5, 60), exampleJob("b", 60, 60)],
      ["  axisFormat %M:%S", "  ✓ a :done, 2000-01-01 00:00:05, 55s", "  ✓ b :done, 2000-01-01 00:01:00, 0s"],
    ],
    [
      "names no second twice",
      [exampleJob("a", 3600, 3602), exampleJob("b", 3600, 3602)],
      [
        "  axisFormat %H:%M",
        "  tickInterval 1second",
        "  ✓ a :done, 2000-01-01 01:00:00, 2s",
        "  ✓ b :done, 2000-01-01 01:00:00, 2s",
      ],
    ],
    [
      "tells hours",
      [exampleJob("a", 5, 3600), exampleJob("b", 5, 60)],
      ["  axisFormat %H:%M", "  ✓ a :done, 2000-01-01 00:00:05, 3595s", "  ✓ b :done, 2000-01-01 00:00:05, 55s"],
    ],
    [
      "tells days",
      [exampleJob("a", 5, 100_000), exampleJob("b", 3_000_000, 4_000_000)],
      [
        "  axisFormat day %-j, %H:%M",
        "  ✓ a :done, 2000-01-01 00:00:05, 99995s",
        "  ✓ b :done, 2000-02-04 17:20:00, 1000000s",
      ],
    ],
    [
      "tells the results",
      ["failure", "timed_out", "cancelled", "neutral", "of_tomorrow"].map((conclusion) =>
        exampleJob("a", 5, 60, { conclusion }),
      ),
      [
        "  axisFormat %M:%S",
        "  ✗ a :crit, 2000-01-01 00:00:05, 55s",
        "  ✗ a :crit, 2000-01-01 00:00:05, 55s",
        "  ⊘ a :crit, 2000-01-01 00:00:05, 55s",
        "  ○ a :2000-01-01 00:00:05, 55s",
        "  ○ a :crit, 2000-01-01 00:00:05, 55s",
      ],
    ],
  ])("%s", (_, jobs, expected) => {
    expect(chart(...jobs)).toEqual(expected);
  });

  test("has green bars for what succeeded, with a text that is readable on each kind", () => {
    const markdown = summary({ jobs: [exampleJob("a", 5, 60), exampleJob("b", 5, 60)] });
    const [first] = mermaidIn(markdown)?.split("\n") ?? [];
    const { themeVariables } = JSON.parse(/^%%\{init: (.*)\}%%$/.exec(first ?? "")?.[1] ?? "{}");
    expect(themeVariables).toEqual({
      doneTaskBkgColor: "#2da44e",
      doneTaskBorderColor: "#1a7f37",
      taskTextDarkColor: "black",
    });
  });
});
