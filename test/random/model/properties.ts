/** All properties of one performance. */

import { KNOWN } from "./known.ts";
import type { Performance } from "./performance.ts";
import { wrongExchanges } from "./rules-of-brokers.ts";
import {
  duplicatesOf,
  looksAtQueues,
  requestsAfterTheEnd,
  requestsUnderLimit,
  violations,
  wrongCancellations,
  wrongSendings,
} from "./rules-of-requests.ts";
import { falseGreens, leaks, wrongOutputs, wrongRuns } from "./rules-of-runs.ts";
import { concealments, earlyEnds, falseReds, lateEnds, missedCancellations } from "./rules-of-time.ts";
import { lateFinds, untoldWaits } from "./rules-of-waits.ts";

/** What was broken; each begins with the number of its property. */
export function problemsOf(performance: Performance): string[] {
  const problems = [
    ...wrongRuns(performance),
    ...wrongSendings(performance),
    ...duplicatesOf(performance).problems,
    ...falseGreens(performance),
    ...falseReds(performance),
    ...wrongOutputs(performance),
    ...requestsAfterTheEnd(performance),
    ...requestsUnderLimit(performance),
    ...lateEnds(performance),
    ...earlyEnds(performance),
    ...wrongCancellations(performance),
    ...missedCancellations(performance),
    ...leaks(performance),
    ...violations(performance),
    ...looksAtQueues(performance),
    ...concealments(performance),
    ...lateFinds(performance),
    ...untoldWaits(performance),
    ...wrongExchanges(performance),
  ];
  return problems.filter((problem) => !KNOWN.some(({ forgives }) => forgives?.test(problem)));
}

/** The problems, and all that led to them. */
export function storyOf(performance: Performance, problems: readonly string[]): string {
  const { step, sightings, github, startedAtMs } = performance;
  return [
    ...problems,
    `failure: ${step.failure}`,
    `outputs: ${JSON.stringify(step.outputs)}`,
    ...sightings.map(({ entry, isPost }, index) => {
      return `${isPost ? "post " : ""}${entry.atMs - startedAtMs} ms: ${github.transcript()[index]}`;
    }),
  ].join("\n");
}
