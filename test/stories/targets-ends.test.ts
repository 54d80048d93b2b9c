/** Many targets: a step that is cancelled, its `post` step, its commit status, its dry run. */

import { describe, expect, test } from "vitest";
import { dispatchedAtMs, type Fleet, setFleet } from "../support/fleet-stage.ts";
import { asked } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

const LONG = { stepMs: 60_000 };
const RED = { conclusion: "failure" };
const ALL = "[octo/api, octo/web, octo/cli]";

const cancelled = (github: Fleet["github"]) =>
  asked(github, "POST")
    .filter((line) => /\/cancel → 202$/.test(line))
    .map((line) => line.split("/").slice(2, 4).join("/"));

describe("a cancelled step", () => {
  test("cancels all, in the list's order", async () => {
    const { github, play } = await setFleet({ "octo/api": LONG, "octo/web": LONG, "octo/cli": LONG });
    const { ends, failure, outputs } = await play({ targets: ALL, cancel_run_on: "cancel" }, { cancelAfterMs: 30_000 });
    expect(ends).toEqual(["octo/api: cancelled", "octo/web: cancelled", "octo/cli: cancelled"]);
    expect(cancelled(github)).toEqual(["octo/api", "octo/web", "octo/cli"]);
    expect(outputs).toMatchObject({ conclusion: "failure", failed_targets: "[]" });
    expect(failure).toMatch(/^The step was cancelled \(SIGINT\)\. 0 of 3 succeeded, 3 cancelled\.\n/);
  });

  test("names what goes on where `cancel_run_on` does not say so", async () => {
    const { github, play } = await setFleet({ "octo/api": LONG, "octo/web": {}, "octo/cli": LONG });
    const { ends, failure } = await play(
      { targets: "[octo/api, octo/web, {repo: octo/cli, needs: [octo/api]}]" },
      { cancelAfterMs: 30_000 },
    );
    expect(ends).toEqual(["octo/api: unfinished", "octo/web: success", "octo/cli: skipped"]);
    expect(cancelled(github)).toEqual([]);
    expect(failure).toMatch(/\n- octo\/api: unfinished: http.*\n {2}The remote run continues/);
  });

  test("leaves to `post` what it could not do, each with state of its own", async () => {
    const { github, clock, play, playPost } = await setFleet(
      {
        "octo/api": { ...LONG, visibleAfterMs: 15_000 },
        "octo/web": LONG,
        "octo/cli": LONG,
      },
      { runDetails: "rejected" },
    );
    const given = { targets: ALL, cancel_run_on: "cancel" };
    const { traces } = await play(given, { cancelAfterMs: 3000 });
    expect(cancelled(github)).toEqual(["octo/web", "octo/cli"]);
    await clock.sleep(8000);
    const { warnings } = await playPost(given, traces);
    expect(warnings).toEqual([]);
    expect(cancelled(github)).toEqual(["octo/web", "octo/cli", "octo/api"]);
  });
});

describe("the commit status", () => {
  async function setWithCaller(behaviours: Parameters<typeof setFleet>[0]) {
    const fleet = await setFleet(behaviours);
    fleet.github.addRepository(CALLER.repository);
    fleet.github.addToken("ghp_status", { permissions: { statuses: "write" } });
    const given = { status_context: "remote", status_token: "ghp_status" };
    const statuses = () =>
      fleet.github.statuses(CALLER.repository).map(({ state, description, url }) => [state, description, url]);
    return {
      ...fleet,
      statuses,
      play: (more: Record<string, string>, play = {}) => fleet.play({ ...given, ...more }, play),
      given,
    };
  }
  const PAGE = `https://github.com/${CALLER.repository}/actions/runs/${CALLER.runId}`;

  test("is one for all: pending at the first start, then the verdict", async () => {
    const { play, statuses } = await setWithCaller({ "octo/api": {}, "octo/web": RED });
    await play({ targets: "[octo/api, octo/web]" });
    expect(statuses()).toEqual([
      ["pending", "The targets are in progress", PAGE],
      ["failure", "1 of 2 failed", PAGE],
    ]);
  });

  test("is an error after a cancellation, and `post` sets it for a step that was killed", async () => {
    const { play, playPost, statuses, given } = await setWithCaller({ "octo/api": LONG });
    await play({ targets: "[octo/api]" }, { cancelAfterMs: 20_000 });
    expect(statuses().at(-1)?.slice(0, 2)).toEqual(["error", "0 of 1 succeeded, 1 unfinished"]);
    const saved: string[] = [];
    await play({ targets: "[octo/api]" }, { onTrace: (trace: string) => saved.push(trace) });
    const killedWith = saved.find((trace) => trace.includes('"status"'));
    await playPost(given, [killedWith ?? ""]);
    expect(statuses().at(-1)?.slice(0, 2)).toEqual(["error", "The step ended before its targets"]);
  });
});

describe("a dry run", () => {
  test("looks at each, dispatches nothing, and says once what several have in common", async () => {
    const { github, play } = await setFleet({ "octo/api": {}, "octo/web": {}, "octo/cli": {} });
    github.addRepository("octo/old", { workflows: {} });
    const { log, failure, outputs, summary } = await play({
      targets: "[octo/api, octo/web, octo/old, {repo: octo/gone, name: gone}]",
      dry_run: "true",
    });
    expect(dispatchedAtMs(github)).toEqual({});
    expect(outputs).not.toHaveProperty("results");
    const shared = log.indexOf("octo/api, octo/web:");
    expect(shared).toBeGreaterThan(0);
    expect(log.filter((line) => line.includes("Whether the token grants"))).toHaveLength(1);
    expect(failure).toMatch(/^The dry run found problems in 2 of 4 targets:\nocto\/old:\n {2}✗ /);
    expect(failure).toContain("\ngone:\n");
    expect(summary).toContain("### Dry run");
  });

  test("of what is in order is green", async () => {
    const { play } = await setFleet({ "octo/api": {}, "octo/web": {} });
    const { log, failure } = await play({ targets: "[octo/api, octo/web]", dry_run: "true" });
    expect(failure).toBeUndefined();
    expect(log.at(-1)).toBe("Found no problem in 2 targets, as far as can be checked without dispatching.");
  });
});
