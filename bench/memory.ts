/**
 * Memory of a long wait, measured: the committed bundle as a process whose clock leaps over each pause, against a simulated
 * GitHub whose run does not end. A leak of a kilobyte for each look would show as ten megabytes.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGitHub } from "../test/simulator/index.ts";
import { startBundle } from "../test/support/bundle.ts";

export const LOOKS = { early: 100, late: 10_000 };

export interface LongWait {
  looks: number;
  /** How long the wait was by the process's own clock. */
  hours: number;
  /** Of the Node that waited. */
  version: string;
  /** The most that it had had in memory after each count of looks. */
  earlyMb: number;
  lateMb: number;
}

/**
 * Loaded before the bundle: timers do not wait. While no request is under way, the one that is due first rings, and the clock
 * is set to its time.
 */
export const LEAP = `
require("node:fs").writeFileSync(process.env.PID_FILE, String(process.pid));
const http = require("node:http");
const { request } = http;
let underWay = 0;
http.request = (...parameters) => {
  underWay++;
  return request(...parameters).on("close", () => underWay--);
};
const { bigint } = process.hrtime;
let leapNs = 0n;
process.hrtime.bigint = () => bigint() + leapNs;
const timers = new Map();
let last = 0;
let rung = 0;
let watcher;
globalThis.setTimeout = (ring, ms) => {
  timers.set(++last, { ring, dueNs: process.hrtime.bigint() + BigInt(Math.ceil(ms * 1e6)) });
  watcher ??= setImmediate(watch, 0);
  return last;
};
globalThis.clearTimeout = (id) => timers.delete(id);
function watch(quietTurns) {
  watcher = timers.size === 0 ? undefined : setImmediate(watch, underWay === 0 ? quietTurns + 1 : 0);
  // What an answer leads to may take some turns until it asks for the next timer.
  if (underWay > 0 || quietTurns < 5 || timers.size === 0) return;
  const [id, { ring, dueNs }] = [...timers].reduce((a, b) => (b[1].dueNs < a[1].dueNs ? b : a));
  timers.delete(id);
  const nowNs = process.hrtime.bigint();
  if (dueNs > nowNs) leapNs += dueNs - nowNs;
  ring();
  if (++rung % 1000 === 0) require("node:fs").writeFileSync(process.env.LEAP_FILE, String(leapNs / 1000000n));
}
`;

export async function measureLongWait(node = process.execPath): Promise<LongWait> {
  process.env.BUNDLE_NODE = node;
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-memory-"));
  const at = (name: string) => join(directory, name);
  writeFileSync(at("leap.cjs"), LEAP);
  const github = await startGitHub();
  github.addToken("ghp_ofthebenchmark", { permissions: { contents: "write", actions: "write" } });
  const workflow =
    "on: workflow_dispatch\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n";
  github.addRepository("octo/target", { workflows: { "deploy.yml": workflow } });
  github.behaviour("octo/target", "deploy.yml", {
    visibleAfterMs: 0,
    freshRun404Ms: 0,
    queuedMs: 0,
    stepMs: 1e9,
  });

  const step = startBundle(
    github.apiUrl,
    {
      token: "ghp_ofthebenchmark",
      repo: "octo/target",
      workflow: "deploy.yml",
      wait_for: "completed",
      timeout_seconds: "2000000",
    },
    {
      NODE_OPTIONS: `--require=${JSON.stringify(at("leap.cjs"))}`,
      PID_FILE: at("pid"),
      LEAP_FILE: at("leap"),
    },
  );
  let ended = false;
  step.ended.then(() => {
    ended = true;
  });

  /** Waits until so many requests have come, and returns the process's peak. */
  async function peakMbAfter(looks: number): Promise<number> {
    while (github.requests.length < looks) {
      if (ended) throw new Error(`the step ended after ${github.requests.length} requests`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const status = readFileSync(`/proc/${readFileSync(at("pid"), "utf8")}/status`, "latin1");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  try {
    const earlyMb = await peakMbAfter(LOOKS.early);
    const lateMb = await peakMbAfter(LOOKS.late);
    const hours = Number(readFileSync(at("leap"), "utf8")) / 3_600_000;
    return { looks: LOOKS.late, hours, version, earlyMb, lateMb };
  } finally {
    step.kill("SIGKILL");
    await step.ended;
    await github.close();
    rmSync(directory, { recursive: true });
  }
}
