/** The simulator against GitHub's published descriptions: what differs from them fails with its name. */

import { afterEach, describe, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { Description } from "./description.ts";
import { readExcerpt } from "./description-excerpt.ts";
import { type GitHub, type GitHubOptions, startGitHub, VirtualClock } from "./index.ts";
import { routes } from "./routes.ts";
import { runRoutes } from "./run-routes.ts";

const workflow = `
on:
  repository_dispatch:
  workflow_dispatch:
    inputs: { a: {} }
jobs: { go: { runs-on: x, steps: [{ run: make }] } }
`;
const RUNS = "/repos/octo/target/actions/runs";
const LIST = "GET /repos/{}/{}/actions/runs";
const JOBS = "GET /repos/{}/{}/actions/runs/{}/jobs";

let github: GitHub;
afterEach(() => github?.close());

async function start(options: GitHubOptions = {}) {
  const clock = new VirtualClock();
  github = await startGitHub({ clock, ...options });
  github.addRepository("octo/target", { workflows: { "deploy.yml": workflow } });
  github.addToken("all", { permissions: { contents: "write", actions: "write" } });
  const id = github.startRun("octo/target", "deploy.yml", { event: "repository_dispatch" });
  await clock.sleep(60_000);
  return { id, call: clientOf(clock, github.apiUrl, "all") };
}

/** The route that lists runs answers with what `change` makes of its body, by hand. */
async function withHandMade(change: (body: { workflow_runs: Record<string, unknown>[] }) => void) {
  const { call } = await start();
  const list = runRoutes[0];
  if (!list) throw new Error("no route");
  const { answer } = list;
  list.answer = (given) => {
    const made = answer(given);
    change(made.body as Parameters<typeof change>[0]);
    return made;
  };
  try {
    await call("GET", RUNS);
  } finally {
    list.answer = answer;
  }
  return github.violations;
}

describe("an answer with a hand-made", () => {
  test.each<[string, (run: Record<string, unknown>) => void, string]>([
    ["field that is misspelt", (run) => (run.run_atempt = 1), "run_atempt: is not described"],
    ["field that is left out", (run) => delete run.display_title, "display_title: is missing"],
    ["field of another type", (run) => (run.id = "30000000011"), "id: must be integer"],
    ["null where none may be", (run) => (run.jobs_url = null), "jobs_url: must be string"],
    [
      "address that is none",
      (run) => (run.actor = { ...(run.actor as object), url: "x y" }),
      'actor.url: must match format "uri"',
    ],
    ["time that is none", (run) => (run.created_at = "today"), 'created_at: must match format "date-time"'],
    ["fraction as an id", (run) => (run.id = 1.5), "id: must be integer"],
  ])("%s fails with its name", async (_, change, name) => {
    const violations = await withHandMade(({ workflow_runs }) => {
      for (const run of workflow_runs) change(run);
    });
    expect(violations).toContain(`Simulator: GET ${RUNS} → 200: body.workflow_runs[0].${name}`);
  });

  test("status that no description knows fails with it", async () => {
    const description = new Description("api.github.com", "2022-11-28", [JOBS]);
    expect(description.wrongInAnswer(JOBS, 202, {})).toEqual(["status 202: is not described"]);
  });

  test("error in another form than GitHub's fails with its name", async () => {
    const description = new Description("api.github.com", "2022-11-28", [JOBS]);
    expect(description.wrongInAnswer(JOBS, 403, { message: "No", reason: "Because" })).toEqual([
      "body.reason: is not described",
    ]);
  });
});

describe("a request", () => {
  const dispatch = "/repos/octo/target/actions/workflows/deploy.yml/dispatches";
  const many = Object.fromEntries(Array.from({ length: 26 }, (_, nth) => [`input_${nth}`, "x"]));

  test.each<[string, string, string, object | undefined, string]>([
    ["a number that is none", "GET", `${RUNS}?per_page=ten`, undefined, 'query parameter "per_page": must be integer'],
    ["a word that is none", "GET", `${RUNS}?status=done`, undefined, 'query parameter "status": must be equal to one'],
    [
      "more inputs than may be",
      "POST",
      dispatch,
      { ref: "main", inputs: many },
      "body.inputs: must NOT have more than 25 properties",
    ],
    ["no ref", "POST", dispatch, { inputs: {} }, "body.ref: is missing"],
    [
      "a long event type",
      "POST",
      "/repos/octo/target/dispatches",
      { event_type: "x".repeat(101) },
      "body.event_type: must NOT have more than 100 characters",
    ],
  ])("with %s fails with its name", async (_, method, path, body, name) => {
    const { call } = await start();
    await call(method, path, body);
    expect(github.violations).toEqual([expect.stringContaining(`: ${name}`)]);
  });

  test("that a test means to be wrong is taken from the list, and nothing else", async () => {
    const { call } = await start();
    await call("GET", `${RUNS}?per_page=ten`);
    expect(github.takeViolations()).toHaveLength(1);
    await call("GET", `${RUNS}?page=two`);
    expect(github.violations).toEqual([expect.stringContaining('"page"')]);
  });
});

describe("the description", () => {
  test("knows every route that is played, on github.com", () => {
    const played = routes
      .filter(({ isElsewhere }) => !isElsewhere)
      .map(({ method, pattern }) => `${method} ${pattern.replace(/\{[^}]*\}/g, "{}")}`);
    const { operations } = readExcerpt("api.github.com", "2022-11-28", played);
    expect(Object.keys(operations).toSorted()).toEqual(played.toSorted());
  });

  test("of a version is that of the version before with the changes that stand beside it", () => {
    const dispatch = "POST /repos/{}/{}/actions/workflows/{}/dispatches";
    const statuses = (version: string) =>
      Object.keys(readExcerpt("api.github.com", version, [dispatch]).operations[dispatch]?.answers ?? {});
    expect(statuses("2022-11-28")).toEqual(["200", "204"]);
    expect(statuses("2026-03-10")).toEqual(["200"]);
    const limit = (version: string) => readExcerpt("ghec", version, ["GET /rate_limit"]).schemas["rate-limit-overview"];
    expect(limit("2022-11-28")).toMatchObject({ required: ["rate", "resources"] });
    expect(limit("2026-03-10")).toMatchObject({ required: ["resources"] });
  });

  test("lets a list of words be null where it says so beside the list", () => {
    const description = new Description("api.github.com", "2022-11-28", [LIST, JOBS]);
    const wrong = description.wrongInAnswer(JOBS, 200, { total_count: 1, jobs: [{ conclusion: null }] });
    expect(wrong.filter((name) => name.includes("conclusion"))).toEqual([]);
  });

  test("has addresses in which a bot's brackets are written as they must be", async () => {
    const { call } = await start();
    const actor = "github-actions[bot]";
    const id = github.startRun("octo/target", "deploy.yml", {
      event: "repository_dispatch",
      actor,
      createdAtMs: 0,
    });
    expect((await call("GET", `${RUNS}/${id}`)).body).toMatchObject({
      actor: { login: actor, url: `${github.apiUrl}/users/github-actions%5Bbot%5D` },
    });
    expect(github.violations).toEqual([]);
  });

  test("is not asked of what a fault has made", async () => {
    const { call } = await start();
    github.fault = () => ({ kind: "status", when: "after", status: 418, body: { odd: true } });
    expect((await call("GET", RUNS)).status).toBe(418);
    expect(github.violations).toEqual([]);
  });
});
