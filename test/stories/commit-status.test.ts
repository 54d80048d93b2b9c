/** The run as a status on the caller's commit: always an end where a beginning was, and two tokens that never meet. */

import { describe, expect, test } from "vitest";
import type { Behaviour, FaultHook } from "../simulator/index.ts";
import { tokensUsed } from "../support/app-stage.ts";
import { type StageOptions, setStage, TARGET, TOKEN } from "../support/stage.ts";
import { START, STATUS_TOKEN, withCaller } from "../support/status-stage.ts";
import { CALLER } from "../support/step.ts";

const WORKFLOW = `name: Deploy
on:
  workflow_dispatch:
    inputs:
      distinct_id: {}
jobs:
  deploy:
    runs-on: x
    steps: [{ name: Deploy, run: make deploy }]
`;
const QUICK: Behaviour = { freshRun404Ms: 0, queuedMs: 1000, jobs: { deploy: { durationMs: 60_000 } } };
const RED: Behaviour = { ...QUICK, jobs: { deploy: { durationMs: 60_000, conclusion: "failure" } } };
const ENDLESS: Behaviour = { ...QUICK, queuedMs: 7_200_000 };

/** Target and caller on two servers. */
async function stage(behaviour: Behaviour = QUICK, options: StageOptions = {}) {
  return withCaller(await setStage({ "deploy.yml": WORKFLOW }, { behaviour, ...options }));
}

const onStatus =
  (fault: ReturnType<FaultHook>, from = 1): FaultHook =>
  ({ path, nth }) =>
    path.includes("/statuses/") && nth >= from ? fault : undefined;

describe("the status", () => {
  test("is pending with the run's link, and then its end", async () => {
    const { github, play, statuses } = await stage();
    const { failure, warnings } = await play(START);
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([]);
    const url = `${github.apiUrl}/${TARGET}/actions/runs/${github.runs(TARGET)[0]?.id}`;
    const about = { sha: CALLER.sha, context: "remote / deploy", url };
    expect(statuses()).toEqual([
      { ...about, state: "pending", description: "The step waits for the remote run" },
      { ...about, state: "success", description: "The step waited: the remote run ended as success" },
    ]);
  });

  test.each<[string, Behaviour, Record<string, string>, string[], string]>([
    ["a red run", RED, {}, ["pending", "failure"], "The step waited: the remote run ended as failure"],
    [
      "a run that is green by choice",
      RED,
      { success_conclusions: "any" },
      ["pending", "success"],
      "The step waited: the remote run ended as failure",
    ],
    ["a time-out", ENDLESS, { timeout_seconds: "60" }, ["pending", "error"], "The run did not complete within 60 s"],
    [
      "a job that failed fast",
      RED,
      { fail_fast: "true", jobs: "deploy" },
      ["pending", "failure"],
      "The step waited: the remote run ended as failure",
    ],
    [
      "a run that is run again",
      { ...RED, reruns: [QUICK] },
      { rerun_failed: "1" },
      ["pending", "success"],
      "The step waited: the remote run ended as success",
    ],
  ])("tells %s", async (_, behaviour, given, states, description) => {
    const on = await stage(behaviour);
    await on.play({ ...START, ...given });
    expect(on.states()).toEqual(states);
    expect(on.statuses().at(-1)?.description).toContain(description);
  });

  test("tells a run that was not found, without a link", async () => {
    const { play, statuses } = await stage(QUICK, {
      runDetails: "rejected",
      behaviour: { ...QUICK, visibleAfterMs: 600_000 },
    });
    await play({ ...START, find_timeout_seconds: "30" });
    expect(statuses()).toMatchObject([{ state: "error", url: "" }]);
  });

  test("tells a dispatch that was refused", async () => {
    const { play, statuses } = await stage();
    await play({ ...START, workflow: "deplyo.yml" });
    expect(statuses()).toMatchObject([{ state: "error" }]);
  });

  test("costs nothing where it is off", async () => {
    const on = await stage();
    await on.play({ ...START, status_context: "" });
    expect(on.caller.requests).toEqual([]);
  });

  test("is not set by a dry run, which looks whether the token sees the caller", async () => {
    const on = await stage();
    const good = await on.play({ ...START, dry_run: "true" });
    expect(good.failure).toBeUndefined();
    expect(good.log.join("\n")).toContain(
      "✓ `status_token` is valid and can see octo/the-app; it needs `statuses: write` there",
    );
    on.caller.fault = () => ({ when: "before", kind: "status", status: 404 });
    expect((await on.play({ ...START, dry_run: "true" })).failure).toContain(
      "✗ `status_token` does not see octo/the-app, the caller's own repository",
    );
    expect(on.statuses()).toEqual([]);
  });
});

