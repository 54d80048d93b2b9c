/** Start-up, measured: whole processes of the committed bundle against bare Node that does the same one POST, in turn. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { runBundle } from "../test/support/step.ts";
import { median } from "./measure.ts";

const PAIRS = 21;
const TOKEN = "ghp_ofthebenchmark";
const PATH = "/repos/octo/target/actions/workflows/deploy.yml/dispatches";

/** How much slower than bare Node the bundle is; medians of the ratios of neighbours in time. */
export interface StartUp {
  pairs: number;
  /** Until the POST arrives. */
  firstRequest: { bareMs: number; bundleMs: number; ratio: number };
  /** Until the process has ended. */
  whole: { bareMs: number; bundleMs: number; ratio: number };
}

/** The same POST, by Node alone. */
const BARE = `
  const answer = await fetch(process.argv[1], {
    method: "POST",
    headers: { authorization: "token ${TOKEN}", "content-type": "application/json" },
    body: JSON.stringify({ ref: "main", inputs: {} }),
  });
  await answer.text();
  if (!answer.ok) process.exitCode = 1;
`;

export async function measureStartUp(): Promise<StartUp> {
  let arrivedAtMs = Number.NaN;
  const server = createServer((request, response) => {
    arrivedAtMs = performance.now();
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      const url = "http://127.0.0.1/runs/1";
      response.end(JSON.stringify({ workflow_run_id: 1, run_url: url, html_url: url }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function time(go: () => Promise<number | null>): Promise<{ first: number; whole: number }> {
    const startedAtMs = performance.now();
    const exitCode = await go();
    if (exitCode !== 0) throw new Error(`a process ended with ${exitCode}`);
    return { first: arrivedAtMs - startedAtMs, whole: performance.now() - startedAtMs };
  }
  const bare = () =>
    time(async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", BARE, origin + PATH], {
        env: { PATH: process.env.PATH },
      });
      return (await once(child, "close"))[0] as number | null;
    });
  const given = {
    token: TOKEN,
    repo: "octo/target",
    workflow: "deploy.yml",
    ref: "main",
    wait_for: "nothing",
  };
  const bundle = () => time(async () => (await runBundle(origin, given)).exitCode);

  const pairs: { bare: { first: number; whole: number }; bundle: { first: number; whole: number } }[] = [];
  // The first pair fills the system's caches.
  for (let pair = 0; pair <= PAIRS; pair++) {
    const measured = { bare: await bare(), bundle: await bundle() };
    if (pair > 0) pairs.push(measured);
  }
  server.close();
  server.closeAllConnections();
  const summary = (part: "first" | "whole") => ({
    bareMs: median(pairs.map((pair) => pair.bare[part])),
    bundleMs: median(pairs.map((pair) => pair.bundle[part])),
    ratio: median(pairs.map((pair) => pair.bundle[part] / pair.bare[part])),
  });
  return { pairs: PAIRS, firstRequest: summary("first"), whole: summary("whole") };
}

/** Sizes of the committed bundle's chunks, in KB. */
export function bundleSizes(): { mainKb: number; allKb: number } {
  const dist = fileURLToPath(new URL("../dist/", import.meta.url));
  const size = (file: string) => statSync(dist + file).size / 1000;
  const chunks = readdirSync(dist).filter((file) => file.endsWith(".js"));
  return { mainKb: size("index.js"), allKb: chunks.reduce((sum, file) => sum + size(file), 0) };
}
