/** Each server by its name: what servers-table.ts says of it, held against its description and played. */

import { afterEach, describe, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { Description, routeName } from "./description.ts";
import { readExcerpt } from "./description-excerpt.ts";
import { type GitHub, type ServerName, startGitHub, VirtualClock } from "./index.ts";
import { routes } from "./routes.ts";
import { type Server, servers } from "./servers-table.ts";

const inputs = Array.from({ length: 26 }, (_, nth) => `input_${nth}`);
const workflow = `
name: Deploy
on:
  workflow_dispatch:
    inputs: { ${inputs.map((name) => `${name}: {}`).join(", ")} }
concurrency: production
jobs: { go: { runs-on: x, steps: [{ run: make }] } }
`;
const RUNS = "/repos/octo/target/actions/runs";
const DISPATCH = "/repos/octo/target/actions/workflows/deploy.yml/dispatches";
const names = Object.keys(servers) as ServerName[];

let github: GitHub;
let clock: VirtualClock;
afterEach(() => github?.close());

async function start(server: ServerName) {
  clock = new VirtualClock();
  github = await startGitHub({ clock, server });
  github.addRepository("octo/target", { workflows: { "deploy.yml": workflow } });
  github.addToken("all", { permissions: { contents: "write", actions: "write" } });
  return clientOf(clock, github.apiUrl, "all");
}

function bodyWith(count: number) {
  return { ref: "main", inputs: Object.fromEntries(inputs.slice(0, count).map((name) => [name, "x"])) };
}

describe.each(names)("%s", (name) => {
  const server: Server = servers[name];

  test("takes as many inputs as it says, and refuses one more", async () => {
    const call = await start(name);
    const { maxInputs } = server;
    expect((await call("POST", DISPATCH, bodyWith(maxInputs))).status).toBe(204);
    expect(github.violations).toEqual([]);
    const { status, body } = await call("POST", DISPATCH, bodyWith(maxInputs + 1));
    expect(status).toBe(422);
    expect(body).toMatchObject({ message: expect.stringContaining(`No more than ${maxInputs} properties`) });
    expect(github.violations).toEqual([expect.stringContaining(`more than ${maxInputs} properties`)]);
  });

  test("tells the run when asked by the version or by the key, or refuses the question", async () => {
    const call = await start(name);
    const byVersion = await call("POST", DISPATCH, bodyWith(0), { "x-github-api-version": "2026-03-10" });
    const byKey = await call("POST", DISPATCH, { ...bodyWith(0), return_run_details: true });
    expect([byVersion.status, byKey.status]).toEqual(server.knowsRunDetails ? [200, 200] : [400, 422]);
    const wrong = server.knowsRunDetails ? [] : [expect.stringContaining("return_run_details: is not described")];
    expect(github.violations).toEqual(wrong);
  });

  test("tells an artifact's digest or leaves it out", async () => {
    const call = await start(name);
    github.behaviour("octo/target", "deploy.yml", { artifacts: [{ name: "values", text: "{}" }] });
    const id = github.startRun("octo/target", "deploy.yml", { event: "workflow_dispatch" });
    await clock.sleep(60_000);
    const { status, body } = await call("GET", `${RUNS}/${id}/artifacts`);
    const [artifact] = (body as { artifacts: object[] }).artifacts;
    expect([status, artifact && "digest" in artifact]).toEqual([200, server.hasDigest]);
    expect(github.violations).toEqual([]);
  });

  test("tells who is ahead in a concurrency group, or has no such route", async () => {
    const call = await start(name);
    const ids = [1, 2].map(() => github.startRun("octo/target", "deploy.yml", { event: "workflow_dispatch" }));
    await clock.sleep(2000);
    const ofRun = await call("GET", `${RUNS}/${ids[1]}/concurrency_groups`);
    const group = await call("GET", `/repos/octo/target/actions/concurrency_groups/production?ahead_of_run=${ids[1]}`);
    expect(github.violations).toEqual([]);
    if (!server.hasConcurrencyGroups) return expect([ofRun.status, group.status]).toEqual([404, 404]);
    expect(ofRun.body).toMatchObject({
      total_count: 1,
      concurrency_groups: [{ group_name: "production", group_members: [{ position: 1, status: "pending" }] }],
    });
    expect(group.body).toMatchObject({
      group_members: [
        { run_id: ids[0], status: "in_progress" },
        { run_id: ids[1], status: "pending" },
      ],
    });
  });

  test("says which version it is in each answer, or sends no such header", async () => {
    const call = await start(name);
    const answers = [await call("GET", "/repos/octo/target"), await call("GET", `${RUNS}/1`)];
    const versions = answers.map(({ headers }) => headers.get("x-github-enterprise-version") ?? undefined);
    expect(versions).toEqual([server.enterpriseVersion, server.enterpriseVersion]);
  });

  test("may leave out the steps of a job", async () => {
    const call = await start(name);
    github.behaviour("octo/target", "deploy.yml", { omitsSteps: true });
    const id = github.startRun("octo/target", "deploy.yml", { event: "workflow_dispatch" });
    await clock.sleep(60_000);
    const { body } = await call("GET", `${RUNS}/${id}/jobs`);
    const [job] = (body as { jobs: object[] }).jobs;
    expect(job && "steps" in job).toBe(false);
    expect(github.violations).toEqual([]);
  });

  test("has runs that end in any word, and ids beyond 32 bits", async () => {
    const call = await start(name);
    github.behaviour("octo/target", "deploy.yml", { zeroJobs: true, conclusion: "a_word_of_tomorrow" });
    const id = github.startRun("octo/target", "deploy.yml", { event: "workflow_dispatch" });
    await clock.sleep(60_000);
    expect((await call("GET", `${RUNS}/${id}`)).body).toMatchObject({ id, conclusion: "a_word_of_tomorrow" });
    expect(id).toBeGreaterThan(2 ** 32);
    expect(github.violations).toEqual([]);
  });
});

/** What the table says of a server that has a description, read in it. */
describe.each(names.filter((name) => servers[name].isDescribed))("the description of %s", (name) => {
  const { description, maxInputs, knowsRunDetails, hasConcurrencyGroups, hasDigest } = servers[name];
  const dispatch = "POST /repos/{}/{}/actions/workflows/{}/dispatches";
  const jobs = "GET /repos/{}/{}/actions/runs/{}/jobs";
  const described = new Description(
    description,
    "2022-11-28",
    routes.filter(({ isElsewhere }) => !isElsewhere).map(routeName),
  );
  const artifacts = (field: object) =>
    described
      .wrongInAnswer("GET /repos/{}/{}/actions/runs/{}/artifacts", 200, {
        total_count: 1,
        artifacts: [field],
      })
      .filter((wrong) => wrong.includes("digest"));
  const wrongInJob = (field: string, value: unknown) =>
    described
      .wrongInAnswer(jobs, 200, { total_count: 1, jobs: [{ [field]: value }] })
      .filter((wrong) => wrong.includes(`.${field}`));

  test("has the limit of inputs", () => {
    expect(described.wrongInRequest(dispatch, {}, bodyWith(maxInputs))).toEqual([]);
    expect(described.wrongInRequest(dispatch, {}, bodyWith(maxInputs + 1))).toHaveLength(1);
  });

  test("has run details or has none", () => {
    const asked = described.wrongInRequest(dispatch, {}, { ref: "main", return_run_details: true });
    const answered = described.wrongInAnswer(dispatch, 200, {
      workflow_run_id: 1,
      run_url: "https://x.test/1",
      html_url: "https://x.test/1",
    });
    expect([asked, answered]).toEqual(
      knowsRunDetails ? [[], []] : [["body.return_run_details: is not described"], ["status 200: is not described"]],
    );
  });

  test("has concurrency groups or has none", () => {
    const asked = described.wrongInRequest("GET /repos/{}/{}/actions/runs/{}/concurrency_groups", {}, undefined);
    expect(asked).toEqual(hasConcurrencyGroups ? [] : ["no such route"]);
  });

  test("has an artifact's digest or has none", () => {
    expect(artifacts({ digest: null })).toHaveLength(hasDigest ? 0 : 1);
  });

  test("demands no steps of a job, and knows neither stale nor startup_failure there", () => {
    const wrong = described.wrongInAnswer(jobs, 200, { total_count: 1, jobs: [{}] });
    expect(wrong.filter((each) => each.endsWith(".steps: is missing"))).toEqual([]);
    expect(wrong).toContain("body.jobs[0].conclusion: is missing");
    for (const word of ["stale", "startup_failure"]) expect(wrongInJob("conclusion", word)).toHaveLength(1);
    for (const word of ["timed_out", "action_required", null]) expect(wrongInJob("conclusion", word)).toEqual([]);
  });

  test("has ids of 64 bits", () => {
    const { schemas } = readExcerpt(description, "2022-11-28", [jobs]);
    expect(schemas.job).toMatchObject({
      properties: { id: { format: "int64" }, run_id: { format: "int64" } },
    });
    expect(wrongInJob("id", Number.MAX_SAFE_INTEGER)).toEqual([]);
  });
});
