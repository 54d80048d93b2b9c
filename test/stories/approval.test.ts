/** A run that waits for the rules of an environment: what they are is told, and who can act. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage } from "../support/stage.ts";
import type { Play } from "../support/step.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const WORKFLOW = receiver("workflow_dispatch", "run-name");
const MINUTE = 60_000;

/** `identify` deploys to `production`; `build` has nothing to wait for. */
function stage(behaviour: Behaviour, more = "") {
  const workflow = WORKFLOW.replace("    runs-on", "    environment: production\n    runs-on") + more;
  return setStage({ "deploy.yml": workflow }, { behaviour: { freshRun404Ms: 0, queuedMs: 0, ...behaviour } });
}

const BUILD = "\n  build:\n    runs-on: x\n    steps: [{ run: make }]";
const waiting = { identify: { waitingMs: 20 * MINUTE } };

describe("a wait timer", () => {
  test("is no approval, and its end has its date", async () => {
    const { play } = await stage({ jobs: waiting, waitTimerMin: 20 });
    const { log, failure } = await play({ ...START, timeout_seconds: "120" });
    expect(log.join("\n")).toMatch(
      /The run is waiting for the wait timer of production, which ends at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: http/,
    );
    expect(failure).toMatch(/\nIt waits for the wait timer of production, which ends at \d{4}-\d\d-\d\d /);
    expect(failure).not.toContain("approv");
  });
});

test("a custom rule is no approval", async () => {
  const { play } = await stage({ jobs: waiting });
  const { log, failure } = await play({ ...START, timeout_seconds: "120" });
  expect(log.join("\n")).toContain("The run is waiting for a custom protection rule of production: http");
  expect(failure).toContain("It waits for a custom protection rule of production.");
});

describe("a run in progress of which one job waits for an approval", () => {
  const behaviour = { jobs: { ...waiting, build: { durationMs: 30 * MINUTE } }, reviewers: ["octocat"] };
  const words = "an approval of production (octocat may approve)";

  const played = async (given: object, play: Partial<Play> = {}) => {
    const set = await stage(behaviour, BUILD);
    // The run as a whole is in progress.
    return { ...set, ...(await set.play({ ...START, ...given }, play)) };
  };

  test("says so when it comes to that, with who may give it", async () => {
    const { log, github, failure } = await played({});
    expect(failure).toBeUndefined();
    expect(log).toContainEqual(expect.stringContaining("Job identify is waiting"));
    expect(log.filter((line) => line.includes(words) && line.startsWith("The run waits for "))).toHaveLength(1);
    expect(log.join("\n")).not.toContain("usually for an approval");
    expect(asked(github, "GET").filter((line) => line.includes("pending_deployments"))).toHaveLength(1);
  });

  test("says so at the deadline, and in the summary", async () => {
    const { failure, summary } = await played({ timeout_seconds: "120" });
    expect(failure).toContain(`It waits for ${words}.`);
    expect(summary).toContain(`It waits for ${words}.`);
  });

  test("says it while nothing else goes on", async () => {
    const set = await stage({ ...behaviour, jobs: { ...waiting, build: { durationMs: MINUTE } } }, BUILD);
    const { log } = await set.play(START);
    expect(log.join("\n")).toMatch(
      /Still \w+ ?\w* after \d+ min.* for an approval of production \(octocat may approve\)\./,
    );
  });

  test("names nobody in a public log of a private target", async () => {
    const { log } = await played({}, { callerIsPublic: true });
    expect(log.join("\n")).toContain("The run waits for an approval of production: http");
    expect(log.join("\n")).not.toContain("octocat");
  });
});

test("a run whose jobs do not wait is asked for no approval", async () => {
  const { play, github } = await stage({ jobs: { build: { durationMs: MINUTE } } }, BUILD);
  await play(START);
  expect(asked(github, "GET").filter((line) => line.includes("pending_deployments"))).toEqual([]);
});
