/** What is known, before a run starts, of the contexts that its expressions can read. */

import { fillTemplate, type LookUp } from "./expression.ts";
import type { Env, Receiver, ReceiverJob, ReceiverStep } from "./receiver.ts";
import { EMPTY, textValue, UNKNOWN, type Value } from "./values.ts";

/** A dispatch that carries an id. */
export interface SentId {
  event: "repository_dispatch" | "workflow_dispatch";
  /** The name under which the id is sent. */
  key: string;
  id: string;
  /** `workflow_inputs`, without the id. */
  inputs: Readonly<Record<string, string>>;
}

const INPUTS = ["inputs", "github.event.inputs"];
const PAYLOAD = ["github.event.client_payload"];

/** The contexts before a job runs. Their names ignore case (docs/platform.md#runner-values). */
export function contextsOf(receiver: Receiver, sent: SentId, matrix = ""): LookUp {
  const isByHand = sent.event === "workflow_dispatch";
  const [roots, empty] = isByHand ? [INPUTS, PAYLOAD] : [PAYLOAD, INPUTS];
  return (names) => {
    const path = names.join(".").toLowerCase();
    const ours = idAt(path, roots, sent);
    if (ours) return ours;
    if (isWithin([...empty, "env"], path)) return [EMPTY];
    if (isByHand && isWithin(roots, path)) return [otherInput(names.at(-1) ?? "", receiver, sent)];
    return mayHoldId(path, matrix, sent.key) ? [UNKNOWN, textValue(sent.id)] : [UNKNOWN];
  };
}

/** The values at `path` where they depend on the id: the id itself, an object that holds it, or a part of it, which is empty. */
function idAt(path: string, roots: readonly string[], { key, id }: SentId): Value[] | undefined {
  const ours = roots.map((root) => `${root}.${key.toLowerCase()}`);
  const [beforeAny = "", afterAny] = path.split(/\.\*(.*)/s);
  if (ours.some((each) => each.startsWith(`${beforeAny}.`)))
    return afterAny === undefined ? [{ text: "Object", isTrue: true, holds: id }] : [UNKNOWN, textValue(id)];
  if (ours.includes(path)) return [textValue(id)];
  return isWithin(ours, path) ? [EMPTY] : undefined;
}

function isWithin(roots: readonly string[], path: string): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}.`));
}

/** Another input. Only whether it is empty is used, and never its value, which a finding might quote. */
function otherInput(name: string, { inputs: declared = {} }: Receiver, { inputs: given }: SentId): Value {
  const inputIn = <Input>(inputs: Readonly<Record<string, Input>>) =>
    Object.entries(inputs).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
  const value = inputIn(given);
  if (value === undefined) return inputIn(declared)?.hasDefault ? UNKNOWN : EMPTY;
  return value === "" ? EMPTY : { ...UNKNOWN, isTrue: value === "false" ? undefined : true };
}

/** Says whether the value may have the id: an output may be anything, and a matrix whatever the file makes it. */
function mayHoldId(path: string, matrix: string, key: string): boolean {
  if (/^(needs|steps)\b/.test(path)) return true;
  return /^(matrix|strategy)\b/.test(path) && matrix.toLowerCase().includes(key.toLowerCase());
}

/** The contexts in a step: those before a job runs, and the step's variables. */
export function contextsIn(step: ReceiverStep, job: ReceiverJob, receiver: Receiver, before: LookUp): LookUp {
  const ofJob = withEnv({ ...receiver.env, ...job.env }, job, before, (name) => setByScript(name, job, before));
  return withEnv(step.env, job, ofJob, (name) => ofJob(["env", name]));
}

/** Adds the variables of `env` to the contexts; `otherwise` gives any other variable. Only Windows ignores the case of names. */
function withEnv(
  env: Env,
  { isOnWindows }: ReceiverJob,
  before: LookUp,
  otherwise: (name: string) => readonly Value[],
): LookUp {
  const cased = (name: string) => (isOnWindows ? name.toLowerCase() : name);
  const templates = new Map(Object.entries(env).map(([name, template]) => [cased(name), template]));
  const filled = new Map<string, readonly Value[]>();
  return (names) => {
    const [context = "", name = "*"] = names;
    if (context.toLowerCase() !== "env") return before(names);
    const template = templates.get(cased(name));
    if (template === undefined) return otherwise(name);
    const values = filled.get(name) ?? fillTemplate(template, before).map(textValue);
    filled.set(name, values);
    return values;
  };
}

/** A variable that no `env` has: an earlier step may have set it. */
function setByScript(name: string, { steps }: ReceiverJob, before: LookUp): readonly Value[] {
  const isSet = steps.some(({ script = "" }) => script.includes("GITHUB_ENV") && script.includes(name));
  return isSet ? before(["steps", "*"]) : [EMPTY];
}
