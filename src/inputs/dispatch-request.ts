/** What to dispatch: the event, the workflow, the values, and the id sent with them. */

import { fileName } from "../github/responses.ts";
import { inCode } from "../text/wording.ts";
import { isDistinctId } from "./distinct-id.ts";
import type { GivenRun } from "./given-run.ts";
import { problemsOfNames } from "./keys.ts";
import type { Json, JsonObject, Mapping } from "./mapping.ts";
import { isEmptyObject } from "./names.ts";
import type { Reader } from "./reader.ts";
import { problemsOfRefs, problemsOfTwoRefs, readRefs } from "./refs.ts";

/** A dispatch, or a run that already exists. */
export type RunSource = DispatchRequest | GivenRun;

/** The values lack the run's id: `withId` adds it when they are sent. */
export type DispatchRequest = EventDispatch<WorkflowName> | WorkflowDispatch<WorkflowName, string | undefined>;

/** With the workflow looked up and the default ref filled in. It is a `DispatchRequest` as well. */
export type ResolvedDispatch = EventDispatch<ResolvedWorkflow> | WorkflowDispatch<ResolvedWorkflow, string>;

interface EventDispatch<Workflow> {
  event: "repository_dispatch";
  eventType: string;
  /** Includes the input `ref`, if given: the first of several. */
  clientPayload: JsonObject;
  /** Tried in this order where the one before does not exist. */
  otherRefs?: readonly string[];
  /** Accept only a run of this workflow; undefined: of any. */
  workflow: Workflow | undefined;
}

interface WorkflowDispatch<Workflow, Ref> {
  event: "workflow_dispatch";
  workflow: Workflow;
  /** Undefined: the target's default branch. */
  ref: Ref;
  /** Tried in this order where the one before does not exist. */
  otherRefs?: readonly string[];
  inputs: JsonObject<string>;
}

/** As GitHub's API takes it (file name or id), or a display name, which has to be looked up first. */
export type WorkflowName = { kind: "file" | "id" | "name"; value: string };

export type ResolvedWorkflow = WorkflowName & { kind: "file" | "id" };

export interface DistinctId {
  value: string;
  /** The name of the input or property that carries it; undefined: it is not sent. */
  key: string | undefined;
  /** The name under which it would have been one input too many. */
  leftOut?: string;
  /** Not generated, so other dispatches may legitimately carry it as well, such as a commit's sha. */
  isGiven: boolean;
}

export function withId<Value extends Json>(
  values: JsonObject<Value>,
  { key, value }: DistinctId,
): JsonObject<Value | string> {
  return key === undefined ? values : { ...values, [key]: value };
}

/** GitHub's limits (docs/platform.md#repository-dispatch, docs/platform.md#dispatch-answers). */
const MAX_LENGTH = 65_535;
const MAX_EVENT_TYPE_LENGTH = 100;
export const MAX_INPUTS = 25;
const LIMITS = {
  client_payload: { most: 10, items: "top-level properties", remedy: "combine some of them into one object" },
  workflow_inputs: { most: MAX_INPUTS, items: "inputs", remedy: "combine some of them into one JSON value" },
};

type ValuesInput = keyof typeof LIMITS;

/** mapping.ts brings in a YAML parser, so it is loaded only where there is something to parse (docs/design.md#chunks). */
export type Mappings = Pick<typeof import("./mapping.ts"), "readMapping" | "readScalars">;

export function givesObjects(text: (name: string) => string): boolean {
  return [...Object.keys(LIMITS), "tokens"].some((name) => !isEmptyObject(text(name)));
}

/** `freshId` is used if no id is given. `mustFind`: the run will be searched for. */
export function readDispatchRequest(
  reader: Reader,
  { freshId, mustFind, mappings }: { freshId: string; mustFind: boolean; mappings: Mappings | undefined },
): { source: DispatchRequest; distinctId: DistinctId } {
  const { line, problems } = reader;
  const eventType = line("event_type");
  const workflowText = line("workflow");
  const workflow = workflowText === "" ? undefined : readWorkflowName(workflowText);
  const [ref, ...otherRefs] = readRefs(reader);
  const others = otherRefs.length > 0 ? { otherRefs } : {};
  const payload = readObject("client_payload", reader, mappings?.readMapping);
  const inputs = readObject("workflow_inputs", reader, mappings?.readScalars);

  if (eventType === "") {
    if (!workflow) {
      problems.push(
        "Nothing to do: set `workflow` (a file name such as `deploy.yml`) to send a `workflow_dispatch`, " +
          "`event_type` to send a `repository_dispatch`, or `run_id` to follow an existing run. If an expression " +
          "sets one of them, it was empty.",
      );
    } else if (Object.keys(payload).length > 0) {
      problems.push(
        "`client_payload` requires `event_type`: pass the values as `workflow_inputs`, or set `event_type`.",
      );
    }
    const { distinctId, values } = readInputs(inputs, reader, freshId);
    problems.push(...problemsOfRefs([ref ?? "", ...otherRefs]));
    const named = workflow ?? readWorkflowName("");
    return { source: { event: "workflow_dispatch", workflow: named, ref, ...others, inputs: values }, distinctId };
  }

  if (Object.keys(inputs).length > 0) {
    problems.push(
      "`workflow_inputs` cannot be used with `event_type`: pass the values as `client_payload`, or leave out `event_type`.",
    );
  }
  if (eventType.length > MAX_EVENT_TYPE_LENGTH)
    problems.push(`\`event_type\` has ${eventType.length} characters; GitHub takes at most ${MAX_EVENT_TYPE_LENGTH}.`);
  const { distinctId, values } = readDistinctId("client_payload", payload, reader, freshId);
  if (distinctId.key === undefined && mustFind) {
    problems.push(
      "`distinct_id_key` is empty, so no id would be sent and the run could not be found: set it, or " +
        "`wait_for: nothing`.",
    );
  }
  problems.push(...problemsOfTwoRefs(values.ref, ref, otherRefs));
  const clientPayload = ref === undefined ? values : { ...values, ref };
  problems.push(...problemsOfValues("client_payload", payload, withId(clientPayload, distinctId)));
  return { source: { event: "repository_dispatch", eventType, clientPayload, ...others, workflow }, distinctId };
}

