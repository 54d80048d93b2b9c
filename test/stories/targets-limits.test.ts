/** Many targets and GitHub's limits: one budget for all entries on a token, one list for a repository, one token for an owner. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { dispatchedAtMs, type FleetPlayed, setFleet } from "../support/fleet-stage.ts";
import { receiver } from "../support/receivers.ts";
import { asked, TOKEN } from "../support/stage.ts";

const named = (count: number, of = "octo") => Array.from({ length: count }, (_, at) => `${of}/r${at}`);
const all = (names: readonly string[], behaviour: Behaviour = {}) =>
  Object.fromEntries(names.map((name) => [name, behaviour]));
const succeeded = ({ results }: FleetPlayed) => results.filter(({ result }) => result === "success").length;
const LONG = { stepMs: 60_000 };

describe("the budget of a token", () => {
  test("lets no more than 80 dispatches a minute out, in the list's order, and says so once", async () => {
    const names = named(100);
    const { github, play } = await setFleet(all(names));
    const played = await play({ targets: JSON.stringify(names), find_timeout_seconds: "30" });
    expect(succeeded(played)).toBe(100);
    expect(github.refusals).toEqual([]);
    const atMs = dispatchedAtMs(github);
    expect(Object.keys(atMs)).toEqual(names);
    expect(Object.values(atMs).filter((each) => each < 60_000)).toHaveLength(72);
    expect(played.log.filter((line) => line.includes("80 creating requests a minute"))).toHaveLength(1);
  });

  test("is kept by what is cancelled as well: most of 90 in the step's grace, the rest by `post`", async () => {
    const names = named(90);
    const { github, play, playPost } = await setFleet(all(names, { stepMs: 600_000 }));
    const given = { targets: JSON.stringify(names), cancel_run_on: "cancel" };
    const { traces, ends, failure } = await play(given, { cancelAfterMs: 180_000 });
    const inGrace = ends.filter((end) => end.endsWith(": cancelled"));
    expect(inGrace.length).toBeGreaterThanOrEqual(60);
    expect(inGrace).toEqual(names.slice(0, inGrace.length).map((name) => `${name}: cancelled`));
    expect(failure).toContain("The step was cancelled (SIGINT).");
    const { warnings } = await playPost(given, traces);
    expect(warnings).toEqual([]);
    const cancelled = new Set(asked(github, "POST").filter((line) => /\/cancel → 202$/.test(line)));
    expect(cancelled.size).toBe(90);
    expect(github.refusals).toEqual([]);
  });

  test("has room for the second request of each to a server that names no run", async () => {
    const names = named(60);
    const { github, play } = await setFleet(all(names), { runDetails: "rejected" });
    const played = await play({ targets: JSON.stringify(names), find_timeout_seconds: "30" });
    expect(succeeded(played)).toBe(60);
    // Once one was refused, nobody asks in vain any more.
    expect(asked(github, "POST").filter((line) => /dispatches → 4/.test(line)).length).toBeLessThanOrEqual(36);
  });

  test("has no more than the runner's grace for those whom `fail_fast` cancels, when a signal comes as well", async () => {
    const names = named(100);
    const fails = { "octo/r0": { jobs: { identify: { conclusion: "failure" } }, stepMs: 60_000 } } as const;
    const { github, clock, play, playPost } = await setFleet({ ...all(names, { stepMs: 900_000 }), ...fails });
    const given = { targets: JSON.stringify(names), fail_fast: "true", cancel_run_on: "failure", max_parallel: "90" };
    const cancelAfterMs = 80_000;
    const { traces, ends, tookMs, failure } = await play(given, { cancelAfterMs });
    expect(failure).toMatch(
      /^The step was cancelled \(SIGINT\). 1 of 100 failed, 60 cancelled, 29 unfinished, 10 skipped\./,
    );
    expect(tookMs).toBeGreaterThan(cancelAfterMs);
    expect(tookMs).toBeLessThanOrEqual(cancelAfterMs + 9000);
    expect(ends.filter((end) => end.endsWith(": unfinished")).length).toBeGreaterThan(0);
    await clock.sleep(60_000);
    await playPost(given, traces);
    const cancelled = new Set(asked(github, "POST").filter((line) => /\/cancel → 202$/.test(line)));
    expect(cancelled.size).toBe(89);
  });

  test("is fair: an entry that is found soon does not wait for forty that are followed", async () => {
    const names = named(40);
    const { play } = await setFleet({ ...all(names, { stepMs: 900_000 }), "octo/late": {} }, { latencyMs: 50 });
    const targets = [...names, { repo: "octo/late", workflow: "ci.yml" }];
    const { log } = await play({ targets: JSON.stringify(targets), timeout_seconds: "120" });
    const line = log.find((each) => each.startsWith("octo/late: success"));
    expect(Number(/after (\d+) s/.exec(line ?? "")?.[1])).toBeLessThan(12);
  });

  test("is each token's own", async () => {
    const names = named(90);
    const { github, play } = await setFleet(all(names));
    github.addToken("ghp_other", { permissions: { contents: "write", actions: "write" } });
    const others = names.slice(45).map((name) => `${name}: ghp_other`);
    await play({ targets: JSON.stringify(names), tokens: others.join("\n"), wait_for: "found" });
    expect(Math.max(...Object.values(dispatchedAtMs(github)))).toBeLessThan(60_000);
    const tokens = new Map(github.requests.map(({ path, token }) => [path.split("/").slice(2, 4).join("/"), token]));
    expect(tokens.get("octo/r0")).toBe(TOKEN);
    expect(tokens.get("octo/r89")).toBe("ghp_other");
  });

  test("a limit that one entry has met is known to all", async () => {
    const names = named(6);
    const { github, play } = await setFleet(all(names, LONG), { limits: { primaryPerHour: 40 } });
    const played = await play({ targets: JSON.stringify(names), timeout_seconds: "7200" });
    expect(succeeded(played)).toBe(6);
    expect(github.earlyAfterRefusal).toEqual([]);
    expect(github.refusals.length).toBeLessThanOrEqual(2);
  });
});

describe("entries in one repository", () => {
  test("read the jobs of their runs together, where only those show the ids", async () => {
    const { github, play } = await setFleet({});
    github.addRepository("octo/api", { workflows: { "ci.yml": receiver("repository_dispatch", "step") } });
    github.behaviour("octo/api", "ci.yml", { stepMs: 60_000, queuedMs: 8000, visibleAfterMs: 3000 });
    const entries = Array.from({ length: 72 }, (_, at) => ({ repo: "octo/api", name: `${at}` }));
    const given = { workflow: "", ref: "", event_type: "deploy", find_timeout_seconds: "120" };
    const played = await play({ ...given, targets: JSON.stringify(entries) });
    expect(played.failure).toBeUndefined();
    expect(succeeded(played)).toBe(72);
    expect(played.log.filter((line) => line.includes("900 points"))).toEqual([]);
  });

  const WORKFLOWS = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`w${at}.yml`, receiver("workflow_dispatch", "run-name")]),
  );
  const targets = JSON.stringify(Object.keys(WORKFLOWS).map((workflow) => ({ repo: "octo/mono", workflow })));

  test("are seen by one list", async () => {
    const { github, play } = await setFleet({});
    github.addRepository("octo/mono", { workflows: WORKFLOWS });
    for (const file of Object.keys(WORKFLOWS)) github.behaviour("octo/mono", file, LONG);
    const played = await play({ targets, workflow: "" });
    expect(played.failure).toBeUndefined();
    expect(succeeded(played)).toBe(20);
    expect(played.results[0]?.name).toBe("octo/mono (w0.yml)");
    const single = await setFleet({ "octo/mono": LONG });
    await single.play({ targets: "[octo/mono]" });
    expect(github.requests.length).toBeLessThan(single.github.requests.length * 8);
  });

  test("take no list for the present that was read long before they start", async () => {
    const { github, clock, play } = await setFleet({ "octo/a": {}, "octo/b": { stepMs: 1_500_000 } });
    const createdAtMs = github.nowMs() - 600_000;
    const id = github.startRun("octo/a", "ci.yml", { event: "push", createdAtMs, behaviour: {} });
    clock.sleep(600_000).then(() => github.rerun(id, { conclusion: "failure" }));
    const targets = `[a, b, {name: later, repo: a, run_id: ${id}}]`;
    const { results, failure } = await play({ targets, max_parallel: "1" });
    expect(results.at(-1)).toMatchObject({ name: "later", result: "failure", run_attempt: "2" });
    expect(failure).toContain("1 of 3 failed");
  });
});
