/** What is known of GitHub's contexts in a run that a dispatch will start, before it starts. */

import { fillTemplate, type LookUp } from "./expression.ts";
import type { Env, Receiver, ReceiverJob, ReceiverStep } from "./receiver.ts";
import { EMPTY, textValue, UNKNOWN, type Value } from "./values.ts";

/** The id that is sent, and as what. */
export interface SentId {
  event: "repository_dispatch" | "workflow_dispatch";
  key: string;
  id: string;
  /** `workflow_inputs`, without the id. */
  inputs: Readonly<Record<string, string>>;
}

const INPUTS = ["inputs", "github.event.inputs"];
const PAYLOAD = ["github.event.client_payload"];

/** The contexts where no job runs yet. Their names ignore case (docs/platform.md#runner-values). */
export function contextsOf(receiver: Receiver, sent: SentId, matrix = ""): LookUp {
  const isByHand = sent.event === "workflow_dispatch";
  const [roots, empty] = isByHand ? [INPUTS, PAYLOAD] : [PAYLOAD, INPUTS];
  return (names) => {
    const path = names.join(".").toLowerCase();
    const ours = idAt(path, roots, sent);
    if (ours) return ours;
    if (isWithin([...empty, "env"], path)) return [EMPTY];
    if (isByHand && isWithin(roots, path)) return [otherInput(names.at(-1) ?? "", receiver, sent)];
    return mayHoldIt(path, matrix, sent.key) ? [UNKNOWN, textValue(sent.id)] : [UNKNOWN];
  };
}

/** What the path has of the id, whole or in an object; undefined: nothing. */
function idAt(path: string, roots: readonly string[], { key, id }: SentId): Value[] | undefined {
  const ours = roots.map((root) => `${root}.${key.toLowerCase()}`);
  const [known = "", afterAny] = path.split(/\.\*(.*)/s);
  if (ours.some((each) => each.startsWith(`${known}.`)))
    return afterAny === undefined ? [{ text: "Object", isTrue: true, holds: id }] : [UNKNOWN, textValue(id)];
  if (ours.includes(path)) return [textValue(id)];
  return isWithin(ours, path) ? [EMPTY] : undefined;
}

function isWithin(roots: readonly string[], path: string): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}.`));
}

/** Of an input no more is told than whether there is one: its value is nobody's business. */
function otherInput(name: string, { inputs: declared = {} }: Receiver, { inputs: given }: SentId): Value {
  const of = <Each>(all: Readonly<Record<string, Each>>) =>
    Object.entries(all).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
  const value = of(given);
  if (value === undefined) return of(declared)?.hasDefault ? UNKNOWN : EMPTY;
  return value === "" ? EMPTY : { ...UNKNOWN, isTrue: value === "false" ? undefined : true };
}

/** Outputs may be anything, and a matrix is what the file makes of it. */
function mayHoldIt(path: string, matrix: string, key: string): boolean {
  if (/^(needs|steps)\b/.test(path)) return true;
  return /^(matrix|strategy)\b/.test(path) && matrix.toLowerCase().includes(key.toLowerCase());
}

/** The contexts in a step: besides the others, its variables. */
export function contextsIn(step: ReceiverStep, job: ReceiverJob, receiver: Receiver, before: LookUp): LookUp {
  const ofJob = withEnv({ ...receiver.env, ...job.env }, job, before, (name) => setByScript(name, job, before));
  return withEnv(step.env, job, ofJob, (name) => ofJob(["env", name]));
}

/** Only Windows ignores the case of a variable's name. */
function withEnv(
  env: Env,
  { isOnWindows }: ReceiverJob,
  before: LookUp,
  otherwise: (name: string) => readonly Value[],
): LookUp {
  const cased = (name: string) => (isOnWindows ? name.toLowerCase() : name);
  const templates = new Map(Object.entries(env).map(([name, template]) => [cased(name), template]));
  const known = new Map<string, readonly Value[]>();
  return (names) => {
    const [context = "", name = "*"] = names;
    if (context.toLowerCase() !== "env") return before(names);
    const template = templates.get(cased(name));
    if (template === undefined) return otherwise(name);
    const values = known.get(name) ?? fillTemplate(template, before).map(textValue);
    known.set(name, values);
    return values;
  };
}

/** A step before may have set the variable. */
function setByScript(name: string, { steps }: ReceiverJob, before: LookUp): readonly Value[] {
  const isSet = steps.some(({ script = "" }) => script.includes("GITHUB_ENV") && script.includes(name));
  return isSet ? before(["steps", "*"]) : [EMPTY];
}
