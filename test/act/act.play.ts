/** The committed action on a runner that others wrote, nektos/act: `npm run test:act`. What is seen here is in docs/servers.md. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { tokensUsed } from "../support/app-stage.ts";
import { setProcessStage, TOKEN } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";
import { addCallersRun, eventOf } from "../support/report-stage.ts";
import { CALLER } from "../support/step.ts";
import {
  type ActOptions,
  type CallerOptions,
  callerOf,
  findAct,
  HOW_TO_INSTALL,
  reportOf,
  startAct,
  VERSION,
  versionOf,
} from "./act.ts";

const act = findAct();
if (act === undefined) console.warn(`Skipped: nektos/act is not on this machine. To install it:\n${HOW_TO_INSTALL}`);
else if (versionOf(act) !== VERSION)
  console.warn(`docs/servers.md speaks of act ${VERSION}, and this is ${versionOf(act)}.`);

const TARGET = "octo/target";
const OTHER = "octo/other";
const LATER_TOKEN = "ghp_7hGfEdCbAzYxWvUtSrQp";
const STATUS_TOKEN = "ghs_9zYxW8vUtSrQpOnMlKjI";

/** Starts a caller whose step has these inputs, and plays what it starts. */
async function start(
  given: Record<string, string>,
  behaviour: Behaviour = {},
  { caller, ...options }: ActOptions & { caller?: CallerOptions } = {},
) {
  const workflows = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
  const { github } = await setProcessStage({ [TARGET]: workflows, [OTHER]: workflows }, { behaviour });
  const all = { token: TOKEN, api_url: github.apiUrl, repo: TARGET, workflow: "deploy.yml", ref: "main", ...given };
  const running = startAct(act ?? "", callerOf(all, caller), options);
  const posts = () => github.transcript().flatMap((line) => /^POST .*\/(\w+) → \d+$/.exec(line)?.[1] ?? []);
  return { ...running, github, posts, run: () => github.runs(TARGET)[0] };
}

