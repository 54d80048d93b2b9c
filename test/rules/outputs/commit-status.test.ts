import { expect, test } from "vitest";
import { finalStatus, shortened } from "../../../src/outputs/commit-status.ts";
import { StepError } from "../../../src/runner/step-error.ts";
import type { Known } from "../../../src/state/known.ts";
import { aRun } from "../../support/runs.ts";

const run = aRun({ status: "completed", conclusion: "cancelled" });

test.each<[string, Pick<Known, "verdict" | "run">, unknown, string, string]>([
  [
    "a green run",
    { run, verdict: { isGreen: true, conclusion: "success" } },
    undefined,
    "success",
    "The step waited: the remote run ended as success",
  ],
  [
    "a red run",
    { run, verdict: { isGreen: false, conclusion: "failure" } },
    new StepError("x"),
    "failure",
    "The step waited: the remote run ended as failure",
  ],
  [
    "a red run without a conclusion",
    { run: { ...run, conclusion: null }, verdict: { isGreen: false, conclusion: null } },
    new StepError("x"),
    "failure",
    "The step waited: the remote run ended as completed",
  ],
  [
    "a time-out",
    { run },
    new StepError("The run did not complete within 60 s.\nIt goes on"),
    "error",
    "The run did not complete within 60 s.",
  ],
  ["a run that was not found", {}, new StepError("No run was found"), "error", "No run was found"],
  [
    "a green run that left no values",
    { run, verdict: { isGreen: true, conclusion: "success" } },
    new StepError("no artifact"),
    "error",
    "no artifact",
  ],
  ["a fault of ours", {}, new Error(""), "error", "The step failed"],
])("%s", (_, known, failure, state, description) => {
  expect(finalStatus(known, failure)).toEqual({ state, description });
});

test("a description is at most as long as GitHub takes, in whole letters, and has no address", () => {
  expect(shortened("It failed: https://github.com/octo/target/actions/runs/1")).toBe("It failed");
  expect(shortened("a".repeat(140))).toBe("a".repeat(140));
  expect(shortened("🦀".repeat(141))).toBe(`${"🦀".repeat(139)}…`);
});
