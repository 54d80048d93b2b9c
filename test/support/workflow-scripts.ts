/** The scripts of this repository's own workflows, run by bash as the runner runs them, in a folder of their own. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { parse } from "yaml";

const folder = fileURLToPath(new URL("../../.github/workflows/", import.meta.url));

export interface WorkflowStep {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
}

export interface WorkflowJob {
  needs?: string | string[];
  environment?: string;
  permissions?: Record<string, string>;
  steps: WorkflowStep[];
  /** The workflow that it calls instead of having steps. */
  uses?: string;
}

export function jobsOf(file: string): Record<string, WorkflowJob> {
  const { jobs } = parse(readFileSync(folder + file, "utf8")) as { jobs: Record<string, Partial<WorkflowJob>> };
  return Object.fromEntries(Object.entries(jobs).map(([id, job]) => [id, { steps: [], ...job }]));
}

/** @throws Error for a step that is not there, or is no script */
export function scriptOf(file: string, job: string, name: string): string {
  const script = jobsOf(file)[job]?.steps.find((step) => step.name === name)?.run;
  if (script === undefined) throw new Error(`${file} has no script "${name}" in ${job}`);
  return script;
}

export interface Bench {
  /** Where scripts run. */
  directory: string;
  /** Runs a script with these variables, with `-e` and `-o pipefail`. */
  bash(script: string, env?: Record<string, string>): { status: number | null; said: string; outputs: string };
}

/** A folder for scripts. In it, `gh` is this bash script, which gets the arguments and writes them to `asked`. */
export function setBench(gh = "exit 1"): Bench {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-workflow-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const bin = `${directory}-bin`;
  mkdirSync(bin);
  onTestFinished(() => rmSync(bin, { recursive: true }));
  writeFileSync(join(bin, "gh"), `#!/usr/bin/env bash\nprintf '%s\\n' "$*" >> "${bin}/asked"\n${gh}\n`);
  chmodSync(join(bin, "gh"), 0o755);
  const bash: Bench["bash"] = (script, env = {}) => {
    const output = join(bin, "output");
    writeFileSync(output, "");
    const { status, stdout, stderr } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", script], {
      cwd: directory,
      encoding: "utf8",
      env: {
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        HOME: directory,
        GITHUB_REPOSITORY: "octo/action",
        GITHUB_OUTPUT: output,
        RUNNER_TEMP: bin,
        GIT_CONFIG_GLOBAL: "/dev/null",
        ...env,
      },
    });
    return { status, said: stdout + stderr, outputs: readFileSync(output, "utf8") };
  };
  return { directory, bash };
}
