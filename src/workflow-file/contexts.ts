/** What is known of GitHub's contexts before a run starts. */

import { fillTemplate, type LookUp } from "./expression.ts";
import { type Combination, matrixAt, valuesOfScalar } from "./matrix.ts";
import { type Plain, propertyOf } from "./plain.ts";
import type { Env, Receiver, ReceiverInput, ReceiverJob, ReceiverStep } from "./receiver.ts";
import { anyOf, EMPTY, knownValue, sentValue, textValue, UNKNOWN, type Value } from "./values.ts";

export interface SentId {
  event: "repository_dispatch" | "workflow_dispatch";
  /** Empty for a workflow_dispatch. */
  eventType: string;
  /** The name of the input or property that carries the id. */
  key: string;
  id: string;
  /** `workflow_inputs`, without the id. */
  inputs: Readonly<Record<string, string>>;
  /** `client_payload`, without the id. */
  payload?: Plain;
  /** The target, `owner/name`; undefined: not known. */
  repository?: string;
}

const INPUTS = ["inputs", "github.event.inputs"];
const PAYLOAD = ["github.event.client_payload"];

/** What `github.event` has (docs/platform.md#event-contexts); other events' properties are empty. */
const EVENT_PROPERTIES = ["enterprise", "installation", "organization", "repository", "sender", "*"];
const OWN_PROPERTIES: Record<SentId["event"], readonly string[]> = {
  repository_dispatch: ["action", "branch", "client_payload"],
  workflow_dispatch: ["inputs", "ref", "workflow"],
};
/** For pull requests alone. */
const PULL_REQUEST_REFS = ["github.head_ref", "github.base_ref"];
/** Never empty. */
const OF_ANY_RUN =
  /^github\.(run_(id|number|attempt)|sha|ref(_name|_type)?|repository(_owner)?(_id)?|(triggering_)?actor|workflow(_ref|_sha)?|(server|api)_url)$/;

/** Names of contexts ignore case (docs/platform.md#runner-values). */
export function contextsOf(receiver: Receiver, sent: SentId): LookUp {
  const known = new Map<string, readonly Value[]>();
  return (names) => {
    const path = names.join(".").toLowerCase();
    const values = known.get(path) ?? valuesAt(path, names.at(-1) ?? "", receiver, sent);
    known.set(path, values);
    return values;
  };
}

function valuesAt(path: string, name: string, receiver: Receiver, sent: SentId): readonly Value[] {
  const isByHand = sent.event === "workflow_dispatch";
  const [roots, empty] = isByHand ? [INPUTS, PAYLOAD] : [PAYLOAD, INPUTS];
  const ours = idAt(path, roots, sent);
  if (ours) return ours;
  if (isWithin([...empty, ...PULL_REQUEST_REFS, "env"], path) || isOfAnotherEvent(path, sent)) return [EMPTY];
  const certain = certainTextAt(path, sent);
  if (certain !== undefined) return [textValue(certain)];
  if (isByHand && isWithin(roots, path)) return [otherInput(name, path.startsWith("inputs."), receiver, sent)];
  if (isWithin(roots, path)) return [otherProperty(path, sent)];
  if (OF_ANY_RUN.test(path)) return [{ ...UNKNOWN, isTrue: true }];
  // An output may be anything.
  return /^(needs|steps)\b/.test(path) ? [UNKNOWN, textValue(sent.id)] : [UNKNOWN];
}

function certainTextAt(path: string, { event, eventType, repository }: SentId): string | undefined {
  switch (path) {
    case "github.event_name":
      return event;
    case "github.event.action":
      return eventType;
    case "github.repository":
      return repository;
    case "github.repository_owner":
      return repository?.split("/")[0];
    default:
      return undefined;
  }
}

function isOfAnotherEvent(path: string, { event }: SentId): boolean {
  const property = /^github\.event\.([^.]+)/.exec(path)?.[1];
  return property !== undefined && ![...EVENT_PROPERTIES, ...OWN_PROPERTIES[event]].includes(property);
}

/** Values that depend on the id: the id itself, an object that holds it, or a property of the id, which is empty. */
function idAt(path: string, roots: readonly string[], { key, id }: SentId): Value[] | undefined {
  const ours = roots.map((root) => `${root}.${key.toLowerCase()}`);
  const [beforeAny = "", afterAny] = path.split(/\.[^.*]*\*(.*)/s);
  if (ours.some((each) => each.startsWith(`${beforeAny}.`)))
    return afterAny === undefined ? [{ text: "Object", isTrue: true, holds: id, plain: {} }] : [UNKNOWN, textValue(id)];
  if (ours.includes(path)) return [textValue(id)];
  return isWithin(ours, path) ? [EMPTY] : undefined;
}

