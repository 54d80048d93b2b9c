/** A page of ours, as GitHub shows it: its prose and its anchors. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A page without its blocks of code, in which brackets are code and `#` begins a comment. */
export function proseOf(page: string): string {
  return readFileSync(root + page, "utf8").replace(/^```[\s\S]*?^```$/gm, "");
}

/** The anchors that GitHub gives to a page's headings: the second of two that are alike gets a `-1`. */
export function anchorsOf(page: string, heading = /^#+ (.*)$/gm): string[] {
  const counts = new Map<string, number>();
  return [...proseOf(page).matchAll(heading)].map(([, title = ""]) => {
    const slug = title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}
