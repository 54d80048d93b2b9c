/**
 * The benchmark: `npm run bench` prints what this action and the schedules of others cost. `--write` puts the tables into
 * docs/performance.md, `--check` fails when they are stale there, `--startup` measures start-up on this machine, `--memory` the
 * memory of a long wait; both with another Node by `--node PATH`.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { leavingTable, leavingVerdicts, measureLeaving } from "./leaving.ts";
import { figuresOf } from "./measure.ts";
import { others } from "./others.ts";
import { performAll } from "./perform.ts";
import { playAll, thisAction } from "./play.ts";
import { scenarios } from "./scenarios.ts";
import { bundleSizes } from "./startup.ts";
import { printLongWait, printStartUp } from "./startup-table.ts";
import { aligned, goalTable, partTable, type Verdict, verdictsOf } from "./table.ts";
import { manyTable, manyVerdicts, measureCheap, printMany, printManyProcesses } from "./targets-table.ts";

const PAGE = new URL("../docs/performance.md", import.meta.url);

const { values: asked } = parseArgs({
  options: {
    write: { type: "boolean" },
    check: { type: "boolean" },
    startup: { type: "boolean" },
    node: { type: "string" },
    memory: { type: "boolean" },
    /** Plays only scenarios with this in their name, this action alone. */
    only: { type: "string" },
    /** Plays many targets in one step, which takes minutes; with `--only` some of them, with `--memory` as processes. */
    targets: { type: "boolean" },
    /** Plays only a status that is left beside a step that waits. */
    leaving: { type: "boolean" },
  },
});

if (asked.startup) await printStartUp(asked.node);
else if (asked.memory && !asked.targets) await printLongWait(asked.node);
else if (asked.targets && asked.memory) await printManyProcesses();
else if (asked.targets) await printMany(asked.only);
else if (asked.leaving) await printLeaving();
else if (asked.only !== undefined) await printOnly(asked.only);
else await tables();

async function printOnly(text: string): Promise<void> {
  for (const scenario of scenarios) {
    if (!`${scenario.event}, ${scenario.name}`.includes(text)) continue;
    const figures = figuresOf(await playAll(scenario, thisAction));
    console.log(`\n${scenario.event}, ${scenario.name}`, figures);
    const verdicts = verdictsOf({ scenario, figures: new Map([[thisAction.name, figures]]) });
    console.log(aligned(goalTable(verdicts)));
  }
}

async function printLeaving(): Promise<void> {
  const left = await measureLeaving();
  console.log(`${aligned(leavingTable(left))}\n\n${aligned(goalTable(leavingVerdicts(left)))}`);
}

async function tables(): Promise<void> {
  // What others do does not change with this action: the check leaves their rows as they are.
  const [results, many] = await Promise.all([asked.check ? performAll([thisAction]) : performAll(), measureCheap()]);
  const left = await measureLeaving();
  const verdicts = [
    ...results.flatMap(verdictsOf),
    ...many.flatMap(manyVerdicts),
    ...leavingVerdicts(left),
    ...sizeVerdicts(),
  ];
  const parts = {
    find: partTable("find", results),
    follow: partTable("follow", results),
    crowd: partTable("crowd", results),
    targets: manyTable(many),
    leaving: leavingTable(left),
    goals: goalTable(verdicts),
  };
  if (asked.write) return writeFileSync(PAGE, withParts(readFileSync(PAGE, "utf8"), parts));
  if (!asked.check) {
    for (const part of Object.values(parts)) console.log(`${aligned(part)}\n`);
    const met = verdicts.filter(({ isMet }) => isMet).length;
    return console.log(`${met} of ${verdicts.length} goals are met.`);
  }
  const page = withoutOthers(readFileSync(PAGE, "utf8"));
  if (page === withParts(page, parts)) return;
  console.error("docs/performance.md is not what the benchmark says: run `npm run bench -- --write` and commit it.");
  process.exitCode = 1;
}

/** The page without the rows of other players. */
function withoutOthers(page: string): string {
  const names = others.map(({ name }) => `| ${name} |`);
  return page
    .split("\n")
    .filter((line) => !names.some((name) => line.includes(name)))
    .join("\n");
}

/** Puts each part between its marks. */
function withParts(page: string, parts: Record<string, string>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const place = new RegExp(`(<!-- ${name}: from npm run bench -->\n)[\\s\\S]*?(<!-- end of ${name} -->)`);
    if (!place.test(text)) throw new Error(`docs/performance.md has no place for the part ${name}`);
    return text.replace(place, (_, start: string, end: string) => `${start}\n${part}\n\n${end}`);
  }, page);
}

function sizeVerdicts(): Verdict[] {
  const { mainKb, allKb } = bundleSizes();
  const verdict = (what: string, kb: number, atMost: number) => ({
    subject: "the bundle",
    what,
    // In tens, so that not every change to the bundle makes the page stale.
    figure: `${Math.ceil(kb / 10) * 10} KB`,
    limit: `${atMost} KB`,
    isMet: kb <= atMost,
  });
  return [verdict("main chunk", mainKb, 200), verdict("all chunks", allKb, 700)];
}
