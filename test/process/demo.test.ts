/** The demonstration, as somebody runs it who wants to see the action at work. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, type ExpectStatic, test } from "vitest";
import { behaviourOf, readOptions, type Scene } from "../support/demo-scenes.ts";
import { demonstrate } from "../support/demonstration.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Shown {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

function start(command: string, args: readonly string[]): Promise<Shown> {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const shown = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      shown[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (exitCode) => resolve({ ...shown, exitCode }));
  });
}

/** As a process of its own, which takes longer to start than most scenes to be understood. */
function demo(...options: string[]): Promise<Shown> {
  return start(process.execPath, ["--import", "tsx", "test/demo.ts", ...options]);
}

/** The same, but for the process around it. */
async function show(...options: string[]): Promise<Shown> {
  const shown = { stdout: "", stderr: "" };
  const exitCode = await demonstrate(options, {
    say: (text) => {
      shown.stdout += `${text}\n`;
    },
    complain: (text) => {
      shown.stderr += `${text}\n`;
    },
    isColoured: false,
  });
  return { ...shown, exitCode };
}

/** The lines below a title. */
function below(title: RegExp, { stdout }: Shown): string[] {
  const part = stdout.split("\n\n").find((each) => title.test(each)) ?? "";
  return part.trimEnd().split("\n").slice(1);
}

const OUTPUTS = [
  ...["distinct_id", "runId", "status", "jobs_url", "html_url", "run_attempt", "conclusion", "failed_jobs"],
  ...["disposition", "workflow_id", "run_number", "ref"],
];
const POST_WORKFLOW = "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches";
const POST_EVENT = "POST /repos/octo/target/dispatches";

