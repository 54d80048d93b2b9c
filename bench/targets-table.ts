/** Many targets in one step: the figures beside their goals. */

import { median } from "./measure.ts";
import { aligned, table, type Verdict } from "./table.ts";
import { type ManyPlayed, playMany } from "./targets-play.ts";
import { measureProcesses, type Work } from "./targets-processes.ts";
import { type ManyFigures, type ManyScenario, manyScenarios } from "./targets-scenarios.ts";

const FIGURES: Record<keyof ManyFigures, { what: string; unit: string; digits: number }> = {
  missing: { what: "runs lost", unit: "", digits: 0 },
  lagMedianS: { what: "late, median", unit: " s", digits: 2 },
  lagWorstS: { what: "late, worst", unit: " s", digits: 2 },
  requests: { what: "requests", unit: "", digits: 0 },
  billed: { what: "billed requests", unit: "", digits: 0 },
  requestsPerMinute: { what: "requests a minute, mean", unit: "", digits: 1 },
  pointsPerMinute: { what: "points in a minute", unit: "", digits: 0 },
  refused: { what: "requests refused", unit: "", digits: 0 },
  requestsRatio: { what: "requests, times those of single steps", unit: "", digits: 2 },
  billedRatio: { what: "billed requests, times those of single steps", unit: "", digits: 2 },
  laterMedianS: { what: "later than single steps, median", unit: " s", digits: 2 },
  laterWorstS: { what: "later than single steps, worst", unit: " s", digits: 2 },
};

export async function measureMany(scenario: ManyScenario): Promise<ManyFigures> {
  const one = await playAll(scenario, "one step");
  const single = scenario.singleStepsWithinS === undefined ? undefined : await playAll(scenario, "single steps");
  const lags = summaryOf(one);
  const others = single && summaryOf(single);
  const { NaN: none } = Number;
  return {
    ...lags,
    requests: one.requests,
    billed: one.billed,
    requestsPerMinute: one.requests / one.minutes,
    pointsPerMinute: one.pointsPerMinute,
    refused: one.refused,
    requestsRatio: single ? one.requests / single.requests : none,
    billedRatio: single ? one.billed / single.billed : none,
    laterMedianS: others ? lags.lagMedianS - others.lagMedianS : none,
    laterWorstS: others ? lags.lagWorstS - others.lagWorstS : none,
  };
}

/** Requests are those of a play in the mean, lags and the busiest minute those of all. */
async function playAll(scenario: ManyScenario, by: "one step" | "single steps"): Promise<ManyPlayed> {
  const { plays: count = 1 } = scenario;
  const plays: ManyPlayed[] = [];
  for (let nth = 0; nth < count; nth++) plays.push(await playMany(scenario, by, nth));
  const sum = (figure: (played: ManyPlayed) => number) => plays.reduce((total, each) => total + figure(each), 0);
  return {
    lagsS: plays.flatMap(({ lagsS }) => lagsS),
    requests: sum(({ requests }) => requests) / count,
    billed: sum(({ billed }) => billed) / count,
    minutes: sum(({ minutes }) => minutes) / count,
    pointsPerMinute: Math.max(...plays.map(({ pointsPerMinute }) => pointsPerMinute)),
    refused: sum(({ refused }) => refused),
  };
}

function summaryOf({ lagsS }: ManyPlayed): Pick<ManyFigures, "missing" | "lagMedianS" | "lagWorstS"> {
  // An end cannot be known before it comes: such an entry has ended without it.
  const seen = lagsS.filter((lag) => lag >= 0);
  return { missing: lagsS.length - seen.length, lagMedianS: median(seen), lagWorstS: Math.max(...seen) };
}

export interface ManyResult {
  scenario: ManyScenario;
  figures: ManyFigures;
}

/** Those that take seconds. */
export async function measureCheap(): Promise<ManyResult[]> {
  const results: ManyResult[] = [];
  for (const scenario of manyScenarios.filter(({ isCheap }) => isCheap))
    results.push({ scenario, figures: await measureMany(scenario) });
  return results;
}

export function manyVerdicts({ scenario, figures }: ManyResult): Verdict[] {
  return (Object.keys(scenario.goals) as (keyof ManyFigures)[]).map((figure) => {
    const { what, unit } = FIGURES[figure];
    const atMost = scenario.goals[figure] ?? Number.NaN;
    const isMet = figures[figure] <= atMost;
    return {
      subject: `one step, ${scenario.name}`,
      what,
      limit: `${atMost}${unit}`,
      figure: write(figure, figures[figure]),
      isMet,
    };
  });
}

const COLUMNS = ["lagMedianS", "lagWorstS", "requests", "billed", "requestsRatio", "billedRatio"] as const;

export function manyTable(results: readonly ManyResult[]): string {
  const rows = results.map(({ scenario, figures }) => [
    scenario.name,
    ...COLUMNS.map((figure) => write(figure, figures[figure])),
  ]);
  return table(["targets", ...COLUMNS.map((figure) => FIGURES[figure].what)], rows);
}

/** `only`: those with this in their name. */
export async function printMany(only = ""): Promise<void> {
  for (const scenario of manyScenarios.filter(({ name }) => name.includes(only))) {
    const figures = await measureMany(scenario);
    console.log(`\n${scenario.name}`);
    const rows = (Object.keys(FIGURES) as (keyof ManyFigures)[]).map((figure) => {
      const { [figure]: goal } = scenario.goals;
      const isMet = goal === undefined ? "" : figures[figure] <= goal ? "✓" : "✗";
      return [isMet, FIGURES[figure].what, write(figure, figures[figure]), goal === undefined ? "" : String(goal)];
    });
    console.log(aligned(table(["", "figure", "is", "at most"], rows)));
  }
}

const FORTY: Work = { repositories: 40, targets: 40, workMs: 30_000 };
/** With a clock that leaps: in these times the process sends as many requests as in three hours. */
const LONG: readonly Work[] = [
  { repositories: 20, targets: 256, workMs: 60_000 },
  { repositories: 256, targets: 256, workMs: 240_000 },
];
const LONG_PEAK_MB = 130;

/** Of the committed bundle. */
export async function printManyProcesses(): Promise<void> {
  const one = await measureProcesses(FORTY, "one step");
  const single = await measureProcesses(FORTY, "single steps");
  const rows = [
    row("40 targets: processor time, times that of single steps", one.processorS / single.processorS, 0.2),
    row("40 targets: peak memory, times that of one single step", one.peakMb / single.peakMb, 1.5),
    row("40 targets: peak memory, times that of all single steps together", one.peakMb / single.peaksMb, 0.04),
  ];
  for (const work of LONG) {
    const { peakMb, requests } = await measureProcesses(work, "one step", true);
    rows.push(
      row(
        `256 targets in ${work.repositories} repositories, ${requests} requests: peak memory, MB`,
        peakMb,
        LONG_PEAK_MB,
      ),
    );
  }
  console.log(aligned(table(["", "figure", "is", "at most"], rows)));
}

function row(what: string, is: number, atMost: number): string[] {
  return [is <= atMost ? "✓" : "✗", what, is.toFixed(atMost < 0.1 ? 3 : 2), String(atMost)];
}

function write(figure: keyof ManyFigures, value: number): string {
  const { unit, digits } = FIGURES[figure];
  return Number.isNaN(value) ? "–" : value.toFixed(digits) + unit;
}
