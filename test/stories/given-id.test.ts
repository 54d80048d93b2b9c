/** An id that was given, as a commit's sha: others may have it on their runs by right, and none of those is ours. */

import { describe, expect, test } from "vitest";
import { receiver, type SignName } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const SHA = "f0e1d2c3b4a5968778695a4b3c2d1e0f11223344";
const UNIT = { event_type: "deploy", distinct_id: SHA };
const SIGNS: SignName[] = ["run-name", "job", "step"];

/** Two workflows listen for the same event. */
function stage() {
  const workflow = receiver("repository_dispatch", "run-name");
  return setStage({ "deploy.yml": workflow, "e2e.yml": workflow });
}

describe("an id that was given", () => {
  test.each(SIGNS)("is looked for until another with it would have shown, by its %s", async (sign) => {
    const { github, play } = await setStage({ "deploy.yml": receiver("repository_dispatch", sign) });
    const { outputs, failure, tookMs } = await play(UNIT);
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
    expect(tookMs).toBeGreaterThanOrEqual(10_000);
    expect(tookMs).toBeLessThan(16_000);
  });

  test("costs one list before the dispatch, as a generated one does", async () => {
    const { github, play } = await setStage({ "deploy.yml": receiver("repository_dispatch", "run-name") });
    await play({ event_type: "deploy" });
    expect(github.transcript()[1]).toMatch(/^POST /);
    const before = github.transcript().length;
    await play(UNIT);
    expect(github.transcript().slice(before, before + 2)).toEqual([
      expect.stringMatching(/^GET .*\/actions\/runs\?per_page=30/),
      expect.stringMatching(/^POST /),
    ]);
  });

  test("is sent although the list before has no answer, and not where it is refused", async () => {
    const { github, play } = await setStage({ "deploy.yml": receiver("repository_dispatch", "run-name") });
    const answerFirst = (status: number) => {
      let lists = 0;
      github.fault = ({ path }) =>
        path.endsWith("/actions/runs") && ++lists === 1 ? { when: "before", kind: "status", status } : undefined;
    };
    answerFirst(502);
    expect((await play(UNIT)).failure).toBeUndefined();
    answerFirst(403);
    expect((await play({ ...UNIT, distinct_id: "other" })).failure).toContain("actions: read");
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("has all of find_timeout_seconds from its dispatch on, however long a limit has held that up", async () => {
    const behaviour = { visibleAfterMs: 25_000 };
    const { github, play } = await setStage(
      { "deploy.yml": receiver("repository_dispatch", "run-name") },
      { behaviour },
    );
    github.fault = ({ path, nth }) =>
      path.endsWith("/actions/runs") && nth === 1
        ? { when: "before", kind: "status", status: 429, headers: { "retry-after": "40" } }
        : undefined;
    const { failure, outputs, tookMs } = await play({ ...UNIT, find_timeout_seconds: "30" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
    // A limit of 40 s, of which the list before waits for 30.
    expect(tookMs).toBeGreaterThanOrEqual(65_000);
    expect(tookMs).toBeLessThan(70_000);
  });

  test("is not ours on a run that was there before the dispatch, though only a moment", async () => {
    const { github, play } = await setStage({ "deploy.yml": receiver("repository_dispatch", "run-name") });
    const earlier = github.startRun(TARGET, "deploy.yml", {
      event: "repository_dispatch",
      action: "deploy",
      payload: { distinct_id: SHA },
      behaviour: { visibleAfterMs: 0 },
    });
    const { outputs, failure } = await play(UNIT);
    expect(failure).toBeUndefined();
    expect(github.runs(TARGET)).toHaveLength(2);
    expect(outputs.runId).not.toBe(String(earlier));
  });

  test.each([
    ["at the same moment", 1],
    ["a few looks later", 4],
  ])("is an error on two runs, of which another was started %s", async (_, atLook) => {
    const { github, play } = await setStage({ "deploy.yml": receiver("repository_dispatch", "run-name") });
    let looks = 0;
    github.fault = ({ method }) => {
      if (method === "POST") looks = 0;
      else if (++looks === atLook && github.runs(TARGET).length > 0)
        github.startRun(TARGET, "deploy.yml", {
          event: "repository_dispatch",
          action: "deploy",
          payload: { distinct_id: SHA },
        });
      return undefined;
    };
    const { failure, outputs } = await play(UNIT);
    const [first, ...lines] = (failure ?? "").split("\n");
    expect(first).toBe(
      `2 runs since the dispatch carry the id ${SHA}, which was given: nothing shows which of them this step started.`,
    );
    for (const { id } of github.runs(TARGET)) expect(lines.join("\n")).toContain(`/actions/runs/${id}`);
    expect(lines.at(-1)).toMatch(/^Give each step its own id: leave out `distinct_id`/);
    expect(outputs).not.toHaveProperty("runId");
  });

  test("is an error on two runs, of which one shows it in its name and the other in a step", async () => {
    const { play } = await setStage({
      "deploy.yml": receiver("repository_dispatch", "step"),
      "e2e.yml": receiver("repository_dispatch", "run-name"),
    });
    const { failure } = await play(UNIT);
    expect(failure).toMatch(/^2 runs since the dispatch carry the id/);
  });

  test("is ours by `workflow` where another workflow's run has it too", async () => {
    const { github, play } = await stage();
    const { outputs, failure } = await play({ ...UNIT, workflow: "e2e.yml" });
    expect(failure).toBeUndefined();
    const ours = github.runs(TARGET).find(({ workflowPath }) => workflowPath.endsWith("e2e.yml"));
    expect(outputs.runId).toBe(String(ours?.id));
  });

  test("names `workflow` as what tells the runs of two workflows apart", async () => {
    const { play } = await stage();
    const { failure } = await play(UNIT);
    expect(failure?.split("\n").at(-1)).toMatch(/^Set `workflow` to the file of the run/);
  });

  test("on two runs has neither cancelled", async () => {
    const { github, play } = await setStage(
      { "deploy.yml": receiver("repository_dispatch", "run-name") },
      { behaviour: { duplicates: 1 } },
    );
    const { failure } = await play({ ...UNIT, cancel_run_on: "cancel" }, { cancelAfterMs: 1000 });
    expect(failure).toMatch(
      /^The step was cancelled \(SIGINT\)\. No run was cancelled: 2 runs since the dispatch carry the id/,
    );
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("on a run that was there before has it left alone by the post step, too", async () => {
    const { github, play, playPost } = await setStage(
      { "deploy.yml": receiver("repository_dispatch", "run-name") },
      { behaviour: { visibleAfterMs: 60_000 } },
    );
    const given = { ...UNIT, cancel_run_on: "cancel" };
    github.startRun(TARGET, "deploy.yml", {
      event: "repository_dispatch",
      action: "deploy",
      payload: { distinct_id: SHA },
      behaviour: { visibleAfterMs: 0, queuedMs: 7_200_000 },
    });
    const { failure, trace } = await play(given, { cancelAfterMs: 12_000 });
    expect(failure).toContain("A run may have started in octo/target");
    const { warnings } = await playPost(given, trace);
    expect(warnings).toEqual([expect.stringMatching(/^No run with the step's id is visible/)]);
    expect(asked(github, "POST").filter((line) => line.includes("/cancel"))).toEqual([]);
  });

  test("is not needed where GitHub's answer names the run: nothing is listed after it, nothing waited for", async () => {
    const { github, play } = await setStage({ "deploy.yml": receiver("workflow_dispatch", "run-name") });
    const { failure, tookMs } = await play({ workflow: "deploy.yml", ref: "main", distinct_id: SHA });
    expect(failure).toBeUndefined();
    expect(tookMs).toBeLessThan(5000);
    expect(asked(github, "GET").filter((line) => line.includes("/actions/runs?"))).toHaveLength(1);
    expect(github.requests[0]?.method).toBe("GET");
  });

  test("does not take a run of the seconds before for ours after an unclear answer", async () => {
    const { github, clock, play } = await setStage({ "deploy.yml": receiver("workflow_dispatch", "run-name") });
    github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch", inputs: { distinct_id: SHA } });
    await clock.sleep(4000);
    github.fault = ({ method, nth }) =>
      method === "POST" && nth === 1 ? { when: "before", kind: "status", status: 502 } : undefined;
    const { failure, outputs } = await play({ workflow: "deploy.yml", ref: "main", distinct_id: SHA });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[1]?.id));
  });
});
