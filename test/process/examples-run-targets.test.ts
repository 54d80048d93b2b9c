/** The recipes of many targets in one step, run. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, vi } from "vitest";
import { parse } from "yaml";
import type { Behaviour } from "../simulator/index.ts";
import type { Ran } from "../support/bundle.ts";
import { pageOf, playExample, readExample, SHA, setExample } from "../support/examples.ts";

// Each test waits for runs that take their time, and hardly ever for the processor.
vi.setConfig({ maxConcurrency: 12 });

const failing = (job: string): Behaviour => ({
  freshRun404Ms: 0,
  queuedMs: 200,
  setupMs: 100,
  stepMs: 200,
  jobs: { [job]: { conclusion: "failure" } },
});

/** What the only dispatching step has said of its targets. */
function saidBy(steps: readonly Ran[]) {
  const [{ outputs } = never(), ...more] = steps;
  if (more.length > 0) throw new Error("several steps have dispatched");
  const { results = "", failed_targets = "", conclusion } = outputs;
  return {
    results: JSON.parse(results) as Record<string, unknown>[],
    failed: JSON.parse(failed_targets) as string[],
    conclusion,
  };
}

describe.concurrent("many-repositories", () => {
  const also = ["octo/the-api", "octo/the-site", "octo/the-old-site"];

  test("starts the tests of each, and one that fails does not stop the others", async ({ expect }) => {
    const { github, play, target } = await setExample("many-repositories", { on: "tag", also });
    for (const repo of ["octo/the-api", "octo/the-old-site"])
      github.behaviour(repo, "test-with-library.yml", failing("test"));
    const { jobs, steps } = await play();
    const { results, failed, conclusion } = saidBy(steps);
    expect(results).toMatchObject(
      [target, ...also].map((repo) => ({
        name: repo,
        result: ["octo/the-api", "octo/the-old-site"].includes(repo) ? "failure" : "success",
        html_url: pageOf(github, repo),
      })),
    );
    expect({ failed, conclusion }).toEqual({ failed: ["octo/the-api"], conclusion: "failure" });
    expect(jobs.dependents).toMatchObject({ result: "failure", scripts: [{ env: { FAILED: "octo/the-api" } }] });
    for (const repo of [target, ...also])
      expect(github.runs(repo)[0]?.displayTitle).toMatch(/^Test with library 1\.10 \[\d+-1-[0-9a-f]{16}\]$/);
  });

  test("is green when only one that may fail has failed", async ({ expect }) => {
    const { github, play } = await setExample("many-repositories", { on: "tag", also });
    github.behaviour("octo/the-old-site", "test-with-library.yml", failing("test"));
    const { jobs, steps } = await play();
    expect(saidBy(steps)).toMatchObject({ failed: [], conclusion: "success" });
    expect(jobs.dependents).toMatchObject({ result: "success", scripts: [] });
  });
});

describe.concurrent("only-new-failures", () => {
  const also = ["octo/the-api", "octo/the-site"];

  /** By a push, four days ago. */
  async function setNight(before: Record<string, "success" | "failure">, red: readonly string[]) {
    const stage = await setExample("only-new-failures", { on: "schedule", also });
    const { github } = stage;
    for (const [repo, conclusion] of Object.entries(before)) {
      const createdAtMs = github.nowMs() - 4 * 86_400_000;
      github.startRun(repo, "test.yml", { event: "push", behaviour: { conclusion }, createdAtMs });
    }
    for (const repo of red) github.behaviour(repo, "test.yml", failing("test"));
    return stage;
  }

  test("fails for what was green before, and shows what was red", async ({ expect }) => {
    const { play } = await setNight({ "octo/the-app": "failure", "octo/the-api": "success" }, [
      "octo/the-app",
      "octo/the-api",
    ]);
    const { jobs, steps } = await play();
    const { results, failed } = saidBy(steps);
    expect(results.map(({ known_failure }) => known_failure)).toEqual(["true", "false", ""]);
    expect(failed).toEqual(["octo/the-api"]);
    expect(jobs.dependents?.result).toBe("failure");
    expect(JSON.parse(jobs.dependents?.scripts[0]?.env.RESULTS ?? "")).toEqual(results);
  });

  test("is green where all that is red was red before, and fails where nobody knows", async ({ expect }) => {
    const known = await setNight({ "octo/the-app": "failure", "octo/the-site": "failure" }, [
      "octo/the-app",
      "octo/the-site",
    ]);
    expect((await known.play()).jobs.dependents?.result).toBe("success");
    const unknown = await setNight({}, ["octo/the-app"]);
    expect((await unknown.play()).jobs.dependents?.result).toBe("failure");
  });
});

