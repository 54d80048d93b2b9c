/** A caller's workflow, run by nektos/act on this machine: without Docker, its steps are processes beside it. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { stringify } from "yaml";
import { act } from "../simulator/servers-table.ts";

export const VERSION = `act version ${act.version}`;
export const HOW_TO_INSTALL = `go install github.com/nektos/act@v${act.version}`;

const root = new URL("../..", import.meta.url).pathname;

/** The command that is act here: what `ACT` names, or is in the path, or where Go installs to; undefined: none is. */
export function findAct(): string | undefined {
  const places = process.env.ACT ? [process.env.ACT] : ["act", join(homedir(), "go", "bin", "act")];
  return places.find((place) => /^act version/.test(versionOf(place)));
}

/** e.g. `act version 0.2.89`; empty where it cannot be started. */
export function versionOf(act: string): string {
  return spawnSync(act, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
}

/** What a workflow left behind. */
export interface ActRan {
  /** All that act has printed, without colours. */
  log: string;
  exitCode: number | null;
  /** The outputs of the step as a later step saw them; undefined where that did not run. */
  step: Record<string, string> | undefined;
  /** The same of a later job, with the result of the step's own. */
  job: Record<string, string> | undefined;
}

export interface ActOptions {
  /** What the workflow runs on. */
  on?: string;
  /** The payload of that event; by default act makes one, which is empty. */
  event?: object;
  /** For `GITHUB_API_URL` and `github.api_url`. */
  apiUrl?: string;
  /** Full name of the repository that the workflow stands in. */
  repository?: string;
}

export interface RunningAct {
  process: ChildProcess;
  onLine(listener: (line: string) => void): void;
  ended: Promise<ActRan>;
}

/** Starts `workflow` in a repository that has this action at its root, as it would be published. */
export function startAct(
  act: string,
  workflow: string,
  { on = "workflow_dispatch", event, apiUrl, repository: fullName = "octo/the-app" }: ActOptions = {},
): RunningAct {
  const home = mkdtempSync(join(tmpdir(), "tracked-dispatch-act-"));
  const repository = join(home, "the-app");
  const seen = join(home, "seen");
  for (const folder of [seen, join(home, "config", "act"), join(repository, ".github", "workflows")])
    mkdirSync(folder, { recursive: true });
  // Without a file of its own it asks which image to take.
  writeFileSync(join(home, "config", "act", "actrc"), "");
  writeFileSync(join(repository, ".github", "workflows", "caller.yml"), workflow);
  cpSync(join(root, "action.yml"), join(repository, "action.yml"));
  cpSync(join(root, "report"), join(repository, "report"), { recursive: true });
  cpSync(join(root, "dist"), join(repository, "dist"), { recursive: true });
  const git = (...words: string[]) => execFileSync("git", words, { cwd: repository, stdio: "ignore" });
  git("init", "--initial-branch=main");
  git("remote", "add", "origin", `https://github.com/${fullName}.git`);
  git("add", ".");
  git("-c", "user.name=Octo", "-c", "user.email=octo@example.com", "commit", "-m", "Begin");

  const eventFile = join(home, "event.json");
  if (event) writeFileSync(eventFile, JSON.stringify(event));
  const payload = event ? ["--eventpath", eventFile] : [];
  const env = apiUrl ? ["--env", `GITHUB_API_URL=${apiUrl}`] : [];
  // In place of an image: the machine itself.
  const child = spawn(act, [on, "--platform", "ubuntu-latest=-self-hosted", ...payload, ...env], {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: join(home, "config"),
      XDG_CACHE_HOME: join(home, "cache"),
      SEEN: seen,
    },
  });
  let log = "";
  let beginning = "";
  const listeners: ((line: string) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const lines = (beginning + text).split("\n");
      beginning = lines.pop() ?? "";
      for (const line of lines) for (const listener of listeners) listener(stripVTControlCharacters(line));
    });
  }
  const ended = new Promise<ActRan>((resolve, reject) => {
    child.on("error", reject).on("close", (exitCode) => {
      const [step, job] = ["step.json", "job.json"].map((file) => {
        const path = join(seen, file);
        return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, string>) : undefined;
      });
      rmSync(home, { recursive: true, force: true });
      resolve({ log: stripVTControlCharacters(log), exitCode, step, job });
    });
  });
  return { process: child, onLine: (listener) => listeners.push(listener), ended };
}

export interface CallerOptions {
  /** More keys of the step. */
  step?: Record<string, unknown>;
  /** Of the job. */
  env?: Record<string, string>;
  /** What a later step runs, whatever has become of the step. */
  after?: string;
}

/** A caller: one job with the step, and a later step that writes what it sees of it; then a job that needs it. */
export function callerOf(
  given: Record<string, string>,
  { step = {}, env = {}, after = "true" }: CallerOptions = {},
): string {
  return stringify({
    on: "workflow_dispatch",
    jobs: {
      start: {
        "runs-on": "ubuntu-latest",
        env,
        outputs: {
          runId: "${{ steps.deploy.outputs.runId }}",
          version: "${{ steps.deploy.outputs.outputs && fromJSON(steps.deploy.outputs.outputs).version }}",
        },
        steps: [
          { uses: "actions/checkout@v6" },
          { uses: "./", id: "deploy", with: given, ...step },
          {
            if: "always()",
            env: { OUTPUTS: "${{ toJSON(steps.deploy.outputs) }}" },
            run: 'printf %s "$OUTPUTS" > "$SEEN/step.json"',
          },
          { if: "always()", run: after },
        ],
      },
      later: {
        needs: "start",
        if: "always()",
        "runs-on": "ubuntu-latest",
        steps: [
          {
            env: {
              RESULT: "${{ needs.start.result }}",
              RUN_ID: "${{ needs.start.outputs.runId }}",
              VERSION: "${{ needs.start.outputs.version }}",
            },
            run: `printf '{"result":"%s","runId":"%s","version":"%s"}' "$RESULT" "$RUN_ID" "$VERSION" > "$SEEN/job.json"`,
          },
        ],
      },
    },
  });
}

/** A receiver's report, for a run of any workflow. */
export function reportOf(given: Record<string, string>): string {
  return stringify({
    on: { workflow_run: { workflows: ["*"], types: ["requested", "in_progress", "completed"] } },
    jobs: {
      report: {
        "runs-on": "ubuntu-latest",
        steps: [{ uses: "actions/checkout@v6" }, { uses: "./report", with: given }],
      },
    },
  });
}
