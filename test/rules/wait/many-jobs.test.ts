import { describe, expect, test } from "vitest";
import { failedJobsOutput } from "../../../src/state/step-outputs.ts";
import { awaitedBy, describeDeployments } from "../../../src/wait/awaited.ts";
import { explainFailFast, explainRed, explainRedJobs, explainTimeout } from "../../../src/wait/explain-end.ts";
import { logLines, news } from "../../../src/wait/progress.ts";
import { job, step } from "../../support/conclusions.ts";
import { quietLog } from "../../support/quiet-log.ts";
import { aRun } from "../../support/runs.ts";

const run = aRun({ status: "completed", conclusion: "failure" });
const failed = Array.from({ length: 5000 }, (_, nth) => job(nth + 1, "failure", [step("make", "failure")]));
const nothing = { annotations: [], log: undefined };
const verdict = { isGreen: false, conclusion: "failure", jobs: failed, unmet: [] };

describe("of 5,000 failed jobs", () => {
  test.each([
    ["the run's error", explainRed(run, failed, nothing)],
    [
      "the error of the jobs that decide",
      explainRedJobs({ run, jobs: failed }, verdict, new Set(["success"]), nothing),
    ],
    ["the error of `fail_fast`", explainFailFast({ run, jobs: failed }, undefined, nothing)],
    [
      "the error of jobs that are open",
      explainRed(
        run,
        failed.map((each) => ({ ...each, status: "queued" })),
        nothing,
      ),
    ],
  ])("%s names the first, and counts the others", (_, text) => {
    expect(text).toContain("- job 30: ");
    expect(text).not.toContain("- job 31: ");
    expect(text).toContain("… and 4970 more jobs");
    expect(text.length).toBeLessThan(5000);
  });

  test("the log names the first, and counts the others", () => {
    const lines: string[] = [];
    const log = quietLog({ info: (line: string) => lines.push(line) });
    logLines(news(undefined, { run, jobs: failed, awaitedRules: [] }), log);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe("… and 4901 more lines like these");
  });

  test("a folded group shows the first, and counts the others", () => {
    const lines: string[] = [];
    const log = quietLog({ group: (_: string, all: readonly string[]) => lines.push(...all) });
    const green = failed.map((each) => ({ ...each, conclusion: "success" }));
    logLines(news(undefined, { run, jobs: green, awaitedRules: [] }), log);
    expect(lines.at(-1)).toBe("… and 4900 more jobs");
  });

  test("a time-out names the first that are open, and counts the others", () => {
    const open = failed.map(({ name }) => `${name} (queued)`);
    const text = explainTimeout({ run, jobs: [], awaitedRules: [] }, 1000, undefined, { open });
    expect(text).toContain("job 30 (queued) and 4970 more.");
  });

  test("environments and those who may approve are counted as well", () => {
    const many = Array.from({ length: 5000 }, (_, nth) => `env-${nth}`);
    const deployment = { environment: "live", reviewers: many, timerEndsAtMs: undefined };
    const [described] = describeDeployments([deployment], { showsReviewers: true, nowMs: undefined });
    expect(described).toMatch(/^an approval of live \(env-0 or .* or env-9 or 4990 more may approve\)$/);
    const waiting = { run: aRun({ status: "waiting" }), jobs: [], awaitedRules: many };
    expect(awaitedBy(waiting, undefined)?.what).toMatch(/env-9 and 4990 more$/);
    expect(
      news(undefined, waiting)
        .map(({ text }) => text)
        .join(),
    ).toContain("env-9 and 4990 more: ");
  });

  test("the output has as many as a variable takes", () => {
    const { text, shown, total } = failedJobsOutput(failed);
    expect(text.length).toBeLessThan(100 * 1024);
    expect(total).toBe(5000);
    expect((JSON.parse(text) as unknown[]).length).toBe(shown);
    expect(shown).toBeGreaterThan(500);
  });

  test("the output's length is counted in bytes", () => {
    const named = failed.map((each) => ({ ...each, name: "ü".repeat(100) }));
    expect(Buffer.byteLength(failedJobsOutput(named).text)).toBeLessThan(101 * 1024);
  });
});