describe.concurrent("release-in-order", () => {
  const [CLIENT, SERVER, CLI] = ["octo/client", "octo/server", "octo/cli"];
  const also = [CLIENT, SERVER, CLI];

  test("publishes each package after those that it needs", async ({ expect }) => {
    const { github, target, jobs, steps } = await playExample("release-in-order", { on: "tag", also });
    expect(jobs.packages?.result).toBe("success");
    expect(saidBy(steps).results.map(({ result }) => result)).toEqual(Array(4).fill("success"));
    const startedMs = (repo: string) => github.runs(repo)[0]?.createdAtMs ?? never();
    for (const repo of [CLIENT, SERVER]) {
      expect(startedMs(repo)).toBeGreaterThan(startedMs(target));
      expect(github.runs(target, startedMs(repo))).toMatchObject([{ status: "completed" }]);
      expect(github.runs(repo, startedMs(CLI))).toMatchObject([{ status: "completed" }]);
    }
  });

  test("skips what needs a package that is not published", async ({ expect }) => {
    const { github, target, play } = await setExample("release-in-order", { on: "tag", also });
    github.behaviour(target, "publish.yml", failing("publish"));
    const { results, failed } = saidBy((await play()).steps);
    expect(results.map(({ result }) => result)).toEqual(["failure", "skipped", "skipped", "skipped"]);
    expect(failed).toEqual([target]);
    expect(also.flatMap((repo) => github.runs(repo))).toEqual([]);
  });
});

describe.skipIf(process.platform === "win32").concurrent("list-from-a-step", () => {
  const SERVICES = [
    { repo: "octo/billing", region: "eu", live: true },
    { repo: "octo/search", region: "us", live: true },
    { repo: "octo/retired", region: "eu", live: false },
  ];

  /** What the step `list` gives, by its own script. */
  function listOf(services: object[]): string {
    const { jobs } = parse(readExample("list-from-a-step", "caller").text) as {
      jobs: { services: { steps: { id?: string; run?: string }[] } };
    };
    const folder = mkdtempSync(join(tmpdir(), "tracked-dispatch-"));
    const output = join(folder, "output");
    writeFileSync(join(folder, "services.json"), JSON.stringify(services));
    const run = jobs.services.steps.find(({ id }) => id === "list")?.run ?? never();
    const env = { PATH: process.env.PATH, GITHUB_OUTPUT: output };
    const bash = spawnSync("bash", ["-e", "-c", run], { cwd: folder, env });
    const text = bash.status === 0 ? readFileSync(output, "utf8") : "";
    rmSync(folder, { recursive: true });
    if (bash.status !== 0) throw new Error(String(bash.stderr));
    return /^targets=(.*)\n$/.exec(text)?.[1] ?? never();
  }

  test("makes a list of the services that are live", ({ expect }) => {
    expect(JSON.parse(listOf(SERVICES))).toEqual([
      { repo: "octo/billing", workflow_inputs: { region: "eu" } },
      { repo: "octo/search", workflow_inputs: { region: "us" } },
    ]);
  });

  test("updates each of them", async ({ expect }) => {
    const outputs = { list: { targets: listOf(SERVICES) } };
    const { github, jobs } = await playExample("list-from-a-step", { also: ["octo/search", "octo/retired"], outputs });
    expect(jobs.services?.result).toBe("success");
    for (const [repo, region] of [
      ["octo/billing", "eu"],
      ["octo/search", "us"],
    ] as const)
      expect(github.runs(repo)).toMatchObject([{ inputs: { platform: SHA, region }, conclusion: "success" }]);
    expect(github.runs("octo/retired")).toEqual([]);
  });

  test("dispatches nothing where there is none", async ({ expect }) => {
    const outputs = { list: { targets: listOf(SERVICES.slice(2)) } };
    const { jobs, steps } = await playExample("list-from-a-step", { outputs });
    expect([jobs.services?.result, steps]).toEqual(["success", []]);
  });
});

function never(): never {
  throw new Error("it is not there");
}
