/** Whether the ref exists; of several, which would be used now. */

import { retryOnce, tryToGet } from "../github/retry.ts";
import type { DispatchRequest } from "../inputs/dispatch-request.ts";
import { refNames } from "../inputs/refs.ts";
import type { Context } from "../state/context.ts";
import { type Finding, right, unseen, wrong } from "../state/finding.ts";
import { inCode } from "../text/wording.ts";

/** `used`: the same with the ref that would be used now; undefined where nothing could be sent. */
interface OfRefs {
  findings: Finding[];
  used: DispatchRequest | undefined;
}

export async function findRefs(source: DispatchRequest, context: Context, deadlineMs: number): Promise<OfRefs> {
  if (source.otherRefs) return findFirst(source, source.otherRefs, context, deadlineMs);
  if (source.event === "repository_dispatch" || source.ref === undefined) return { findings: [], used: source };
  const { is, finding } = await findRef(source.ref, context, deadlineMs);
  return { findings: [finding], used: is === "missing" ? undefined : source };
}

async function findFirst(
  source: DispatchRequest,
  others: readonly string[],
  context: Context,
  deadlineMs: number,
): Promise<OfRefs> {
  const first = source.event === "workflow_dispatch" ? source.ref : source.clientPayload.ref;
  const missing: string[] = [];
  for (const ref of [String(first), ...others]) {
    const { is, finding } = await findRef(ref, context, deadlineMs);
    if (is === "unclear") return { findings: [finding], used: undefined };
    if (is === "there") {
      const why = missing.length > 0 ? `, since there is no ${inCode(missing, " and no ")}` : "";
      const used = source.event === "workflow_dispatch" ? { ...source, ref } : source;
      return { findings: [right(`Of the refs in \`ref\`, \`${ref}\` would be used now${why}.`)], used };
    }
    missing.push(ref);
  }
  return { findings: [wrong(`None of the branches or tags in \`ref\` exists: ${inCode(missing)}.`)], used: undefined };
}

async function findRef(
  ref: string,
  { github, retry }: Context,
  deadlineMs: number,
): Promise<{ is: "there" | "missing" | "unclear"; finding: Finding }> {
  for (const name of refNames(ref)) {
    const result = await tryToGet(retry((options) => github.getRef(name, options), retryOnce(deadlineMs)));
    if (result.is === "seen")
      return { is: "there", finding: right(`There is a ${name.startsWith("heads/") ? "branch" : "tag"} \`${ref}\`.`) };
    if (result.is === "refused")
      return { is: "unclear", finding: unseen(`The token cannot look up the ref \`${ref}\`.`) };
    if (result.is === "unread") return { is: "unclear", finding: unseen(`The ref \`${ref}\` ${result.why}.`) };
  }
  return { is: "missing", finding: wrong(`There is no branch or tag \`${ref}\`: check the input \`ref\`.`) };
}
