import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { bundledPackages, licensesOf } from "../../scripts/licenses.ts";

interface Package {
  license?: unknown;
  version?: string;
  files?: Record<string, string>;
}

/** A folder with these packages in it: path → what is there. */
function install(packages: Record<string, Package>): string {
  const root = mkdtempSync(join(tmpdir(), "tracked-dispatch-licenses-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, { files = {}, version = "1.0.0", license }] of Object.entries(packages)) {
    const directory = join(root, path);
    mkdirSync(directory, { recursive: true });
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    writeFileSync(join(directory, "package.json"), JSON.stringify({ name, version, license }));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  }
  return root;
}

test("the packages in a bundle are those of its modules, however deep they lie", () => {
  const modules = [
    { name: "./build/main.js" },
    { name: "./node_modules/yaml/dist/index.js" },
    { name: "./node_modules/yaml/dist/other.js" },
    { name: 'external "node:net"' },
    {
      name: "./build/app.js + 2 modules",
      modules: [
        { name: "./node_modules/@a/b/index.js" },
        { name: ".\\node_modules\\@a\\b\\node_modules\\@c\\d\\index.js" },
      ],
    },
  ];
  expect(bundledPackages(modules)).toEqual([
    "node_modules/@a/b",
    "node_modules/@a/b/node_modules/@c/d",
    "node_modules/yaml",
  ]);
});

describe("the licences of a bundle", () => {
  test("are every package's name, version and texts, each once and in order", () => {
    const MIT = { license: "MIT", files: { LICENSE: "Be free.\r\n" } };
    const root = install({
      "node_modules/b": {
        license: "Apache-2.0",
        files: { "LICENSE.md": "Apache.", NOTICE: "By us.", "index.js": "" },
      },
      "node_modules/a": MIT,
      "node_modules/b/node_modules/a": MIT,
    });
    const line = `\n\n${"-".repeat(80)}\n\n`;
    const text = `a 1.0.0 (MIT)\n\nBe free.${line}b 1.0.0 (Apache-2.0)\n\nApache.\n\nBy us.\n`;
    const packages = ["node_modules/b", "node_modules/b/node_modules/a", "node_modules/a"];
    expect(licensesOf(packages, root)).toBe(text);
    expect(licensesOf(packages.reverse(), root)).toBe(text);
  });

  test("are not given where one is missing, not allowed, or without its text", () => {
    const root = install({
      "node_modules/copyleft": { license: "GPL-3.0", files: { LICENSE: "Copyleft." } },
      "node_modules/nothing": { files: { LICENSE: "Whose?" } },
      "node_modules/silent": { license: "MIT" },
    });
    const packages = ["node_modules/copyleft", "node_modules/nothing", "node_modules/silent"];
    expect(() => licensesOf(packages, root)).toThrow(
      /^The bundle cannot be given to others:\n- copyleft 1\.0\.0 is under "GPL-3\.0", .+\n- nothing 1\.0\.0 is under no licence, .+\n- silent 1\.0\.0 says MIT, but has no file with its text$/,
    );
  });
});
