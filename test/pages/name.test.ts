/** This repository's name: in one place, and set everywhere by one command, after which every check still holds. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { readFullName, repositoryIn } from "../../scripts/repository.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { fullName } = repositoryIn(root.replace(/[\\/]$/, ""));
const LEFT_OUT = [".git", "node_modules", "build", "coverage"];

/** The whole project in a folder of its own. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), "tracked-dispatch-name-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of readdirSync(root)) {
    if (!LEFT_OUT.includes(name)) cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

function run(folder: string, ...args: string[]): { status: number | null; said: string } {
  const { VITEST: _, VITEST_WORKER_ID: __, VITEST_POOL_ID: ___, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", env });
  return { status, said: stdout + stderr };
}

const TSX = join("node_modules", "tsx", "dist", "cli.mjs");
const script = (folder: string, name: string, ...args: string[]) => run(folder, TSX, join("scripts", name), ...args);

function textsIn(folder: string): [file: string, text: string][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(node_modules|dist|src|test|bench|scripts)\b/.test(name))
    .filter((name) => /(\.(md|ya?ml|json)|CODEOWNERS)$/.test(name))
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]);
}

describe("`npm run name`", () => {
  test("sets another name everywhere, and every check of the pages holds with it", { timeout: 120_000 }, () => {
    const folder = copy();
    const { status, said } = script(folder, "name.ts", "acme-inc/follow.up");
    expect(said).toContain(`${fullName} is now acme-inc/follow.up.`);
    expect(status).toBe(0);
    expect(repositoryIn(folder).fullName).toBe("acme-inc/follow.up");

    const texts = textsIn(folder);
    expect(texts.filter(([, text]) => text.includes(fullName)).map(([file]) => file)).toEqual([]);
    expect(texts.filter(([, text]) => text.includes("@OWNER/")).map(([file]) => file)).toEqual([]);
    expect(texts.filter(([, text]) => text.includes("acme-inc/follow.up")).length).toBeGreaterThan(20);

    expect(script(folder, "name.ts", "--check")).toEqual({ status: 0, said: "" });
    expect(script(folder, "readme.ts", "--check")).toEqual({ status: 0, said: "" });
    const vitest = join("node_modules", "vitest", "vitest.mjs");
    const named = "caller.yml|no such input|no such output|README.md begins|first 40 lines|which of the two";
    const pages = ["examples", "readme"].map((page) => `test/pages/${page}.test.ts`);
    const checks = run(folder, vitest, "run", ...pages, "--maxWorkers=2", "-t", named);
    expect(checks.said).toMatch(/ passed, 0 failed/);
    expect(checks.status).toBe(0);

    // And back again: nothing was lost on the way.
    script(folder, "name.ts", fullName);
    expect(textsIn(folder)).toEqual(
      textsIn(root.replace(/[\\/]$/, "")).filter(([name]) => !/^(build|coverage)/.test(name)),
    );
  });

  test("finds where another name is used, and says what to run", () => {
    const folder = copy();
    const file = join(folder, "docs", "migration.md");
    writeFileSync(file, readFileSync(file, "utf8").replace(`uses: ${fullName}@`, "uses: somebody/tracked-dispatch@"));
    const { status, said } = script(folder, "name.ts", "--check");
    expect(status).toBe(1);
    expect(said).toMatch(/docs.migration\.md:\d+: somebody\/tracked-dispatch\n/);
    expect(said).toContain(`npm run name -- ${fullName}`);
  });
});

test.for(["acme", "acme/", "/x", "a b/c", "acme/x/y", "-a/x", "acme/..", "https://github.com/acme/x"])(
  "%j is no name of a repository",
  (text) => {
    expect(() => readFullName(text)).toThrow("is not a repository's full name");
  },
);
