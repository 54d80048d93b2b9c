/** Foreign lines become no annotations of the caller's files, whatever matchers an earlier step of the job has left behind. */

import { describe, expect, test } from "vitest";
import { FAULTS, takenByMatchers } from "../support/problem-matchers.ts";
import { setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";

const TARGET = "octo/target";
const GIVEN = { repo: TARGET, workflow: "deploy.yml", ref: "main", wait_for: "completed", poll_interval_seconds: "1" };
const LINES = Object.values(FAULTS).flat();

/** Two jobs: one fails at once, and the other goes on. */
const TWO_JOBS = receiver("workflow_dispatch", "run-name").replace(
  /^jobs:\n/m,
  "jobs:\n  other:\n    runs-on: x\n    steps: [{ name: Wait, run: sleep 5 }]\n",
);

/** A log as people read it: the data of commands has its line breaks again. */
const readable = (stdout: string) => stdout.replaceAll("%0A", "\n").replaceAll("%25", "%");

test.each(Object.entries(FAULTS))("a plain line that %s prints would be taken", (_, lines) => {
  expect(takenByMatchers(lines.join("\n"))).not.toEqual([]);
});

describe.concurrent("no matcher takes", () => {
  const stage = (log: string[], more = {}) =>
    setProcessStage(
      { [TARGET]: { "deploy.yml": TWO_JOBS } },
      {
        behaviour: {
          freshRun404Ms: 0,
          jobs: { identify: { failedStep: "Deploy", log, ...more }, other: { durationMs: 4000 } },
        },
      },
    );

  test("the log of a failed job while another goes on, which reads as it was", async ({ expect }) => {
    const log = [...LINES, "100% of it, and 5%0A more", "::error::not ours", "##[error]not ours"];
    const { run } = await stage(log);
    const ran = await run(GIVEN);
    expect(ran.exitCode).toBe(1);
    expect(takenByMatchers(ran.stdout)).toEqual([]);
    const shown = readable(ran.stdout.slice(0, ran.stdout.indexOf("::error")));
    expect(shown).toContain(LINES.join("\n"));
    expect(shown).toContain("\n100% of it, and 5%0A more\n");
    expect(ran.stdout).not.toMatch(/^(::error::not|##\[error)/m);
  });

  test("the evidence shown before a further attempt", async ({ expect }) => {
    const annotations = LINES.map((message, line) => ({ path: "src/a.go", line, level: "failure" as const, message }));
    const { run } = await stage(LINES, { annotations });
    const ran = await run({ ...GIVEN, rerun_failed: "1", timeout_seconds: "60" });
    expect(ran.stdout).toContain("Attempt 1: ");
    expect(takenByMatchers(ran.stdout)).toEqual([]);
  });

  test.for(LINES)("a job, a step, an artifact or a workflow that is called %s", async (name, { expect }) => {
    const { github, run } = await stage(["no"]);
    const renamed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(renamed);
      if (typeof value !== "object" || value === null) return value;
      const entries = Object.entries(value).map(([key, each]) => [
        key,
        (key === "name" || key === "display_title") && typeof each === "string" && !each.startsWith("Set up")
          ? name
          : renamed(each),
      ]);
      return Object.fromEntries(entries);
    };
    github.fault = ({ method, path }) =>
      method === "GET" && /\/runs(\/\d+(\/jobs|\/artifacts)?)?$/.test(path)
        ? { kind: "rewrite", when: "after", rewrite: renamed }
        : undefined;
    const ran = await run({ ...GIVEN, jobs: "*", outputs_from: "x" });
    expect(takenByMatchers(ran.stdout)).toEqual([]);
    expect(readable(ran.stdout)).toContain(`Job ${name}: failure`);
  });

  test.for(LINES)("a finding of a dry run about %s", async (name, { expect }) => {
    const types = () => `types: [${JSON.stringify(name)}]`;
    const workflow = receiver("repository_dispatch", "run-name").replace("types: [deploy]", types);
    const { run } = await setProcessStage({ [TARGET]: { "deploy.yml": workflow } });
    const ran = await run({ repo: TARGET, event_type: name, dry_run: "true" });
    expect(readable(ran.stdout)).toContain("Dry run: nothing is dispatched.");
    expect(readable(ran.stdout)).toContain(name.trim());
    expect(takenByMatchers(ran.stdout)).toEqual([]);
  });
});
