/** Parallel steps (docs/platform.md#parallel-steps): ten of ours at once, which is all that a job allows, on one token. */

import { describe, expect, test } from "vitest";
import { GITHUBS_LIMITS, type RunTruth } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { type Stage, setStage, TARGET } from "../support/stage.ts";
import type { Played } from "../support/step.ts";

const AT_ONCE = 10;
/** The goals of the crowds in docs/performance.md, which are of forty and of a hundred. */
// A hundred may be billed 5,000 in an hour: each of them fifty.
const GOALS = { lastFoundMs: 15_000, mostRequests: 17, billed: 50, pointsPerMinute: GITHUBS_LIMITS.pointsPerMinute };

/** All start in the same moment, in one attempt of one caller's run. */
async function atOnce({ github, play }: Stage, given: Record<string, string>): Promise<Played[]> {
  return await Promise.all(
    Array.from({ length: AT_ONCE }, (_, nth) =>
      play({ api_url: `${github.apiUrl}/client/${nth + 1}`, ...given }, { random: () => nth / AT_ONCE }),
    ),
  );
}

function ownOf({ outputs }: Played, truth: readonly RunTruth[]): RunTruth[] {
  return truth.filter(({ payload, inputs }) => (payload.distinct_id ?? inputs.distinct_id) === outputs.distinct_id);
}

/** Each step has the one run that was started for it. */
function expectOwnRuns(played: readonly Played[], truth: readonly RunTruth[]): void {
  expect(played.map(({ failure }) => failure)).toEqual(played.map(() => undefined));
  expect(played.map(({ outputs }) => outputs.runId)).toEqual(
    played.map((each) =>
      ownOf(each, truth)
        .map(({ id }) => String(id))
        .join(),
    ),
  );
  expect(new Set(played.map(({ outputs }) => outputs.runId)).size).toBe(AT_ONCE);
}

describe("ten steps at once in one job, on one token", () => {
  test.each(["run-name", "step"] as const)("each find their own run, by its %s", async (sign) => {
    const stage = await setStage({ "deploy.yml": receiver("repository_dispatch", sign) }, { limits: GITHUBS_LIMITS });
    const { github } = stage;
    const played = await atOnce(stage, { event_type: "deploy" });
    expectOwnRuns(played, github.runs(TARGET));
    expect(Math.max(...played.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(GOALS.lastFoundMs);
    expect(github.requests.length / AT_ONCE).toBeLessThanOrEqual(GOALS.mostRequests);
    expect(github.refusals).toEqual([]);
  });

  test("each follow their own run for minutes, and none is refused", async () => {
    const stage = await setStage(
      { "deploy.yml": receiver("workflow_dispatch", "run-name") },
      { limits: GITHUBS_LIMITS, behaviour: { jobs: { identify: { durationMs: 120_000 } } } },
    );
    const { github } = stage;
    const played = await atOnce(stage, {
      workflow: "deploy.yml",
      ref: "main",
      wait_for: "completed",
    });
    expectOwnRuns(played, github.runs(TARGET));
    expect(github.refusals).toEqual([]);
    expect(github.requests.filter(({ billed }) => billed).length / AT_ONCE).toBeLessThanOrEqual(GOALS.billed);
    const points = new Map<number, number>();
    for (const { atMs, method } of github.requests) {
      const minute = Math.floor(atMs / 60_000);
      points.set(minute, (points.get(minute) ?? 0) + (method === "POST" ? 5 : 1));
    }
    expect(Math.max(...points.values())).toBeLessThanOrEqual(GOALS.pointsPerMinute);
  });

  test("that are all cancelled have their runs cancelled, each its own, within 7 s", async () => {
    const stage = await setStage(
      { "deploy.yml": receiver("workflow_dispatch", "run-name") },
      { limits: GITHUBS_LIMITS, behaviour: { jobs: { identify: { durationMs: 600_000 } } } },
    );
    const { github } = stage;
    const given = { workflow: "deploy.yml", ref: "main", wait_for: "completed", cancel_run_on: "cancel" };
    const played = await Promise.all(Array.from({ length: AT_ONCE }, () => stage.play(given, { cancelAfterMs: 5000 })));
    for (const each of played) {
      expect(each.failure).toContain("The remote run is being cancelled: ");
      expect(each.tookMs).toBeLessThan(12_000);
      expect(ownOf(each, github.runs(TARGET))).toMatchObject([{ cancelRequestedAtMs: expect.any(Number) }]);
    }
    expect(github.runs(TARGET)).toHaveLength(AT_ONCE);
  });
});
