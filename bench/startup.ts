/**
 * Start-up, measured: whole processes of the committed bundle against bare Node that does the same one POST, all in turn, so
 * that what else the machine does meets all of them.
 */

import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runBundle } from "../test/support/bundle.ts";
import { median } from "./measure.ts";
import { endedRun, type StartUpServers, startServers } from "./startup-server.ts";

/** How often each is run for its times; the first time, which fills the system's caches, comes on top. */
const ROUNDS = 21;
/** Memory differs by a percent or two from run to run. */
const MEMORY_ROUNDS = 5;
const TOKEN = "ghp_ofthebenchmark";
const PATH = "/repos/octo/target/actions/workflows/deploy.yml/dispatches";
const DISPATCH = { repo: "octo/target", workflow: "deploy.yml", ref: "main", wait_for: "nothing" };

/** Medians of one contestant, or of its ratios to another one, each to its neighbour in time. */
export interface Cost {
  /** Until the POST arrives. */
  firstMs: number;
  /** Until the process has ended. */
  wholeMs: number;
  /** The most that it ever had in memory. */
  peakMb: number;
}

export interface StartUp {
  rounds: number;
  /** Of the Node that ran them. */
  version: string;
  costs: ReadonlyMap<string, Cost>;
  ratio(figure: keyof Cost, of: string, to: string): number;
}

/** Bare Node: the same POST, in as few words as it takes. */
const BARE = {
  "bare node:http": {
    file: "http.mjs",
    text: `import { request } from "node:http";`,
  },
  "bare node:http by require": {
    file: "http.cjs",
    text: `const { request } = require("node:http");`,
  },
  "bare fetch": {
    file: "fetch.mjs",
    text: `
      const answer = await fetch(process.argv[2], { method: "POST", headers, body });
      JSON.parse(await answer.text());`,
  },
};
const HEAD = `
  const headers = { authorization: "token ${TOKEN}", "content-type": "application/json" };
  const body = JSON.stringify({ ref: "main", inputs: {} });`;
const SEND = `
  request(process.argv[2], { method: "POST", headers }, (answer) => {
    let text = "";
    answer.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => JSON.parse(text));
  }).end(body);`;

/** Tells the peak at the end. Linux hands a process's own peak on to what it starts (ru_maxrss), so that is not asked. */
const TELL_PEAK = `
const { readFileSync, writeFileSync } = require("node:fs");
function peakKb() {
  try {
    return /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "latin1"))[1];
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
process.on("exit", () => writeFileSync(process.env.PEAK_FILE, String(peakKb())));
`;

type Run = (env: Record<string, string>) => Promise<number | null>;

export async function measureStartUp(node = process.execPath): Promise<StartUp> {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-startup-"));
  const servers = await startServers(directory);
  try {
    const runs = { ...bareRuns(node, directory, servers), ...bundleRuns(node, directory, servers) };
    return await compete(runs, node, directory, servers);
  } finally {
    servers.close();
    rmSync(directory, { recursive: true });
  }
}

function bareRuns(node: string, directory: string, { origin }: StartUpServers): Record<string, Run> {
  const run = (file: string, text: string): Run => {
    const path = join(directory, file);
    writeFileSync(path, file.startsWith("http") ? text + HEAD + SEND : HEAD + text);
    return async (env) => {
      const child = spawn(node, [path, origin + PATH], { env: { PATH: process.env.PATH, ...env } });
      return (await once(child, "close"))[0];
    };
  };
  return Object.fromEntries(Object.entries(BARE).map(([name, { file, text }]) => [name, run(file, text)]));
}

function bundleRuns(node: string, directory: string, servers: StartUpServers): Record<string, Run> {
  process.env.BUNDLE_NODE = node;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  const by =
    (apiUrl: string, given: Record<string, string>, own: Record<string, string> = {}): Run =>
    async (env) =>
      (await runBundle(apiUrl, { ...DISPATCH, ...given }, { ...own, ...env })).exitCode;
  return {
    "this action": by(servers.origin, { token: TOKEN }),
    report: async (env) => {
      const file = join(directory, "event.json");
      writeFileSync(file, JSON.stringify({ workflow_run: endedRun() }));
      const event = { GITHUB_EVENT_NAME: "workflow_run", GITHUB_EVENT_PATH: file };
      const given = { callers: "octo/the-app", token: TOKEN, own_token: TOKEN };
      const { exitCode, stdout } = await runBundle(servers.origin, given, { ...event, ...env }, "report");
      if (!stdout.includes("Told octo/the-app")) throw new Error(`report told nobody: ${stdout}`);
      return exitCode;
    },
    "with an App": by(servers.origin, { app_id: "123456", app_private_key: pem }),
    "with a proxy": by("http://ghe.test", { token: TOKEN }, { http_proxy: servers.proxy }),
    "with a private CA": by(servers.tlsOrigin, { token: TOKEN }, { NODE_EXTRA_CA_CERTS: servers.authority }),
  };
}

async function compete(
  runs: Record<string, Run>,
  node: string,
  directory: string,
  { arrivedAtMs }: StartUpServers,
): Promise<StartUp> {
  const taken = new Map(Object.keys(runs).map((name) => [name, [] as Cost[]]));
  const preload = join(directory, "tell-peak.cjs");
  writeFileSync(preload, TELL_PEAK);
  const file = join(directory, "peak");

  async function measure(name: string, run: Run, withMemory: boolean): Promise<Cost> {
    const startedAtMs = performance.now();
    if ((await run({})) !== 0) throw new Error(`${name}: the process failed`);
    const [firstMs, wholeMs] = [arrivedAtMs() - startedAtMs, performance.now() - startedAtMs];
    if (!withMemory) return { firstMs, wholeMs, peakMb: Number.NaN };
    // A run of its own: what tells the peak takes time.
    await run({ NODE_OPTIONS: `--require=${JSON.stringify(preload)}`, PEAK_FILE: file });
    return { firstMs, wholeMs, peakMb: Number(readFileSync(file, "utf8")) / 1024 };
  }

  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const cost = await measure(name, run, round > 0 && round <= MEMORY_ROUNDS);
      if (round > 0) taken.get(name)?.push(cost);
    }
  }
  const of = (name: string, figure: keyof Cost) =>
    (taken.get(name) ?? []).map((cost) => cost[figure]).filter((value) => !Number.isNaN(value));
  const ratio = (figure: keyof Cost, name: string, to: string) => {
    const base = of(to, figure);
    return median(of(name, figure).map((value, index) => value / (base[index] ?? Number.NaN)));
  };
  const cost = (name: string): Cost => ({
    firstMs: median(of(name, "firstMs")),
    wholeMs: median(of(name, "wholeMs")),
    peakMb: median(of(name, "peakMb")),
  });
  return {
    rounds: ROUNDS,
    version: execFileSync(node, ["--version"], { encoding: "utf8" }).trim(),
    costs: new Map(Object.keys(runs).map((name) => [name, cost(name)])),
    ratio,
  };
}

/** Sizes of the committed bundle's chunks, in KB. */
export function bundleSizes(): { mainKb: number; allKb: number } {
  const dist = fileURLToPath(new URL("../dist/", import.meta.url));
  const size = (file: string) => statSync(dist + file).size / 1000;
  const chunks = readdirSync(dist).filter((file) => file.endsWith(".js"));
  return { mainKb: size("index.js"), allKb: chunks.reduce((sum, file) => sum + size(file), 0) };
}
