/** Many targets by the bundle's process: ended by signals at several moments, its files for the runner, its secrets. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, type ExpectStatic, test } from "vitest";
import type { Behaviour, FaultRequest } from "../simulator/index.ts";
import type { Ran } from "../support/bundle.ts";
import { chunksOf, tellingChunks } from "../support/loaded-chunks.ts";
import { annotations, type ProcessStage, setProcessStage, TOKEN } from "../support/process-stage.ts";
import { type EventName, receiver } from "../support/receivers.ts";

const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-"));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

function newFile(): string {
  const file = join(directory, String(++files));
  writeFileSync(file, "");
  return file;
}

const named = (count: number) => Array.from({ length: count }, (_, at) => `octo/r${at}`);
const FOLLOW = { wait_for: "completed", cancel_run_on: "cancel", poll_interval_seconds: "1", ref: "main" };
const LONG: Behaviour = { visibleAfterMs: 1500, freshRun404Ms: 0, queuedMs: 3_600_000, cancelTakesMs: 200 };

function setRepositories(names: readonly string[], event: EventName, behaviour: Behaviour): Promise<ProcessStage> {
  const workflows = { "deploy.yml": receiver(event, "run-name") };
  return setProcessStage(Object.fromEntries(names.map((name) => [name, workflows])), { behaviour });
}

const start = (event: EventName) =>
  event === "workflow_dispatch" ? { workflow: "deploy.yml" } : { event_type: "deploy" };

/** Every byte of it has to be in the runner's format. */
function readWhole(file: string, expect: ExpectStatic): Record<string, string> {
  const text = readFileSync(file, "utf8");
  const blocks = [...text.matchAll(/(.+?)<<(ghadelimiter_.+)\n([\s\S]*?)\n\2\n/g)];
  expect(blocks.map(([block]) => block).join("")).toBe(text);
  expect(new Set(blocks.map(([, name]) => name)).size).toBe(blocks.length);
  return Object.fromEntries(blocks.map(([, name = "", , value = ""]) => [name, value]));
}

const resultsIn = ({ results = "" }: Record<string, string>) => JSON.parse(results) as Record<string, unknown>[];
const isDispatch = ({ path }: { path: string }) => path.endsWith("/dispatches");
const runsOf = ({ github }: ProcessStage, names: readonly string[]) => names.map((name) => github.runs(name));

interface Moment {
  event: EventName;
  comes: (request: FaultRequest) => boolean;
  line?: RegExp;
  /** How many runs there are by then. */
  runs: number[];
  known: string[];
}

const MOMENTS: Record<string, Moment> = {
  "before anything is sent": {
    event: "repository_dispatch",
    comes: ({ path }) => path.endsWith("/actions/runs"),
    runs: [0],
    known: ["", "", ""],
  },
  "while it sends": {
    event: "workflow_dispatch",
    comes: (request) => isDispatch(request) && request.path.includes("/r1/"),
    runs: [1, 2, 3],
    known: [],
  },
  "after one was found": {
    event: "repository_dispatch",
    comes: () => false,
    line: /: Found run/,
    runs: [3],
    known: [],
  },
  "while it follows": {
    event: "workflow_dispatch",
    comes: () => false,
    line: /: The run is queued/,
    runs: [3],
    known: ["queued", "queued", "queued"],
  },
};

describe.skipIf(process.platform === "win32").concurrent("a step with targets that is killed", () => {
  test.for(Object.entries(MOMENTS))(
    "%s keeps its results, and `post` cancels each run",
    async ([, moment], { expect }) => {
      const { event, comes, line, runs, known } = moment;
      const names = named(3);
      const stage = await setRepositories(names, event, LONG);
      const file = newFile();
      const given = { ...FOLLOW, ...start(event), targets: JSON.stringify(names) };
      stage.github.fault = (request) => {
        if (!comes(request)) return undefined;
        step.kill("SIGKILL");
        return { kind: "delay", ms: 1000, when: "after" };
      };
      const step = stage.start(given, { GITHUB_OUTPUT: file });
      const shownOf = new Set<string>();
      step.onLine((shown) => {
        if (!line?.test(shown)) return;
        shownOf.add(shown);
        if (shownOf.size >= (known.length || 1)) step.kill("SIGKILL");
      });
      const ran = await step.ended;
      stage.github.fault = undefined;
      expect(ran.exitCode).toBeNull();
      const outputs = readWhole(file, expect);
      expect(outputs).toMatchObject({ conclusion: "", failed_targets: "[]" });
      const results = resultsIn(outputs);
      expect(results.map(({ name, result }) => [name, result])).toEqual(names.map((name) => [name, ""]));
      if (known.length > 0) expect(results.map(({ status }) => status)).toEqual(known);
      expect(runs).toContain(runsOf(stage, names).flat().length);

      const post = await stage.runPost(given, ran);
      expect(post).toMatchObject({ exitCode: 0, stderr: "", outputs: {}, state: {} });
      expect(annotations(post, "warning")).toEqual([]);
      for (const [at, ofOne] of runsOf(stage, names).entries()) {
        expect(ofOne.length).toBeLessThanOrEqual(1);
        for (const run of ofOne) expect(run).toMatchObject({ status: "completed", conclusion: "cancelled" });
        // What the step knew is what there is.
        if (results[at]?.runId) expect(results[at]?.runId).toBe(String(ofOne[0]?.id));
      }
      expect(stage.github.requests.filter(isDispatch).length).toBeLessThanOrEqual(3);
    },
  );
});

