/** The search for a run in lists that are not quite as GitHub gives them. */

import { describe, expect, test } from "vitest";
import { BUSY, type EventName, receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

/** What a caller gives to start `deploy.yml` by `event`. */
function start(event: EventName): Record<string, string> {
  return event === "workflow_dispatch" ? { workflow: "deploy.yml", ref: "main" } : { event_type: "deploy" };
}

const EVENT = receiver("repository_dispatch", "run-name");

describe("a list that is not quite as GitHub gives it", () => {
  const stage = () => setStage({ "deploy.yml": EVENT, "busy.yml": BUSY });
  type List = { workflow_runs: Record<string, unknown>[]; total_count?: number };
  const isList = ({ path, method }: { path: string; method: string }) =>
    method === "GET" && path.endsWith("/actions/runs");

  test("hides no run of ours behind one that cannot be read, which is named once", async () => {
    const { github, play } = await stage();
    const other = github.startRun(TARGET, "busy.yml", { event: "push" });
    github.fault = (request) =>
      isList(request)
        ? {
            kind: "rewrite",
            when: "after",
            rewrite: (body) => ({
              workflow_runs: (body as List).workflow_runs.map((run) =>
                run.id === other ? { ...run, created_at: null } : run,
              ),
            }),
          }
        : undefined;
    const { outputs, failure, warnings } = await play(start("repository_dispatch"));
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET).find(({ id }) => id !== other)?.id));
    expect(warnings).toEqual([
      `GitHub listed a run that cannot be read and is skipped (${other}: it has no such field \`created_at\` as a workflow-run has).`,
    ]);
  });

  test("that has a run which cannot be read does not prove that none is ours: nothing is sent again", async () => {
    const { github, play } = await stage();
    const other = github.startRun(TARGET, "busy.yml", { event: "push" });
    github.fault = (request) => {
      if (request.method === "POST") return { kind: "status", when: "before", status: 502 };
      if (!isList(request)) return undefined;
      const spoil = (run: Record<string, unknown>) => (run.id === other ? { ...run, status: 5 } : run);
      return {
        kind: "rewrite",
        when: "after",
        rewrite: (body) => {
          const [first = {}] = (body as List).workflow_runs;
          return { workflow_runs: [{ ...first, id: 1, event: "push" }, ...(body as List).workflow_runs.map(spoil)] };
        },
      };
    };
    const { failure } = await play({ ...start("repository_dispatch"), find_timeout_seconds: "100" });
    expect(failure).toContain("leaves unclear whether a run started (502)");
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("ends the search as soon as it is clear that no list will be readable, by the field and the server", async () => {
    const { github, play } = await stage();
    const rewrite = (body: unknown) => ({
      ...(body as List),
      workflow_runs: (body as List).workflow_runs.map((run) => ({ ...run, created_at: undefined })),
    });
    github.fault = (request) => (isList(request) ? { kind: "rewrite", when: "after", rewrite } : undefined);
    const { failure, tookMs, outputs } = await play(start("repository_dispatch"));
    const [what, , remedy] = (failure ?? "").split("\n");
    expect(what).toMatch(
      /^The response of http\S+ to GET \/repos\/octo\/target\/actions\/runs cannot be read: it has no such field `created_at` as a workflow-run has \(200\)\.$/,
    );
    expect(remedy).toMatch(/^Check `api_url`: /);
    expect(tookMs).toBeLessThan(20_000);
    expect(outputs).not.toHaveProperty("runId");
  });

  test("is asked for again where it is a page of a proxy, which passes", async () => {
    const { github, play } = await stage();
    github.fault = (request) => (isList(request) && request.nth <= 5 ? { kind: "garbage", when: "after" } : undefined);
    expect((await play(start("repository_dispatch"))).failure).toBeUndefined();
  });

  test("of pages that are shorter than they were asked for is read on, as its count tells", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT, "busy.yml": BUSY }, { maxPerPage: 5 });
    let isBusy = false;
    github.fault = ({ method }) => {
      // Twelve others start at the same moment, and are listed before ours.
      if (method === "GET" && !isBusy) {
        isBusy = true;
        for (let index = 0; index < 12; index++) github.startRun(TARGET, "busy.yml", { event: "push" });
      }
      return undefined;
    };
    const { outputs, failure } = await play(start("repository_dispatch"));
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET).find(({ event }) => event === "repository_dispatch")?.id));
  });
});
