/** Each recipe, run: its caller by the committed bundle, its receiver on the simulated GitHub. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, test, vi } from "vitest";
import type { Behaviour, GitHub } from "../simulator/index.ts";
import { tokensUsed } from "../support/app-stage.ts";
import { playExample, RECIPES, SHA, setExample } from "../support/examples.ts";
import { annotations, askedOf, TOKEN } from "../support/process-stage.ts";
import type { Ran } from "../support/step.ts";

// Each test waits for a run that takes its time, and hardly ever for the processor.
vi.setConfig({ maxConcurrency: 12 });

// What follows depends on how far the run has come by then: only what comes first is told here.
const LIST = (target: string) =>
  `GET /repos/${target}/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200`;

/** The page of the only run, which is ours. */
function pageOf(github: GitHub, target: string): string {
  const [ours, ...others] = github.runs(target);
  if (!ours || others.length > 0) throw new Error(`${target} has ${others.length + (ours ? 1 : 0)} runs`);
  return `${github.apiUrl}/${target}/actions/runs/${ours.id}`;
}

// The longest comes first: all others fit in beside it.
describe.concurrent("only-the-last-counts", () => {
  /** A rebuild has begun, ours waits behind it, and a newer one comes. */
  async function supersede(given: Record<string, string> = {}) {
    const newer = { event: "repository_dispatch", action: "rebuild", payload: { source: "octo/the-api" } };
    let isSuperseded = false;
    const { github, target, play } = await setExample("only-the-last-counts", {
      given,
      onStep: (step, { startRun }) =>
        step.onLine((line) => {
          if (isSuperseded || !line.includes("The run is pending: ")) return;
          isSuperseded = true;
          startRun("octo/the-site", "rebuild.yml", newer);
        }),
    });
    const long = { stepMs: 60_000 };
    github.startRun(target, "rebuild.yml", { ...newer, behaviour: long });
    // The first is to have begun: one that had not would be superseded by ours.
    await vi.waitUntil(() => github.runs(target)[0]?.status === "in_progress", { timeout: 10_000 });
    return await play();
  }

  test("rebuilds for its source", async ({ expect }) => {
    const { github, target, jobs } = await playExample("only-the-last-counts");
    expect(askedOf(github, target).slice(0, 2)).toEqual([`POST /repos/${target}/dispatches → 204`, LIST(target)]);
    expect(github.runs(target)).toMatchObject([{ payload: { source: "octo/the-app" }, conclusion: "success" }]);
    expect(jobs.site).toMatchObject({ result: "success", scripts: [] });
  });

  test("is green when a newer rebuild has taken its place, and says so", async ({ expect }) => {
    const { github, target, jobs, steps } = await supersede();
    expect(github.runs(target).map(({ status, conclusion }) => conclusion ?? status)).toEqual([
      "in_progress",
      "cancelled",
      "pending",
    ]);
    const ours = `${github.apiUrl}/${target}/actions/runs/${github.runs(target)[1]?.id}`;
    expect(steps[0]?.outputs).toMatchObject({ conclusion: "cancelled", html_url: ours });
    expect(jobs.site).toMatchObject({
      result: "success",
      scripts: [{ run: expect.stringContaining("title=Superseded"), env: { RUN: ours } }],
    });
  });

  test("would be red without `success_conclusions`, and tell why", async ({ expect }) => {
    const { github, target, jobs, steps } = await supersede({ success_conclusions: "" });
    expect(jobs.site).toMatchObject({ result: "failure", scripts: [] });
    const newer = github.runs(target)[2];
    expect(annotations(steps[0] ?? never(), "error")[0]).toContain(
      `It was cancelled before any job had started: ${newer?.displayTitle} #3 has taken its place in the concurrency group: ` +
        `${github.apiUrl}/${target}/actions/runs/${newer?.id}`,
    );
  });
});

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
    expect(askedOf(github, target).slice(0, 2)).toEqual([`POST /repos/${target}/dispatches → 204`, LIST(target)]);
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
    expect(askedOf(github, target).slice(0, 2)).toEqual([`POST /repos/${target}/dispatches → 204`, LIST(target)]);
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

