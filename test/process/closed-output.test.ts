/** A process whose log nobody reads any more, as after the end of its runner, ends without a word. */

import { describe, test } from "vitest";
import { setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";

const TARGET = "octo/target";
const WORKFLOW = { [TARGET]: { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
const GIVEN = { repo: TARGET, workflow: "deploy.yml", ref: "main", wait_for: "completed", poll_interval_seconds: "1" };
const LONG = { behaviour: { freshRun404Ms: 0, queuedMs: 600_000, cancelTakesMs: 200 } };

describe.skipIf(process.platform === "win32").concurrent("a step whose output is closed", () => {
  test.for(["", "cancel"])(
    "while it waits ends as if it was cancelled (`cancel_run_on: %s`)",
    async (cancel_run_on, { expect }) => {
      const { github, start } = await setProcessStage(WORKFLOW, LONG);
      const step = start({ ...GIVEN, cancel_run_on }, { RUNNER_DEBUG: "1" });
      step.onLine((line) => {
        if (line.startsWith("The run is queued")) step.closeOutput();
      });
      const ran = await step.ended;
      expect(ran).toMatchObject({ exitCode: 1, stderr: "" });
      expect(ran.outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
      expect(github.runs(TARGET)[0]?.cancelRequestedAtMs !== undefined).toBe(cancel_run_on === "cancel");
    },
  );

  test("before it has begun starts nothing", async ({ expect }) => {
    const { github, start } = await setProcessStage(WORKFLOW, LONG);
    const step = start(GIVEN);
    step.closeOutput();
    expect(await step.ended).toMatchObject({ exitCode: 1, stderr: "" });
    expect(github.runs(TARGET)).toEqual([]);
  });

  test("at its end is as quiet", async ({ expect }) => {
    const { start } = await setProcessStage(WORKFLOW, LONG);
    const step = start({ ...GIVEN, repo: "a b" });
    step.closeOutput();
    expect(await step.ended).toMatchObject({ exitCode: 1, stderr: "" });
  });
});

test.skipIf(process.platform === "win32")(
  "a `post` step whose output is closed still cancels its run",
  async ({ expect }) => {
    const { github, start, startPost } = await setProcessStage(WORKFLOW, LONG);
    const given = { ...GIVEN, cancel_run_on: "cancel" };
    const step = start(given);
    step.onLine((line) => {
      if (line.startsWith("The run is queued")) step.kill("SIGKILL");
    });
    const post = startPost(given, await step.ended);
    post.closeOutput();
    expect(await post.ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "cancelled" }]);
  },
);
