import { describe, expect, test } from "vitest";
import type { DurationEstimate } from "../../../src/github/polling.ts";
import type { Run } from "../../../src/github/responses.ts";
import { estimateDuration, othersWaiting } from "../../../src/wait/duration-estimate.ts";
import { receiver } from "../../support/receivers.ts";
import { aRun } from "../../support/runs.ts";
import { setStage, TARGET } from "../../support/stage.ts";

let ids = 100;

/** A run of workflow 7 that took `tookMs`. */
function took(tookMs: number, about: Partial<Run> = {}): Run {
  const id = --ids;
  const createdAtMs = id * 1_000_000;
  const updatedAtMs = createdAtMs + tookMs;
  return aRun({
    id,
    event: "workflow_dispatch",
    status: "completed",
    conclusion: "success",
    createdAtMs,
    updatedAtMs,
    ...about,
  });
}

const ours = took(0, { id: 1000, conclusion: null, status: "in_progress" });

describe("what runs of a workflow usually take", () => {
  test.each<[string, Run[], DurationEstimate | undefined]>([
    ["nobody knows without earlier runs", [ours], undefined],
    [
      "is what the only one took, and a little around it",
      [took(100_000)],
      { fromMs: 98_000, toMs: 102_000, medianMs: 100_000 },
    ],
    [
      "spans from the shortest to the longest",
      [took(100_000), took(300_000), took(200_000)],
      { fromMs: 98_000, toMs: 306_000, medianMs: 200_000 },
    ],
    [
      "is not told by the longest of ten, which somebody may have touched later",
      [...Array.from({ length: 9 }, () => took(100_000)), took(9_000_000)],
      { fromMs: 98_000, toMs: 102_000, medianMs: 100_000 },
    ],
    [
      "is not told by runs of other workflows, that did not succeed, that were run again, or that have not ended",
      [
        took(1000, { workflowId: 8 }),
        took(1000, { conclusion: "failure" }),
        took(1000, { runAttempt: 2 }),
        took(1000, { conclusion: null, status: "in_progress" }),
        took(1000, { updatedAtMs: undefined }),
        took(200_000),
      ],
      { fromMs: 196_000, toMs: 204_000, medianMs: 200_000 },
    ],
    [
      "is told by the ten newest alone",
      [...Array.from({ length: 10 }, () => took(100_000)), took(1000), took(1000)],
      { fromMs: 98_000, toMs: 102_000, medianMs: 100_000 },
    ],
  ])("%s", (_, runs, usual) => {
    expect(estimateDuration(runs, ours)).toEqual(usual);
  });
});

test("others seem to wait for runs of the same workflow and event that have not ended", () => {
  const runs = [
    ours,
    took(0, { status: "queued" }),
    took(0, { status: "in_progress" }),
    took(1000),
    took(0, { status: "queued", workflowId: 8 }),
    took(0, { status: "queued", event: "push" }),
  ];
  expect(othersWaiting(runs, ours)).toBe(2);
});

test.each(["known", "rejected"] as const)(
  "a run's end is noticed closely where earlier runs took as long (run details %s)",
  async (runDetails) => {
    const { github, play } = await setStage(
      { "deploy.yml": receiver("workflow_dispatch", "run-name") },
      {
        runDetails,
        behaviour: { freshRun404Ms: 0, queuedMs: 1000, jobs: { identify: { durationMs: 600_000 } } },
      },
    );
    for (let each = 1; each <= 4; each++) {
      github.startRun(TARGET, "deploy.yml", {
        event: "workflow_dispatch",
        createdAtMs: github.nowMs() - each * 3_600_000,
      });
    }
    const { failure } = await play({ workflow: "deploy.yml", ref: "main", wait_for: "completed" });
    expect(failure).toBeUndefined();
    const looks = github.requests.filter(({ path }) => /\/runs\/\d+/.test(path)).map(({ atMs }) => atMs);
    const pauses = looks.map((atMs, index) => atMs - (looks[index - 1] ?? atMs)).filter((pauseMs) => pauseMs > 0);
    expect(pauses.at(-1)).toBeLessThanOrEqual(3000);
    // Up to three times poll_interval_seconds while the end is far.
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
    expect(looks.length).toBeLessThan(80);
  },
);
