/** What makes two dispatches equal (`reuse`), as ten hex digits (docs/design.md#reuse). */

import { scrypt } from "node:crypto";
import type { Target } from "../github/connection.ts";
import type { DispatchRequest } from "./dispatch-request.ts";
import { KEY_LENGTH, withKey } from "./distinct-id.ts";
import type { Inputs } from "./inputs.ts";
import type { Json } from "./mapping.ts";

/** Takes 0.1 s and 32 MiB. Run names show the key, so each guess at a sent value has to cost that much. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 };

/** With the key in the generated id, where there is to be one. */
export async function withReuseKey(inputs: Inputs): Promise<Inputs> {
  const { source, reuse, target, reuseKey, distinctId } = inputs;
  // With several refs, the one that is used is not known yet.
  if (source.event === undefined || reuse === "never" || source.otherRefs) return inputs;
  const key = await makeReuseKey(source, target, reuseKey);
  return { ...inputs, distinctId: { ...distinctId, value: withKey(distinctId.value, key) } };
}

/** Made of the target, and of `given` (`reuse_key`) or else event, workflow, ref and values. Other threads do the work. */
export function makeReuseKey(source: DispatchRequest, { apiUrl, owner, repo }: Target, given: string): Promise<string> {
  const what = given === "" ? canonical(whatIsSent(source)) : `reuse_key ${given}`;
  const where = `${apiUrl}/repos/${owner}/${repo}`.toLowerCase();
  return new Promise((resolve, reject) => {
    scrypt(what, where, KEY_LENGTH / 2, SCRYPT, (error, key) => (error ? reject(error) : resolve(key.toString("hex"))));
  });
}

function whatIsSent(source: DispatchRequest): Json {
  const workflow = source.workflow?.value ?? null;
  if (source.event === "repository_dispatch") {
    const { event, eventType, clientPayload } = source;
    return { event, eventType, workflow, clientPayload };
  }
  const { event, inputs, ref = "" } = source;
  return { event, workflow, ref: ref.replace(/^refs\/(heads|tags)\//, ""), inputs };
}

function canonical(value: Json): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}
