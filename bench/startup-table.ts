/** What start-up and a long wait take, each figure beside its goal. */

import { measureLongWait } from "./memory.ts";
import { type Cost, measureStartUp, type StartUp } from "./startup.ts";
import { aligned, table } from "./table.ts";

type Goal = [figure: keyof Cost, subject: string, to: string, atMost: number];

const OWN = "this action";
const HTTP = "bare node:http";
const FIGURES: Record<keyof Cost, { what: string; unit: string }> = {
  firstMs: { what: "first request", unit: "ms" },
  wholeMs: { what: "whole process", unit: "ms" },
  peakMb: { what: "peak memory", unit: "MB" },
};

/** Node 20's own `fetch` is what everybody else pays there; from 22 on it weighs no more than `node:http`. */
function goalsFor(version: string): Goal[] {
  const bare: Goal[] = version.startsWith("v20.")
    ? [
        ["firstMs", OWN, HTTP, 1.6],
        ["wholeMs", OWN, "bare fetch", 0.65],
        ["peakMb", OWN, HTTP, 1.35],
      ]
    : [
        ["firstMs", OWN, HTTP, 1.3],
        ["wholeMs", OWN, HTTP, 1.3],
        ["peakMb", OWN, HTTP, 1.1],
      ];
  const ways = ["with an App", "with a proxy", "with a private CA"];
  const report: Goal[] = [
    ["firstMs", "report", OWN, 1.1],
    ["wholeMs", "report", OWN, 1.5],
  ];
  return [...bare, ...report, ...ways.map((way): Goal => ["wholeMs", way, OWN, 1.5])];
}

export async function printStartUp(node?: string): Promise<void> {
  const startUp = await measureStartUp(node);
  console.log(`Medians of ${startUp.rounds} rounds, Node ${startUp.version}\n`);
  console.log(`${aligned(costTable(startUp))}\n`);
  console.log(aligned(goalTable(startUp)));
}

function costTable({ costs }: StartUp): string {
  const rows = [...costs].map(([name, cost]) => [
    name,
    ...(["firstMs", "wholeMs", "peakMb"] as const).map(
      (figure) => `${cost[figure].toFixed(0)} ${FIGURES[figure].unit}`,
    ),
  ]);
  return table(["", ...Object.values(FIGURES).map(({ what }) => what)], rows);
}

function goalTable({ version, ratio }: StartUp): string {
  const rows = goalsFor(version).map(([figure, subject, to, atMost]) => {
    const is = ratio(figure, subject, to);
    const what = `${FIGURES[figure].what}, times ${to}'s`;
    return [is <= atMost ? "✓" : "✗", subject, what, is.toFixed(2), String(atMost)];
  });
  return table(["", "", "figure", "is", "at most"], rows);
}

/** How much the peak may grow from the early looks to the late ones. */
const GROWTH_AT_MOST = 1.1;

export async function printLongWait(node?: string): Promise<void> {
  const { looks, hours, version, earlyMb, lateMb } = await measureLongWait(node);
  const growth = lateMb / earlyMb;
  console.log(`A wait of ${hours.toFixed(0)} hours on ${looks} looks, Node ${version}\n`);
  const row = [
    growth <= GROWTH_AT_MOST ? "✓" : "✗",
    `${earlyMb.toFixed(1)} MB`,
    `${lateMb.toFixed(1)} MB`,
    growth.toFixed(2),
    String(GROWTH_AT_MOST),
  ];
  console.log(aligned(table(["", "peak after 100 looks", "peak at the end", "growth", "at most"], [row])));
}
