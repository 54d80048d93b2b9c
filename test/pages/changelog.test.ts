import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { notesOf, partsOf } from "../../scripts/changelog.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const OURS = readFileSync(join(root, "CHANGELOG.md"), "utf8");
const FILE =
  "# Changelog\n\nAbout.\n\n## Unreleased\n\n- New.\n\n## 1.1.0\n\n- Better.\n- Faster.\n\n## 1.0.10\n\n## 1.0.1\n\n- First.\n";

describe("the notes of a release", () => {
  test.for([
    ["v1.1.0", "- Better.\n- Faster."],
    ["v1.0.1", "- First."],
    ["v1.2.0-rc.1", "- New."],
  ])("%s are what the changelog says of it", ([tag = "", notes]) => {
    expect(notesOf(FILE, tag)).toBe(notes);
    expect(notesOf(FILE.replaceAll("\n", "\r\n"), tag)).toBe(notes);
  });

  test.for([
    ["v1.2.0", /^CHANGELOG\.md has no "## 1\.2\.0"\. .*"## Unreleased".*, commit, and tag that commit\.$/],
    ["v1.0.10", /^CHANGELOG\.md says nothing under "## 1\.0\.10"\.$/],
    ["1.1.0", /^1\.1\.0 is not a version's tag/],
    ["v1", /^v1 is not a version's tag/],
  ] as const)("%s are an error that says what to do", ([tag, message]) => {
    expect(() => notesOf(FILE, tag)).toThrow(message);
  });

  test.for([
    ["a version", FILE.replace("## 1.0.10", "## 1.1.0\n\n- Lost.\n"), 'has "## 1.1.0" twice. Put the lines of both'],
    ["what is not released", `${FILE}\n## Unreleased\n`, 'has "## Unreleased" twice.'],
    [
      "a heading within a version",
      FILE.replace("- Better.", "### Added\n\n- Better.\n\n### Added\n"),
      'has "### Added" twice under "## 1.1.0".',
    ],
  ] as const)("are an error where %s has two headings, of which one would be lost", ([, file, message]) => {
    for (const tag of ["v1.1.0", "v1.0.1"]) expect(() => notesOf(file, tag)).toThrow(message);
  });

  test("may have the same heading in two versions", () => {
    const file = FILE.replace("- Better.", "### Added\n\n- Better.").replace("- First.", "### Added\n\n- First.");
    expect(notesOf(file, "v1.0.1")).toBe("### Added\n\n- First.");
  });

  test("are printed by `npm run notes`, and nothing else is", () => {
    const notes = (tag: string) =>
      spawnSync(process.execPath, ["--import", "tsx", "scripts/notes.ts", tag], { cwd: root, encoding: "utf8" });
    const [heading = "", said] = [...partsOf(OURS)].find(([, part]) => part !== "") ?? [];
    const tag = heading === "Unreleased" ? "v999.0.0-rc.1" : `v${heading}`;
    expect(notes(tag)).toMatchObject({ status: 0, stderr: "", stdout: `${said}\n` });
    expect(notes("v0.0.1")).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("has no") });
  });
});

describe("CHANGELOG.md", () => {
  const parts = partsOf(OURS);

  test("begins with what is not released yet; below it comes the version in package.json, unless none is released", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect([...parts.keys()].slice(0, 2)).toEqual(version === "0.0.0" ? ["Unreleased"] : ["Unreleased", version]);
  });

  test("says each change in one line", () => {
    const lines = [...parts.values()].flatMap((part) => part.split("\n"));
    expect(lines.filter((line) => !/^- [A-Z`].{10,130}\.$/.test(line) && line !== "")).toEqual([]);
  });
});
