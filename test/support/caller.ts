/** A caller's workflow, played as GitHub does: conditions, matrices, `with:`, outputs. The dispatching step is the test's. */

import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import { parse } from "yaml";
import { repositoryIn } from "../../scripts/repository.ts";
import { type Contexts, fillTemplate } from "../simulator/expression.ts";

/** The action, as users write it. */
export const ACTION = `${repositoryIn(new URL("../../", import.meta.url)).fullName}@v1`;

/** The receiver's half of it. */
export const REPORT = ACTION.replace("@", "/report@");

interface Step {
  id?: string;
  if?: string | boolean;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
  /** Parallel steps (docs/platform.md#parallel-steps). */
  background?: boolean;
  wait?: string | string[];
  "wait-all"?: unknown;
  cancel?: string;
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
  /** Does the dispatching step; `cancelled` is aborted when another step cancels it. */
  dispatch(given: Record<string, string>, env: Record<string, string>, cancelled: AbortSignal): Promise<Dispatched>;
  /** Does a step of `report`. */
  report?(given: Record<string, string>, env: Record<string, string>): Promise<Dispatched>;
}

interface Dispatched {
  isGreen: boolean;
  outputs: Record<string, string>;
}

/** A step that goes on in the background. */
interface Background {
  ended: Promise<Dispatched>;
  cancellation: AbortController;
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
  const background = new Map<string, Background>();
  let result: Ending = "success";
  const jobEnv = fillAll(job.env, contexts);
  for (const step of job.steps) {
    const known = { ...contexts, env: jobEnv, steps };
    // Nor are there secrets in a step's.
    const { secrets: _, ...inConditions } = known as Contexts;
    if (!holds(step.if, inConditions, result)) {
      end(step.id, "skipped");
      continue;
    }
    if (await playControl(step)) continue;
    const env = { ...jobEnv, ...fillAll(step.env, known) };
    if (step.uses === ACTION) {
      const cancellation = new AbortController();
      const ended = play.dispatch(fillAll(step.with, { ...known, env }), env, cancellation.signal);
      if (step.background)
        background.set(step.id ?? never("a step in the background has no id"), { ended, cancellation });
      else endAs(step.id, await ended);
    } else if (step.uses === REPORT)
      endAs(step.id, await (play.report ?? never("nobody reports"))(fillAll(step.with, { ...known, env }), env));
    else if (step.background) never("only a dispatching step is played in the background");
    else if (step.run === undefined) end(step.id, "success");
    else {
      scripts.push({ run: step.run, env });
      end(step.id, play.endings?.[step.id ?? ""] ?? "success", play.outputs?.[step.id ?? ""]);
    }
  }
  // What nobody has waited for is waited for at the job's end.
  for (const [id, { ended }] of background) endAs(id, await ended);
  const own = play.endings?.[id];
  return {
    result: own ?? result,
    outputs: fillAll(job.outputs, { ...contexts, env: jobEnv, steps }),
    scripts,
  };

  function end(id: string | undefined, ending: Ending, outputs: Record<string, string> = {}): void {
    if (id) steps[id] = { outputs, outcome: ending, conclusion: ending };
    if (ending === "failure") result = "failure";
  }

  function endAs(id: string | undefined, { isGreen, outputs }: Dispatched): void {
    end(id, isGreen ? "success" : "failure", outputs);
  }

  /** Outputs show when a step is waited for. One that is cancelled does not fail the job, if the job is healthy by then. */
  async function playControl(step: Step): Promise<boolean> {
    const awaited = "wait-all" in step ? [...background.keys()] : [step.wait ?? []].flat();
    for (const id of awaited) endAs(id, await take(id).ended);
    if (step.cancel !== undefined) {
      const { ended, cancellation } = take(step.cancel);
      cancellation.abort();
      end(step.cancel, "cancelled", (await ended).outputs);
    }
    return step.cancel !== undefined || step.wait !== undefined || "wait-all" in step;
  }

  function take(id: string): Background {
    const found = background.get(id) ?? never(`no step ${id} is in the background`);
    background.delete(id);
    return found;
  }
}

function never(what: string): never {
  throw new Error(what);
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
