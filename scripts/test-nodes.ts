/**
 * Tests the bundle as a process under every Node that runs it: what a runner has is not what a developer has. The tests
 * themselves run under this one. Arguments: versions, by default all.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const VERSIONS = ["20", "22", "24"];
/** What starts the bundle, and what stands beside that. */
const TESTS = "test/process/";
/** It is played by hand, beside other work: that a process starts late is no finding. */
const PATIENT = "--testTimeout=120000";
/** Not among the dependencies: each is a whole Node. */
const CACHE = join("node_modules", ".cache", "nodes");

/** The path of a Node of this version, from npm's package of its binary for this system. */
function installNode(version: string): string {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const isWindows = process.platform === "win32";
  const name = `node-${isWindows ? "win" : process.platform}-${process.arch}`;
  const directory = join(process.cwd(), CACHE, version);
  const binary = join(directory, "node_modules", name, "bin", isWindows ? "node.exe" : "node");
  if (!existsSync(binary)) {
    mkdirSync(directory, { recursive: true });
    const options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", ["install", "--prefix", directory, ...options, `${name}@${version}`], {
      stdio: "inherit",
      // On Windows npm is a script, which only a shell can start.
      shell: isWindows,
    });
  }
  return binary;
}

const wanted = process.argv.slice(2);
const results: string[] = [];
for (const version of wanted.length > 0 ? wanted : VERSIONS) {
  const node = installNode(version);
  const exact = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  console.log(`\nThe bundle under Node ${exact}`);
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const { status } = spawnSync(process.execPath, [vitest, "run", TESTS, PATIENT], {
    stdio: "inherit",
    env: { ...process.env, BUNDLE_NODE: node },
  });
  results.push(`Node ${exact}: ${status === 0 ? "passed" : "FAILED"}`);
  if (status !== 0) process.exitCode = 1;
}
console.log(`\n${results.join("\n")}`);
