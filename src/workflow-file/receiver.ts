/** The receiving workflow, as its file describes it. */

import { type Fields, fields, list, scalar, text } from "./fields.ts";
import { type Mistake, mistakeIn } from "./mistake.ts";
import { stepsOf } from "./steps.ts";
import { conditionAsTemplate, wholeExpressionIn } from "./template.ts";
import { readUploads, type Uploads } from "./uploads.ts";

export interface Receiver {
  /** e.g. `.github/workflows/deploy.yml` */
  path: string;
  name: string | undefined;
  runName: string;
  /** Types of repository_dispatch; empty: all; undefined: it does not listen. */
  dispatchTypes: readonly string[] | undefined;
  /** Undefined: it has no workflow_dispatch trigger. */
  inputs: Readonly<Record<string, ReceiverInput>> | undefined;
  /** Of `workflow_call`: what a caller hands it. */
  callInputs: Readonly<Record<string, ReceiverInput>>;
  env: Env;
  jobs: readonly ReceiverJob[];
  artifacts: Uploads;
  mistake: Mistake | undefined;
}

export interface ReceiverInput {
  isRequired: boolean;
  type?: string;
  defaultValue?: string;
  /** The values of a `choice` or a `boolean`; undefined: any. */
  options: readonly string[] | undefined;
}

/** Variables by name. The values may have expressions. */
export type Env = Readonly<Record<string, string>>;

export interface ReceiverJob {
  id: string;
  /** Its id if it has none, before expressions are evaluated. */
  name: string;
  env: Env;
  /** As the file has it. */
  matrix: unknown;
  /** Its `if`. */
  condition: string;
  /** Ids of other jobs. */
  needs: readonly string[];
  /** The reusable workflow that it calls, which has jobs of its own; undefined: it calls none. */
  calls: string | undefined;
  /** What it hands to that workflow, as the file has it. */
  handed: Fields;
  /** That workflow, if it was read. */
  called?: Receiver;
  /** Only where certain. On Windows, names of variables ignore case. */
  isOnWindows: boolean;
  steps: readonly ReceiverStep[];
}

export interface ReceiverStep {
  name: string;
  script: string | undefined;
  env: Env;
}

/** `file` is parsed YAML. What is malformed counts as absent: GitHub itself will report it. */
export function readReceiver(path: string, file: unknown): Receiver {
  const root = fields(file);
  // A YAML 1.1 parser reads the key `on` as `true`.
  const triggers = readTriggers(root.on ?? root.true);
  const dispatch = triggers.repository_dispatch;
  const jobs = Object.entries(fields(root.jobs)).map(([id, job]) => ({ id, job: fields(job) }));
  const all = jobs.map(({ job }) => job);
  return {
    path,
    name: text(root.name),
    runName: text(root["run-name"]) ?? "",
    dispatchTypes: dispatch === undefined ? undefined : list(fields(dispatch).types).map(scalar),
    inputs: "workflow_dispatch" in triggers ? readInputs(triggers.workflow_dispatch) : undefined,
    callInputs: readInputs(triggers.workflow_call),
    env: readEnv(root.env),
    jobs: jobs.map(({ id, job }) => readJob(id, job)),
    mistake: mistakeIn(root),
    artifacts: readUploads(
      all,
      all.flatMap(stepsThatMayRun).filter((step) => !isNever(step.if)),
    ),
  };
}

function readJob(id: string, job: Fields): ReceiverJob {
  return {
    id,
    name: scalar(job.name ?? "") || id,
    env: readEnv(job.env),
    matrix: fields(job.strategy).matrix,
    condition: scalar(job.if ?? ""),
    needs: list(job.needs).map(scalar),
    calls: job.uses === undefined ? undefined : scalar(job.uses),
    handed: fields(job.with),
    isOnWindows: /windows/i.test(list(job["runs-on"]).map(scalar).join()),
    steps: stepsThatMayRun(job).map(readStep),
  };
}

/** A run shows no step of a job that is always skipped. */
function stepsThatMayRun(job: Fields): Fields[] {
  return isNever(job.if) ? [] : stepsOf(job);
}

function isNever(condition: unknown): boolean {
  return wholeExpressionIn(conditionAsTemplate(scalar(condition)))?.trim() === "false";
}

function readStep(step: Fields): ReceiverStep {
  const script = text(step.run);
  // The name of an unnamed step (docs/platform.md#runner-names).
  const name = text(step.name) || `Run ${(script ?? scalar(step.uses ?? "")).trimStart()}`;
  return { name, script, env: readEnv(step.env) };
}

function readEnv(env: unknown): Env {
  return Object.fromEntries(Object.entries(fields(env)).map(([name, value]) => [name, scalar(value)]));
}

export function listensFor({ dispatchTypes }: Receiver, eventType: string): boolean {
  return dispatchTypes !== undefined && (dispatchTypes.length === 0 || dispatchTypes.includes(eventType));
}

function readInputs(trigger: unknown): Record<string, ReceiverInput> {
  const inputs = Object.entries(fields(fields(trigger).inputs));
  return Object.fromEntries(inputs.map(([name, input]) => [name, readInput(fields(input))]));
}

function readInput({ required, default: defaultValue, type, options }: Fields): ReceiverInput {
  return {
    isRequired: required === true && defaultValue === undefined,
    ...(type !== undefined && { type: scalar(type) }),
    ...(defaultValue !== undefined && { defaultValue: scalar(defaultValue) }),
    options: type === "choice" ? list(options).map(scalar) : type === "boolean" ? ["true", "false"] : undefined,
  };
}

function readTriggers(on: unknown): Fields {
  if (typeof on === "string") return { [on]: null };
  if (Array.isArray(on)) return Object.fromEntries(on.map((event) => [scalar(event), null]));
  return fields(on);
}