function isWithin(roots: readonly string[], path: string): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}.`));
}

/** In the context `inputs`, a boolean is one; in the event, it is a text (docs/platform.md#event-contexts). */
function otherInput(name: string, isTyped: boolean, { inputs: declared = {} }: Receiver, sent: SentId): Value {
  const inputIn = <Input>(inputs: Readonly<Record<string, Input>>) =>
    Object.entries(inputs).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
  const { type = "string", defaultValue = type === "boolean" ? "false" : undefined } = inputIn(declared) ?? {};
  const value = inputIn(sent.inputs) ?? defaultValue;
  if (value === undefined) return type === "string" ? EMPTY : UNKNOWN;
  if (isTyped && type === "boolean") return sentValue(value === "true");
  return sentValue(isTyped && type === "number" ? Number(value) : value);
}

function otherProperty(path: string, { payload }: SentId): Value {
  if (payload === undefined || path.includes("*")) return UNKNOWN;
  const names = path.split(".").slice(3);
  return sentValue(names.reduce<Plain | undefined>(propertyOf, payload) ?? null);
}

/** In a reusable workflow, `inputs` is what the calling job hands it; all else is as in the caller. */
export function withHanded(called: Receiver, job: ReceiverJob, inJob: LookUp, before: LookUp): LookUp {
  const inputs = byLowerCase(called.callInputs);
  const handed = byLowerCase(job.handed);
  const known = new Map<string, readonly Value[]>();
  const valuesOf = (name: string) => {
    const input = inputs.get(name) as ReceiverInput | undefined;
    const values = known.get(name) ?? (input ? handedValues(handed.get(name), input, inJob) : [EMPTY]);
    known.set(name, values);
    return values;
  };
  return (names) => {
    const [context = "", name = "*", ...path] = names;
    if (context.toLowerCase() !== "inputs") return before(names);
    if (name === "*") return anyOf([...inputs.keys()].slice(0, MAX_INPUTS).flatMap(valuesOf));
    // What is handed is no object.
    return path.length > 0 ? [EMPTY] : valuesOf(name.toLowerCase());
  };
}

/** More would take too long; of `workflow_dispatch`, GitHub takes no more. */
const MAX_INPUTS = 25;

function handedValues(given: unknown, { type, defaultValue }: ReceiverInput, inJob: LookUp): readonly Value[] {
  const value = (given ?? defaultValue ?? "") as Plain;
  if (type === "boolean" && /^(true|false)?$/.test(String(value))) return [knownValue(String(value) === "true")];
  if (type === "number" && value !== "" && !Number.isNaN(Number(value))) return [knownValue(Number(value))];
  return valuesOfScalar(value, inJob);
}

export function withMatrix(combination: Combination, before: LookUp): LookUp {
  return (names) => {
    const [context = "", ...path] = names;
    return context.toLowerCase() === "matrix" ? matrixAt(path, combination, before) : before(names);
  };
}

export function contextsIn(step: ReceiverStep, job: ReceiverJob, receiver: Receiver, before: LookUp): LookUp {
  const inJob = withEnv([job.env, receiver.env], job, before, (name) => valuesFromScripts(name, job, before));
  return withEnv([step.env], job, inJob, (name) => inJob(["env", name]));
}

/** The first of `envs` that has a variable counts; `otherwise` gives any that all lack. */
function withEnv(
  envs: readonly Env[],
  job: ReceiverJob,
  before: LookUp,
  otherwise: (name: string) => readonly Value[],
): LookUp {
  const filled = new Map<string, readonly Value[]>();
  return (names) => {
    const [context = "", name = "*"] = names;
    if (context.toLowerCase() !== "env") return before(names);
    const template = envs.map((env) => variableIn(env, name, job)).find((each) => each !== undefined);
    if (template === undefined) return otherwise(name);
    const values = filled.get(name) ?? fillTemplate(template, before).map(textValue);
    filled.set(name, values);
    return values;
  };
}

/** Only Windows ignores the case of names. */
function variableIn(env: Env, name: string, { isOnWindows }: ReceiverJob): string | undefined {
  if (isOnWindows) return byLowerCase(env).get(name.toLowerCase()) as string | undefined;
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

const byLowerCase = once(
  (values: Readonly<Record<string, unknown>>) =>
    new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value])),
);

/** An earlier step may have set a variable that no `env` has. */
function valuesFromScripts(name: string, job: ReceiverJob, before: LookUp): readonly Value[] {
  const words = wordsOfScripts(job);
  const isSet = words.size > 0 && (words.has(name) || /\W/.test(name));
  return isSet ? before(["steps", "*"]) : [EMPTY];
}

/** Of those that set variables. */
const wordsOfScripts = once(({ steps }: ReceiverJob) => {
  const setting = steps.flatMap(({ script = "" }) => (script.includes("GITHUB_ENV") ? [script] : []));
  return new Set(setting.flatMap((script) => script.match(/\w+/g) ?? []));
});

/** A file may have thousands of steps that use thousands of variables. */
function once<Key extends object, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new WeakMap<Key, Made>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