/** Each event and sign: what was sent, where the id shows in the receiver, and where the log says that it was seen. */
const SCENES = [
  ["workflow_dispatch", "details", ["200"], /^run-name: .*ID/m, /started run \d+: http/],
  ["workflow_dispatch", "run-name", ["400", "204"], /^run-name: .*ID/m, /Found run \d+ by its name: http/],
  ["workflow_dispatch", "job", ["400", "204"], /^ {4}name: .*ID/m, /Found run \d+ by a job's name: http/],
  ["workflow_dispatch", "step", ["400", "204"], /- name: ID$/m, /Found run \d+ by a step's name: http/],
  ["repository_dispatch", "run-name", ["204"], /^run-name: .*ID/m, /Found run \d+ by its name: http/],
  ["repository_dispatch", "job", ["204"], /^ {4}name: .*ID/m, /Found run \d+ by a job's name: http/],
  ["repository_dispatch", "step", ["204"], /- name: ID$/m, /Found run \d+ by a step's name: http/],
] as const;

function expectRefusal({ stdout, stderr, exitCode }: Shown, problem: string, expect: ExpectStatic): void {
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain(problem);
  expect(stderr).toContain("Usage: npm run demo");
}

describe.concurrent("the demonstration", () => {
  test.for(SCENES)(
    "of a %s shows a run that is found by its %s",
    async ([event, sign, posts, shownId, foundLine], { expect }) => {
      const shown = await show("--event", event, "--sign", sign);
      expect(shown.stderr).toBe("");
      expect(shown.exitCode).toBe(0);

      const workflow = below(/^The receiving workflow/, shown).join("\n");
      const expression = /\$\{\{ (inputs|github\.event\.client_payload)\.distinct_id \}\}/g;
      expect(workflow).toContain(`  ${event}:`);
      expect(workflow.replace(expression, "ID")).toMatch(shownId);
      expect(below(/^The step/, shown).join("\n")).toContain("    wait_for: completed");

      const log = below(/^Its log/, shown);
      expect(log.filter((line) => foundLine.test(line))).toHaveLength(1);
      expect(log.every((line) => /^ *\d+\.\d s {2}\S/.test(line))).toBe(true);
      expect(log.join("\n")).not.toContain("::");
      expect(log.at(-1)).toMatch(/The run completed: success( after .+)?\.$/);
      expect(log.filter((line) => /Job (build|deploy).*: success/.test(line))).toHaveLength(2);

      expect(below(/^Its summary/, shown)[0]).toMatch(/^## ✅ Passed: \[deploy/i);
      expect(shown.stdout).toContain("\n```mermaid\n%%{init: ");

      const outputs = Object.fromEntries(
        below(/^Its outputs/, shown).map((line) => [line.split(" ")[0], line.replace(/^\w+ +/, "")]),
      );
      expect(Object.keys(outputs).sort()).toEqual([...OUTPUTS].sort());
      expect(outputs).toMatchObject({ status: "completed", conclusion: "success", failed_jobs: "[]" });
      expect(outputs.html_url).toContain(`/octo/target/actions/runs/${outputs.runId}`);

      const asked = below(/^What the server was asked/, shown);
      const path = event === "workflow_dispatch" ? POST_WORKFLOW : POST_EVENT;
      expect(asked.filter((line) => line.includes("POST")).map((line) => line.slice(8))).toEqual(
        posts.map((status) => `${path} → ${status}`),
      );
      expect(asked.join("\n")).not.toContain("→ 501");
      expect(asked.at(-1)).toContain(`/actions/runs/${outputs.runId}`);
      expect(below(/^Its exit code/, shown)).toEqual(["0: the step is green, as it should be."]);
    },
  );

  test("of a failure shows the failed step, and is content with it", async ({ expect }) => {
    const shown = await demo("--result", "failure");
    expect(shown.exitCode).toBe(0);
    const log = below(/^Its log/, shown).join("\n");
    expect(log).toMatch(/s {2}Error: The run ended as failure: http.*\n.*- deploy: failure in step "Smoke test"/);
    expect(log).not.toContain("::");
    expect(below(/^Its summary/, shown)[0]).toMatch(/^## ❌ Failed: \[Deploy/);
    const outputs = below(/^Its outputs/, shown).join("\n");
    expect(outputs).toMatch(/^conclusion +failure$/m);
    expect(outputs).toMatch(/^failed_jobs +\[\{"name":"deploy",.*"failed_step":"Smoke test"\}\]$/m);
    expect(below(/^Its exit code/, shown)).toEqual(["1: the step is red, as it should be."]);
  });

  test("explains itself, started as the README says", async ({ expect }) => {
    const { stdout, exitCode } = await start("npm", ["run", "--silent", "demo", "--", "--help"]);
    expect(exitCode).toBe(0);
    for (const option of ["--show", "--event", "--sign", "--result", "--help"])
      expect(stdout).toContain(`  ${option} `);
    for (const part of ["dry-run", "not-found", "approval", "cancel", "bare", "targets"]) {
      expect(stdout).toMatch(new RegExp(`^ {14}${part} +\\S`, "m"));
    }
  });

  test("shows the plain path first: nothing is refused, the id is known, and it takes some six seconds", async ({
    expect,
  }) => {
    const shown = await show();
    expect(shown.exitCode).toBe(0);
    const asked = below(/^What the server was asked/, shown);
    expect(asked.filter((line) => !/→ (200|204|304)$/.test(line))).toEqual([]);
    const [, id] = /^distinct_id +(1658821493-1-[0-9a-f]{16})$/m.exec(shown.stdout) ?? [];
    expect(below(/^Its log/, shown)[0]).toContain(`with the id ${id}.`);
    const [, seconds] = /^ *([\d.]+) s/.exec(asked.at(-1) ?? "") ?? [];
    expect(Number(seconds)).toBeGreaterThan(4);
    // The rest is the machine's: two jobs, one after the other, of three steps together.
    const { queuedMs = 0, setupMs = 0, stepMs = 0 } = behaviourOf(readOptions([]) as Scene);
    expect(2 * (queuedMs + setupMs) + 3 * stepMs).toBeLessThan(6000);
  });

  const TARGETS = [
    ...["octo/checkout: failure after ", "octo/shop: skipped: It needs octo/checkout.", "octo/mobile: success after "],
    ...["Error: 1 of 12 failed, 1 skipped:", '- test: failure in step "Run the tests"'],
  ];
  /** What each part is shown for, in the log and in what the server was asked. */
  const PARTS = [
    ["dry-run", 1, ["Dry run: nothing is dispatched.", "Lines to add:", "run-name: Deploy ["], /^((?!POST).)*$/],
    ["not-found", 1, ["No run of octo/target showed the id", "Lines to add:", "GitHub listed 1 run"], /POST .*→ 204/],
    ["approval", 0, ["waiting for an approval of production", "completed: success"], /pending_deployments → 200/],
    ["cancel", 1, ["The step was cancelled (SIGINT). The remote run is being cancelled"], /\/cancel → 202/],
    ["targets", 1, TARGETS, /POST \/repos\/octo\/mobile\/dispatches → 204/],
    ["bare", 0, ["does not declare the input distinct_id", "completed: success"], /POST .*→ 422/],
  ] as const;

  test.for(PARTS.filter(([part]) => part !== "cancel" || process.platform !== "win32"))(
    "by --show %s ends with exit code %i, as it should be",
    async ([part, exitCode, words, asked], { expect }) => {
      const shown = await show("--show", part);
      expect(shown.stderr).toBe("");
      expect(shown.exitCode).toBe(0);
      const log = below(/^Its log/, shown).join("\n");
      for (const each of words) expect(log).toContain(each);
      const requests = below(/^What the server was asked/, shown);
      if (part === "dry-run") expect(requests.filter((line) => !asked.test(line))).toEqual([]);
      else expect(requests.join("\n")).toMatch(asked);
      const colour = exitCode === 0 ? "green" : "red";
      expect(below(/^Its exit code/, shown)).toEqual([`${exitCode}: the step is ${colour}, as it should be.`]);
    },
  );

  test.for([
    [["--sign", "smell"], "--sign smell: there is no such sign."],
    [["--result", "draw"], "--result draw: there is no such result."],
    [["--loud"], "Unknown option '--loud'"],
    [["--show", "off"], "--show off: there is no such part."],
    [["--show", "approval", "--result", "failure"], "--show approval is a scene of its own: leave out --result."],
    [["--event", "repository_dispatch", "--sign", "details"], "--sign details is impossible"],
  ] as const)("says what is wrong with %j and plays nothing", async ([options, problem], { expect }) => {
    expectRefusal(await show(...options), problem, expect);
  });

  test("ends quietly where nobody reads on, as with `head`", async ({ expect }) => {
    const child = spawn(process.execPath, ["--import", "tsx", "test/demo.ts"], { cwd: root });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  });

  test("says what is wrong as a process, too", async ({ expect }) => {
    const shown = await demo("--event", "push");
    expectRefusal(shown, "--event push: there is no such event here.", expect);
  });
});