describe("its token and the target's", () => {
  test("never meet", async () => {
    for (const behaviour of [QUICK, RED, ENDLESS]) {
      const { github, caller, play } = await stage(behaviour);
      await play({ ...START, timeout_seconds: "90", cancel_run_on: "timeout" });
      expect(tokensUsed(github.requests)).toEqual([TOKEN]);
      expect(tokensUsed(caller.requests)).toEqual([STATUS_TOKEN]);
      expect(caller.requests.map(({ path }) => path)).toEqual(
        caller.requests.map(() => `/repos/${CALLER.repository}/statuses/${CALLER.sha}`),
      );
    }
  });
});

describe("what goes wrong with it is one warning", () => {
  test.each([403, 404, 422])("such as a refusal (%i)", async (status) => {
    const { caller, play } = await stage();
    caller.fault = onStatus({ when: "before", kind: "status", status });
    const { failure, warnings } = await play(START);
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringContaining(
        `The commit status \`remote / deploy\` could not be set in ${CALLER.repository} (${status}`,
      ),
    ]);
    expect(warnings[0]?.includes("`status_token` needs `statuses: write` there")).toBe(status !== 422);
    expect(caller.requests).toHaveLength(1);
  });

  test("such as a server that is gone: it holds up nothing for long", async () => {
    const { caller, play } = await stage();
    caller.fault = onStatus({ when: "before", kind: "hang" });
    const { failure, tookMs } = await play(START);
    expect(failure).toBeUndefined();
    expect(tookMs).toBeLessThan(63_000 + 45_000);
  });

  test("while a passing fault is waited out", async () => {
    const { caller, play, states } = await stage();
    caller.fault = ({ nth }) => (nth % 2 === 1 ? { when: "before", kind: "status", status: 502 } : undefined);
    const { warnings } = await play(START);
    expect(warnings).toEqual([]);
    expect(states()).toEqual(["pending", "success"]);
  });

  test("and leaves the step red where the run is", async () => {
    const { caller, play } = await stage(RED);
    caller.fault = onStatus({ when: "before", kind: "status", status: 403 });
    expect((await play(START)).failure).toMatch(/^The run ended as failure: /);
  });
});

describe("a step that is cut short", () => {
  test.each([500, 1700, 20_000, 61_500])("after %i ms ends what it began", async (cancelAfterMs) => {
    const { play, playPost, states } = await stage();
    const { trace, tookMs } = await play(START, { cancelAfterMs });
    await playPost(START, trace);
    expect(tookMs - cancelAfterMs).toBeLessThan(10_000);
    expect(states().at(-1)).toMatch(/^(error|success)$/);
    expect(states().filter((state) => state !== "pending")).toHaveLength(1);
  });

  test("or killed has its status ended by `post`", async () => {
    const { caller, play, playPost, states } = await stage(ENDLESS);
    caller.fault = onStatus({ when: "before", kind: "hang" }, 2);
    const { trace } = await play(START, { cancelAfterMs: 20_000 });
    caller.fault = undefined;
    expect(states()).toEqual(["pending"]);
    await playPost(START, trace);
    expect(states()).toEqual(["pending", "error"]);
  });

  test("or has had no answer for its last status has `post` say how it ended", async () => {
    const { caller, play, playPost, states } = await stage();
    caller.fault = ({ nth }) => (nth > 1 ? { when: "before", kind: "hang" } : undefined);
    const { failure, trace } = await play(START);
    caller.fault = undefined;
    expect(failure).toBeUndefined();
    expect(states()).toEqual(["pending"]);
    await playPost(START, trace);
    expect(states()).toEqual(["pending", "success"]);
  });
});
