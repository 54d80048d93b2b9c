/** A summary's page, as its HTML is read. */

import type { DefaultTreeAdapterTypes } from "parse5";
import { expect } from "vitest";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

function all(node: Node): Node[] {
  return [node, ...("childNodes" in node ? node.childNodes.flatMap(all) : [])];
}

export function elements(node: Node, tagName?: string): Element[] {
  return all(node).filter(
    (each): each is Element => "tagName" in each && (tagName === undefined || each.tagName === tagName),
  );
}

export function textOf(node: Node): string {
  return all(node)
    .map((each) => ("value" in each ? each.value : ""))
    .join("");
}

/** The texts of the table, row by row. */
export function cellsOf(page: Node): string[][] {
  return elements(page, "tr").map((row) =>
    elements(row)
      .filter(({ tagName }) => tagName === "th" || tagName === "td")
      .map((cell) => textOf(cell).replaceAll("\u00A0", " ").trim()),
  );
}

/** What GitHub would look for in a text of the finished page. */
const SIGNS = [
  /(^|\W)@[a-z0-9]/i,
  /[\w.+-]@[\w-]+\./,
  /#\d/,
  /\bGH-\d/i,
  /:[\w+-]+:/,
  /\w:\/\//,
  /\bwww\./i,
  /.\$|\$./s,
];

/** Asserts that a page has only what a summary is made of, whatever the names. */
export function expectHarmless(page: Node, urls: ReadonlySet<string>): void {
  const allowed = ["h2", "p", "strong", "blockquote", "table", "thead", "tbody", "tr", "th", "td"];
  allowed.push("a", "code", "span", "pre", "details", "summary", "br");
  for (const { tagName, attrs } of elements(page)) {
    expect(allowed).toContain(tagName);
    for (const { name, value } of attrs) {
      expect(["a href", "th align", "td align", "code class"]).toContain(`${tagName} ${name}`);
      if (name === "href") expect([...urls]).toContain(value);
      if (name === "class") expect(value).toBe("language-mermaid");
    }
  }
  const inChart = new Set(elements(page, "pre").flatMap(all));
  const nodes = all(page);
  expect(nodes.map(({ nodeName }) => nodeName)).not.toContain("#comment");
  for (const node of nodes) {
    if (!("value" in node) || inChart.has(node)) continue;
    for (const sign of SIGNS) expect(node.value).not.toMatch(sign);
  }
}