describe.concurrent("many-repositories", () => {
  const also = ["octo/the-api", "octo/the-site"];

  test("starts the tests of each, and one that fails does not stop the others", async ({ expect }) => {
    const { github, play, target } = await setExample("many-repositories", { on: "release", also });
    github.behaviour("octo/the-api", "test-with-library.yml", {
      freshRun404Ms: 0,
      queuedMs: 200,
      setupMs: 100,
      stepMs: 200,
      jobs: { test: { conclusion: "failure" } },
    });
    const { jobs, steps } = await play();
    expect(jobs.dependents?.result).toBe("failure");
    expect(steps.map(({ outputs }) => outputs.conclusion).sort()).toEqual(["failure", "success", "success"]);
    for (const repo of [target, ...also]) {
      const [ours] = github.runs(repo);
      const step = steps.find(({ outputs }) => outputs.html_url === pageOf(github, repo));
      expect(ours?.displayTitle).toBe(`Test with library 1.10 [${step?.outputs.distinct_id}]`);
    }
  });
});

describe.concurrent("gate", () => {
  test("publishes what was accepted", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("gate", { on: "tag" });
    expect(steps[0]?.stdout).toContain("by a job's name");
    const RUN = pageOf(github, target);
    expect(jobs).toMatchObject({
      acceptance: { result: "success", outputs: { run: RUN }, scripts: [] },
      publish: { result: "success", scripts: [{ env: { RUN } }] },
    });
  });

  test("publishes nothing else, and shows what has failed", async ({ expect }) => {
    const { jobs, steps } = await playExample("gate", {
      on: "tag",
      behaviour: { jobs: { browser: { failedStep: "Test in a browser" } } },
    });
    expect(jobs).toMatchObject({ acceptance: { result: "failure" }, publish: { result: "skipped" } });
    expect(JSON.parse(jobs.acceptance?.scripts[0]?.env.FAILED_JOBS ?? "")).toMatchObject([
      { name: "Browser", conclusion: "failure", failed_step: "Test in a browser" },
    ]);
    expect(annotations(steps[0] ?? never(), "error")[0]).toContain('- Browser: failure in step "Test in a browser"');
  });
});

describe.concurrent("skipped-when-cancelled", () => {
  test.for([
    ["success", "success", "success"],
    ["cancelled", "success", "skipped"],
    ["failure", "failure", "skipped"],
  ] as const)("is as the run elsewhere ends: %s", async ([conclusion, checks, publish], { expect }) => {
    const { github, target, jobs, steps } = await playExample("skipped-when-cancelled", {
      on: "tag",
      behaviour: { jobs: { check: { conclusion } } },
    });
    expect(github.runs(target)).toMatchObject([{ inputs: { commit: SHA }, conclusion }]);
    expect(steps[0]?.outputs).toMatchObject({ conclusion, html_url: pageOf(github, target) });
    expect(jobs).toMatchObject({
      checks: { result: checks, outputs: { conclusion } },
      publish: { result: publish, scripts: publish === "success" ? [{}] : [] },
    });
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
  const byApiUrl = { repo: "platform/deployments", api_url: "https://ghe.example.com/api/v3" };
  test.for([{}, byApiUrl])("is asked below /api/v3, given as in %o", async (given, { expect }) => {
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
  });
});

describe.concurrent("long-waits", () => {
  test("sees a run through with an App", async ({ expect }) => {
    const { github, target, jobs } = await playExample("long-waits", { on: "schedule" });
    expect(jobs["endurance-test"]?.result).toBe("success");
    expect(github.runs(target)).toMatchObject([{ conclusion: "success" }]);
    expect(tokensUsed(github.requests)).toEqual([expect.stringMatching(/^ghs_/)]);
  });

  test("cancels what goes on for longer than it waits", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("long-waits", {
      on: "schedule",
      behaviour: { stepMs: 60_000, cancelTakesMs: 200 },
      given: { timeout_seconds: "1" },
    });
    expect(jobs["endurance-test"]?.result).toBe("failure");
    expect(annotations(steps[0] ?? never(), "error")[0]).toContain("did not complete within 1 s");
    expect(askedOf(github, target)).toContain(`POST /repos/${target}/actions/runs/{1}/cancel → 202`);
  });
});

describe.concurrent("approvals", () => {
  test("is green when the run has been approved and has succeeded", async ({ expect }) => {
    const { github, target, jobs } = await playExample("approvals", {
      on: "tag",
      behaviour: { jobs: { deploy: { waitingMs: 500 } } },
    });
    expect(jobs.deploy?.result).toBe("success");
    expect(github.runs(target)).toMatchObject([{ inputs: { version: "1.10" }, conclusion: "success" }]);
  });

  test("says whose approval the run waits for, and cancels what nobody has approved in time", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("approvals", {
      on: "tag",
      behaviour: { cancelTakesMs: 200, jobs: { deploy: { waitingMs: 60_000 } } },
      given: { timeout_seconds: "6" },
    });
    expect(steps[0]?.stdout).toContain(`The run is waiting for an approval of production: ${pageOf(github, target)}`);
    expect(jobs.deploy?.result).toBe("failure");
    expect(annotations(steps[0] ?? never(), "error")[0]).toContain("when last seen it was waiting");
    expect(askedOf(github, target)).toEqual(
      expect.arrayContaining([
        `GET /repos/${target}/actions/runs/{1}/pending_deployments → 200`,
        `POST /repos/${target}/actions/runs/{1}/cancel → 202`,
      ]),
    );
  });
});

