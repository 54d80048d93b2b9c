/**
 * Many targets, measured: whole processes of the bundle in real time, against a simulated GitHub: one step with `targets`
 * beside a step for each, by their processor time and peak memory; and 256 targets for three hours, by a clock that leaps.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGitHub } from "../test/simulator/index.ts";
import { startBundle } from "../test/support/bundle.ts";
import { receiver } from "../test/support/receivers.ts";
import { LEAP } from "./memory.ts";

const TOKEN = "ghp_ofthebenchmark";

/** Of processes that ran at one time. */
export interface ProcessCost {
  processorS: number;
  /** Of the largest, and of all together. */
  peakMb: number;
  peaksMb: number;
  requests: number;
}

type Own = Pick<ProcessCost, "processorS" | "peakMb">;

/** Tells at the end what the process has used. Linux hands a process's own peak on to what it starts, so that is not asked. */
const TELL_COST = `
const { readFileSync, writeFileSync } = require("node:fs");
process.on("exit", () => {
  const peakKb = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "latin1"))[1]);
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.COST_FILE, JSON.stringify({ processorS: (user + system) / 1e6, peakMb: peakKb / 1024 }));
});
`;

export interface Work {
  repositories: number;
  targets: number;
  /** How long a run's job works, in the server's time. */
  workMs: number;
}

export async function measureProcesses(
  { repositories, targets, workMs }: Work,
  by: "one step" | "single steps",
  leaps = false,
): Promise<ProcessCost> {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-targets-"));
  const at = (name: string) => join(directory, name);
  writeFileSync(at("cost.cjs"), TELL_COST);
  writeFileSync(at("leap.cjs"), LEAP);
  // A clock that leaps sends in a second what GitHub's limits would spread over hours.
  const github = await startGitHub({ limits: "none" });
  github.addToken(TOKEN, { permissions: { contents: "write", actions: "write" } });
  const places = Array.from({ length: targets }, (_, index) => ({
    repo: `octo/target-${index % repositories}`,
    workflow: `deploy-${Math.floor(index / repositories)}.yml`,
  }));
  for (const name of new Set(places.map(({ repo }) => repo))) {
    const files = places.filter(({ repo }) => repo === name).map(({ workflow }) => workflow);
    const text = receiver("workflow_dispatch", "run-name");
    github.addRepository(name, { workflows: Object.fromEntries(files.map((file) => [file, text])) });
    for (const file of files) github.behaviour(name, file, { queuedMs: 500, setupMs: 500, stepMs: workMs });
  }
  const common = { token: TOKEN, ref: "main", wait_for: "completed", timeout_seconds: "2000000" };
  const preloads = [at("cost.cjs"), ...(leaps ? [at("leap.cjs")] : [])];
  const start = (given: Record<string, string>, number: number) =>
    startBundle(
      github.apiUrl,
      { ...common, ...given },
      {
        NODE_OPTIONS: preloads.map((path) => `--require=${JSON.stringify(path)}`).join(" "),
        COST_FILE: at(`cost${number}`),
        PID_FILE: at("pid"),
        LEAP_FILE: at("leap"),
      },
    ).ended;
  try {
    const lists = places.map((place) => ({ name: `${place.repo} ${place.workflow}`, ...place }));
    const running = by === "one step" ? [start({ targets: JSON.stringify(lists) }, 0)] : places.map(start);
    const ran = await Promise.all(running);
    const red = ran.find(({ exitCode }) => exitCode !== 0);
    if (red) throw new Error(`a step failed: ${red.stdout.slice(-2000)}${red.stderr.slice(-1000)}`);
    const stray = ran.find(({ stderr }) => stderr !== "");
    if (stray) throw new Error(`a step wrote to stderr: ${stray.stderr}`);
    const costs = ran.map((_, number) => JSON.parse(readFileSync(at(`cost${number}`), "utf8")) as Own);
    const sum = (figure: keyof Own) => costs.reduce((total, each) => total + each[figure], 0);
    return {
      processorS: sum("processorS"),
      peakMb: Math.max(...costs.map(({ peakMb }) => peakMb)),
      peaksMb: sum("peakMb"),
      requests: github.requests.length,
    };
  } finally {
    await github.close();
    rmSync(directory, { recursive: true });
  }
}
