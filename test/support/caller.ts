/** A caller's workflow, played as GitHub does: conditions, matrices, `with:`, outputs. The dispatching step is the test's. */

import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import { parse } from "yaml";
import { repositoryIn } from "../../scripts/repository.ts";
import { type Contexts, fillTemplate } from "../simulator/expression.ts";

/** The action, as users write it. */
export const ACTION = `${repositoryIn(new URL("../../", import.meta.url)).fullName}@v1`;

interface Step {
  id?: string;
  if?: string | boolean;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
}

interface Job {
  needs?: string | string[];
  if?: string | boolean;
  strategy?: { matrix?: Record<string, unknown[]> };
  env?: Record<string, unknown>;
  outputs?: Record<string, string>;
  steps: Step[];
}

export type Ending = "success" | "failure" | "cancelled" | "skipped";

/** What came of a job. */
export interface PlayedJob {
  result: Ending;
  outputs: Record<string, string>;
  /** The scripts that ran, each with its environment. */
  scripts: { run: string; env: Record<string, string> }[];
}

export interface CallerPlay {
  /** What the caller's workflow can speak of, but for what follows from its own course (`needs`, `steps`, `matrix`). */
  contexts: Contexts;
  /** How jobs that dispatch nothing end, and steps that are scripts, by their id; success by default. */
  endings?: Record<string, Ending>;
  /** Outputs of steps that are scripts, by their id. */
  outputs?: Record<string, Record<string, string>>;
  /** Does the dispatching step. */
  dispatch(
    given: Record<string, string>,
    env: Record<string, string>,
  ): Promise<{ isGreen: boolean; outputs: Record<string, string> }>;
}

/** Plays all jobs, each when those that it needs have ended. */
export async function playCaller(text: string, play: CallerPlay): Promise<Record<string, PlayedJob>> {
  const { jobs } = parse(text) as { jobs: Record<string, Job> };
  const played = new Map<string, Promise<PlayedJob>>();
  const start = (id: string): Promise<PlayedJob> => {
    const known = played.get(id);
    if (known) return known;
    const job = jobs[id];
    if (!job) throw new Error(`needs unknown job ${id}`);
    const needs = [job.needs ?? []].flat();
    const ended = Promise.all(needs.map(start)).then((before) =>
      playJob(id, job, Object.fromEntries(needs.map((need, index) => [need, before[index] as PlayedJob])), play),
    );
    played.set(id, ended);
    return ended;
  };
  const ids = Object.keys(jobs);
  const ended = await Promise.all(ids.map(start));
  return Object.fromEntries(ids.map((id, index) => [id, ended[index] as PlayedJob]));
}

async function playJob(id: string, job: Job, needs: Record<string, PlayedJob>, play: CallerPlay): Promise<PlayedJob> {
  const contexts = { ...play.contexts, needs };
  const { github, inputs = {}, vars = {} } = contexts as Contexts;
  const before = worst(Object.values(needs).map(({ result }) => result));
  // There are no secrets in a job's condition.
  if (!holds(job.if, { github, inputs, vars, needs }, before)) {
    return { result: "skipped", outputs: {}, scripts: [] };
  }
  const parts = await Promise.all(
    combinationsOf(job).map((matrix) => playSteps(id, job, { ...contexts, matrix }, play)),
  );
  return {
    result: worst(parts.map(({ result }) => result)),
    outputs: Object.assign({}, ...parts.map(({ outputs }) => outputs)),
    scripts: parts.flatMap(({ scripts }) => scripts),
  };
}

async function playSteps(id: string, job: Job, contexts: Contexts, play: CallerPlay): Promise<PlayedJob> {
  const steps: Record<string, { outputs: Record<string, string>; outcome: Ending; conclusion: Ending }> = {};
  const scripts: PlayedJob["scripts"] = [];
  let result: Ending = "success";
  const jobEnv = fillAll(job.env, contexts);
  for (const step of job.steps) {
    const known = { ...contexts, env: jobEnv, steps };
    // Nor are there secrets in a step's.
    const { secrets: _, ...inConditions } = known as Contexts;
    let ending: Ending = "success";
    let outputs: Record<string, string> = {};
    if (!holds(step.if, inConditions, result)) ending = "skipped";
    else {
      const env = { ...jobEnv, ...fillAll(step.env, known) };
      if (step.uses === ACTION) {
        const ended = await play.dispatch(fillAll(step.with, { ...known, env }), env);
        outputs = ended.outputs;
        ending = ended.isGreen ? "success" : "failure";
      } else if (step.run !== undefined) {
        scripts.push({ run: step.run, env });
        outputs = play.outputs?.[step.id ?? ""] ?? {};
        ending = play.endings?.[step.id ?? ""] ?? "success";
      }
    }
    if (step.id) steps[step.id] = { outputs, outcome: ending, conclusion: ending };
    if (ending === "failure") result = "failure";
  }
  const own = play.endings?.[id];
  return {
    result: own ?? result,
    outputs: fillAll(job.outputs, { ...contexts, env: jobEnv, steps }),
    scripts,
  };
}

/** Says whether a job or step starts, after what is before it has ended so. */
export function holds(condition: string | boolean | undefined, contexts: Contexts, before: Ending): boolean {
  const source = String(condition ?? "success()").replace(/^\$\{\{([\s\S]*)\}\}$/, "$1");
  // A condition that asks for no status holds only after success.
  const full = /\b(success|failure|cancelled|always)\(\)/.test(source) ? source : `success() && (${source})`;
  const status = (name: string, value: boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  });
  const functions = [
    status("always", true),
    status("success", before === "success"),
    status("failure", before === "failure"),
    status("cancelled", before === "cancelled"),
  ];
  const expression = new Parser(new Lexer(full).lex().tokens, Object.keys(contexts), functions).parse();
  const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const value = new Evaluator(expression, dictionary, new Map(functions.map((one) => [one.name, one]))).evaluate();
  return value.coerceString() === "true";
}

function worst(results: readonly Ending[]): Ending {
  const order = ["failure", "cancelled", "skipped"] as const;
  return order.find((word) => results.includes(word)) ?? "success";
}

function combinationsOf({ strategy }: Job): Record<string, unknown>[] {
  return Object.entries(strategy?.matrix ?? {}).reduce<Record<string, unknown>[]>(
    (known, [key, values]) => known.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))),
    [{}],
  );
}

function fillAll(texts: Record<string, unknown> | undefined, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts ?? {}).map(([key, text]) => [key, fillTemplate(String(text), contexts)]),
  );
}
