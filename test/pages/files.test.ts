/** Every file can lie on Windows and macOS, whose folders take `a` and `A` for one name, as runners unpack an action. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const listed = (...words: string[]) =>
  execFileSync("git", ["ls-files", "-z", ...words], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter(Boolean);
const files = listed();
const folders = [
  ...new Set(
    files.flatMap((file) =>
      file
        .split("/")
        .slice(0, -1)
        .map((_, at, all) => all.slice(0, at + 1).join("/")),
    ),
  ),
];

/** Where Windows' own limit of 260 leaves room for a runner's folder, an owner, a name and a version. */
const LONGEST = 120;

/** What it keeps for devices, with any extension. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

test("no two differ by case alone", () => {
  const all = [...files, ...folders];
  expect(all.length).toBeGreaterThan(400);
  expect(new Set(all.map((each) => each.toLowerCase())).size).toBe(all.length);
});

test.each<[string, (name: string) => boolean]>([
  ["a character that Windows does not take", (name) => /[<>:"\\|?*]|[^\x20-\x7e]/.test(name)],
  ["a name that Windows keeps", (name) => DEVICES.test(name)],
  ["a dot or a space at its end", (name) => /[. ]$/.test(name)],
])("none has %s", (_, isBad) => {
  expect(files.filter((file) => file.split("/").some(isBad))).toEqual([]);
});

test("no path is too long for Windows", () => {
  expect(files.filter((file) => file.length > LONGEST)).toEqual([]);
});

test("what the bundle loads is called as the files beside it, by each letter", () => {
  const chunks = listed("dist").filter((file) => /\.m?js$/.test(file));
  const named = chunks.flatMap((chunk) =>
    [...readFileSync(root + chunk, "utf8").matchAll(/["'`]\.\/([\w.-]+\.m?js)["'`]/g)].map(
      ([, name]) => `dist/${name}`,
    ),
  );
  expect(new Set(named).size).toBeGreaterThan(0);
  expect(named.filter((name) => !chunks.includes(name))).toEqual([]);
});
