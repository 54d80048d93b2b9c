/** The links within the pages that users read: each leads to a file and a heading that there is. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A page without its blocks of code, in which brackets are code and `#` begins a comment. */
function proseOf(page: string): string {
  return readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```$/gm, "");
}

/** The anchors that GitHub gives to a page's headings. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(PAGES)("the links of %s lead somewhere", (page) => {
  const links = [...proseOf(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  const astray = links.filter(([, path = "", anchor]) => {
    const to = path === "" ? page : relative(root, join(root, dirname(page), path));
    return !existsSync(join(root, to)) || (anchor !== undefined && !anchorsOf(to).includes(anchor));
  });
  expect(astray.map(([link]) => link)).toEqual([]);
  if (page === "README.md") expect(links.length).toBeGreaterThan(20);
});
