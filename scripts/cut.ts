/** Cuts what a reader has to see out of a workflow file. */

import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";

/**
 * The lines of these paths, in the file's order: `on`, `jobs.deploy`, `jobs.deploy.steps`, `jobs.deploy.steps.2`. They
 * stand under the keys that they stand under in the file, save for steps, which are a list of their own. Comments above a
 * key belong to it. Without a path: the whole file, but for the comments on top.
 * @throws Error for a path that leads nowhere
 */
export function cut(text: string, paths: readonly string[]): string {
  const lines = text.trimEnd().split("\n");
  if (paths.length === 0) return lines.slice(lines.findIndex((line) => !line.startsWith("#"))).join("\n");
  const kept = new Set<number>();
  for (const path of paths) for (const line of linesOf(text, path)) kept.add(line);
  const shown = lines.filter((_, index) => kept.has(index));
  const indent = Math.min(...shown.filter((line) => line !== "").map((line) => line.search(/\S/)));
  return shown.map((line) => line.slice(indent)).join("\n");
}

function linesOf(text: string, path: string): number[] {
  const counter = new LineCounter();
  const lines = text.split("\n");
  const lineAt = (offset: number) => counter.linePos(offset).line - 1;
  let node: unknown = parseDocument(text, { lineCounter: counter }).contents;
  let found: Pair | Node | undefined;
  const above: number[] = [];
  const keys = path.split(".");
  for (const key of keys) {
    if (found && isPair(found) && isScalar(found.key)) above.push(lineAt(found.key.range?.[0] ?? 0));
    const next: unknown = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === key)
      : isSeq(node)
        ? node.items[Number(key)]
        : undefined;
    if (isPair(next)) [found, node] = [next, next.value];
    else if (isNode(next)) [found, node] = [next, next];
    else throw new Error(`there is no ${key} on the way to ${path}`);
  }
  const isList = keys[2] === "steps";
  // The steps alone, not the word before them.
  const first = isPair(found) && !isList ? found.key : node;
  const start = isNode(first) ? (first.range?.[0] ?? 0) : 0;
  const end = isNode(node) ? text.slice(0, node.range?.[1]).trimEnd().length : start;
  let from = lineAt(start);
  while (/^\s*#/.test(lines[from - 1] ?? "")) from--;
  // Those on top belong to the file.
  if (from === 0) from = lineAt(start);
  const range = Array.from({ length: lineAt(end) - from + 1 }, (_, index) => from + index);
  return isList ? range : [...above, ...range];
}
