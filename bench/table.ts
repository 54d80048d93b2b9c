/** From figures to the tables that people read, on the screen and in docs/performance.md. */

import type { Figures } from "./measure.ts";
import type { Goal, Scenario } from "./scenario.ts";

/** A scenario and what came of it, by the player's name. The first is this action. */
export interface Result {
  scenario: Scenario;
  figures: ReadonlyMap<string, Figures>;
}

export interface Verdict {
  subject: string;
  what: string;
  limit: string;
  figure: string;
  isMet: boolean;
}

/** How a figure is called, and how it is written. */
const FIGURES: Record<keyof Figures, { what: string; unit: string; digits: number }> = {
  missing: { what: "runs lost", unit: "", digits: 0 },
  of: { what: "dispatches", unit: "", digits: 0 },
  lagMedianS: { what: "late, median", unit: " s", digits: 2 },
  lagWorstS: { what: "late, worst", unit: " s", digits: 2 },
  lagWorstPercent: { what: "late, worst, of the time passed", unit: " %", digits: 1 },
  requestsMean: { what: "requests, mean", unit: "", digits: 1 },
  requestsMost: { what: "requests, most", unit: "", digits: 0 },
  requestsToResendMost: { what: "requests until it is sent again, most", unit: "", digits: 0 },
  billedMean: { what: "billed requests, mean", unit: "", digits: 1 },
  billedMost: { what: "billed requests, most", unit: "", digits: 0 },
  billedWaitingMost: { what: "billed requests of the wait, most", unit: "", digits: 0 },
  billedInAll: { what: "billed requests of all together", unit: "", digits: 0 },
  pointsPerMinute: { what: "points in a minute", unit: "", digits: 0 },
  refused: { what: "requests refused", unit: "", digits: 0 },
  tookMostS: { what: "last one done after", unit: " s", digits: 1 },
};

export function verdictsOf({ scenario, figures }: Result): Verdict[] {
  const [own] = figures.values();
  if (!own) return [];
  return scenario.goals.map(({ figure, atMost }: Goal) => {
    const { what, unit } = FIGURES[figure];
    const subject = `${scenario.event}, ${scenario.name}`;
    return {
      subject,
      what,
      limit: `${atMost}${unit}`,
      figure: write(figure, own[figure]),
      // NaN: nobody got so far.
      isMet: own[figure] <= atMost,
    };
  });
}

export function goalTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ subject, what, limit, figure, isMet }) => [
    isMet ? "✓" : "✗",
    subject,
    what,
    figure,
    limit,
  ]);
  return table(["", "scenario", "figure", "is", "at most"], rows);
}

/** The columns of each part: what is asked differs. */
const COLUMNS: Record<Scenario["part"], readonly (keyof Figures)[]> = {
  find: ["lagMedianS", "lagWorstS", "requestsMean", "billedMean"],
  follow: ["lagMedianS", "lagWorstS", "requestsMean", "billedMean"],
  crowd: ["lagMedianS", "tookMostS", "requestsMean", "requestsMost", "billedInAll", "pointsPerMinute", "refused"],
};

export function partTable(part: Scenario["part"], results: readonly Result[]): string {
  const columns = COLUMNS[part];
  const rows = results
    .filter(({ scenario }) => scenario.part === part)
    .flatMap(({ scenario, figures }) =>
      [...figures].map(([player, own], index) => [
        index === 0 ? scenario.name : "",
        index === 0 ? scenario.event : "",
        player,
        `${own.of - own.missing} of ${own.of}`,
        ...columns.map((column) => write(column, own[column])),
      ]),
    );
  return table(["scenario", "event", "who", "done", ...columns.map((column) => FIGURES[column].what)], rows);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The same table in columns, for a screen. */
export function aligned(markdown: string): string {
  const rows = markdown.split("\n").map((line) => line.slice(2, -2).split(" | "));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row, index) =>
      row
        .map((cell, column) => (index === 1 ? "-".repeat(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function write(figure: keyof Figures, value: number): string {
  const { unit, digits } = FIGURES[figure];
  return Number.isNaN(value) ? "–" : value.toFixed(digits) + unit;
}
