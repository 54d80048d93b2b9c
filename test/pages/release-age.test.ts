/** How old a version of a package has to be before this repository takes it: by npm and by Dependabot. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

test("npm installs whatever Dependabot proposes, and no install script runs", () => {
  const [, days] = /^min-release-age=(\d+)$/m.exec(read(".npmrc")) ?? [];
  const { updates } = parse(read(".github/dependabot.yml")) as {
    updates: { "package-ecosystem": string; cooldown?: Record<string, number> }[];
  };
  const waits = updates.map((update) => update.cooldown?.["default-days"] ?? 0);
  expect(waits).toHaveLength(2);
  expect(Number(days)).toBeLessThanOrEqual(Math.min(...waits));
  expect(Math.min(...waits)).toBeGreaterThan(0);
  expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
});

// With `resolved` npm takes what the lock file names, however young (npm/cli#9281; so does 11.19.1).
test("the lock file leaves it to npm to look up each version, so that `npm ci` asks for its age as well", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, object> };
  const locked = Object.entries(packages).filter(([path]) => path.startsWith("node_modules/"));
  expect(locked.length).toBeGreaterThan(100);
  expect(locked.filter(([, entry]) => "resolved" in entry).map(([path]) => path)).toEqual([]);
  expect(locked.filter(([, entry]) => !("integrity" in entry)).map(([path]) => path)).toEqual([]);
});