describe.skipIf(act === undefined)("under nektos/act a step", () => {
  test("hands its outputs to a later step and a later job, its summary to the log, and nothing to its post step", async () => {
    const artifacts = [{ name: "build.json", text: '{"version":"1.2.3"}' }];
    const { ended, github, posts, run } = await start(
      { wait_for: "completed", outputs_from: "build.json" },
      { artifacts },
    );
    const { log, exitCode, step, job } = await ended;
    expect(exitCode).toBe(0);
    const runId = String(run()?.id);
    expect(step).toMatchObject({ runId, status: "completed", conclusion: "success", outputs: '{"version":"1.2.3"}' });
    expect(step?.distinct_id).toMatch(/^1-1-[0-9a-f]{16}$/);
    expect(job).toEqual({ result: "success", runId, version: "1.2.3" });
    expect(log).toContain("Summary - ## ✅ Passed: ");
    expect(log).toContain("Success - Post ./");
    expect(log).not.toContain(TOKEN);
    expect(posts()).toEqual(["dispatches"]);
    // The post step has asked for nothing: the values were read last.
    expect(github.transcript().at(-1)).toMatch(/^GET \/artifact-files\//);
  });

  test("that fails is red, and what follows it sees why", async () => {
    const behaviour = { jobs: { identify: { failedStep: "Deploy", log: ["No space left"] } } };
    const { ended } = await start({ wait_for: "completed" }, behaviour);
    const { log, exitCode, step, job } = await ended;
    expect(exitCode).toBe(1);
    expect(log).toMatch(/❗ {2}::error::The run ended as failure: .*%0A- identify: failure in step "Deploy"/);
    expect(log).toContain("Summary - ## ❌ Failed: ");
    // The event does not tell that the caller is private.
    expect(log).not.toContain("No space left");
    expect(step).toMatchObject({ conclusion: "failure" });
    expect(JSON.parse(step?.failed_jobs ?? "")).toMatchObject([{ name: "identify", failed_step: "Deploy" }]);
    expect(job).toMatchObject({ result: "failure", runId: step?.runId });
  });

  test("of a caller whose event says that it is private shows the last lines of a failed step", async () => {
    const behaviour = { jobs: { identify: { failedStep: "Deploy", log: ["No space left"] } } };
    const event = { repository: { private: true } };
    const { ended } = await start({ wait_for: "completed" }, behaviour, { event });
    expect((await ended).log).toContain("No space left");
  });

  test.each([
    [
      "wait-for",
      "completed",
      1,
      "❗  ::error::There is a problem with the inputs, so nothing was sent:%0A- `wait-for` is not an input of this action: write it `wait_for`.",
    ],
    ["token", "", 1, "❗  ::error::There is a problem with the inputs, so nothing was sent:%0A- `token` is empty"],
    ["colour", "red", 0, "🚧  ::warning::`colour` is not an input of this action"],
  ])("with `%s: %s` ends with exit code %i and says so", async (name, value, code, words) => {
    const { ended, posts } = await start({ [name]: value });
    const { log, exitCode } = await ended;
    expect(log).toContain(words);
    expect(exitCode).toBe(code);
    expect(posts()).toEqual(code === 0 ? ["dispatches"] : []);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "that is cancelled by %s to act has its run cancelled by its post step",
    async (signal) => {
      const given = { wait_for: "completed", cancel_run_on: "cancel" };
      const { process, onLine, ended, posts, run } = await start(given, { queuedMs: 60_000 });
      onLine((line) => line.includes("The run is queued") && process.kill(signal));
      const { log, exitCode, step } = await ended;
      expect(exitCode).toBe(1);
      expect(log).toContain("this step has been cancelled: signal: killed");
      // It was killed, and says nothing of it itself.
      expect(log).not.toContain("The step was cancelled");
      expect(log.split("Run Post ./")[1]).toContain("The remote run has ended as cancelled.");
      expect(posts()).toEqual(["dispatches", "cancel"]);
      expect(run()).toMatchObject({ status: "completed", conclusion: "cancelled" });
      // What is `if: always()` runs after SIGINT, and not after SIGTERM.
      if (signal === "SIGINT") expect(step).toMatchObject({ runId: String(run()?.id), status: "queued" });
      else expect(step).toBeUndefined();
    },
  );

  test.each([0, 40, 80, 160])("that is cancelled %i ms after its beginning leaves no run that goes on", async (ms) => {
    const { process, onLine, ended, posts, run } = await start(
      { cancel_run_on: "cancel", wait_for: "completed" },
      { queuedMs: 600_000 },
    );
    onLine((line) => line.includes("Run Main ./") && setTimeout(() => process.kill("SIGINT"), ms));
    const { log, exitCode } = await ended;
    expect(exitCode).toBe(1);
    expect(log).toContain("Success - Post ./");
    // How far it has come by then is the machine's.
    expect(posts()).toEqual(run() ? ["dispatches", "cancel"] : []);
    expect(run()?.conclusion).toBe(run() && "cancelled");
  });

  test("that has reached its own `timeout-minutes` is killed, and its post step acts by the token of then, and by what was saved", async () => {
    const { ended, github, posts, run } = await start(
      {
        repo: "${{ env.TARGET }}",
        token: "${{ env.TOKEN }}",
        wait_for: "completed",
        cancel_run_on: "cancel",
        poll_interval_seconds: "1",
      },
      { queuedMs: 600_000 },
      {
        caller: {
          step: { "timeout-minutes": 1 },
          env: { TARGET, TOKEN },
          after: `printf 'TARGET=${OTHER}\nTOKEN=${LATER_TOKEN}\n' >> "$GITHUB_ENV"`,
        },
      },
    );
    github.addToken(LATER_TOKEN, { permissions: { actions: "write" } });
    const { log, exitCode, step, job } = await ended;
    expect(exitCode).toBe(1);
    expect(log).toContain("this step has been cancelled: signal: killed");
    expect(log).not.toContain("The step was cancelled");
    expect(step).toMatchObject({ runId: String(run()?.id), status: "queued" });
    expect(job).toMatchObject({ result: "failure", runId: step?.runId });
    expect(log.split("Run Post ./")[1]).toContain("The remote run has ended as cancelled.");
    expect(posts()).toEqual(["dispatches", "cancel"]);
    expect(run()).toMatchObject({ conclusion: "cancelled" });
    // So act evaluates `with:` anew, as GitHub's runner does.
    expect(tokensUsed(github.requests)).toEqual([TOKEN, LATER_TOKEN]);
    expect(github.transcript().filter((line) => line.includes(OTHER))).toEqual([]);
  });

  test("with `targets` starts and follows each, and its results come to a later step", async () => {
    const { ended, posts } = await start({
      ...{ repo: "", workflow: "deploy.yml", wait_for: "completed", max_parallel: "1" },
      targets: `- repo: ${TARGET}\n- repo: ${OTHER}\n  needs: ${TARGET}\n`,
    });
    const { log, exitCode, step, job } = await ended;
    expect(exitCode).toBe(0);
    expect(log).toContain("Summary - ## ✅ All 2 succeeded");
    expect(step).toMatchObject({ conclusion: "success", failed_targets: "[]" });
    const results = JSON.parse(step?.results ?? "") as { name: string; result: string }[];
    expect(results.map(({ name, result }) => [name, result])).toEqual([
      [TARGET, "success"],
      [OTHER, "success"],
    ]);
    expect(job).toMatchObject({ result: "success" });
    expect(posts()).toEqual(["dispatches", "dispatches"]);
  });

  test("with `targets` that is cancelled has all its runs cancelled by its post step", async () => {
    const given = {
      repo: "",
      wait_for: "completed",
      cancel_run_on: "cancel",
      targets: `- repo: ${TARGET}\n- repo: ${OTHER}\n`,
    };
    const { process, onLine, ended, github } = await start(given, { queuedMs: 600_000 });
    let queued = 0;
    onLine((line) => line.includes("The run is queued") && ++queued === 2 && process.kill("SIGINT"));
    const { exitCode } = await ended;
    expect(exitCode).toBe(1);
    const runs = [TARGET, OTHER].flatMap((name) => github.runs(name));
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(["cancelled", "cancelled"]);
  });
});

describe.skipIf(act === undefined)("under nektos/act `report`", () => {
  /** A run that a caller has left, on the target's server, and the caller's server with its pending status. */
  async function leave(conclusion: "success" | "failure") {
    const workflows = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
    const behaviour: Behaviour = conclusion === "failure" ? { jobs: { identify: { failedStep: "Deploy" } } } : {};
    const target = await setProcessStage({ [TARGET]: workflows }, { behaviour });
    const { github: caller } = await setProcessStage({});
    addCallersRun(caller, CALLER.repository);
    const permissions = { statuses: "write", actions: "read" } as const;
    caller.addToken(STATUS_TOKEN, { permissions, repositories: [CALLER.repository] });
    const given = { workflow: "deploy.yml", ref: "main", repo: TARGET, api_url: target.github.apiUrl };
    const status = { wait_for: "found", status_context: "remote", status_token: STATUS_TOKEN };
    await target.run({ ...given, ...status }, { GITHUB_API_URL: caller.apiUrl });
    const states = () => caller.statuses(CALLER.repository).map(({ state }) => state);
    expect(states()).toEqual(["pending"]);
    return { github: target.github, caller, states, run: () => target.github.runs(TARGET)[0] };
  }

  test.each(["success", "failure"] as const)(
    "ends a caller's status for an event made by hand: %s",
    async (conclusion) => {
      const { github, caller, states, run } = await leave(conclusion);
      await expect.poll(() => run()?.status).toBe("completed");
      const given = { callers: CALLER.repository, token: STATUS_TOKEN, api_url: caller.apiUrl, own_token: TOKEN };
      const event = eventOf(github, Number(run()?.id));
      const options: ActOptions = { on: "workflow_run", event, apiUrl: github.apiUrl, repository: TARGET };
      const { log, exitCode } = await startAct(act ?? "", reportOf(given), options).ended;
      expect([exitCode, log]).toEqual([0, expect.stringContaining("Success - Main ./report")]);
      expect(states()).toEqual(["pending", conclusion]);
      expect(log).not.toContain(STATUS_TOKEN);
    },
  );
});
