/** What all the schedules came to. */

import { isTroubled, resultsOf } from "./outcome.ts";
import type { Performance } from "./performance.ts";

export interface Tally {
  schedules: number;
  entries: number;
  /** In whose way there was nothing. */
  untroubled: number;
  requests: number;
  faults: number;
  refusals: number;
  cancelled: number;
  killed: number;
  failedFast: number;
  results: Map<string, number>;
  problems: Map<string, number>;
}

export function newTally(): Tally {
  const none = { schedules: 0, entries: 0, untroubled: 0, requests: 0, faults: 0, refusals: 0 };
  return { ...none, cancelled: 0, killed: 0, failedFast: 0, results: new Map(), problems: new Map() };
}

export function add(tally: Tally, performance: Performance, problems: readonly string[]): void {
  const { legs, github, sightings, stoppedAtMs, schedule } = performance;
  tally.schedules++;
  tally.entries += legs.length;
  tally.untroubled += legs.filter((leg) => !isTroubled(leg, performance)).length;
  tally.requests += github.requests.length;
  tally.faults += sightings.filter(({ fault }) => fault !== undefined).length;
  tally.refusals += github.refusals.length;
  if (stoppedAtMs !== undefined && schedule.end.kind === "cancel") tally.cancelled++;
  if (stoppedAtMs !== undefined && schedule.end.kind === "kill") tally.killed++;
  if (performance.step.failure?.includes("`fail_fast` (")) tally.failedFast++;
  for (const { result } of resultsOf(performance)) count(tally.results, result === "" ? "open, killed" : result);
  for (const number of new Set(problems.map((each) => /^\(\d+\)/.exec(each)?.[0] ?? ""))) count(tally.problems, number);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export function linesOf({ results, problems, ...tally }: Tally): string[] {
  const list = (counts: Map<string, number>) =>
    [...counts].sort(([, one], [, other]) => other - one).map(([key, number]) => `${number} ${key}`);
  const { schedules, entries, untroubled, requests, faults, refusals, cancelled, killed, failedFast } = tally;
  return [
    `${schedules} schedules of ${entries} entries (${untroubled} with nothing in their way), ${requests} requests, ${faults} faults, ${refusals} refusals by limits, ${cancelled} cancelled, ${killed} killed, ${failedFast} ended by \`fail_fast\``,
    `  results: ${list(results).join(", ")}`,
    `  schedules that break a property, by its number: ${list(problems).join(", ") || "none"}`,
  ];
}