// Signals are Unix's.
describe.skipIf(process.platform === "win32").concurrent("cancel-together", () => {
  test("ends the remote run with the step", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("cancel-together", {
      behaviour: { stepMs: 60_000, cancelTakesMs: 200 },
      onStep: (step) => step.onLine((line) => line.startsWith("Found run") && step.kill("SIGINT")),
    });
    expect(jobs.preview?.result).toBe("failure");
    expect(steps[0]?.outputs.html_url).toBe(pageOf(github, target));
    expect(askedOf(github, target)).toContain(`POST /repos/${target}/actions/runs/{1}/cancel → 202`);
    const [ours] = github.runs(target, github.nowMs() + 1000);
    expect(ours?.conclusion).toBe("cancelled");
  });
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

describe.concurrent("fail-fast", () => {
  test("ends with the first job that fails, and the rest of the run with it", async ({ expect }) => {
    const behaviour = { jobs: { short: { failedStep: "Test" }, long: { durationMs: 3_600_000 } } };
    const { github, target, jobs, steps } = await playExample("fail-fast", { behaviour });
    expect(jobs).toMatchObject({ tests: { result: "failure" } });
    expect(annotations(steps[0] as Ran, "error").join()).toContain("short (failure)");
    expect(github.runs(target)[0]?.cancelRequestedAtMs).toBeDefined();
  });
});

describe.concurrent("commit-status", () => {
  test("shows the run on the commit, by the job's own token", async ({ expect }) => {
    const event = { pull_request: { head: { sha: SHA } } };
    const { github, jobs } = await playExample("commit-status", { on: "pull_request", event });
    expect(jobs).toMatchObject({ acceptance: { result: "success" } });
    expect(github.statuses("octo/the-app").map(({ sha, state }) => [sha, state])).toEqual([
      [SHA, "pending"],
      [SHA, "success"],
    ]);
  });
});

describe.concurrent("one-rebuild", () => {
  test("starts one, and takes it the next time", async ({ expect }) => {
    const behaviour = { queuedMs: 600_000, visibleAfterMs: 0 };
    const { github, target, play } = await setExample("one-rebuild", { on: "release", behaviour });
    const plays = [await play(), await play()];
    expect(github.runs(target)).toHaveLength(1);
    const page = pageOf(github, target);
    expect(plays.flatMap(({ jobs }) => jobs.rebuild?.scripts.map(({ env }) => env))).toEqual([
      { HOW: "created", RUN: page },
      { HOW: "reused", RUN: page },
    ]);
  });
});

describe.concurrent("flaky-tests", () => {
  test("is green by the attempt that is, which the next step is told", async ({ expect }) => {
    const failing = { jobs: { browser: { failedStep: "Test" } }, freshRun404Ms: 0 };
    const { github, target, jobs } = await playExample("flaky-tests", {
      behaviour: { ...failing, rerunLagMs: 100, reruns: [failing, {}] },
    });
    expect(jobs).toMatchObject({ acceptance: { result: "success", scripts: [{ env: { ATTEMPT: "3" } }] } });
    expect(github.runs(target)).toMatchObject([{ attempt: 3, conclusion: "success" }]);
  });
});

describe.concurrent("parallel-steps", () => {
  const others = ["octo/site-tests", "octo/load-tests"];

  /** The load test would go on for an hour. */
  async function play(behaviour: Behaviour = {}, given: Record<string, string> = {}) {
    const { github, play } = await setExample("parallel-steps", { also: others, behaviour, given });
    github.behaviour("octo/load-tests", "test.yml", { freshRun404Ms: 0, jobs: { test: { durationMs: 3_600_000 } } });
    const stopped = () => github.runs("octo/load-tests")[0];
    return { ...(await play()), stopped };
  }

  test("waits for two, then cancels the third and its run, and is green", async ({ expect }) => {
    const { github, target, jobs, steps, stopped } = await play();
    const [API, SITE] = [target, "octo/site-tests"].map((name) => pageOf(github, name));
    expect(jobs).toMatchObject({ acceptance: { result: "success", scripts: [{ env: { API, SITE } }] } });
    expect(stopped()?.cancelRequestedAtMs).toBeDefined();
    expect(annotations(steps.at(-1) as Ran, "error").join()).toContain("The remote run is being cancelled: ");
    expect(steps.map(({ outputs }) => outputs.runId)).not.toContain(undefined);
  });

  test("is red when one of them is, and the third ends by its own deadline", async ({ expect }) => {
    const { jobs, stopped } = await play({ jobs: { test: { failedStep: "Test" } } }, { timeout_seconds: "5" });
    expect(jobs).toMatchObject({ acceptance: { result: "failure", scripts: [] } });
    expect(stopped()?.cancelRequestedAtMs).toBeDefined();
  });
});

describe.concurrent("only-some-jobs", () => {
  test("goes on when they have ended, while the run does not", async ({ expect }) => {
    const behaviour = { jobs: { measure: { durationMs: 3_600_000 } } };
    const { github, target, jobs, steps } = await playExample("only-some-jobs", { behaviour });
    expect(jobs).toMatchObject({ deploy: { result: "success" } });
    expect(github.runs(target)).toMatchObject([{ status: "in_progress" }]);
    expect(steps).toMatchObject([{ outputs: { conclusion: "success" } }]);
  });
});

describe.concurrent("wait-in-another-job", () => {
  test("publishes when the tests are green, which ran while it packed", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("wait-in-another-job", { on: "tag" });
    const page = pageOf(github, target);
    expect(github.runs(target)).toMatchObject([{ inputs: { version: "1.10" }, conclusion: "success" }]);
    expect(jobs).toMatchObject({ start: { outputs: { run: page } }, publish: { result: "success" } });
    expect(steps.map(({ outputs }) => [outputs.disposition, outputs.html_url])).toEqual([
      ["created", page],
      ["given", page],
    ]);
    expect(askedOf(github, target).filter((line) => /^POST .* 200$/.test(line))).toHaveLength(1);
  });

  test("publishes nothing when they fail, and says which step did", async ({ expect }) => {
    const behaviour = { jobs: { test: { failedStep: "Test" } } };
    const { jobs, steps } = await playExample("wait-in-another-job", { on: "tag", behaviour });
    expect(jobs.publish).toMatchObject({ result: "failure", scripts: [] });
    expect(annotations(steps[1] as Ran, "error").join()).toContain('test: failure in step "Test"');
  });
});

describe.concurrent("values-back", () => {
  const built = {
    artifacts: [{ name: "build.json", text: `{\n  "image": "registry.example.com/app@sha256:${SHA}"\n}\n` }],
  };

  test("deploys what was built", async ({ expect }) => {
    const { jobs, steps } = await playExample("values-back", { behaviour: built });
    expect(jobs.deploy).toMatchObject({
      result: "success",
      scripts: [{ env: { IMAGE: `registry.example.com/app@sha256:${SHA}` } }],
    });
    expect(steps[0]?.stdout).toContain("Values from the artifact `build.json`: `image`.");
    expect(steps[0]?.stdout).not.toContain("registry.example.com");
  });

  test("deploys nothing where nothing came back, and says what the receiver lacks", async ({ expect }) => {
    const { jobs, steps } = await playExample("values-back");
    expect(jobs.build?.result).toBe("failure");
    expect(jobs.deploy?.result).toBe("skipped");
    expect(annotations(steps[0] as Ran, "error").join()).toMatch(
      /^The run has left no artifact `build\.json` \(`outputs_from`\): [\s\S]*uses: actions\/upload-artifact@/,
    );
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
