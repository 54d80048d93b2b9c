/** Bundles build/main.js into the folder that `--out` names, with the licences of all that is in it. */

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundledPackages, licensesOf, type Module } from "./licenses.ts";

const { out } = parseArgs({ options: { out: { type: "string" } } }).values;
if (out === undefined) throw new Error("give the folder: npm run bundle -- --out dist");
// A chunk of an earlier build would stay, and nobody would load it.
rmSync(out, { recursive: true, force: true });

const stats = join("build", "stats.json");
const ncc = join("node_modules", "@vercel", "ncc", "dist", "ncc", "cli.js");
execFileSync(
  process.execPath,
  [ncc, "build", join("build", "main.js"), "--minify", "--stats-out", stats, "--out", out],
  {
    stdio: "inherit",
  },
);
const { modules } = JSON.parse(readFileSync(stats, "utf8")) as { modules: Module[] };
const packages = bundledPackages(modules);
writeFileSync(join(out, "licenses.txt"), licensesOf(packages, process.cwd()));
console.log(`licenses.txt: ${packages.length} packages`);
