/** What is sent: which event, to which workflow, with which values; and the id that goes with them. */

import { isDistinctId } from "./distinct-id.ts";
import type { Json } from "./mapping.ts";

/** What is sent, with the id and the ref already in their places. */
export type Order =
  | {
      event: "repository_dispatch";
      eventType: string;
      clientPayload: { [key: string]: Json };
      /** Only a run of this workflow is ours. */
      workflow: WorkflowName | undefined;
    }
  | {
      event: "workflow_dispatch";
      workflow: WorkflowName;
      /** Undefined: the target's default branch. */
      ref: string | undefined;
      inputs: { [key: string]: string };
    };

/** A workflow as GitHub's API takes it (file name or id), or its display name, which has to be looked up first. */
export type WorkflowName = { kind: "file" | "id" | "name"; value: string };

/** What a `ref` may mean, as the API names refs. */
export function refNames(ref: string): string[] {
  const name = ref.replace(/^refs\//, "");
  return /^(heads|tags)\//.test(name) ? [name] : [`heads/${name}`, `tags/${name}`];
}

/** GitHub's own limits (PLATFORM.md). */
const MAX_PROPERTIES = 10;
const MAX_PAYLOAD_LENGTH = 65_535;
const MAX_EVENT_TYPE_LENGTH = 100;
const MAX_WORKFLOW_INPUTS = 25;

/** The id by which the run is known, and the name under which it is sent; no key: it is not sent. */
export interface DistinctId {
  value: string;
  key: string | undefined;
}

/** mapping.ts, which brings a reader of YAML: loaded where there is something to read. */
export type Mappings = Pick<typeof import("./mapping.ts"), "readMapping" | "readScalars">;

/** Says whether there is an object to read, so that `Mappings` are needed. */
export function givesObjects(text: (name: string) => string): boolean {
  return ["client_payload", "workflow_inputs"].some((name) => !isEmptyObject(text(name)));
}

function isEmptyObject(text: string): boolean {
  return /^\s*(\{\s*\}\s*)?$/.test(text);
}

/**
 * Reads what is sent, with all problems. `text` gives an input's text. `freshId` is the id if none is given;
 * `mustFind` says that the run will be looked for.
 */
export function readOrder(
  text: (name: string) => string,
  { freshId, mustFind, mappings }: { freshId: string; mustFind: boolean; mappings: Mappings | undefined },
  problems: string[],
): { order: Order; distinctId: DistinctId } {
  const eventType = text("event_type");
  const workflow = text("workflow") === "" ? undefined : readWorkflowName(text("workflow"));
  const ref = text("ref") || undefined;
  const event = eventType === "" ? "workflow_dispatch" : "repository_dispatch";

  const payload = readObject("client_payload", text, mappings?.readMapping, problems);
  const inputs = readObject("workflow_inputs", text, mappings?.readScalars, problems);
  const sent = event === "repository_dispatch" ? payload : inputs;
  const name = event === "repository_dispatch" ? "client_payload" : "workflow_inputs";

  if (eventType === "" && !workflow) {
    problems.push(
      "There is no target: give `event_type` to send a `repository_dispatch`, or `workflow` (a file name such as " +
        "`deploy.yml`) to send a `workflow_dispatch`.",
    );
  } else if (eventType === "" && Object.keys(payload).length > 0) {
    problems.push(
      "`client_payload` goes with `event_type` only: give the values as `workflow_inputs`, or give `event_type`.",
    );
  } else if (eventType !== "" && Object.keys(inputs).length > 0) {
    problems.push(
      "`workflow_inputs` do not go with `event_type`: give the values as `client_payload`, or leave out `event_type`.",
    );
  }
  if (eventType.length > MAX_EVENT_TYPE_LENGTH) {
    problems.push(
      `\`event_type\` has ${eventType.length} characters; GitHub takes at most ${MAX_EVENT_TYPE_LENGTH}.`,
    );
  }

  const distinctId = readDistinctId(text, name, sent, freshId, problems);
  const { key, value } = distinctId;
  // An id that is there already is sent as it is: a number stays a number.
  const id = key === undefined || String(sent[key]) === value ? {} : { [key]: value };
  if (event === "repository_dispatch" && key === undefined && mustFind) {
    problems.push(
      "`distinct_id_key` is empty, so no id would be sent and the run could never be found: give a key, or " +
        "`wait_for: nothing`.",
    );
  }

  if (event === "workflow_dispatch") {
    const all = { ...inputs, ...id };
    if (Object.keys(all).length > MAX_WORKFLOW_INPUTS) {
      const ours = key !== undefined && !(key in inputs) ? `, with \`${key}\`` : "";
      problems.push(
        `\`workflow_inputs\` has ${Object.keys(all).length} inputs${ours}; GitHub takes at most ${MAX_WORKFLOW_INPUTS}.`,
      );
    }
    if (ref !== undefined && (/^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(ref) || ref.startsWith("refs/pull/"))) {
      problems.push(
        "`ref` is a commit or a pull request; a `workflow_dispatch` takes a branch or a tag only (for a pull request: " +
          "`${{ github.head_ref }}`).",
      );
    }
    return { order: { event, workflow: workflow ?? readWorkflowName(""), ref, inputs: all }, distinctId };
  }

  if (ref !== undefined && payload.ref !== undefined && payload.ref !== ref) {
    problems.push("`client_payload` has a `ref` that is not the input `ref`: give it in one place.");
  }
  const clientPayload = { ...payload, ...(ref === undefined ? {} : { ref }), ...id };
  const properties = Object.keys(clientPayload);
  const added = properties.filter((property) => !(property in payload)).map((property) => `\`${property}\``);
  const withOurs = added.length > 0 ? ` (with ${added.join(" and ")}, which this action adds)` : "";
  if (properties.length > MAX_PROPERTIES) {
    problems.push(
      `\`client_payload\` has ${properties.length} top-level properties${withOurs}; GitHub takes at most ` +
        `${MAX_PROPERTIES}: put some of them into one object.`,
    );
  }
  const length = JSON.stringify(clientPayload).length;
  if (length > MAX_PAYLOAD_LENGTH) {
    problems.push(
      `\`client_payload\` has ${length} characters as JSON${withOurs}; GitHub takes at most ${MAX_PAYLOAD_LENGTH}.`,
    );
  }
  return { order: { event, eventType, clientPayload, workflow }, distinctId };
}

/** The id: as given; else as the payload already has it under the key; else generated. */
function readDistinctId(
  text: (name: string) => string,
  name: string,
  sent: { [key: string]: Json },
  freshId: string,
  problems: string[],
): DistinctId {
  const given = text("distinct_id");
  const key = text("distinct_id_key");
  if (key !== "" && !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) {
    problems.push(
      "`distinct_id_key` is no name of an input: letters, digits, `_` and `-`, not starting with a digit.",
    );
  }
  const own = key !== "" && Object.hasOwn(sent, key) ? sent[key] : undefined;
  const adopted = typeof own === "string" || typeof own === "number" ? String(own) : undefined;
  if (own !== undefined && adopted === undefined) {
    problems.push(
      `\`${name}\` has \`${key}\`, but neither as text nor as a number, so it cannot be the run's id.`,
    );
  } else if (adopted !== undefined && given !== "" && adopted !== given) {
    problems.push(`\`${name}\` has another \`${key}\` than \`distinct_id\` says: give the id in one place.`);
  }
  const value = given || adopted || freshId;
  if (!isDistinctId(value)) {
    const where = given !== "" ? "`distinct_id`" : `\`${key}\` in \`${name}\`, the run's id,`;
    problems.push(`${where} has to be 1 to 100 letters, digits and \`. _ : / -\`.`);
  }
  return { value, key: key === "" ? undefined : key };
}

/** A workflow file called `1-ci.yml` is a file, not the id 1. */
function readWorkflowName(text: string): WorkflowName {
  if (/^\d+$/.test(text)) return { kind: "id", value: text };
  if (/\.ya?ml$/i.test(text)) return { kind: "file", value: text.replace(/^.*\//, "") };
  return { kind: "name", value: text };
}

function readObject<Value extends Json>(
  name: string,
  text: (name: string) => string,
  reader: ((text: string) => { value: { [key: string]: Value } } | { problems: string[] }) | undefined,
  problems: string[],
): { [key: string]: Value } {
  if (isEmptyObject(text(name))) return {};
  if (!reader) throw new Error("mapping.ts was not loaded");
  const read = reader(text(name));
  if ("value" in read) return read.value;
  problems.push(...read.problems.map((problem) => `\`${name}\`: ${problem}.`));
  return {};
}
