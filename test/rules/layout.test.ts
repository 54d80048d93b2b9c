/** Every import in src/ runs down the list of folders in test/layout.ts. */

import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FOLDERS } from "../layout.ts";

const src = fileURLToPath(new URL("../../src", import.meta.url));
const names = FOLDERS.map(([name]) => name);
const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"));
const folderOf = (file: string) => file.split("/")[0] ?? "";

test("the list has each folder once, and each with a reason", () => {
  const inFolders = files.filter((file) => file.includes("/"));
  expect(names.toSorted()).toEqual([...new Set(inFolders.map(folderOf))].sort());
  expect(FOLDERS.filter(([, reason]) => reason === "")).toEqual([]);
});

test.each(names)("%s/ imports only from itself and the folders after it", (name) => {
  const allowed = names.slice(names.indexOf(name));
  const upward = files
    .filter((file) => folderOf(file) === name)
    .flatMap((file) =>
      [...readFileSync(`${src}/${file}`, "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)]
        .map(([, path = ""]) => posix.join(posix.dirname(file), path))
        .filter((target) => !allowed.includes(folderOf(target)))
        .map((target) => `${file} -> ${target}`),
    );
  expect(upward).toEqual([]);
});
