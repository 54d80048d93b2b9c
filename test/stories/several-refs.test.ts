/** Several refs: the first that exists is used, and an unclear answer never moves on to the next. */

import { describe, expect, test } from "vitest";
import { mintings, setAppStage } from "../support/app-stage.ts";
import { setFleet } from "../support/fleet-stage.ts";
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
    expect(outputs.ref).toBe("");
  });

  test("goes on through several, and tells of each which was taken", async () => {
    const { play } = await set();
    const { outputs, log } = await play({ ...BY_HAND, ref: "a\nb\nmain" });
    expect(outputs.ref).toBe("main");
    expect(log).toContain("Using the ref `main`: octo/target has no `a` and no `b`.");
    expect(log.filter((line) => line.startsWith("Using the ref"))).toHaveLength(2);
  });

  test("that was answered unclearly is never sent to the next ref, even if the first is gone by then", async () => {
    const { github, play } = await set();
    github.setBranches("octo/target", ["main", "feature/x"]);
    github.fault = ({ method }) => {
      if (method !== "POST") return undefined;
      github.setBranches("octo/target", ["main"]);
      return asked(github, "POST").length > 1 ? undefined : { kind: "status", when: "before", status: 502 };
    };
    const { failure } = await play({ ...BY_HAND, find_timeout_seconds: "200" });
    expect(failure).toContain("leaves unclear whether a run started");
    const sent = github.requests.flatMap(({ method, body }) => (method === "POST" ? [body] : []));
    expect(sent.map((body) => (body as { ref: string }).ref)).toEqual(["feature/x", "feature/x"]);
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

  test.each([500, 502, 429, "hang", "reset", "garbage"] as const)(
    "waits for a clear answer after a %s, and then goes to the first that exists",
    async (what) => {
      const { github, play } = await set();
      github.setBranches("octo/target", ["main", "feature/x"]);
      let looks = 0;
      github.fault = ({ path }) => {
        if (!path.includes("/git/ref/") || looks++ > 0) return undefined;
        if (typeof what === "number") return { kind: "status", when: "before", status: what };
        return { kind: what, when: "before" };
      };
      const { outputs, failure } = await play({ ...BY_EVENT, find_timeout_seconds: "120" });
      expect(failure).toBeUndefined();
      expect(outputs.ref).toBe("feature/x");
    },
  );

  test("takes no page for the ref that is not GitHub's answer", async () => {
    const { github, play } = await set();
    let looks = 0;
    github.fault = ({ path }) =>
      path.includes("/git/ref/") && looks++ === 0 ? { kind: "garbage", when: "before" } : undefined;
    const { outputs } = await play(BY_EVENT);
    expect(outputs.ref).toBe("main");
  });

  test("is not sent where no look is ever answered", async () => {
    const { github, play } = await set();
    github.fault = ({ path }) =>
      path.includes("/git/ref/heads/feature/x") ? { kind: "status", when: "before", status: 502 } : undefined;
    const { failure, outputs } = await play({ ...BY_EVENT, find_timeout_seconds: "30" });
    expect(failure).toContain("`feature/x`");
    expect(outputs).not.toHaveProperty("ref");
    expect(asked(github, "GET /repos/octo/target/git/ref/heads/main")).toEqual([]);
    expect(asked(github, "POST")).toEqual([]);
  });

  test("says that the token cannot see the repository, not that it has none of the refs", async () => {
    const { github, play } = await set();
    github.addToken("ghp_elsewhere", { permissions: { contents: "write" }, repositories: ["octo/other"] });
    const { failure } = await play({ ...BY_EVENT, token: "ghp_elsewhere" });
    expect(failure).toContain("404");
    expect(failure).not.toContain("has none of the branches");
    expect(asked(github, "POST")).toEqual([]);
  });

  test("takes a tag where there is no branch of that name, and the first although the second exists too", async () => {
    const { github, play } = await setStage(WORKFLOWS, { repository: { tags: ["v1"] } });
    const { outputs, log } = await play({ ...BY_EVENT, ref: '["", "v1", "main"]' });
    expect(outputs.ref).toBe("v1");
    expect(log).toContain("Using the ref `v1`, the first in `ref`.");
    expect(asked(github, "GET /repos/octo/target/git")).toHaveLength(2);
  });

  test("with one ref only is sent without a look", async () => {
    const { github, play } = await set();
    const { outputs } = await play({ ...BY_EVENT, ref: "\nfeature/x\n" });
    expect(outputs.ref).toBe("feature/x");
    expect(asked(github, "GET /repos/octo/target/git")).toEqual([]);
  });
});

