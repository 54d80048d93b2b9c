/** What is known of GitHub's contexts before a run starts. */

import { fillTemplate, type LookUp } from "./expression.ts";
import type { Env, Receiver, ReceiverJob, ReceiverStep } from "./receiver.ts";
import { EMPTY, textValue, UNKNOWN, type Value } from "./values.ts";

export interface SentId {
  event: "repository_dispatch" | "workflow_dispatch";
  /** The name of the input or property that carries the id. */
  key: string;
  id: string;
  /** `workflow_inputs`, without the id. */
  inputs: Readonly<Record<string, string>>;
}

const INPUTS = ["inputs", "github.event.inputs"];
const PAYLOAD = ["github.event.client_payload"];

/** Names of contexts ignore case (docs/platform.md#runner-values). */
export function contextsOf(receiver: Receiver, sent: SentId, matrix = ""): LookUp {
  const isByHand = sent.event === "workflow_dispatch";
  const [roots, empty] = isByHand ? [INPUTS, PAYLOAD] : [PAYLOAD, INPUTS];
  return (names) => {
    const path = names.join(".").toLowerCase();
    const ours = idAt(path, roots, sent);
    if (ours) return ours;
    if (isWithin([...empty, "env"], path)) return [EMPTY];
    if (isByHand && isWithin(roots, path)) return [otherInput(names.at(-1) ?? "", receiver, sent)];
    return mayContainId(path, matrix, sent.key) ? [UNKNOWN, textValue(sent.id)] : [UNKNOWN];
  };
}

/** Values that depend on the id: the id itself, an object that holds it, or a property of the id, which is empty. */
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

/** Only whether another input is empty is used, never its value, which a finding might quote. */
function otherInput(name: string, { inputs: declared = {} }: Receiver, { inputs: given }: SentId): Value {
  const inputIn = <Input>(inputs: Readonly<Record<string, Input>>) =>
    Object.entries(inputs).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
  const value = inputIn(given);
  if (value === undefined) return inputIn(declared)?.hasDefault ? UNKNOWN : EMPTY;
  return value === "" ? EMPTY : { ...UNKNOWN, isTrue: value === "false" ? undefined : true };
}

/** An output may be anything; a matrix is whatever the file makes it. */
function mayContainId(path: string, matrix: string, key: string): boolean {
  if (/^(needs|steps)\b/.test(path)) return true;
  return /^(matrix|strategy)\b/.test(path) && matrix.toLowerCase().includes(key.toLowerCase());
}

export function contextsIn(step: ReceiverStep, job: ReceiverJob, receiver: Receiver, before: LookUp): LookUp {
  const inJob = withEnv({ ...receiver.env, ...job.env }, job, before, (name) => valuesFromScripts(name, job, before));
  return withEnv(step.env, job, inJob, (name) => inJob(["env", name]));
}

/** `otherwise` gives any variable that `env` lacks. Only Windows ignores the case of names. */
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

/** An earlier step may have set a variable that no `env` has. */
function valuesFromScripts(name: string, { steps }: ReceiverJob, before: LookUp): readonly Value[] {
  const isSet = steps.some(({ script = "" }) => script.includes("GITHUB_ENV") && script.includes(name));
  return isSet ? before(["steps", "*"]) : [EMPTY];
}
