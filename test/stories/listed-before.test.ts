/** Before an event is sent whose run has to be found by looking, the runs are listed: a token that may not read them fails then. */

import { describe, expect, test } from "vitest";
import { receiver } from "../support/receivers.ts";
import { asked, type StageOptions, setStage, TARGET } from "../support/stage.ts";

const EVENT = { event_type: "deploy" };
const WORKFLOW = { workflow: "deploy.yml", ref: "main" };

function stage(event: "repository_dispatch" | "workflow_dispatch" = "repository_dispatch", options: StageOptions = {}) {
  return setStage({ "deploy.yml": receiver(event, "run-name") }, options);
}

describe("a token that may not read the runs", () => {
  test.each([
    ["ghp_writesonly", "It needs `contents: write` and `actions: read` for octo/target"],
    ["ghs_writesonly", "`contents: write` and `actions: read`"],
  ])("fails before an event is sent, with both permissions in one message (%s)", async (token, words) => {
    const { github, play } = await stage();
    github.addToken(token, {
      permissions: { contents: "write" },
      ...(token.startsWith("ghs") && { kind: "integration" }),
    });
    const { failure } = await play({ ...EVENT, token });
    expect(failure).toContain(words);
    expect(failure).toContain("nothing was sent");
    expect(asked(github, "POST")).toEqual([]);
    expect(github.runs(TARGET)).toEqual([]);
  });

  test("is told to need `actions: write` where the run is to be cancelled", async () => {
    const { github, play } = await stage();
    github.addToken("ghp_writesonly", { permissions: { contents: "write" } });
    const { failure } = await play({ ...EVENT, token: "ghp_writesonly", cancel_run_on: "cancel" });
    expect(failure).toContain("`contents: write` and `actions: write`");
    expect(asked(github, "POST")).toEqual([]);
  });

  test("may send what nobody looks for", async () => {
    const { github, play } = await stage();
    github.addToken("ghp_writesonly", { permissions: { contents: "write" } });
    const { failure } = await play({ ...EVENT, token: "ghp_writesonly", wait_for: "nothing" });
    expect(failure).toBeUndefined();
    expect(github.transcript()).toEqual([expect.stringMatching(/^POST .*\/dispatches → 204$/)]);
  });
});

test.each([502, 429])("a list that has no answer (%i) does not keep the event from being sent", async (status) => {
  const { github, play } = await stage();
  const headers = { "retry-after": "7" };
  github.fault = ({ path, nth }) =>
    path.endsWith("/actions/runs") && nth === 1 ? { when: "before", kind: "status", status, headers } : undefined;
  expect((await play(EVENT)).failure).toBeUndefined();
  expect(github.runs(TARGET)).toHaveLength(1);
});

describe("the list before", () => {
  test("takes the place of the first one after the dispatch", async () => {
    for (const visibleAfterMs of [1500, 4000, 9000]) {
      const { github, play } = await stage("repository_dispatch", { behaviour: { visibleAfterMs } });
      await play(EVENT);
      const [first, second, third] = github.requests;
      expect(first?.path).toMatch(/\/actions\/runs$/);
      expect(second?.method).toBe("POST");
      expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBeGreaterThan(500);
      expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBeLessThan(1001);
    }
  });

  test("makes the first one after it cost nothing where no run has come", async () => {
    const { github, play } = await stage("repository_dispatch", { behaviour: { visibleAfterMs: 4000 } });
    await play(EVENT);
    expect(github.requests.filter(({ path, billed }) => path.endsWith("/actions/runs") && billed)).toHaveLength(2);
  });

  test("is not asked for where GitHub names the run", async () => {
    const { github, play } = await stage("workflow_dispatch");
    await play(WORKFLOW);
    expect(github.transcript()[0]).toMatch(/^POST /);
  });

  test("is not asked for where the token starts a workflow, which takes the right to read as well", async () => {
    const { github, play } = await stage("workflow_dispatch", { runDetails: "rejected" });
    expect((await play(WORKFLOW)).failure).toBeUndefined();
    const [first, second] = github.transcript();
    expect(first).toMatch(/^POST .* → 400$/);
    expect(second).toMatch(/^POST .* → 204$/);
  });

  test("is the one of `reuse`, where that has looked", async () => {
    const { github, play } = await stage();
    await play({ ...EVENT, reuse: "running" });
    const post = github.transcript().findIndex((line) => line.startsWith("POST"));
    expect(post).toBe(1);
  });
});