/** The id is left out where it would be one input too many: most servers name the run. */
function readInputs(
  given: JsonObject<string>,
  reader: Reader,
  freshId: string,
): { distinctId: DistinctId; values: JsonObject<string> } {
  const { distinctId, values } = readDistinctId("workflow_inputs", given, reader, freshId);
  const { key, ...id } = distinctId;
  const isOneTooMany = key !== undefined && !Object.hasOwn(given, key) && Object.keys(given).length === MAX_INPUTS;
  const user = isOneTooMany ? userOfId(reader) : undefined;
  if (isOneTooMany && user === undefined) return { distinctId: { ...id, key: undefined, leftOut: key }, values };
  const orElse = user && `, or leave out \`${user}\` and send no id (\`distinct_id_key: ""\`)`;
  const sent = Object.keys(given).length > MAX_INPUTS ? given : withId(values, distinctId);
  reader.problems.push(...problemsOfValues("workflow_inputs", given, sent, orElse));
  return { distinctId, values };
}

/** The input that needs the id, even where the run is named. */
function userOfId({ text }: Reader): string | undefined {
  if (!["", "never"].includes(text("reuse"))) return "reuse";
  return text("status_context") !== "" && ["", "found"].includes(text("wait_for")) ? "status_context" : undefined;
}

function problemsOfValues(input: ValuesInput, given: JsonObject, sent: JsonObject, orElse = ""): string[] {
  const added = Object.keys(sent).filter((name) => !Object.hasOwn(given, name));
  const problems = problemsOfNames(input, sent, added);
  const withAdded = added.length > 0 ? ` (with ${inCode(added, " and ")}, which this action adds)` : "";
  const { most, items, remedy } = LIMITS[input];
  const count = Object.keys(sent).length;
  if (count > most)
    problems.push(`\`${input}\` has ${count} ${items}${withAdded}; GitHub takes at most ${most}: ${remedy}${orElse}.`);
  const { length } = JSON.stringify(sent);
  if (length > MAX_LENGTH)
    problems.push(`\`${input}\` has ${length} characters as JSON${withAdded}; GitHub takes at most ${MAX_LENGTH}.`);
  return problems;
}

/** The id: the input's; else the one that `given` has under the key; else `freshId`. `values` are `given` without it. */
function readDistinctId<Value extends Json>(
  name: string,
  given: JsonObject<Value>,
  { text, problems }: Reader,
  freshId: string,
): { distinctId: DistinctId; values: JsonObject<Value> } {
  const id = text("distinct_id");
  const key = text("distinct_id_key") || undefined;
  if (key !== undefined && !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key))
    problems.push(
      "`distinct_id_key` is not a valid input name: use letters, digits, `_` and `-`, not starting with a digit.",
    );
  const values = Object.fromEntries(Object.entries(given).filter(([name]) => name !== key));
  const givenValue = key !== undefined && Object.hasOwn(given, key) ? given[key] : undefined;
  const adopted = typeof givenValue === "string" || typeof givenValue === "number" ? String(givenValue) : undefined;
  if (givenValue !== undefined && adopted === undefined)
    problems.push(`\`${name}\` has \`${key}\`, which is neither text nor a number, so it cannot be the run's id.`);
  else if (adopted !== undefined && id !== "" && adopted !== id)
    problems.push(`\`${name}\` has another \`${key}\` than \`distinct_id\`: set the id in one place.`);
  const value = id || adopted || freshId;
  if (!isDistinctId(value)) {
    const where = id !== "" ? "`distinct_id`" : `\`${key}\` in \`${name}\`, the run's id,`;
    problems.push(`${where} must be 1 to 100 letters, digits and \`. _ : / -\`.`);
  }
  return { distinctId: { value, key, isGiven: value !== freshId }, values };
}

/** `1-ci.yml` is a file, not the id 1. */
function readWorkflowName(text: string): WorkflowName {
  if (/^\d+$/.test(text)) return { kind: "id", value: text };
  if (/\.ya?ml$/i.test(text)) return { kind: "file", value: fileName(text) };
  return { kind: "name", value: text };
}

function readObject<Value extends Json>(
  name: ValuesInput,
  { text, problems }: Reader,
  read: ((text: string) => Mapping<Value>) | undefined,
): JsonObject<Value> {
  if (isEmptyObject(text(name))) return {};
  if (!read) throw new Error("mapping.ts was not loaded");
  const mapping = read(text(name));
  if ("value" in mapping) return mapping.value;
  problems.push(...mapping.problems.map((problem) => `\`${name}\`: ${problem}.`));
  return {};
}