test
  .skipIf(process.platform === "win32")
  .concurrent(
    "a step with six targets that is cancelled has each run cancelled, and names what goes on",
    async ({ expect }) => {
      const names = named(6);
      const stage = await setRepositories(names, "workflow_dispatch", { ...LONG, visibleAfterMs: 100 });
      const refused = "octo/r4";
      stage.github.fault = ({ path }) =>
        path.includes(`/${refused}/`) && path.endsWith("cancel")
          ? { kind: "status", status: 403, when: "before" }
          : undefined;
      const step = stage.start({ ...FOLLOW, ...start("workflow_dispatch"), targets: JSON.stringify(names) });
      const queued = new Set<string>();
      step.onLine((line) => {
        const [, name] = /^(\S+): The run is queued/.exec(line) ?? [];
        if (name !== undefined && queued.add(name).size === names.length) step.kill("SIGINT");
      });
      const ran = await step.ended;
      expect(ran).toMatchObject({ exitCode: 1, stderr: "", outputs: { conclusion: "failure", failed_targets: "[]" } });
      const [error = "", ...more] = annotations(ran, "error");
      expect(more).toEqual([]);
      expect(error).toMatch(/^The step was cancelled \(SIGINT\)\. /);
      for (const [at, { name, result, html_url }] of resultsIn(ran.outputs).entries()) {
        const [run] = stage.github.runs(names[at] ?? "");
        expect(run?.cancelRequestedAtMs === undefined).toBe(name === refused);
        expect(result).toBe(name === refused ? "unfinished" : "cancelled");
        expect(error).toContain(`- ${name}: ${result}: ${html_url}\n`);
      }
      expect(error).toMatch(/r4: unfinished: .*\n {2}.*\(403: .*\) and continues/);
    },
  );

describe.concurrent("the results", () => {
  test("leave out `outputs` beyond 1 MiB, with a warning, in a file that is written anew", async ({ expect }) => {
    const names = named(2);
    const text = JSON.stringify({ big: "x".repeat(600 * 1024) });
    const stage = await setRepositories(names, "workflow_dispatch", { artifacts: [{ name: "values", text }] });
    const file = newFile();
    let largest = 0;
    const given = { ...FOLLOW, ...start("workflow_dispatch"), outputs_from: "values", targets: JSON.stringify(names) };
    const step = stage.start(given, { GITHUB_OUTPUT: file });
    step.onLine(() => {
      largest = Math.max(largest, statSync(file).size);
    });
    const ran = await step.ended;
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(annotations(ran, "warning")).toEqual([
      "`results` would have more than the 1 MiB of an output, so it lacks `failed_jobs` and `outputs`.",
    ]);
    const results = resultsIn(readWhole(file, expect));
    expect(results).toMatchObject(names.map((name) => ({ name, result: "success" })));
    expect(JSON.stringify(results)).not.toContain("xxx");
    expect(largest).toBeLessThan(1024 * 1024 + 10_000);
  });
});

describe.concurrent("what runs many targets", () => {
  const env = tellingChunks();

  test("is loaded only where `targets` are given", async ({ expect }) => {
    const many = readdirSync("dist").filter((name) =>
      readFileSync(join("dist", name), "utf8").includes("go in a circle"),
    );
    expect(many).toEqual([expect.stringMatching(/^\d+\.index\.js$/)]);
    const stage = await setRepositories(named(1), "workflow_dispatch", {});
    const given = { ...start("workflow_dispatch"), ref: "main", wait_for: "completed" };
    const single = await stage.run({ ...given, repo: "octo/r0" }, env);
    const list = await stage.run({ ...given, targets: "[octo/r0]" }, env);
    expect([single.exitCode, list.exitCode]).toEqual([0, 0]);
    expect([...chunksOf(single)]).not.toContain(many[0]);
    expect([...chunksOf(list)]).toContain(many[0]);
  });
});

describe.concurrent("each of `tokens`", () => {
  const secrets = ["ghs_oneone11", "ghs_twotwo22"];
  const tokens = JSON.stringify({ "octo/r0": secrets[0], "octo/*": secrets[1] });

  /** What comes before the first line that is no command to mask. */
  function maskedFirst({ stdout }: Ran): string[] {
    const lines = stdout.split("\n");
    return lines
      .slice(
        0,
        lines.findIndex((line) => !line.startsWith("::add-mask::")),
      )
      .map((line) => line.slice(12));
  }

  test("is masked before anything is shown, in the step and in `post`", async ({ expect }) => {
    const names = named(2);
    const stage = await setRepositories(names, "workflow_dispatch", LONG);
    for (const secret of secrets)
      stage.github.addToken(secret, { permissions: { contents: "write", actions: "write" } });
    const given = { ...FOLLOW, ...start("workflow_dispatch"), tokens, targets: JSON.stringify(names) };
    const step = stage.start(given);
    step.onLine((line) => {
      if (/r1: The run is queued/.test(line)) step.kill("SIGKILL");
    });
    const ran = await step.ended;
    expect(maskedFirst(ran)).toEqual([TOKEN, ...secrets]);
    const post = await stage.runPost(given, ran);
    expect(maskedFirst(post)).toEqual(expect.arrayContaining([TOKEN, ...secrets]));
    expect(runsOf(stage, names).flat()).toMatchObject([{ conclusion: "cancelled" }, { conclusion: "cancelled" }]);
    for (const { stdout, state, outputs } of [ran, post]) {
      const shown = stdout.replace(/^::add-mask::.*$/gm, "") + JSON.stringify([state, outputs]);
      for (const secret of secrets) expect(shown).not.toContain(secret);
    }
  });
});
