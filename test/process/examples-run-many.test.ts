/** The recipes of many callers or many targets, run. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test, vi } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import type { Ran } from "../support/bundle.ts";
import { type PlayedExample, pageOf, playExample, setExample } from "../support/examples.ts";
import { annotations, askedOf } from "../support/process-stage.ts";

// Each test waits for a run that takes its time, and hardly ever for the processor.
vi.setConfig({ maxConcurrency: 12 });

// What follows depends on how far the run has come by then: only what comes first is told here.
const LIST = (target: string) =>
  `GET /repos/${target}/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200`;

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
    await vi.waitUntil(() => github.runs(target)[0]?.status === "in_progress", { timeout: 60_000 });
    return await play();
  }

  test("rebuilds for its source", async ({ expect }) => {
    const { github, target, jobs } = await playExample("only-the-last-counts");
    expect(askedOf(github, target).slice(0, 2)).toEqual([LIST(target), `POST /repos/${target}/dispatches → 204`]);
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
      `It was cancelled before any job had started: ${newer?.displayTitle} #3 replaced it in the concurrency group: ` +
        `${github.apiUrl}/${target}/actions/runs/${newer?.id}`,
    );
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

describe.skipIf(process.platform === "win32").concurrent("results-table", () => {
  const others = ["site", "mobile", "search", "billing"].map((name) => `octo/${name}-tests`);

  /** The table that the last step writes, by its own script. */
  function tableOf({ jobs }: PlayedExample): string[] {
    const { run = "", env = {} } = jobs.acceptance?.scripts.at(-1) ?? {};
    const summary = join(mkdtempSync(join(tmpdir(), "tracked-dispatch-")), "summary.md");
    const bash = spawnSync("bash", ["-e", "-c", run], {
      env: { PATH: process.env.PATH, ...env, GITHUB_STEP_SUMMARY: summary },
    });
    const table = bash.status === 0 ? readFileSync(summary, "utf8").trimEnd().split("\n") : [];
    rmSync(dirname(summary), { recursive: true });
    if (bash.status !== 0) throw new Error(String(bash.stderr));
    return table;
  }

  test("shows each result, also when one of them is red", async ({ expect }) => {
    const { github, target, play } = await setExample("results-table", { also: others });
    github.behaviour("octo/search-tests", "test.yml", { freshRun404Ms: 0, jobs: { test: { failedStep: "Test" } } });
    const played = await play();
    expect(played.jobs.acceptance?.result).toBe("failure");
    const row = (repo: string, conclusion: string) =>
      `| ${repo.slice(5, -6)} | ${conclusion} | ${pageOf(github, repo)} |`;
    expect(tableOf(played)).toEqual([
      "| tests | result | run |",
      "| --- | --- | --- |",
      ...[target, ...others].map((repo) => row(repo, repo === "octo/search-tests" ? "failure" : "success")),
    ]);
  });

  test("says where there is no run", async ({ expect }) => {
    const table = tableOf(await playExample("results-table", { also: others, given: { workflow: "missing.yml" } }));
    expect(table.slice(2)).toContain("| billing | no result | none |");
  });
});

function never(): never {
  throw new Error("no step was run");
}
