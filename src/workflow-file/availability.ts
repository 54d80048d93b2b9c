/** Which contexts and functions GitHub knows where (docs/platform.md#workflow-files). */

import { allWithin, type Fields, fields } from "./fields.ts";
import { stepsOf } from "./steps.ts";
import { conditionAsTemplate, namesIn, syntaxErrorIn } from "./template.ts";

interface Place {
  /** e.g. ``a job's `env` `` */
  words: string;
  value: unknown;
  level: "workflow" | "job" | "step";
  contexts: readonly string[];
  functions?: readonly string[];
}

export const STATUS_FUNCTIONS = ["always", "cancelled", "failure", "success"];
const HASH = ["hashfiles"];

const OF_RUN = ["github", "inputs", "vars"];
const BEFORE_MATRIX = [...OF_RUN, "needs"];
const OF_JOB = [...BEFORE_MATRIX, "matrix", "strategy"];
const OF_STEP = [...OF_JOB, "env", "job", "runner", "secrets", "steps"];
/** Others may come: only what GitHub knows elsewhere is certainly a mistake. */
const KNOWN_CONTEXTS = [...OF_STEP, "jobs"];
const KNOWN_FUNCTIONS = [...STATUS_FUNCTIONS, ...HASH];

/** By key. */
const WORKFLOW_KEYS: Record<string, readonly string[]> = {
  concurrency: OF_RUN,
  defaults: [],
  env: [...OF_RUN, "secrets"],
};
const JOB_KEYS: Record<string, readonly string[]> = {
  name: OF_JOB,
  if: BEFORE_MATRIX,
  strategy: BEFORE_MATRIX,
  concurrency: OF_JOB,
  "continue-on-error": OF_JOB,
  env: [...OF_JOB, "secrets"],
  environment: OF_JOB,
  outputs: OF_STEP,
  "runs-on": OF_JOB,
  secrets: [...OF_JOB, "secrets"],
  "timeout-minutes": OF_JOB,
  with: OF_JOB,
};
const STEP_KEYS: Record<string, readonly string[]> = {
  name: OF_STEP,
  run: OF_STEP,
  if: OF_STEP.filter((name) => name !== "secrets"),
  "continue-on-error": OF_STEP,
  env: OF_STEP,
  "timeout-minutes": OF_STEP,
  with: OF_STEP,
  "working-directory": OF_STEP,
};

export function mistakeInRunName(root: Fields): string | undefined {
  const { "run-name": value } = root;
  return mistakeAt({ words: "its `run-name`", value, level: "workflow", contexts: OF_RUN });
}

export function mistakeInExpressions(root: Fields): string | undefined {
  for (const place of placesIn(root)) {
    const mistake = mistakeAt(place);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function* placesIn(root: Fields): Generator<Place> {
  yield* placesAt("workflow", root, WORKFLOW_KEYS);
  const jobs = Object.values(fields(root.jobs)).map(fields);
  for (const job of jobs) yield* placesAt("job", job, JOB_KEYS);
  for (const step of jobs.flatMap(stepsOf)) yield* placesAt("step", step, STEP_KEYS);
}

const OWNERS: Record<Place["level"], string> = { workflow: "its", job: "a job's", step: "a step's" };

function* placesAt(level: Place["level"], owner: Fields, keys: typeof JOB_KEYS): Generator<Place> {
  for (const [key, contexts] of Object.entries(keys)) {
    const words = key === "run" ? "a script" : `${OWNERS[level]} ${key === "name" ? key : `\`${key}\``}`;
    const functions = [...(key === "if" ? STATUS_FUNCTIONS : []), ...(level === "step" ? HASH : [])];
    yield { words, value: valueAt(key, owner[key]), level, contexts, functions };
  }
}

function valueAt(key: string, value: unknown): unknown {
  // An environment's `url` is evaluated in the job.
  if (key === "environment" && typeof value === "object") return fields(value).name;
  return key === "if" && typeof value === "string" ? conditionAsTemplate(value) : value;
}

function mistakeAt(place: Place): string | undefined {
  for (const text of allWithin(place.value)) {
    if (typeof text !== "string" || !text.includes("${{")) continue;
    const flaw = syntaxErrorIn(text);
    if (flaw !== undefined) return `${place.words} has ${flaw}`;
    const unknown = unknownIn(text, place);
    if (unknown !== undefined) return `${place.words} uses ${unknown}`;
  }
  return undefined;
}

function unknownIn(text: string, { words, level, contexts, functions = [] }: Place): string | undefined {
  const used = namesIn(text);
  const context = KNOWN_CONTEXTS.find((each) => used.contexts.has(each) && !contexts.includes(each));
  if (context !== undefined) return `\`${context}\`, which is ${availableWhere(context, words, level)}`;
  const called = KNOWN_FUNCTIONS.find((each) => used.functions.has(each) && !functions.includes(each));
  if (called === undefined) return undefined;
  return HASH.includes(called)
    ? "`hashFiles()`, which is available only in steps"
    : `\`${called}()\`, which is available only in \`if\``;
}

function availableWhere(context: string, words: string, level: Place["level"]): string {
  const isName = /name`?$/.test(words) && level !== "step";
  if (["job", "runner", "steps"].includes(context) || (isName && ["env", "secrets"].includes(context)))
    return "available only in steps";
  const isOfJobs = level === "workflow" && ["matrix", "needs", "strategy"].includes(context);
  return isOfJobs ? "available only in jobs" : "not available there";
}
