/** What leads to a page of ours, or to a heading of one: links of other pages, and citations in the code. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { anchorsOf, proseOf } from "../support/pages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CODE = ["src", "test", "bench", "scripts"].flatMap((folder) => filesIn(folder, ".ts"));
const PAGES = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...filesIn("docs", ".md"),
  ...filesIn(".github", ".md"),
  ...filesIn("examples", ".md"),
];

/** The files of a folder and of those below it, by their paths from the root. */
function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}

/** Says whether `page` is there, and has the anchor if one is asked for. */
function leadsSomewhere(page: string, anchor: string | undefined): boolean {
  if (!existsSync(join(root, page))) return false;
  return anchor === undefined || anchorsOf(page).includes(anchor);
}

/** What `pattern` finds in the code, with the file and the line where it stands. */
function inCode(pattern: RegExp): { at: string; found: RegExpMatchArray }[] {
  return CODE.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) => [...line.matchAll(pattern)].map((found) => ({ at: `${file}:${index + 1}`, found }))),
  );
}

test("each page that the code cites is there, with the heading that it cites", () => {
  const cited = inCode(/\b(docs\/[\w-]+\.md)(?:#([\w-]+))?/g);
  const astray = cited.filter(({ found: [, page = "", anchor] }) => !leadsSomewhere(page, anchor));
  expect(astray.map(({ at, found: [text] }) => `${at}: ${text}`)).toEqual([]);
  expect(cited.length).toBeGreaterThan(10);
});

test("the code cites no page that its readers do not have", () => {
  const cited = inCode(/\b(PLATFORM|DESIGN)\.md\b/g);
  expect(cited.map(({ at, found: [text] }) => `${at}: ${text}`)).toEqual([]);
});

test("each test that SECURITY.md cites is there", () => {
  const page = readFileSync(join(root, "SECURITY.md"), "utf8");
  const cited = [...page.matchAll(/`((?:rules|stories|process|random|pages)\/[\w/-]+)`/g)].map(([, name = ""]) => name);
  expect(cited.filter((name) => !existsSync(join(root, "test", `${name}.test.ts`)))).toEqual([]);
  expect(cited.length).toBeGreaterThan(10);
});

test.each(PAGES)("the links of %s lead somewhere", (page) => {
  const links = [...proseOf(page).matchAll(/\]\((?!https?:|mailto:)([^)#]*)(?:#([^)]*))?\)/g)];
  const astray = links.filter(([, path = "", anchor]) => {
    const to = path === "" ? page : relative(root, join(root, dirname(page), path));
    return !leadsSomewhere(to, anchor);
  });
  expect(astray.map(([link]) => link)).toEqual([]);
  if (page === "README.md") expect(links.length).toBeGreaterThan(20);
});

describe.each(["docs/platform.md", "docs/design.md"])("%s", (page) => {
  test("has no two headings that are alike, so that each anchor stays where it is", () => {
    const anchors = anchorsOf(page);
    expect(anchors.filter((anchor) => /-\d+$/.test(anchor))).toEqual([]);
    expect(anchors.length).toBeGreaterThan(20);
  });
});