describe("with `reuse`", () => {
  const REUSES = { ...BY_HAND, reuse: "success", wait_for: "completed" };

  test("the refs are looked at first, and an equal run on another of them is not taken", async () => {
    const { github, play } = await set();
    github.setBranches("octo/target", ["main", "feature/x"]);
    const onFeature = await play(REUSES);
    expect(onFeature.outputs).toMatchObject({ ref: "feature/x", disposition: "created" });
    github.setBranches("octo/target", ["main"]);
    const onMain = await play(REUSES);
    expect(onMain.outputs).toMatchObject({ ref: "main", disposition: "created" });
    const again = await play(REUSES);
    expect(again.outputs).toMatchObject({ disposition: "reused", runId: onMain.outputs.runId });
    expect(asked(github, "POST")).toHaveLength(2);
  });

  test("an event's refs are looked at once", async () => {
    const { github, play } = await set();
    const given = { ...REUSES, workflow: "", event_type: "deploy" };
    const first = await play(given);
    const second = await play(given);
    expect(second.outputs).toMatchObject({ disposition: "reused", runId: first.outputs.runId });
    expect(asked(github, "GET /repos/octo/target/git")).toHaveLength(6);
  });

  test("a ref that is deleted between look and dispatch ends the step: the key was made from it", async () => {
    const { github, play } = await set();
    github.setBranches("octo/target", ["main", "feature/x"]);
    github.fault = ({ method }) => {
      if (method === "POST") github.setBranches("octo/target", ["main"]);
      return undefined;
    };
    const { failure } = await play(REUSES);
    expect(failure).toContain("`feature/x`");
    expect(failure).not.toContain("has none of the branches");
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("an App's token may look at them", async () => {
    const { github, play } = await setAppStage(WORKFLOWS, { behaviour: { freshRun404Ms: 0 } });
    const { failure, outputs } = await play(REUSES);
    expect(failure).toBeUndefined();
    expect(outputs.ref).toBe("main");
    expect(mintings(github.requests).map(({ body }) => body)).toEqual([
      expect.objectContaining({ permissions: expect.objectContaining({ contents: "read", actions: "write" }) }),
    ]);
  });

  test("nothing is sent where a look is not allowed", async () => {
    const { github, play } = await set();
    github.addToken("ghp_noContents", { permissions: { actions: "write" } });
    const { failure } = await play({ ...REUSES, token: "ghp_noContents" });
    expect(failure).toContain("Whether the ref `feature/x` exists in octo/target is not clear");
    expect(asked(github, "POST")).toEqual([]);
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

test("a dry run looks no further than an unclear answer", async () => {
  const { github, play } = await set();
  github.fault = ({ path }) =>
    path.includes("/git/ref/") ? { kind: "status", when: "before", status: 403 } : undefined;
  const { log } = await play({ ...BY_EVENT, dry_run: "true" });
  expect(log).toContain("? The token cannot look up the ref `feature/x`.");
  expect(log.join("\n")).not.toContain("would be used now");
  expect(asked(github, "GET /repos/octo/target/git")).toHaveLength(1);
});

test("entries of `targets` may have several refs, and each tells its own", async () => {
  const { github, play } = await setFleet({ "octo/one": {}, "octo/two": {} });
  github.setBranches("octo/two", ["main", "feature/x"]);
  const { ends, results } = await play({
    targets: '[{repo: octo/one, ref: "feature/x\\nmain"}, {repo: octo/two, ref: [feature/x, main]}]',
    ref: "",
  });
  expect(ends).toEqual(["octo/one: success", "octo/two: success"]);
  expect(results.map(({ ref }) => ref)).toEqual(["main", "feature/x"]);
});
