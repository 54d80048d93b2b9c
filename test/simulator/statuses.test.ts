/** Statuses of commits, pull requests, and runs that list them. */

import { afterEach, describe, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { type GitHub, startGitHub, VirtualClock } from "./index.ts";

const SHA = "1".repeat(40);
const HEAD = "2".repeat(40);
const REPOSITORY = "/repos/octo/the-app";
const COMBINED = `${REPOSITORY}/commits/${SHA}/status`;
const permissions = { statuses: "write", actions: "read", pull_requests: "read" } as const;

let github: GitHub;
afterEach(async () => {
  await github.close();
  // Each answer was held against its published description.
  expect(github.violations).toEqual([]);
});

async function start() {
  const clock = new VirtualClock();
  github = await startGitHub({ clock });
  const ci = "on: push\njobs: { go: { runs-on: x, steps: [{ run: make }] } }";
  github.addRepository("octo/the-app", { workflows: { "ci.yml": ci } });
  github.addToken("all", { permissions });
  github.addToken("less", { permissions: {} });
  const call = clientOf(clock, github.apiUrl, "all");
  const set = (context: string, state: string, url?: string) =>
    call("POST", `${REPOSITORY}/statuses/${SHA}`, { context, state, ...(url && { target_url: url }) });
  return { clock, call, set, poor: clientOf(clock, github.apiUrl, "less") };
}

describe("the combined status", () => {
  test("has the latest of each context, and none of another commit", async () => {
    const { call, set } = await start();
    await set("a", "pending", "https://example.com/1");
    await set("b", "success");
    await set("a", "success", "https://example.com/2");
    const { body } = await call("GET", COMBINED);
    expect(body).toMatchObject({
      state: "success",
      sha: SHA,
      total_count: 2,
      statuses: [
        { context: "a", state: "success", target_url: "https://example.com/2" },
        { context: "b", state: "success", target_url: null },
      ],
    });
    expect((await call("GET", `${REPOSITORY}/commits/${HEAD}/status`)).body).toMatchObject({
      state: "pending",
      statuses: [],
    });
  });

  test.each([
    [["success", "error"], "failure"],
    [["pending", "success"], "pending"],
    [["pending", "failure"], "failure"],
    [["success"], "success"],
  ])("of %j is %s", async (states, combined) => {
    const { call, set } = await start();
    for (const [index, state] of states.entries()) await set(`context ${index}`, state);
    expect((await call("GET", COMBINED)).body).toMatchObject({ state: combined });
  });

  test("comes page by page, and needs its permission", async () => {
    const { call, set, poor } = await start();
    for (const context of ["a", "b", "c"]) await set(context, "success");
    const { body, headers } = await call("GET", `${COMBINED}?per_page=2`);
    expect(body).toMatchObject({ total_count: 3, statuses: [{ context: "a" }, { context: "b" }] });
    expect(headers.get("link")).toContain('rel="next"');
    expect((await poor("GET", COMBINED)).status).toBe(403);
  });
});

test("all statuses of a commit come newest first, and need their permission", async () => {
  const { clock, call, set, poor } = await start();
  for (const state of ["pending", "success"]) await set("a", state, `https://example.com/${state}`);
  await clock.sleep(5000);
  await set("b", "error");
  const all = `${REPOSITORY}/commits/${SHA}/statuses`;
  const states = async () => ((await call("GET", all)).body as { state: string }[]).map(({ state }) => state);
  expect(await states()).toEqual(["error", "success", "pending"]);
  github.fault = () => ({ kind: "stale", ms: 3000 });
  expect(await states()).toEqual(["success", "pending"]);
  expect((await call("GET", COMBINED)).body).toMatchObject({ total_count: 1 });
  github.fault = undefined;
  expect((await poor("GET", all)).status).toBe(403);
});

describe("a pull request", () => {
  test("is read with its head, which moves", async () => {
    const { call, poor } = await start();
    github.setPullRequest("octo/the-app", { number: 7, headSha: SHA });
    github.setPullRequest("octo/the-app", { number: 7, headSha: HEAD, isFromFork: true });
    const { body } = await call("GET", `${REPOSITORY}/pulls/7`);
    expect(body).toMatchObject({ number: 7, head: { sha: HEAD, label: "contributor:topic" } });
    expect((await call("GET", `${REPOSITORY}/pulls/8`)).status).toBe(404);
    expect((await poor("GET", `${REPOSITORY}/pulls/7`)).status).toBe(403);
  });

  test("is listed by the runs that say so, unless it comes from a fork or they are asked without", async () => {
    const { clock, call } = await start();
    github.setPullRequest("octo/the-app", { number: 7, headSha: HEAD });
    github.setPullRequest("octo/the-app", { number: 8, headSha: HEAD, isFromFork: true });
    github.startRun("octo/the-app", "ci.yml", {
      event: "pull_request",
      id: 1658821493,
      headSha: SHA,
      pullRequests: [7, 8],
    });
    await clock.sleep(5000);
    const { body } = await call("GET", `${REPOSITORY}/actions/runs/1658821493`);
    expect(body).toMatchObject({ id: 1658821493, head_sha: SHA, pull_requests: [{ number: 7, head: { sha: HEAD } }] });
    const without = await call("GET", `${REPOSITORY}/actions/runs/1658821493?exclude_pull_requests=true`);
    expect(without.body).toMatchObject({ pull_requests: [] });
  });
});
