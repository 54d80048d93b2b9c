import { afterEach, describe, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { type GitHub, type GitHubOptions, startGitHub, VirtualClock } from "./index.ts";

const byEvent = `
name: By event
on:
  repository_dispatch:
    types: [deploy]
run-name: Deploy \${{ github.event.client_payload.id }}
jobs:
  go:
    runs-on: ubuntu-latest
    steps:
      - run: echo done
`;
const byHand = `
name: By hand
on:
  workflow_dispatch:
    inputs:
      distinct_id: { type: string }
      stage: { type: choice, options: [test, live], default: test }
      dry: { type: boolean }
      version: { required: true }
run-name: "\${{ inputs.stage }} \${{ inputs.dry && 'dry' || 'real' }} \${{ github.ref_name }} [\${{ inputs.distinct_id }}]"
jobs:
  go:
    runs-on: ubuntu-latest
    steps:
      - run: echo done
`;
const onPush = "on: push\njobs: { go: { runs-on: x, steps: [{ run: make }] } }\n";
const dispatches = "/repos/octo/target/dispatches";
const byHandDispatches = "/repos/octo/target/actions/workflows/by-hand.yml/dispatches";
const newVersion = { "x-github-api-version": "2026-03-10" };

let github: GitHub;
let clock: VirtualClock;
afterEach(() => github.close());

async function start(options: GitHubOptions = {}) {
  clock = new VirtualClock();
  github = await startGitHub({ clock, ...options });
  github.addRepository("octo/target", {
    branches: ["release/1"],
    tags: ["v1"],
    workflows: {
      "by-event.yml": byEvent,
      "by-hand.yml": byHand,
      "push.yml": onPush,
      "off.yml": byHand,
      "asleep.yml": byEvent,
    },
    disabled: ["off.yml", "asleep.yml"],
  });
  github.addRepository("octo/public", { visibility: "public", workflows: { "push.yml": onPush } });
  github.addToken("all", { permissions: { contents: "write", actions: "write" } });
  return clientOf(clock, github.apiUrl, "all");
}

describe("a repository_dispatch", () => {
  test("starts one run per listening workflow and is answered 204, also if nobody listens", async () => {
    const call = await start();
    const { status, headers } = await call("POST", dispatches, {
      event_type: "deploy",
      client_payload: { id: "x1" },
    });
    expect([status, headers.get("deprecation") !== null]).toEqual([204, true]);
    expect(headers.get("date")).toBe("Fri, 20 Nov 2026 12:00:00 GMT");
    expect((await call("POST", dispatches, { event_type: "other" })).status).toBe(204);
    expect(github.runs("octo/target")).toMatchObject([
      { displayTitle: "Deploy x1", event: "repository_dispatch", payload: { id: "x1" }, status: "queued" },
    ]);
    expect(github.violations).toEqual([]);
  });

  test.each([
    ["no event type", {}, `"event_type" wasn't supplied`],
    ["a long event type", { event_type: "x".repeat(101) }, "between 1 and 100"],
    ["a payload that is a list", { event_type: "x", client_payload: [] }, "is not an object"],
    [
      "eleven properties",
      { event_type: "x", client_payload: Object.fromEntries([..."abcdefghijk"].map((key) => [key, 1])) },
      "No more than 10 properties",
    ],
    ["64 KB", { event_type: "x", client_payload: { a: "x".repeat(65_535) } }, "too large"],
  ])("is rejected with %s", async (_, body, message) => {
    const call = await start();
    const answer = await call("POST", dispatches, body);
    expect(answer).toMatchObject({
      status: 422,
      body: { status: "422", message: expect.stringContaining(message) },
    });
    expect(github.runs("octo/target")).toEqual([]);
  });

  test("that is not JSON is answered 400", async () => {
    const call = await start();
    expect(await call("POST", dispatches, "{")).toMatchObject({
      status: 400,
      body: { message: "Problems parsing JSON" },
    });
  });
});

describe("a workflow_dispatch", () => {
  const body = { ref: "main", inputs: { version: "1", distinct_id: "x1" } };

  test("evaluates the run's name from inputs with their types and defaults, on a branch or tag", async () => {
    const call = await start();
    for (const [ref, dry] of Object.entries({ main: "true", "refs/heads/release/1": "false", v1: "true" })) {
      const inputs = { version: "1", distinct_id: "x1", dry };
      expect((await call("POST", byHandDispatches, { ref, inputs })).status).toBe(204);
    }
    const titles = github.runs("octo/target").map(({ displayTitle }) => displayTitle);
    expect(titles).toEqual(["test dry main [x1]", "test real release/1 [x1]", "test dry v1 [x1]"]);
  });

  test("tells the run in the new version, or in the old one when asked by key", async () => {
    const call = await start();
    const tells = await call("POST", byHandDispatches, body, newVersion);
    const [run] = github.runs("octo/target");
    expect(tells.headers.get("deprecation")).toBeNull();
    expect(tells).toMatchObject({
      status: 200,
      body: {
        workflow_run_id: run?.id,
        run_url: `${github.apiUrl}/repos/octo/target/actions/runs/${run?.id}`,
        html_url: `${github.apiUrl}/octo/target/actions/runs/${run?.id}`,
      },
    });
    expect(run?.id).toBeGreaterThan(2 ** 32);
    const { status } = await call("POST", byHandDispatches, { ...body, return_run_details: true });
    expect(status).toBe(200);
    expect((await call("POST", byHandDispatches, { ...body, return_run_details: false })).status).toBe(204);
    expect(github.violations).toEqual([]);
  });

  test("that asks for the run in both ways is a violation", async () => {
    const call = await start();
    expect((await call("POST", byHandDispatches, { ...body, return_run_details: true }, newVersion)).status).toBe(501);
    expect(github.violations).toHaveLength(1);
    expect(github.runs("octo/target")).toEqual([]);
  });

  test.each([
    ["rejected", 400],
    ["rejected-410", 410],
    ["rejected-422", 422],
  ] as const)("on an older server (%s) is rejected when it asks for the run", async (runDetails, status) => {
    const call = await start({ runDetails });
    expect((await call("POST", byHandDispatches, body, newVersion)).status).toBe(status);
    expect((await call("GET", "/repos/octo/target", undefined, newVersion)).status).toBe(status);
    const asks = await call("POST", byHandDispatches, { ...body, return_run_details: true });
    const message = `Invalid request.\n\n"return_run_details" is not a permitted key.`;
    expect(asks).toMatchObject({ status: 422, body: { message } });
    expect(github.runs("octo/target")).toEqual([]);
    expect((await call("POST", byHandDispatches, body)).status).toBe(204);
  });

  test.each([
    ["off.yml", {}, "Cannot trigger a 'workflow_dispatch' on a disabled workflow"],
    ["push.yml", {}, "Workflow does not have 'workflow_dispatch' trigger"],
    ["by-hand.yml", { ref: "gone" }, "No ref found for: gone"],
    ["by-hand.yml", { inputs: { version: "1", b: "2", c: "3" } }, `Unexpected inputs provided: ["b","c"]`],
    ["by-hand.yml", { inputs: {} }, "Required input 'version' not provided"],
    [
      "by-hand.yml",
      { inputs: { version: "1", stage: "moon" } },
      "Provided value 'moon' for input 'stage' not in the list of allowed values",
    ],
  ])("of %s with %j is rejected: %s", async (file, changes, message) => {
    const call = await start();
    const path = `/repos/octo/target/actions/workflows/${file}/dispatches`;
    expect(await call("POST", path, { ...body, ...changes })).toMatchObject({
      status: 422,
      body: { message },
    });
    expect(github.runs("octo/target")).toEqual([]);
  });

  test("takes as many inputs as the server allows, and a workflow by id or file, not by path", async () => {
    const call = await start({ maxInputs: 1 });
    expect((await call("POST", byHandDispatches, body)).body).toMatchObject({
      message: expect.stringContaining("No more than 1 properties"),
    });
    const { body: listed } = await call("GET", "/repos/octo/target/actions/workflows?per_page=2&page=1");
    expect(listed).toMatchObject({ total_count: 5, workflows: [{ name: "By event" }, { name: "By hand" }] });
    const { id } = (listed as { workflows: { id: number }[] }).workflows[1] ?? { id: 0 };
    const workflows = "/repos/octo/target/actions/workflows";
    expect(await call("GET", `${workflows}/${id}`)).toMatchObject({
      body: { path: ".github/workflows/by-hand.yml" },
    });
    expect((await call("GET", `${workflows}/by-hand.yml`)).status).toBe(200);
    expect((await call("GET", `${workflows}/.github%2Fworkflows%2Fby-hand.yml`)).status).toBe(404);
    expect((await call("POST", `${workflows}/gone.yml/dispatches`, body)).status).toBe(404);
  });
});

describe("a token", () => {
  test.each([
    ["reads", { contents: "read", actions: "read" }, "personal", "personal access token"],
    ["bot", { contents: "read", actions: "read" }, "integration", "integration"],
  ] as const)("without write permission (%s) may read and is told 403", async (name, permissions, kind, word) => {
    await start();
    github.addToken(name, { permissions, kind });
    const call = clientOf(clock, github.apiUrl, name);
    expect((await call("GET", "/repos/octo/target/actions/runs")).status).toBe(200);
    const message = `Resource not accessible by ${word}`;
    expect(await call("POST", dispatches, { event_type: "deploy" })).toMatchObject({
      status: 403,
      body: { message },
    });
    expect(await call("POST", byHandDispatches, { ref: "main" })).toMatchObject({
      status: 403,
      body: { message },
    });
    expect(github.runs("octo/target")).toEqual([]);
  });

  test("sees only its repositories and what is public", async () => {
    await start();
    github.addToken("mine", { permissions: { actions: "write" }, repositories: ["octo/other"] });
    const call = clientOf(clock, github.apiUrl, "mine");
    expect(await call("GET", "/repos/octo/target")).toMatchObject({
      status: 404,
      body: { message: "Not Found" },
    });
    expect((await call("GET", "/repos/octo/public/actions/runs")).status).toBe(200);
    expect((await call("POST", "/repos/octo/public/dispatches", { event_type: "x" })).status).toBe(403);
    const nobody = clientOf(clock, github.apiUrl, undefined);
    expect((await nobody("GET", "/repos/octo/public")).status).toBe(200);
    expect((await nobody("POST", "/repos/octo/public/dispatches", { event_type: "x" })).status).toBe(401);
  });

  test("that is unknown or has expired is answered 401", async () => {
    await start();
    const bad = { status: 401, body: { message: "Bad credentials" } };
    expect(await clientOf(clock, github.apiUrl, "who")("GET", "/repos/octo/public")).toMatchObject(bad);
    github.addToken("hour", { permissions: {}, expiresAtMs: github.nowMs() + 3_600_000 });
    const call = clientOf(clock, github.apiUrl, "hour");
    expect((await call("GET", "/repos/octo/target")).status).toBe(200);
    await clock.sleep(3_600_000);
    expect(await call("GET", "/repos/octo/target")).toMatchObject(bad);
    expect(github.requests.map(({ token }) => token)).toEqual([undefined, "hour", "hour"]);
    expect(github.requests[1]?.headers.authorization).toBe("[redacted]");
  });
});

test("the repository, its refs and its files are there, and what is not is answered 404", async () => {
  const call = await start();
  const at = "/repos/octo/target";
  expect((await call("GET", at)).body).toMatchObject({ full_name: "octo/target", default_branch: "main" });
  expect((await call("GET", `/api/v3${at}`)).body).toMatchObject({ url: `${github.apiUrl}/api/v3${at}` });
  expect((await call("GET", `${at}/git/ref/heads/release/1`)).body).toMatchObject({
    ref: "refs/heads/release/1",
  });
  expect((await call("GET", `${at}/git/ref/tags%2Fv1`)).body).toMatchObject({ object: { type: "commit" } });
  expect((await call("GET", `${at}/branches/release%2F1`)).body).toMatchObject({ name: "release/1" });
  const file = await call("GET", `${at}/contents/.github/workflows/push.yml?ref=v1`);
  expect(Buffer.from((file.body as { content: string }).content, "base64").toString()).toBe(onPush);
  for (const gone of ["/git/ref/heads/v1", "/branches/v1", "/contents/README.md", "/contents/x?ref=gone"]) {
    expect((await call("GET", at + gone)).status).toBe(404);
  }
  expect(github.violations).toEqual([]);
});

test("a workflow with a construct that is not played is refused by name", async () => {
  await start();
  const add = (text: string) => () => github.addRepository("octo/odd", { workflows: { "odd.yml": text } });
  const steps = "steps: [{ run: make }]";
  expect(add(`on: push\njobs: { go: { ${steps}, services: {} } }`)).toThrow(
    `jobs.go: the simulator does not play "services"`,
  );
  expect(add(`on: push\njobs: { go: { ${steps}, if: failure() } }`)).toThrow("does not play this condition");
  expect(add(`on: push\nrun-name: \${{ secrets.X }}\njobs: { go: { ${steps} } }`)).toThrow("run-name");
  expect(add(`on: push\njobs: { go: { needs: x, ${steps} } }`)).toThrow("unknown job x");
});
