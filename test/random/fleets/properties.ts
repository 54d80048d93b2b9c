/** All properties of one performance. */

import type { Performance } from "./performance.ts";
import { doubleStarts, wrongOutputs, wrongResults, wrongRuns, wrongVerdicts } from "./rules-of-entries.ts";
import { brokenLimits, lateEnds, wrongCrowds, wrongOrder } from "./rules-of-order.ts";
import { leaks, missedCancellations, wrongCancellations, wrongStops } from "./rules-of-stops.ts";

const RULES = [
  ...[wrongRuns, doubleStarts, wrongResults, wrongVerdicts, wrongOutputs],
  ...[wrongOrder, wrongCrowds, brokenLimits, lateEnds],
  ...[wrongCancellations, missedCancellations, wrongStops, leaks],
];

/** What was broken; each begins with the number of its property. */
export function problemsOf(performance: Performance): string[] {
  if (performance.history.length === 0 && performance.broke === undefined)
    return [`(5) nothing was told: ${performance.step.failure}`];
  return RULES.flatMap((rule) => rule(performance));
}

/** The problems, and all that led to them. */
export function storyOf(performance: Performance, problems: readonly string[]): string {
  const { step, post, sightings, github, startedAtMs, history, stoppedAtMs } = performance;
  const lines = github.transcript();
  const numbers = new Map(github.requests.map((each, index) => [each, index]));
  return [
    ...problems,
    `failure: ${step.failure}`,
    `warnings: ${step.warnings.join("\n")}`,
    `stopped at ${stoppedAtMs === undefined ? "no time" : `${stoppedAtMs - startedAtMs} ms`}`,
    ...(JSON.parse(history.at(-1)?.text ?? "[]") as unknown[]).map((each) => JSON.stringify(each)),
    ...sightings.map(({ entry, isPost, legs }) => {
      const names = legs.map(({ name }) => name).join(" ");
      const line = lines[numbers.get(entry) ?? -1];
      return `${isPost ? "post " : ""}${entry.atMs - startedAtMs} ms (${names}): ${line}`;
    }),
    ...step.log,
    ...(post?.log ?? []),
    ...(post?.warnings ?? []),
  ].join("\n");
}
