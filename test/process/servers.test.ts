/** The bundle as a process against every kind of GitHub server: where its requests go, and what older servers take. */

import { describe, test } from "vitest";
import { hasOpenssl, makeAuthority } from "../support/certificates.ts";
import { startFront } from "../support/front.ts";
import { annotations, askedOf, setProcessStage } from "../support/process-stage.ts";
import { startProxy } from "../support/proxy.ts";
import { receiver } from "../support/receivers.ts";

const WORKFLOW = { "octo/target": { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
const GIVEN = { workflow: "deploy.yml", ref: "main" };
const POST = "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches";
const RUN_1 = "GET /repos/octo/target/actions/runs/{1}?exclude_pull_requests=true → 200";
const LIST = "GET /repos/octo/target/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200";
/** The run goes on after the step has found it. */
const LASTING = { behaviour: { queuedMs: 60_000 } };

const canIssue = hasOpenssl();
const authority = canIssue ? makeAuthority() : undefined;
const HOSTS = ["api.github.com", "api.tenant.ghe.com", "ghe.test", "own.test"];
const certificate = authority?.issue(HOSTS.map((host) => `DNS:${host}`));
const title = (what: string) => (canIssue ? what : `${what} (not tested: this machine has no openssl)`);

describe.runIf(canIssue).concurrent(title("a repository's URL chooses its server's REST root"), () => {
  test.for([
    ["https://github.com/octo/target", "api.github.com:443", ""],
    ["git@github.com:octo/target.git", "api.github.com:443", ""],
    ["https://tenant.ghe.com/octo/target", "api.tenant.ghe.com:443", ""],
    ["https://ghe.test:8443/octo/target.git", "ghe.test:8443", "/api/v3"],
    ["https://own.test/octo/target", "own.test:443", ""],
    ["octo/target", "own.test:443", ""],
  ] as const)("%s goes to %s%s, and to nobody else", async ([repo, host, path], { expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW, LASTING);
    const front = await startFront(github.apiUrl, certificate ? { tls: certificate } : {});
    const hosts = [...HOSTS.map((name) => `${name}:443`), "ghe.test:8443"];
    const proxy = await startProxy({ hosts: Object.fromEntries(hosts.map((each) => [each, front.port])) });
    const ran = await run(
      // Its root is no usual one, so that it shows where it is taken.
      { ...GIVEN, repo, api_url: "https://own.test" },
      { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: authority?.file },
    );
    expect(annotations(ran, "error")).toEqual([]);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${host}`]));
    expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, RUN_1]);
    expect(front.requests).toHaveLength(2);
    for (const line of front.requests) expect(line).toMatch(new RegExp(`^[A-Z]+ ${path}/repos/octo/target/`));
    // The links are the server's own words, not made up from an input.
    const origin = `http://${host.replace(":443", "")}`;
    const id = github.runs("octo/target")[0]?.id;
    expect(ran.outputs.html_url).toBe(`${origin}/octo/target/actions/runs/${id}`);
    expect(ran.outputs.jobs_url).toBe(`${origin}${path}/repos/octo/target/actions/runs/${id}/jobs`);
    expect(ran.stdout).toContain(`GitHub started run ${id}: ${ran.outputs.html_url}`);
  });
});

describe.concurrent("a server whose REST root has a path", () => {
  test.for(["/api/v3", "/api/v3/"])("is asked under it in every request: %s", async (path, { expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW, LASTING);
    const front = await startFront(github.apiUrl, {});
    const api_url = `http://127.0.0.1:${front.port}${path}`;
    // By its display name, at the default branch: every request that comes before the dispatch is made.
    const ran = await run({ repo: "octo/target", workflow: "Deploy", api_url });
    expect(annotations(ran, "error")).toEqual([]);
    expect(front.requests.length).toBeGreaterThan(3);
    for (const line of front.requests) expect(line).toMatch(/^[A-Z]+ \/api\/v3\/repos\/octo\/target/);
    expect(ran.outputs.jobs_url).toContain(`:${front.port}/api/v3/repos/`);
  });

  test("is asked under it for the renamed repository, too", async ({ expect }) => {
    const { github, run } = await setProcessStage({ "octo/old": WORKFLOW["octo/target"] }, LASTING);
    github.renameRepository("octo/old", "octo/target");
    const front = await startFront(github.apiUrl, {});
    const ran = await run({ ...GIVEN, repo: "octo/old", api_url: `http://127.0.0.1:${front.port}/api/v3` });
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.stdout).toContain("octo/old is now called octo/target");
    for (const line of front.requests) expect(line).toMatch(/^[A-Z]+ \/api\/v3\/repos/);
    expect(github.runs("octo/target")).toHaveLength(1);
  });
});

describe.concurrent("an older server", () => {
  test.for([
    ["rejected", 400],
    ["rejected-410", 410],
    ["rejected-422", 422],
  ] as const)(
    "that refuses to tell the run's id (%s) is asked without, once",
    async ([runDetails, status], { expect }) => {
      const { github, run } = await setProcessStage(WORKFLOW, {
        ...LASTING,
        runDetails,
        etags: false,
        rateLimitHeaders: false,
      });
      const ran = await run({ ...GIVEN, repo: "octo/target", api_url: `${github.apiUrl}/api/v3` });
      expect(annotations(ran, "error")).toEqual([]);
      expect(askedOf(github, "octo/target")).toEqual([`${POST} → ${status}`, `${POST} → 204`, LIST]);
      expect(ran.outputs.runId).toBe(String(github.runs("octo/target")[0]?.id));
      expect(ran.outputs.jobs_url).toContain("/api/v3/repos/");
    },
  );

  test("without ETags and rate-limit headers is followed to the end of the run", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW, {
      runDetails: "rejected",
      etags: false,
      rateLimitHeaders: false,
    });
    const given = { ...GIVEN, repo: "octo/target", wait_for: "completed", poll_interval_seconds: "1" };
    const ran = await run({ ...given, api_url: `${github.apiUrl}/api/v3` });
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.outputs).toMatchObject({ conclusion: "success", failed_jobs: "[]" });
    expect(github.requests.every(({ headers }) => headers["if-none-match"] === undefined)).toBe(true);
  });

  test("that takes ten inputs says so of the eleventh, which is our id", async ({ expect }) => {
    const names = Array.from({ length: 10 }, (_, nth) => `input_${nth}`);
    const declared = names.map((name) => `      ${name}:\n        required: false`).join("\n");
    const workflow = receiver("workflow_dispatch", "run-name").replace("jobs:", `${declared}\njobs:`);
    const { github, run } = await setProcessStage(
      { "octo/target": { "deploy.yml": workflow } },
      { ...LASTING, runDetails: "rejected", maxInputs: 10 },
    );
    const workflow_inputs = JSON.stringify(Object.fromEntries(names.map((name) => [name, "secret-7431"])));
    const ran = await run({ ...GIVEN, repo: "octo/target", workflow_inputs });
    expect(annotations(ran, "error")).toEqual([
      expect.stringMatching(
        /^`workflow_inputs` has 11 inputs, with `distinct_id`; this server \(3\.19\.0\) takes at most 10, so/,
      ),
    ]);
    expect(ran.stdout).not.toContain("7431");
    expect(github.runs("octo/target")).toEqual([]);
    // The server's first answer tells its version: that refuses the asking for the run's id, and nothing is sent again.
    const wrong = expect.stringContaining("body.inputs: must NOT have more than 10 properties");
    expect(github.takeViolations()).toEqual([wrong]);
  });
});
