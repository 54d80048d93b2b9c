/** A step whose name shows the id only just before it runs, as the runner does where it speaks of `env`. */

import { describe, expect, test } from "vitest";
import { setStage, TARGET } from "../support/stage.ts";

/** The id is in the last step's name, by way of `env`. */
function late(steps: number): string {
  const before = Array.from({ length: steps }, (_, at) => `      - name: Step ${at + 1}\n        run: make\n`);
  return `name: Deploy
on:
  repository_dispatch:
    types: [deploy]
jobs:
  deploy:
    runs-on: x
    env:
      DISTINCT_ID: \${{ github.event.client_payload.distinct_id }}
    steps:
${before.join("")}      - name: "[\${{ env.DISTINCT_ID }}]"
        run: make deploy
`;
}

describe("a name that comes late is found", () => {
  test.each([5000, 20_000, 60_000])("soon after it shows, %i ms after the job has begun", async (showsMs) => {
    const behaviour = { queuedMs: 500, setupMs: 500, stepMs: showsMs / 2 };
    const { github, play } = await setStage({ "deploy.yml": late(2) }, { behaviour });
    const { outputs, failure, tookMs } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
    // Within a look or two, as any other sign.
    expect(tookMs).toBeLessThan(1500 + showsMs + 6000);
  });

  test("also where it shows just before the search gives up", async () => {
    const behaviour = { queuedMs: 500, setupMs: 500, stepMs: 13_500 };
    const { github, play } = await setStage({ "deploy.yml": late(2) }, { behaviour });
    const { outputs, failure } = await play({ event_type: "deploy", find_timeout_seconds: "30" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });
});

describe("right before giving up, every run that may be ours is read once more", () => {
  test("so that a sign of a job that came late is not missed", async () => {
    // All steps of the first job are shown, and nothing tells that another job will come.
    const text = `${late(1).replace(/ {6}- name: "\[.*\n.*\n/, "")}  sign:
    needs: deploy
    name: \${{ github.event.client_payload.distinct_id }}
    runs-on: x
    steps: [{ run: make }]
`;
    const behaviour = { queuedMs: 500, setupMs: 500, jobs: { deploy: { durationMs: 57_000 } } };
    const { github, play } = await setStage({ "deploy.yml": text }, { behaviour });
    const { outputs, failure } = await play({ event_type: "deploy", find_timeout_seconds: "60" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });
});
