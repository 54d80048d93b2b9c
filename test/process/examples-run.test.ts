/** Each recipe, run: its caller by the committed bundle, its receiver on the simulated GitHub. Those that start a run. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, test, vi } from "vitest";
import { tokensUsed } from "../support/app-stage.ts";
import { pageOf, playExample, RECIPES, SHA, setExample } from "../support/examples.ts";
import { annotations, askedOf, TOKEN } from "../support/process-stage.ts";

// Each test waits for a run that takes its time, and hardly ever for the processor.
vi.setConfig({ maxConcurrency: 12 });

// What follows depends on how far the run has come by then: only what comes first is told here.
const LIST = (target: string) =>
  `GET /repos/${target}/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200`;

describe.concurrent("the templates", () => {
  test("of a workflow_dispatch is named by GitHub's answer", async ({ expect }) => {
    const { github, target, jobs } = await playExample("receiver-workflow-dispatch", { on: "tag" });
    expect(askedOf(github, target).slice(0, 3)).toEqual([
      `GET /repos/${target} → 200`,
      `POST /repos/${target}/actions/workflows/deploy.yml/dispatches → 200`,
      LIST(target),
    ]);
    const [ours] = github.runs(target);
    expect(ours?.inputs).toMatchObject({ environment: "production", version: "1.10" });
    expect(jobs.deploy?.result).toBe("success");
    expect(jobs.deploy?.scripts.map(({ env }) => env)).toEqual([
      { RUN: pageOf(github, target), CONCLUSION: "success" },
    ]);
  });

  test("of a workflow_dispatch is found by its name on a server that names no run", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("receiver-workflow-dispatch", {
      on: "tag",
      runDetails: "rejected",
    });
    const [ours] = github.runs(target);
    expect(ours?.displayTitle).toBe(`Deploy [${steps[0]?.outputs.distinct_id}]`);
    expect(steps[0]?.stdout).toContain("by its name");
    expect(jobs.deploy?.scripts[0]?.env.RUN).toBe(pageOf(github, target));
  });

  test("of a repository_dispatch is found by its name", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("receiver-repository-dispatch", { on: "tag" });
    expect(askedOf(github, target).slice(0, 2)).toEqual([LIST(target), `POST /repos/${target}/dispatches → 204`]);
    const distinct_id = steps[0]?.outputs.distinct_id;
    expect(github.runs(target)).toMatchObject([
      {
        displayTitle: `Deploy [${distinct_id}]`,
        payload: { environment: "production", version: "1.10", distinct_id },
      },
    ]);
    expect(steps[0]?.stdout).toContain("by its name");
    expect(jobs.deploy?.result).toBe("success");
    expect(jobs.deploy?.scripts.map(({ env }) => env)).toEqual([
      { RUN: pageOf(github, target), CONCLUSION: "success" },
    ]);
  });
});

describe.concurrent("integration-tests", () => {
  test("is as green as the tests of the pushed commit", async ({ expect }) => {
    const { github, target, jobs } = await playExample("integration-tests");
    expect(target).toBe("octo/the-tests");
    expect(askedOf(github, target).slice(0, 2)).toEqual([LIST(target), `POST /repos/${target}/dispatches → 204`]);
    expect(github.runs(target)).toMatchObject([{ payload: { commit: SHA }, conclusion: "success" }]);
    expect(jobs["integration-tests"]?.result).toBe("success");
  });

  test("is red when they fail, and names the step", async ({ expect }) => {
    const { jobs, steps } = await playExample("integration-tests", {
      behaviour: { jobs: { test: { failedStep: "Test" } } },
    });
    expect(jobs["integration-tests"]?.result).toBe("failure");
    expect(annotations(steps[0] ?? never(), "error")[0]).toContain('- test: failure in step "Test"');
  });
});

describe.concurrent("same-branch", () => {
  test.for([
    ["the branch of the same name", ["main", "feature/x"], "feature/x", ["200"]],
    ["main, where there is none", ["main"], "main", ["422", "200"]],
  ] as const)("tests by %s", async ([, branches, ref, answers], { expect }) => {
    const { github, target, play } = await setExample("same-branch", { on: "branch" });
    github.setBranches(target, branches);
    const { jobs, steps } = await play();
    expect(jobs["integration-tests"]).toMatchObject({ result: "success", scripts: [{ env: { BRANCH: ref } }] });
    expect(github.runs(target)).toMatchObject([{ inputs: { commit: SHA } }]);
    expect(steps[0]?.outputs.ref).toBe(ref);
    const sent = askedOf(github, target).filter((line) => line.startsWith("POST"));
    expect(sent.map((line) => line.slice(-3))).toEqual(answers);
  });
});

describe.concurrent("ci-to-cd", () => {
  test("hands the image over by one request, when it is built", async ({ expect }) => {
    const { github, target, jobs } = await playExample("ci-to-cd", {
      outputs: { image: { tag: "sha-9f3c2a7" } },
    });
    expect(askedOf(github, target)).toEqual([`POST /repos/${target}/dispatches → 204`]);
    expect(github.runs(target)).toMatchObject([{ payload: { image_tag: "sha-9f3c2a7", environment: "production" } }]);
    expect(jobs.image?.result).toBe("success");
  });

  test("deploys nothing that was not built", async ({ expect }) => {
    const { github, jobs } = await playExample("ci-to-cd", { endings: { image: "failure" } });
    expect(jobs.image?.result).toBe("failure");
    expect(github.requests).toEqual([]);
  });
});

describe.concurrent("every-job-succeeded", () => {
  test("starts the run when all jobs have succeeded", async ({ expect }) => {
    const { github, target, jobs } = await playExample("every-job-succeeded");
    // The receiver declares no id. GitHub says so before a run exists, and names the run then.
    expect(askedOf(github, target).slice(0, 4)).toEqual([
      `GET /repos/${target} → 200`,
      `POST /repos/${target}/actions/workflows/deploy.yml/dispatches → 422`,
      `POST /repos/${target}/actions/workflows/deploy.yml/dispatches → 200`,
      LIST(target),
    ]);
    expect(github.runs(target)).toMatchObject([{ inputs: { commit: SHA }, conclusion: "success" }]);
    expect(jobs.deploy?.result).toBe("success");
  });

  test.for([{ lint: "failure" }, { test: "failure" }, { test: "cancelled" }, { lint: "skipped" }] as const)(
    "starts nothing after %o",
    async (endings, { expect }) => {
      const { github, target, jobs } = await playExample("every-job-succeeded", { endings });
      expect(jobs.deploy?.result).toBe("skipped");
      expect(github.requests).toEqual([]);
      expect(github.runs(target)).toEqual([]);
    },
  );
});

describe.concurrent("pull-requests", () => {
  const pullRequest = (from: string, author: string) => ({
    number: 42,
    pull_request: { head: { sha: SHA, repo: { full_name: from } }, user: { login: author } },
  });

  test("tests a branch of the repository itself", async ({ expect }) => {
    const { github, target, jobs } = await playExample("pull-requests", {
      on: "pull_request",
      event: pullRequest("octo/the-app", "octocat"),
    });
    expect(jobs).toMatchObject({
      "integration-tests": { result: "success" },
      "not-tested": { result: "skipped" },
    });
    const [ours] = github.runs(target);
    expect(ours?.inputs).toMatchObject({ commit: SHA, pull_request: 42 });
    expect(ours?.displayTitle).toMatch(/^Integration tests of #42 \[1658821493-1-[0-9a-f]+\]$/);
  });

  test.for([
    ["someone/the-app", "someone"],
    ["octo/the-app", "dependabot[bot]"],
  ] as const)("skips %s of %s, without secrets, and says so", async ([from, author], { expect }) => {
    const { github, jobs } = await playExample("pull-requests", {
      on: "pull_request",
      event: pullRequest(from, author),
      secrets: {},
    });
    expect(jobs["integration-tests"]?.result).toBe("skipped");
    expect(github.requests).toEqual([]);
    expect(jobs["not-tested"]).toMatchObject({
      result: "success",
      scripts: [
        {
          run: expect.stringContaining("::notice title=Integration tests were skipped::"),
          env: { NUMBER: "42" },
        },
      ],
    });
  });

  test("is red, and sends nothing, where the repository itself has no secret", async ({ expect }) => {
    const { github, jobs, steps } = await playExample("pull-requests", {
      on: "pull_request",
      event: pullRequest("octo/the-app", "octocat"),
      secrets: {},
    });
    expect(jobs["integration-tests"]?.result).toBe("failure");
    expect(annotations(steps[0] ?? never(), "error")[0]).toContain("`token` is empty: the secret");
    expect(github.requests).toEqual([]);
  });
});

describe.concurrent("github-app", () => {
  test("uses the App's tokens alone, and gives them back", async ({ expect }) => {
    const { github, target, jobs } = await playExample("github-app", { on: "tag" });
    expect(jobs.deploy?.result).toBe("success");
    expect(askedOf(github, target).slice(0, 3)).toEqual([
      `GET /repos/${target}/installation → 200`,
      "POST /app/installations/4711/access_tokens → 201",
      `GET /repos/${target} → 200`,
    ]);
    expect(github.transcript().at(-1)).toBe("DELETE /installation/token → 204");
    expect(tokensUsed(github.requests)).toEqual([expect.stringMatching(/^ghs_/)]);
    expect(tokensUsed(github.requests)).not.toContain(TOKEN);
    expect(github.runs(target)).toMatchObject([{ inputs: { version: "1.10" } }]);
  });
});

describe.concurrent("enterprise-server", () => {
  // The stand-in speaks plain HTTP, to which no repository's URL alone leads.
  const api_url = "https://ghe.example.com/api/v3";
  test.for([{ api_url }, { repo: "platform/deployments", api_url }])(
    "is asked below /api/v3, given as in %o",
    async (given, { expect }) => {
      const { github, target, jobs, steps } = await playExample("enterprise-server", {
        on: "tag",
        runDetails: "rejected",
        given,
      });
      expect(askedOf(github, target).slice(0, 4)).toEqual([
        `GET /repos/${target} → 200`,
        `POST /repos/${target}/actions/workflows/deploy.yml/dispatches → 400`,
        `POST /repos/${target}/actions/workflows/deploy.yml/dispatches → 204`,
        LIST(target),
      ]);
      expect(steps[0]?.outputs.jobs_url).toContain(`${github.apiUrl}/api/v3/repos/${target}/`);
      expect(steps[0]?.stdout).toContain("by its name");
      expect(jobs.deploy?.scripts.map(({ env }) => env)).toEqual([{ RUN: pageOf(github, target) }]);
    },
  );
});

describe.concurrent("own-id", () => {
  test("finds the commit in a step's name", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("own-id", { on: "tag" });
    expect(steps[0]?.outputs.distinct_id).toBe(SHA);
    expect(steps[0]?.stdout).toContain("by a step's name");
    expect(github.runs(target)).toMatchObject([{ payload: { sha: SHA, branch: "1.10" } }]);
    const JOBS = steps[0]?.outputs.jobs_url;
    expect(jobs["cross-repo-test"]).toMatchObject({
      result: "success",
      scripts: [{ env: { STATUS: "completed", CONCLUSION: "success", JOBS } }],
    });
  });

  test("shows status and conclusion also of tests that fail", async ({ expect }) => {
    const { jobs } = await playExample("own-id", { behaviour: { jobs: { test: { failedStep: "Test" } } } });
    expect(jobs["cross-repo-test"]).toMatchObject({
      result: "failure",
      scripts: [{ env: { STATUS: "completed", CONCLUSION: "failure" } }],
    });
  });
});

describe.concurrent("run-id", () => {
  test("goes on when the run is known, on the branch that was asked for", async ({ expect }) => {
    const { github, target, jobs } = await playExample("run-id", {
      branches: ["target_branch"],
      behaviour: { stepMs: 60_000 },
    });
    const [ours] = github.runs(target);
    expect(github.requests[0]?.body).toMatchObject({ ref: "target_branch" });
    expect(ours).toMatchObject({ inputs: { some_input: "value" }, conclusion: null });
    expect(jobs.start).toMatchObject({ result: "success", scripts: [{ env: { RUN_ID: String(ours?.id) } }] });
  });
});

describe.concurrent("promotion", () => {
  test("delivers each input as it was written", async ({ expect }) => {
    const { github, target, jobs } = await playExample("promotion", { on: "tag" });
    expect(jobs.promote?.result).toBe("success");
    expect(github.requests.at(-2)?.body).toEqual({
      ref: "main",
      inputs: { image: "ghcr.io/octo/app:1.10", replicas: "3", dry_run: "false", stage: "production" },
    });
    expect(github.runs(target)[0]?.inputs).toEqual({
      image: "ghcr.io/octo/app:1.10",
      replicas: 3,
      dry_run: false,
      stage: "production",
    });
  });
});

test("every recipe is run here or in a file beside", ({ expect }) => {
  const here = new URL(".", import.meta.url);
  const files = readdirSync(here).filter((name) => name.startsWith("examples-run"));
  const source = files.map((name) => readFileSync(new URL(name, here), "utf8")).join("\n");
  expect(RECIPES.filter((recipe) => !source.includes(`Example("${recipe}"`))).toEqual([]);
});

function never(): never {
  throw new Error("no step was run");
}
