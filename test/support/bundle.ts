/** Runs the committed bundle as a process, exactly as the runner does. */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actionYml, CALLER, inputsOf, type Part, reportYml, root } from "./step.ts";

/** What a process left behind. */
export interface Ran {
  outputs: Record<string, string>;
  /** The Markdown of its job summary; empty where there is none. */
  summary: string;
  /** What it saved for its `post` step. */
  state: Record<string, string>;
  stdout: string;
  stderr: string;
  exitCode: number | null;
  tookMs: number;
}

export interface RunningStep {
  /** Sends a signal, as the runner does on cancellation. */
  kill(signal: NodeJS.Signals): void;
  /** Nobody reads the step's log any more. */
  closeOutput(): void;
  /** Each line of the step's log as it comes. */
  onLine: (listener: (line: string) => void) => void;
  ended: Promise<Ran>;
}

/**
 * Starts the committed bundle, its `post` step or `report`, exactly as the runner does. `env` adds to the environment or, by undefined, takes away;
 * its `GITHUB_REPOSITORY` is the caller's, from which the inputs' defaults follow. `BUNDLE_NODE` may name another Node.
 */
export function startBundle(
  apiUrl: string,
  given: Record<string, string>,
  env: Record<string, string | undefined> = {},
  part: Part | "report" = "main",
): RunningStep {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-"));
  const outputFile = join(directory, "output");
  const stateFile = join(directory, "state");
  const summaryFile = join(directory, "summary");
  for (const file of [outputFile, stateFile, summaryFile]) writeFileSync(file, "");
  const eventFile = join(directory, "event.json");
  writeFileSync(eventFile, JSON.stringify({ repository: { private: true } }));
  const script = part === "report" ? join("report", reportYml.runs.main) : actionYml.runs[part];
  const declared = part === "report" ? reportYml.inputs : actionYml.inputs;
  const inputs = Object.entries(inputsOf(given, apiUrl, env.GITHUB_REPOSITORY, declared)).map(([name, value]) => [
    `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
    value,
  ]);
  const startedAtMs = performance.now();
  const child = spawn(process.env.BUNDLE_NODE || process.execPath, [join(root, script)], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: apiUrl,
      GITHUB_REPOSITORY: CALLER.repository,
      GITHUB_RUN_ID: CALLER.runId,
      GITHUB_RUN_ATTEMPT: CALLER.runAttempt,
      GITHUB_SHA: CALLER.sha,
      GITHUB_EVENT_PATH: eventFile,
      GITHUB_OUTPUT: outputFile,
      GITHUB_STATE: stateFile,
      GITHUB_STEP_SUMMARY: summaryFile,
      ...Object.fromEntries(inputs),
      ...env,
    },
  });
  let stdout = "";
  let stderr = "";
  let beginning = "";
  const listeners: ((line: string) => void)[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    // What comes at once may hold many lines, and end within one.
    const lines = (beginning + text).split("\n");
    beginning = lines.pop() ?? "";
    for (const line of lines) for (const listener of listeners) listener(line);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ran>((resolve) => {
    child.on("close", (exitCode) => {
      const [outputs = {}, state = {}] = [outputFile, stateFile].map((file) =>
        readCommandFile(readFileSync(file, "utf8")),
      );
      const summary = readFileSync(summaryFile, "utf8");
      rmSync(directory, { recursive: true });
      resolve({ outputs, summary, state, stdout, stderr, exitCode, tookMs: performance.now() - startedAtMs });
    });
  });
  return {
    closeOutput: () => child.stdout.destroy(),
    kill: (signal) => child.kill(signal),
    onLine: (listener) => listeners.push(listener),
    ended,
  };
}

/** Runs the committed bundle to its end. */
export function runBundle(...step: Parameters<typeof startBundle>): Promise<Ran> {
  return startBundle(...step).ended;
}

/** Reads a file of the runner's for outputs or state: `name<<DELIMITER`, lines, `DELIMITER`. The last value counts. */
function readCommandFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [, name = "", , value = ""] of text.replaceAll("\r\n", "\n").matchAll(/^(.+?)<<(.+)\n([\s\S]*?)\n\2$/gm))
    values[name] = value;
  return values;
}
