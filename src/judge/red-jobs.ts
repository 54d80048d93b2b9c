/** The words for jobs that decide and ended red, or never came. */

import { enumerated, spoken } from "../edges/wording.ts";
import type { Sight } from "../follow/sight.ts";
import { isGreen } from "../github/conclusions.ts";
import { oneLine } from "../github/reading.ts";
import type { Evidence } from "./evidence.ts";
import { conclusionInWords, evidenceLines, lineOf, reasonOf } from "./red-end.ts";
import type { Verdict } from "./verdict.ts";

/** How many names a message lists. */
const MOST_NAMED = 30;

/** Why the step fails by its jobs, whatever the run as a whole does. */
export function explainRedJobs(
  { run, jobs }: Pick<Sight, "run" | "jobs">,
  { jobs: deciding = [], unmet }: Verdict,
  successConclusions: ReadonlySet<string>,
  evidence: Evidence,
): string {
  const red = deciding.filter(({ conclusion }) => !isGreen(conclusion, successConclusions));
  const how = run.status === "completed" ? `ended ${conclusionInWords(run)}` : `is ${spoken(run.status)}`;
  const why =
    unmet.length > 0
      ? [
          `The run has ended, and no job is called ${listed(unmet.map((name) => `\`${oneLine(name)}\``))} (\`jobs\`): ${run.htmlUrl}`,
          ...reasonOf(run, jobs, evidence),
          `Its jobs, as GitHub shows them: ${listed(jobs.map(({ name }) => name)) || "none"}.`,
        ]
      : [
          `Of the jobs that decide (\`jobs\`), ${red.length} of ${deciding.length} ended red; the run ${how}: ${run.htmlUrl}`,
        ];
  return [...why, ...red.map(lineOf), ...evidenceLines(evidence)].join("\n");
}

/** Why the step fails by `fail_fast`: `jobs` are those that ended red. `cancelled` tells what came of cancelling the run. */
export function explainFailFast(
  { run, jobs }: Pick<Sight, "run" | "jobs">,
  cancelled: string | undefined,
  evidence: Evidence,
): string {
  const names = listed(jobs.map(({ name, conclusion }) => `${name} (${conclusion || "no conclusion"})`));
  return [
    `The run is ${spoken(run.status)}, and a job has ended red already, which ends the step (\`fail_fast\`): ${names}`,
    cancelled ?? `The run goes on: ${run.htmlUrl}`,
    ...jobs.map(lineOf),
    ...evidenceLines(evidence),
  ].join("\n");
}

function listed(names: readonly string[]): string {
  return enumerated(names, MOST_NAMED);
}
