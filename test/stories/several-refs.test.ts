/** Several refs: the first that exists is used, and an unclear answer never moves on to the next. */

import { describe, expect, test } from "vitest";
import { receiver } from "../support/receivers.ts";
import { asked, setStage } from "../support/stage.ts";

const WORKFLOWS = {
  "deploy.yml": receiver("workflow_dispatch", "run-name"),
  "event.yml": receiver("repository_dispatch", "run-name"),
};
const set = () => setStage(WORKFLOWS, { behaviour: { freshRun404Ms: 0 } });
const REFS = "feature/x\n\nmain\n";
const BY_HAND = { workflow: "deploy.yml", ref: REFS };
const BY_EVENT = { event_type: "deploy", ref: REFS };

describe("a workflow_dispatch", () => {
  test("goes to the next ref when GitHub says that there is none of that name", async () => {
    const { github, play } = await set();
    const { failure, outputs, log } = await play(BY_HAND);
    expect(failure).toBeUndefined();
    expect(outputs.ref).toBe("main");
    expect(log).toContain("Using the ref `main`: octo/target has no `feature/x`.");
    expect(asked(github, "GET /repos/octo/target/git")).toEqual([]);
    expect(asked(github, "POST").map((line) => line.slice(-3))).toEqual(["422", "200"]);
  });

  test("that finds none says which it has tried", async () => {
    const { play } = await set();
    const { failure, outputs } = await play({ ...BY_HAND, ref: '["a", "b"]' });
    expect(failure).toBe(
      "octo/target has none of the branches or tags in `ref` (`a`, `b`), so nothing was sent: add one that always exists, such as the default branch.",
    );
    expect(outputs).not.toHaveProperty("runId");
  });

  test.each([403, 404, 500])("never goes on after a %i", async (status) => {
    const { github, play } = await set();
    let dispatches = 0;
    github.fault = ({ method }) =>
      method === "POST" && dispatches++ === 0 ? { kind: "status", when: "before", status } : undefined;
    await play({ ...BY_HAND, ref: "main\nother", find_timeout_seconds: "100" });
    const sent = github.requests
      .filter(({ method }) => method === "POST")
      .map(({ body }) => (body as { ref: string }).ref);
    expect(new Set(sent)).toEqual(new Set(["main"]));
  });

  test("after another refusal says what that is about, not the next ref", async () => {
    const { github, play } = await set();
    github.fault = ({ method }) =>
      method === "POST"
        ? {
            kind: "status",
            when: "before",
            status: 422,
            body: { message: "Workflow does not have 'workflow_dispatch' trigger" },
          }
        : undefined;
    const { failure } = await play({ ...BY_HAND, ref: "main\nother" });
    expect(failure).toContain("workflow_dispatch");
    expect(asked(github, "POST")).toHaveLength(1);
  });
});

describe("an event", () => {
  test("carries the first that exists as a branch or a tag, which is looked up before", async () => {
    const { github, play } = await set();
    const { outputs, log } = await play(BY_EVENT);
    expect(outputs.ref).toBe("main");
    expect(log).toContain("Using the ref `main`: octo/target has no `feature/x`.");
    expect(github.runs("octo/target")[0]?.payload).toMatchObject({ ref: "main" });
    expect(asked(github, "GET /repos/octo/target/git").map((line) => line.slice(-3))).toEqual(["404", "404", "200"]);
  });

  test("is not sent where it is not clear whether one exists", async () => {
    const { github, play } = await set();
    github.fault = ({ path }) =>
      path.includes("/git/ref/") ? { kind: "status", when: "before", status: 403 } : undefined;
    const { failure } = await play(BY_EVENT);
    expect(failure).toContain("Whether the ref `feature/x` exists in octo/target is not clear");
    expect(failure).toContain("`contents: read`");
    expect(asked(github, "POST")).toEqual([]);
  });

  test("with one ref only is sent without a look", async () => {
    const { github, play } = await set();
    const { outputs } = await play({ ...BY_EVENT, ref: "\nfeature/x\n" });
    expect(outputs.ref).toBe("feature/x");
    expect(asked(github, "GET /repos/octo/target/git")).toEqual([]);
  });
});

test("`reuse` counts the ref that is used", async () => {
  const { play } = await set();
  const first = await play({ ...BY_HAND, ref: "main", reuse: "success", wait_for: "completed" });
  const second = await play({ ...BY_HAND, reuse: "success", wait_for: "completed" });
  expect(second.outputs).toMatchObject({ disposition: "reused", runId: first.outputs.runId });
});

test("a dry run tells which would be used now", async () => {
  const { play } = await set();
  const { log, failure } = await play({ ...BY_HAND, dry_run: "true" });
  expect(failure).toBeUndefined();
  expect(log).toContain("✓ Of the refs in `ref`, `main` would be used now, since there is no `feature/x`.");
  const none = await play({ ...BY_EVENT, ref: "a\nb", dry_run: "true" });
  expect(none.failure).toContain("✗ None of the branches or tags in `ref` exists: `a`, `b`.");
});
