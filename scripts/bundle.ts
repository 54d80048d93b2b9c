/** Bundles build/main.js into the folder that `--out` names, with the licences of all that is in it. */

import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { minify } from "terser";
import { bundledPackages, licensesOf, type Module } from "./licenses.ts";

const { out } = parseArgs({ options: { out: { type: "string" } } }).values;
if (out === undefined) throw new Error("give the folder: npm run bundle -- --out dist");
// A chunk of an earlier build would stay, and nobody would load it.
rmSync(out, { recursive: true, force: true });

for (const name of ["@actions/core", "@actions/github"]) declareSideEffectFree(name);

const stats = join("build", "stats.json");
const ncc = join("node_modules", "@vercel", "ncc", "dist", "ncc", "cli.js");
execFileSync(
  process.execPath,
  [ncc, "build", join("build", "main.js"), "--minify", "--stats-out", stats, "--out", out],
  {
    stdio: "inherit",
  },
);
// ncc minifies the main chunk alone.
for (const chunk of readdirSync(out).filter((file) => file.endsWith(".index.js"))) {
  const file = join(out, chunk);
  const { code } = await minify(readFileSync(file, "utf8"), { module: true });
  if (!code) throw new Error(`${chunk} is empty`);
  writeFileSync(file, code);
}

const { modules } = JSON.parse(readFileSync(stats, "utf8")) as { modules: Module[] };
const packages = bundledPackages(modules);
writeFileSync(join(out, "licenses.txt"), licensesOf(packages, process.cwd()));
console.log(`licenses.txt: ${packages.length} packages`);

/**
 * These packages do not say that their files do nothing by being loaded, so webpack would keep all of them: a client for
 * OIDC, an octokit, and undici below both, 600 KB that every start would read. `build/main.js` gets a copy that says so.
 */
function declareSideEffectFree(name: string): void {
  const copy = join("build", "node_modules", name);
  cpSync(join("node_modules", name), copy, { recursive: true });
  const file = join(copy, "package.json");
  const declared = { ...JSON.parse(readFileSync(file, "utf8")), sideEffects: false };
  writeFileSync(file, JSON.stringify(declared));
}
