/** The recipes that wait for a run, and those that use its result, run. */

import { describe, test, vi } from "vitest";
import { tokensUsed } from "../support/app-stage.ts";
import type { Ran } from "../support/bundle.ts";
import { pageOf, playExample, SHA } from "../support/examples.ts";
import { annotations, askedOf } from "../support/process-stage.ts";

// Each test waits for a run that takes its time, and hardly ever for the processor.
vi.setConfig({ maxConcurrency: 12 });

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
      behaviour: { cancelTakesMs: 200, jobs: { deploy: { waitingMs: 60_000 } }, reviewers: ["octocat"] },
      given: { timeout_seconds: "6" },
    });
    expect(steps[0]?.stdout).toContain(
      `The run is waiting for an approval of production (octocat may approve): ${pageOf(github, target)}`,
    );
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
      onStep: (step) => step.onLine((line) => line.includes("Found run") && step.kill("SIGINT")),
    });
    expect(jobs.preview?.result).toBe("failure");
    expect(steps[0]?.outputs.html_url).toBe(pageOf(github, target));
    expect(askedOf(github, target)).toContain(`POST /repos/${target}/actions/runs/{1}/cancel → 202`);
    const [ours] = github.runs(target, github.nowMs() + 1000);
    expect(ours?.conclusion).toBe("cancelled");
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
    expect(steps[0]?.stdout).toContain("Outputs from the artifact `build.json`: `image`.");
    expect(steps[0]?.stdout).not.toContain("registry.example.com");
  });

  test("deploys nothing where nothing came back, and says what the receiver lacks", async ({ expect }) => {
    const { jobs, steps } = await playExample("values-back");
    expect(jobs.build?.result).toBe("failure");
    expect(jobs.deploy?.result).toBe("skipped");
    expect(annotations(steps[0] as Ran, "error").join()).toMatch(
      /^The run has no artifact `build\.json` \(`outputs_from`\): [\s\S]*uses: actions\/upload-artifact@/,
    );
  });
});

function never(): never {
  throw new Error("no step was run");
}
