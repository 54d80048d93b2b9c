/** Only what is certainly a mistake (docs/platform.md#workflow-files): GitHub gets new keys, so an unknown key is none. */

import { findCaseDuplicate } from "../inputs/keys.ts";
import { quoted } from "../text/foreign-text.ts";
import { contextNamesIn, syntaxErrorIn } from "./expression.ts";
import { type Fields, fields, list, scalar } from "./fields.ts";

export interface Mistake {
  /** Follows "no valid workflow: ". */
  text: string;
  isInRunName: boolean;
}

export function mistakeIn(root: Fields): Mistake | undefined {
  const text = mistakeOfJobs(root) ?? mistakeOfKeys(root) ?? mistakeOfConcurrency(root);
  return text === undefined ? mistakeOfNames(root) : { text, isInRunName: false };
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
  for (const mapping of mappingsIn(root)) {
    if (typeof mapping["<<"] === "object") return "GitHub reads anchors and aliases, and no merge keys (`<<`)";
    const alike = findCaseDuplicate(Object.keys(mapping));
    if (alike) return `\`${quoted(alike[0])}\` and \`${quoted(alike[1])}\` are one key for GitHub`;
  }
  return undefined;
}

function mistakeOfConcurrency(root: Fields): string | undefined {
  const both = [root, ...Object.values(fields(root.jobs))].some((each) => {
    const concurrency = fields(fields(each).concurrency);
    return concurrency.queue === "max" && concurrency["cancel-in-progress"] === true;
  });
  return both ? "`queue: max` and `cancel-in-progress: true` do not go together" : undefined;
}

/** Contexts that do not exist yet when GitHub names a run or a job. */
const ONLY_IN_STEPS = ["env", "job", "runner", "secrets", "steps"];
const ONLY_IN_JOBS = ["matrix", "needs", "strategy"];

function mistakeOfNames(root: Fields): Mistake | undefined {
  const jobs = Object.values(fields(root.jobs)).map(fields);
  const steps = jobs.flatMap((job) => list(job.steps).map(fields));
  const inRunName = mistakeOfName("its `run-name`", root["run-name"], [...ONLY_IN_STEPS, ...ONLY_IN_JOBS]);
  if (inRunName !== undefined) return { text: inRunName, isInRunName: true };
  const others = [
    ...jobs.map(({ name }) => mistakeOfName("a job's name", name, ONLY_IN_STEPS)),
    ...steps.map(({ name }) => mistakeOfName("a step's name", name, [])),
    ...steps.map(({ run }) => mistakeOfName("a script", run, [])),
  ];
  const text = others.find((each) => each !== undefined);
  return text === undefined ? undefined : { text, isInRunName: false };
}

function mistakeOfName(place: string, value: unknown, missingContexts: readonly string[]): string | undefined {
  const name = scalar(value);
  if (!name.includes("${{")) return undefined;
  const flaw = syntaxErrorIn(name);
  if (flaw !== undefined) return `${place} has ${flaw}`;
  const contexts = contextNamesIn(name);
  const context = missingContexts.find((each) => contexts.has(each));
  if (context === undefined) return undefined;
  return `${place} uses \`${context}\`, which GitHub knows only in ${ONLY_IN_JOBS.includes(context) ? "jobs" : "steps"}`;
}

/** Each mapping once: the aliases of an anchor are the same object. */
function* mappingsIn(root: Fields): Generator<Fields> {
  const visited = new Set<unknown>();
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== "object" || value === null || visited.has(value)) continue;
    visited.add(value);
    if (isMapping(value)) yield fields(value);
    for (const each of Object.values(value)) pending.push(each);
  }
}

function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
