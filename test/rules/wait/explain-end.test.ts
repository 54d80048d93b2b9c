import { describe, expect, test } from "vitest";
import type { Job, Run } from "../../../src/github/responses.ts";
import { explainRed } from "../../../src/wait/explain-end.ts";
import { job, step } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

const link = "https://github.com/octo/target/actions/runs";

function ended(conclusion: string | null): Run {
  return aRun({ status: "completed", conclusion });
}

const setUp = step("Set up job", "success");

const nothing = { annotations: [], log: undefined };

describe("a red run is explained", () => {
  const nobodyStarted =
    "It was cancelled before any job had started: a newer run of its concurrency group probably replaced it.";

  test.each<[string, Run, Job[], string[]]>([
    [
      "by its failed jobs and steps",
      ended("failure"),
      [
        job(5, "success", [setUp]),
        job(6, "failure", [setUp, step("make", "failure")]),
        job(7, "timed_out", [setUp]),
        job(8, "skipped"),
      ],
      [
        `The run ended as failure: ${link}/1`,
        `- job 6: failure in step "make", ${link}/1/job/6`,
        `- job 7: timed_out, ${link}/1/job/7`,
      ],
    ],
    ["when it has no conclusion", ended(null), [], [`The run ended without a conclusion: ${link}/1`]],
    [
      "when it succeeded and that is not enough",
      ended("success"),
      [job(5, "success", [setUp])],
      [`The run ended as success: ${link}/1`, "`success_conclusions` does not list success."],
    ],
    ["by a conclusion of tomorrow", ended("of_tomorrow"), [], [`The run ended as of_tomorrow: ${link}/1`]],
    [
      "when it was cancelled before it had any job",
      ended("cancelled"),
      [],
      [`The run ended as cancelled: ${link}/1`, nobodyStarted],
    ],
    [
      "when it was cancelled before a job had started",
      ended("cancelled"),
      [job(5, "cancelled")],
      [`The run ended as cancelled: ${link}/1`, nobodyStarted, `- job 5: cancelled, never started, ${link}/1/job/5`],
    ],
    [
      "when it was cancelled, and nobody tells whether a job had started",
      ended("cancelled"),
      [{ ...job(5, "cancelled"), hidesSteps: true }],
      [`The run ended as cancelled: ${link}/1`, `- job 5: cancelled, ${link}/1/job/5`],
    ],
    [
      "by a job that no runner has taken, beside one that has run",
      ended("failure"),
      [job(5, "success", [setUp]), job(6, "failure")],
      [`The run ended as failure: ${link}/1`, `- job 6: failure, never started, ${link}/1/job/6`],
    ],
    [
      "with a job that is still open",
      ended("failure"),
      [
        job(6, "failure", [setUp]),
        job(7, null),
        { ...job(8, null), status: "in_progress" },
        { ...job(9, null), status: "" },
      ],
      [
        `The run ended as failure: ${link}/1`,
        `- job 6: failure, ${link}/1/job/6`,
        `- job 7: still queued, although the run has ended, ${link}/1/job/7`,
        `- job 8: still in progress, although the run has ended, ${link}/1/job/8`,
        `- job 9: still without a status, although the run has ended, ${link}/1/job/9`,
      ],
    ],
    [
      "when it was cancelled later",
      ended("cancelled"),
      [job(5, "cancelled", [setUp, step("make", "cancelled")])],
      [`The run ended as cancelled: ${link}/1`, `- job 5: cancelled in step "make", ${link}/1/job/5`],
    ],
    ...["startup_failure", "failure"].map((conclusion): [string, Run, Job[], string[]] => [
      `when it has no jobs (${conclusion}), by what may be the cause`,
      ended(conclusion),
      [],
      [
        `The run ended as ${conclusion}: ${link}/1`,
        "It has no jobs. Possibly the workflow file .github/workflows/deploy.yml is invalid on that ref, or its owner's rules forbid the run: a policy for workflows or their lock files, or billing. Or its concurrency group does: a full queue (100 wait at most with `queue: max`), or a run and a job of it in one group, which is a deadlock. GitHub's page of the run says which.",
      ],
    ]),
  ])("%s", (_, red, jobs, lines) => {
    expect(explainRed(red, jobs, nothing)).toBe(lines.join("\n"));
  });

  test("without a guess where GitHub itself has marked the cause", () => {
    const message = "Canceling since a higher priority waiting request for deploy exists";
    const annotations = [{ path: ".github", line: 1, level: "failure", message }];
    expect(explainRed(ended("cancelled"), [job(5, "cancelled")], { annotations, log: undefined })).toBe(
      [
        `The run ended as cancelled: ${link}/1`,
        "It was cancelled before any job had started.",
        `- job 5: cancelled, never started, ${link}/1/job/5`,
        "Annotations of its jobs:",
        `- .github:1: ${message}`,
      ].join("\n"),
    );
  });

  test("with the word that more is left out, and how to get it", () => {
    expect(explainRed(ended("failure"), [job(6, "failure", [setUp])], { ...nothing, isWithheld: true })).toContain(
      "are omitted: everyone can read this log, but not the target's. Set `failed_log_lines` to show them anyway.",
    );
  });

  test("by what its jobs have marked, and by what its failed step printed last", () => {
    const marked = { path: "src/app.ts", line: 12, level: "failure", message: "x is not a function" };
    const evidence = {
      annotations: [marked, { ...marked, line: 30, message: "m".repeat(1000) }],
      log: { jobName: "build", stepName: "make", lines: ["one", "  two"] },
    };
    expect(explainRed(ended("failure"), [job(6, "failure", [setUp])], evidence)).toBe(
      [
        `The run ended as failure: ${link}/1`,
        `- job 6: failure, ${link}/1/job/6`,
        "Annotations of its jobs:",
        "- src/app.ts:12: x is not a function",
        `- src/app.ts:30: ${"m".repeat(300)}`,
        'The last lines of step "make" in job build:',
        "one",
        "  two",
      ].join("\n"),
    );
  });
});
