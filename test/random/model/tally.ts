/** What all the schedules came to, as a table. */

import { endingOf } from "./outcome.ts";
import type { Performance } from "./performance.ts";
import { duplicatesOf } from "./rules-of-requests.ts";
import { expected } from "./rules-of-time.ts";

export interface Tally {
  schedules: number;
  requests: number;
  signals: number;
  limits: number;
  /** Of a broker's tokens. */
  exchanges: number;
  /** A well-behaved GitHub, so that only one result is right. */
  determined: number;
  problems: Map<string, number>;
  troubles: Map<string, number>;
  duplicates: Map<string, number>;
  endings: Map<string, number>;
}

export function newTally(): Tally {
  const count = { schedules: 0, requests: 0, signals: 0, limits: 0, determined: 0, exchanges: 0 };
  return { ...count, problems: new Map(), troubles: new Map(), duplicates: new Map(), endings: new Map() };
}

export function add(tally: Tally, performance: Performance, problems: readonly string[]): void {
  tally.schedules++;
  tally.requests += performance.github.requests.length;
  tally.limits += performance.github.refusals.length;
  if (performance.signalAtMs !== undefined) tally.signals++;
  if (expected(performance) !== undefined) tally.determined++;
  for (const { what } of performance.sightings) if (what) count(tally.troubles, what);
  for (const reason of duplicatesOf(performance).reasons) count(tally.duplicates, reason);
  for (const { door, what, token } of performance.broker?.server.asked ?? []) {
    if (token !== undefined) tally.exchanges++;
    if (what !== undefined) count(tally.troubles, `${door}: ${what}`);
  }
  count(tally.endings, endingOf(performance));
  for (const number of new Set(problems.map((each) => each.match(/^\(3\) green|^\(\d+\)/)?.[0] ?? ""))) {
    count(tally.problems, number);
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The table, line by line. */
export function linesOf(tally: Tally): string[] {
  const list = (counts: Map<string, number>) =>
    [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([key, number]) => `    ${String(number).padStart(7)}  ${key}`);
  const of = (property: string) => tally.problems.get(property) ?? 0;
  const { schedules, requests, signals, limits, determined, exchanges } = tally;
  return [
    `${schedules} schedules, ${requests} requests, ${limits} refusals by limits, ${signals} signals, ${determined} with one right result`,
    ...(exchanges > 0 ? [`${exchanges} tokens from a broker`] : []),
    "  endings",
    ...list(tally.endings),
    "  faults",
    ...list(tally.troubles),
    "  dispatches that took effect twice, and why",
    ...list(tally.duplicates),
    `  false greens ${of("(3) green")}, false reds ${of("(3)")}, wrong runs ${of("(1)")}, wrong sendings ${of("(2)")}, late ends ${of("(7)")}`,
    "  schedules that break a property, by its number",
    ...list(tally.problems),
  ];
}
