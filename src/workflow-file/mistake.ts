/** Only what is certainly a mistake (docs/platform.md#workflow-files): GitHub gets new keys, so an unknown key is none. */

import { MAX_INPUTS } from "../inputs/dispatch-request.ts";
import { findCaseDuplicate } from "../inputs/keys.ts";
import { quoted } from "../text/foreign-text.ts";
import { mistakeInExpressions, mistakeInRunName } from "./availability.ts";
import { allWithin, type Fields, fields, isMapping } from "./fields.ts";
import { mistakeInIds } from "./ids.ts";

export interface Mistake {
  /** Follows "is not a valid workflow: ". */
  text: string;
  isInRunName: boolean;
}

export function mistakeIn(root: Fields): Mistake | undefined {
  const ofFile =
    mistakeOfJobs(root) ??
    mistakeOfKeys(root) ??
    mistakeInIds(root) ??
    mistakeOfInputs(root) ??
    mistakeOfConcurrency(root);
  const inRunName = ofFile === undefined ? mistakeInRunName(root) : undefined;
  const text = ofFile ?? inRunName ?? mistakeInExpressions(root);
  return text === undefined ? undefined : { text, isInRunName: inRunName !== undefined };
}

/** Keys of a job that people put beside the jobs. */
const OF_A_JOB = ["steps", "runs-on", "uses", "run"];

function mistakeOfJobs(root: Fields): string | undefined {
  const jobs = fields(root.jobs);
  const misplaced = OF_A_JOB.find((key) => key in root || (key in jobs && !isMapping(jobs[key])));
  if (misplaced) return `\`${misplaced}\` belongs in a job, below \`jobs:\` and the job's name`;
  return Object.keys(jobs).length === 0 ? "it has no `jobs`" : undefined;
}

function mistakeOfKeys(root: Fields): string | undefined {
  for (const mapping of allWithin(root)) {
    if (!isMapping(mapping)) continue;
    if (typeof mapping["<<"] === "object") return "GitHub supports anchors and aliases, but not merge keys (`<<`)";
    const alike = findCaseDuplicate(Object.keys(mapping));
    if (alike) return `\`${quoted(alike[0])}\` and \`${quoted(alike[1])}\` are the same key for GitHub`;
  }
  return undefined;
}

function mistakeOfInputs(root: Fields): string | undefined {
  const { length } = Object.keys(fields(fields(fields(root.on ?? root.true).workflow_dispatch).inputs));
  if (length <= MAX_INPUTS) return undefined;
  return `it declares ${length} inputs for \`workflow_dispatch\`, and GitHub takes at most ${MAX_INPUTS}`;
}

function mistakeOfConcurrency(root: Fields): string | undefined {
  const both = [root, ...Object.values(fields(root.jobs))].some((each) => {
    const concurrency = fields(fields(each).concurrency);
    return concurrency.queue === "max" && concurrency["cancel-in-progress"] === true;
  });
  return both ? "`queue: max` and `cancel-in-progress: true` cannot be combined" : undefined;
}
