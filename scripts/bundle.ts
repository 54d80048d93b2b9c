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

for (const name of ["@actions/core", "@actions/github"]) declareSideEffectFree(copied(name));
leaveOutEndpoints();
// What is built from ECMAScript modules runs as CommonJS: Node starts that some milliseconds sooner.
writeFileSync(join("build", "package.json"), "{}");

const stats = join("build", "stats.json");
const ncc = join("node_modules", "@vercel", "ncc", "dist", "ncc", "cli.js");
execFileSync(
  process.execPath,
  [ncc, "build", join("build", "main.js"), "--minify", "--stats-out", stats, "--out", out],
  {
    stdio: "inherit",
  },
);
// ncc minifies the main chunk alone, and less than it could; what is not there need not be read at each start.
for (const chunk of readdirSync(out).filter((file) => file.endsWith("index.js"))) {
  const file = join(out, chunk);
  const { code } = await minify(readFileSync(file, "utf8"), { toplevel: true });
  if (!code) throw new Error(`${chunk} is empty`);
  writeFileSync(file, code);
}

// For Node the repository's own package.json, a folder up, would make modules of them.
writeFileSync(join(out, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);

// The same bundle as `post`: a step that is killed while it loads has saved nothing by which its `post` step would know itself.
writeFileSync(join(out, "post.js"), `process.env.STATE_isPost = "true";\nrequire("./index.js");\n`);

// The same bundle as report/, which stands in the target.
writeFileSync(join(out, "report.js"), `process.env.TRACKED_DISPATCH_DOOR = "report";\nrequire("./index.js");\n`);

const { modules } = JSON.parse(readFileSync(stats, "utf8")) as { modules: Module[] };
const packages = bundledPackages(modules);
writeFileSync(join(out, "licenses.txt"), licensesOf(packages, process.cwd()));
console.log(`licenses.txt: ${packages.length} packages`);

/** Copies a package to where `build/main.js` finds it first, and returns where that is. */
function copied(name: string): string {
  const copy = join("build", "node_modules", name);
  cpSync(join("node_modules", name), copy, { recursive: true });
  return copy;
}

/**
 * These packages do not say that their files do nothing by being loaded, so webpack would keep all of them: a client for
 * OIDC, an octokit, and undici below both, 600 KB that every start would read.
 */
function declareSideEffectFree(copy: string): void {
  const file = join(copy, "package.json");
  const declared = { ...JSON.parse(readFileSync(file, "utf8")), sideEffects: false };
  writeFileSync(file, JSON.stringify(declared));
}

/**
 * Takes out of @octokit/rest the table behind `octokit.rest`, with a method for each of a thousand endpoints: a third of the
 * main chunk, made into maps at each start, and never asked. `octokit.request` does not need it.
 */
function leaveOutEndpoints(): void {
  copied("@octokit/rest");
  const table = join(copied("@octokit/plugin-rest-endpoint-methods"), "dist-src", "generated", "endpoints.js");
  if (!/^const Endpoints = \{/m.test(readFileSync(table, "utf8"))) throw new Error(`${table} is no table`);
  writeFileSync(table, "export default {};\n");
}
