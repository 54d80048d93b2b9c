/** The end-to-end test plays what it should, and says so where it cannot. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { setStage, TARGET } from "../support/stage.ts";
import { jobsOf, scriptOf, setBench } from "../support/workflow-scripts.ts";

const folder = fileURLToPath(new URL("../../.github/workflows/", import.meta.url));
const jobs = jobsOf("e2e.yml");
const isOurs = (uses: string | undefined) => uses?.startsWith("./") ?? false;

describe("e2e.yml plays", () => {
  const all = Object.values(jobs).flatMap(({ steps }) => steps.filter(({ uses }) => isOurs(uses)));
  const given = all.map((step) => step.with ?? {});

  test("a receiver that needs nothing", () => {
    const plain = given.find(({ workflow }) => workflow === "e2e-plain.yml");
    expect(plain?.wait_for).toBe("completed");
    expect(parse(readFileSync(`${folder}e2e-plain.yml`, "utf8"))).toMatchObject({ on: { workflow_dispatch: null } });
    expect(readFileSync(`${folder}e2e-plain.yml`, "utf8")).not.toMatch(/distinct_id|run-name:/);
  });

  test("a dry run, a cancellation, and the declaration for Node 24", () => {
    expect(given.filter((each) => String(each.dry_run) === "true")).toHaveLength(1);
    expect(given.find((each) => each.cancel_run_on)).toMatchObject({ workflow_inputs: "outcome: slow" });
    expect(all.filter(({ uses }) => uses === "./node24")).toHaveLength(1);
  });

  test("another repository and an App, by both events each", () => {
    for (const [job, key] of [
      ["elsewhere", "token"],
      ["app", "app_private_key"],
    ] as const) {
      const steps = (jobs[job]?.steps ?? []).filter(({ uses }) => isOurs(uses));
      expect(steps.map((step) => step.with?.[key]?.includes("secrets.E2E_"))).toEqual([true, true]);
      expect(steps.map((step) => step.with?.repo)).toEqual(Array(2).fill("${{ vars.E2E_REPOSITORY }}"));
      expect(steps.map((step) => Object.keys(step.with ?? {}).some((name) => name === "event_type"))).toEqual([
        false,
        true,
      ]);
    }
  });

  test("only workflows that are there", () => {
    const files = given.flatMap(({ workflow }) => workflow ?? []);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(files));
  });

  test("every step's outcome is looked at", () => {
    for (const { steps } of Object.values(jobs)) {
      const scripts = steps.map(({ run = "", env = {} }) => run + JSON.stringify(env)).join("\n");
      const ids = steps.flatMap(({ id, uses }) => (id && isOurs(uses) ? [id] : []));
      expect(ids.filter((id) => !scripts.includes(id))).toEqual([]);
    }
  });
});

describe("on the simulated GitHub, the step", () => {
  const receivers = Object.fromEntries(
    ["e2e-target.yml", "e2e-plain.yml"].map((file) => [file, readFileSync(folder + file, "utf8")]),
  );
  test.for([
    ["workflow", undefined, "success"],
    ["plain", undefined, "success"],
    ["dry-run", undefined, undefined],
    ["cancelled", "did not complete within 45 s", "cancelled"],
    ["event", undefined, "success"],
    ["failing-workflow", "The run ended as failure", "failure"],
    ["failing-event", "The run ended as failure", "failure"],
  ] as const)("%s ends as the scripts after it expect", async ([id, failure, conclusion]) => {
    const { with: given = {} } = jobs.e2e?.steps.find((step) => step.id === id) ?? {};
    const { github, clock, play } = await setStage(receivers, {
      behaviour:
        conclusion === "cancelled"
          ? { stepMs: 240_000, cancelTakesMs: 3000 }
          : { ...(conclusion === "failure" && { jobs: { end: { failedStep: "Succeed or fail" } } }) },
    });
    const filled = Object.entries(given).map(([name, value]) => [
      name,
      String(value)
        .replace("${{ github.ref_name }}", "main")
        .replace(/\$\{\{ [\w.]+ \}\}/g, "1"),
    ]);
    const played = await play(Object.fromEntries(filled));
    if (failure === undefined) expect(played.failure).toBeUndefined();
    else expect(played.failure).toContain(failure);
    await clock.sleep(10_000);
    expect(github.runs(TARGET).map((run) => run.conclusion)).toEqual(conclusion ? [conclusion] : []);
  });
});

// The scripts are the runner's, which is Linux.
describe.skipIf(process.platform === "win32").each(["elsewhere", "app"])("the job %s", (job) => {
  const step = jobs[job]?.steps.find(({ id }) => id === "have");
  const script = scriptOf("e2e.yml", job, "What this needs");
  const names = Object.keys(step?.env ?? {});
  const all = Object.fromEntries(names.map((name) => [name, "given"]));

  test("asks for all that its steps use", () => {
    const used = [...JSON.stringify(jobs[job]).matchAll(/(?:secrets|vars)\.(\w+)/g)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(used));
  });

  test("goes on where nothing is missing", () => {
    expect(setBench().bash(script, all)).toMatchObject({ status: 0, said: "", outputs: "all=true\n" });
  });

  test.for(names)("is green without %s, goes no further, and says that it is missing", (name) => {
    const { status, said, outputs } = setBench().bash(script, { ...all, [name]: "" });
    expect(status).toBe(0);
    expect(said).toMatch(new RegExp(`^::notice title=Skipped \\(.+\\)::Not set: ${name}\\. `));
    expect(outputs).toBe("");
  });

  test.for([
    ["both have succeeded", "octo/there", "success", 0],
    ["one has failed", "octo/there", "failure", 1],
    ["one was started elsewhere", "octo/here", "success", 1],
  ] as const)("is content only when %s", ([, repository, conclusion, expected]) => {
    const outputs = (id: string, repo: string, ended: string) => ({
      outputs: { runId: id, conclusion: ended, html_url: `https://github.com/${repo}/actions/runs/${id}` },
    });
    const STEPS = JSON.stringify({
      workflow: outputs("1", "octo/there", "success"),
      event: outputs("2", repository, conclusion),
    });
    const { status } = setBench().bash(scriptOf("e2e.yml", job, "Both runs were started there, and have succeeded"), {
      REPOSITORY: "octo/there",
      STEPS,
    });
    expect(status === 0).toBe(expected === 0);
  });

  test("does nothing else unless it goes on", () => {
    const others = (jobs[job]?.steps ?? []).filter((each) => each !== step);
    expect(others.map((each) => each.if)).toEqual(others.map(() => "steps.have.outputs.all == 'true'"));
  });

  test("is told in CONTRIBUTING.md", () => {
    const contributing = readFileSync(new URL("../../CONTRIBUTING.md", import.meta.url), "utf8");
    for (const name of names) expect(contributing).toContain(`\`${name}\``);
  });
});
