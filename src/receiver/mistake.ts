/**
 * Why GitHub takes a file for no workflow, as far as that is sure (docs/platform.md#workflow-files). It has more rules, and
 * gets new keys: what is not known here is no mistake.
 */

import { contextNamesIn, flawIn } from "./expression.ts";
import { type Fields, fields, list, scalar } from "./fields.ts";
import { quoted } from "./finding.ts";

export interface Mistake {
  /** Follows "no valid workflow: ". */
  text: string;
  /** The `run-name` is what has to be changed. */
  isInRunName: boolean;
}

/** The first mistake in a file that YAML has parsed; undefined where none is seen. */
export function mistakeIn(root: Fields): Mistake | undefined {
  const elsewhere = [mistakeOfJobs, mistakeOfKeys, mistakeOfConcurrency];
  for (const look of elsewhere) {
    const found = look(root);
    if (found !== undefined) return { text: found, isInRunName: false };
  }
  return mistakeOfNames(root);
}

/** Keys of a job, which people put beside the jobs. */
const OF_A_JOB = ["steps", "runs-on", "uses", "run"];

function mistakeOfJobs(root: Fields): string | undefined {
  const jobs = fields(root.jobs);
  const astray = OF_A_JOB.find((key) => key in root || (key in jobs && !isMapping(jobs[key])));
  if (astray) return `\`${astray}\` belongs into a job, below \`jobs:\` and the job's name`;
  return Object.keys(jobs).length === 0 ? "it has no `jobs`" : undefined;
}

function mistakeOfKeys(root: Fields): string | undefined {
  for (const mapping of mappingsIn(root)) {
    if (typeof mapping["<<"] === "object") return "GitHub reads anchors and aliases, and no merge keys (`<<`)";
    const seen = new Map<string, string>();
    for (const key of Object.keys(mapping)) {
      const other = seen.get(key.toLowerCase());
      if (other !== undefined) return `\`${quoted(other)}\` and \`${quoted(key)}\` are one key for GitHub`;
      seen.set(key.toLowerCase(), key);
    }
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

/** Contexts that GitHub does not have yet when it names a run, or a job. */
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
  const found = others.find((each) => each !== undefined);
  return found === undefined ? undefined : { text: found, isInRunName: false };
}

function mistakeOfName(place: string, value: unknown, notThere: readonly string[]): string | undefined {
  const name = scalar(value);
  if (!name.includes("${{")) return undefined;
  const flaw = flawIn(name);
  if (flaw !== undefined) return `${place} has ${flaw}`;
  const spokenOf = contextNamesIn(name);
  const context = notThere.find((each) => spokenOf.has(each));
  if (context === undefined) return undefined;
  return `${place} speaks of \`${context}\`, which GitHub knows only in ${ONLY_IN_JOBS.includes(context) ? "jobs" : "steps"}`;
}

/** All mappings, each once: an alias is the same object once more, however often it is used. */
function* mappingsIn(root: Fields): Generator<Fields> {
  const seen = new Set<unknown>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isMapping(value)) yield fields(value);
    for (const each of Object.values(value)) open.push(each);
  }
}

function isMapping(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
