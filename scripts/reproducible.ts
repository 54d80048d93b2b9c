/**
 * Builds the project in two other folders and compares what comes out with the committed dist/, byte for byte: whoever
 * verifies a release has another folder than the one who made it.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const root = process.cwd();
const SOURCES = ["src", "scripts", "package.json", "tsconfig.json", "tsconfig.build.json"];

interface Lock {
  packages: Record<string, { dev?: boolean }>;
}

/**
 * Copies what ends up in the bundle, and links what only builds it, but for the bundler: it names its modules after the
 * way from there to itself as well.
 */
function copyProject(to: string): void {
  for (const name of SOURCES) cpSync(join(root, name), join(to, name), { recursive: true });
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  for (const [path, { dev = false }] of Object.entries(packages)) {
    const isOuter = path.lastIndexOf("node_modules/") === 0;
    if (!isOuter) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    try {
      if (dev && path !== "node_modules/@vercel/ncc") symlinkSync(resolve(root, path), join(to, path), "junction");
      else cpSync(join(root, path), join(to, path), { recursive: true });
    } catch (error) {
      // Of packages for other systems only the lock file knows.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

function build(folder: string): Map<string, string> {
  const run = (...command: string[]) => execFileSync(process.execPath, command, { cwd: folder, stdio: "pipe" });
  run(join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json");
  run(join("node_modules", "tsx", "dist", "cli.mjs"), join("scripts", "bundle.ts"), "--out", "dist");
  return digests(join(folder, "dist"));
}

function digests(folder: string): Map<string, string> {
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, digest(name)]),
  );
}

const committed = digests(join(root, "dist"));
const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-build-"));
try {
  for (const name of ["one", join("another", "much", "deeper", "folder")]) {
    const folder = join(directory, name);
    mkdirSync(folder, { recursive: true });
    copyProject(folder);
    const built = build(folder);
    const files = new Set([...committed.keys(), ...built.keys()]);
    const different = [...files].filter((file) => committed.get(file) !== built.get(file));
    console.log(`${folder}: ${different.length === 0 ? "the same" : `differs in ${different.join(", ")}`}`);
    if (different.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true });
}
