/** The figures of the schedules, as docs/reliability.md shows them: for the ordinary tests' schedules, and for many. */

import type { Tally } from "./tally.ts";

/** The seed of all schedules on that page. The ordinary tests play the first of them, so that one tells of the other. */
export const SEED = 1472503111;
export const ORDINARY = 200;
export const MANY = 10_000;

/** What is shown of one tally, from top to bottom. */
export type Figures = readonly string[];

const ROWS = [
  "schedules",
  "requests",
  "faults injected, of so many kinds",
  "refusals by limits",
  "signals",
  "dispatches that took effect twice",
  "false greens, false reds",
  "wrong runs, wrong sendings",
  "late ends",
] as const;

export function figuresOf(tally: Tally): Figures {
  const number = (value: number) => value.toLocaleString("en-US");
  const sum = (counts: Map<string, number>) => [...counts.values()].reduce((all, one) => all + one, 0);
  const broken = (property: string) => number(tally.problems.get(property) ?? 0);
  const reasons = [...tally.duplicates].sort(([a], [b]) => (a < b ? -1 : 1)).map(([why, count]) => `${count} ${why}`);
  const twice = number(sum(tally.duplicates));
  return [
    number(tally.schedules),
    number(tally.requests),
    `${number(sum(tally.troubles))}, ${tally.troubles.size}`,
    number(tally.limits),
    number(tally.signals),
    reasons.length > 0 ? `${twice}: ${reasons.join(", ")}` : twice,
    `${broken("(3) green")}, ${broken("(3)")}`,
    `${broken("(1)")}, ${broken("(2)")}`,
    broken("(7)"),
  ];
}

const PLACE = /(<!-- schedules: from npm run figures -->\n)([\s\S]*?)(<!-- end of schedules -->)/;

export interface Shown {
  seed: number;
  ordinary: Figures;
  many: Figures;
}

/** @throws Error where the page has no place for the table, or another table in it */
export function readFigures(page: string): Shown {
  const text = PLACE.exec(page)?.[2];
  if (text === undefined) throw new Error("docs/reliability.md has no place for the figures of the schedules");
  const seed = Number(/`MODEL_SEED=(\d+)`/.exec(text)?.[1]);
  const rows = ROWS.map((name) => text.split("\n").find((line) => line.startsWith(`| ${name} |`)));
  const column = (index: number) => rows.map((row) => row?.split("|")[index]?.trim() ?? "");
  return { seed, ordinary: column(2), many: column(3) };
}

/** The page with these figures. */
export function writeFigures(page: string, { seed, ordinary, many }: Shown): string {
  readFigures(page);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const table = [
    `As played for \`MODEL_SEED=${seed}\`:`,
    "",
    line(["", `the first ${ORDINARY}`, `all ${MANY.toLocaleString("en-US")}`]),
    line(["---", "---", "---"]),
    ...ROWS.map((name, index) => line([name, ordinary[index] ?? "", many[index] ?? ""])),
  ];
  return page.replace(PLACE, (_, start: string, __, end: string) => `${start}${table.join("\n")}\n${end}`);
}

/** What is wrong with the figures of the page, where the first schedules have come to `played`. Empty: nothing. */
export function staleness({ seed, ordinary, many }: Shown, played: Figures): string[] {
  const first = (text: string | undefined) =>
    Number(/^[\d,]+/.exec(text ?? "")?.[0]?.replaceAll(",", "") ?? Number.NaN);
  const problems: string[] = [];
  if (seed !== SEED) problems.push(`the seed is ${seed}, not ${SEED}: run \`npm run figures\``);
  for (const [index, name] of ROWS.entries()) {
    if (ordinary[index] !== played[index]) {
      problems.push(`${name}: ${ordinary[index]}, but it is ${played[index]}: run \`npm run figures\``);
    }
  }
  const all = [...ROWS.entries()].filter(([index]) => !(first(many[index]) >= first(played[index])));
  // An empty column says that they were not played since the source has changed.
  const wereManyPlayed = many.some((figure) => figure !== "");
  if (wereManyPlayed && (first(many[0]) !== MANY || all.length > 0)) {
    const names = all.map(([, name]) => name).join(", ") || "schedules";
    problems.push(`${names}: the ${MANY} of this seed begin with the first ${ORDINARY}: run \`npm run figures\``);
  }
  return problems;
}
