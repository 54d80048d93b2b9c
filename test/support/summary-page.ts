/** A job summary as GitHub shows it: its Markdown by GitHub's rules, its chart by Mermaid, in a style like GitHub's. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/**
 * Mermaid for a browser, in one file: by default its project's own small build, which has this chart and is not 200 MB.
 * `MERMAID=…/mermaid.min.js` takes another.
 */
export const MERMAID = process.env.MERMAID ?? createRequire(import.meta.url).resolve("@mermaid-js/tiny");

/** GitHub lets HTML be where its list of elements has it, so what is HTML has to be seen as HTML. */
export function htmlOf(markdown: string): string {
  return micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
  });
}

/** The Mermaid text in a summary, as the reader of its Markdown would hand it on. */
export function mermaidIn(markdown: string): string | undefined {
  return /^```mermaid\n(.*?)^```$/ms.exec(markdown)?.[1];
}

/** A bar as Mermaid has understood it. */
export interface Bar {
  name: string;
  kind: string;
  /** The time that Mermaid shows for it, whatever the time zone. */
  start: string;
  seconds: number;
}

interface Task extends Record<"active" | "done" | "crit" | "milestone" | "vert", boolean | undefined> {
  task: string;
  startTime: Date;
  endTime: Date;
}

/** The bars of a summary's chart, by Mermaid's own parser, which does without a browser. */
export async function barsOf(markdown: string): Promise<Bar[]> {
  // The title is cleaned by means of a browser.
  const chart = (mermaidIn(markdown) ?? "").replace(/^ *title .*\n/m, "");
  if (chart === "") return [];
  // Throws what a page would show as an error; the first time it also makes the kinds of charts known.
  await mermaid().parse(chart);
  const tasks = (await mermaid().mermaidAPI.getDiagramFromText(chart)).db.getTasks();
  return tasks.map(({ task, startTime, endTime, ...kinds }) => ({
    name: task.trim().replace(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCharCode(Number(code))),
    kind: (["active", "done", "crit", "milestone", "vert"] as const).filter((kind) => kinds[kind]).join(" "),
    start: startTime.toString().slice(4, 24),
    seconds: (endTime.getTime() - startTime.getTime()) / 1000,
  }));
}

interface Mermaid {
  parse(text: string): Promise<unknown>;
  mermaidAPI: { getDiagramFromText(text: string): Promise<{ db: { getTasks(): Task[] } }> };
}

/** It is a script for a page, which leaves its one name among the global ones. */
function mermaid(): Mermaid {
  const page = globalThis as { mermaid?: Mermaid };
  if (!page.mermaid) runInThisContext(readFileSync(MERMAID, "utf8"));
  if (!page.mermaid) throw new Error(`${MERMAID} is no Mermaid`);
  return page.mermaid;
}

/** A page of summaries, for a browser. `await rendered` there gives the errors of Mermaid. */
export function pageOf(...summaries: string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'nonce-page'; style-src 'unsafe-inline'">
<style>${STYLE}</style>
</head>
<body>
${summaries.map((markdown) => `<main>\n${htmlOf(markdown)}\n</main>`).join("\n")}
<script nonce="page" src="${pathToFileURL(MERMAID).href}"></script>
<script nonce="page">
  globalThis.rendered = (async () => {
    mermaid.initialize({ startOnLoad: false });
    const errors = [];
    for (const [index, code] of document.querySelectorAll("pre > code.language-mermaid").entries()) {
      const place = document.createElement("figure");
      // Mermaid draws as wide as the place is.
      code.parentElement.replaceWith(place);
      try {
        place.innerHTML = (await mermaid.render("chart-" + index, code.textContent, place)).svg;
      } catch (error) {
        errors.push(String(error));
      }
    }
    return errors;
  })();
</script>
</body>
</html>
`;
}

/** GitHub's look, near enough, by day. */
const STYLE = `
  body { margin: 0; background: #fff; color: #1f2328;
    font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif,
      "Apple Color Emoji", "Noto Color Emoji"; }
  main { padding: 24px 32px 0; }
  main > :first-child { margin-top: 0; }
  main > :last-child { margin-bottom: 0; }
  h2 { margin: 24px 0 16px; padding-bottom: .3em; border-bottom: 1px solid #d1d9e0b3; font-size: 1.5em;
    font-weight: 600; line-height: 1.25; }
  p, blockquote, table, figure { margin: 0 0 16px; }
  a { color: #0969da; text-decoration: underline; text-underline-offset: .2rem; }
  blockquote { padding: 0 1em; color: #59636e; border-left: .25em solid #d1d9e0; }
  blockquote > :last-child { margin-bottom: 0; }
  code { padding: .2em .4em; background: #818b981f; border-radius: 6px;
    font: 85% ui-monospace, SFMono-Regular, "Liberation Mono", Menlo, monospace; }
  table { display: block; width: max-content; max-width: 100%; overflow: auto; border-spacing: 0;
    border-collapse: collapse; }
  th, td { padding: 6px 13px; border: 1px solid #d1d9e0; }
  th { font-weight: 600; }
  tr { background: #fff; }
  tr:nth-child(2n) { background: #f6f8fa; }
  thead tr { background: #fff; }
  figure { padding: 8px 0; }
`;
