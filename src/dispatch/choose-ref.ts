/** Which of several refs (`ref`) is used: the first that exists. */

import { mayLackPermission } from "../github/refusal-words.ts";
import type { RequestError } from "../github/request-error.ts";
import { tryToGet } from "../github/retry.ts";
import type { DispatchRequest, ResolvedDispatch } from "../inputs/dispatch-request.ts";
import { refNames } from "../inputs/refs.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { inCode } from "../text/wording.ts";

/** @throws StepError where none exists, or where it is not clear whether one does: the next might be the wrong one */
export async function lookUpRef<Given extends DispatchRequest>(
  source: Given,
  context: Context,
  deadlineMs: number,
): Promise<Given> {
  const all = refsOf(source);
  for (const [index, ref] of all.entries()) {
    if (!(await exists(ref, context, deadlineMs))) continue;
    logChoice(all.slice(0, index), ref, context);
    return withRef(source, ref);
  }
  // A token that cannot see the repository gets a 404 for each of its refs as well.
  await context.retry(context.github.getRepository, { deadlineMs });
  throw noneExists(all, context);
}

/** After GitHub has said that the ref does not exist: the same with the next, or undefined where that is not what it said. */
export function withNextRef(
  dispatch: ResolvedDispatch,
  refusal: RequestError,
  context: Context,
): ResolvedDispatch | undefined {
  const { source } = context.inputs;
  const isMissing = refusal.status === 422 && /No ref found/i.test(refusal.answer);
  if (dispatch.event !== "workflow_dispatch" || source.event === undefined || !isMissing) return undefined;
  const [next, ...rest] = dispatch.otherRefs ?? [];
  const all = refsOf(source);
  if (next === undefined) throw noneExists(all, context);
  logChoice(all.slice(0, all.indexOf(next)), next, context);
  return withRef(dispatch, next, rest);
}

function refsOf(source: DispatchRequest): string[] {
  const first = source.event === "workflow_dispatch" ? source.ref : source.clientPayload.ref;
  return [String(first ?? ""), ...(source.otherRefs ?? [])];
}

/** `others` are those that are still to be tried. */
function withRef<Given extends DispatchRequest>(source: Given, ref: string, others?: readonly string[]): Given {
  const { otherRefs: _, ...rest } = source;
  const chosen = source.event === "workflow_dispatch" ? { ref } : { clientPayload: { ...source.clientPayload, ref } };
  return { ...rest, ...chosen, ...(others && { otherRefs: others }) } as Given;
}

async function exists(ref: string, { github, retry }: Context, deadlineMs: number): Promise<boolean> {
  for (const name of refNames(ref)) {
    const result = await tryToGet(retry((options) => github.getRef(name, options), { deadlineMs }));
    if (result.is === "seen") return true;
    if (result.is === "missing") continue;
    const why = result.is === "refused" ? whyRefused(result.requestError) : result.why;
    throw new StepError(
      `Whether the ref \`${ref}\` exists in ${github.fullName()} is not clear (${why}), so nothing was sent: another ref of the list could be the wrong one.`,
    );
  }
  return false;
}

function whyRefused(requestError: RequestError): string {
  return mayLackPermission(requestError)
    ? "the token may not read it: it needs `contents: read` there"
    : `GitHub refused: ${requestError.inWords.replace(/\.$/, "")}`;
}

function logChoice(missing: readonly string[], ref: string, { github, log }: Context): void {
  if (missing.length === 0) log.info(`Using the ref \`${ref}\`, the first in \`ref\`.`);
  else log.info(`Using the ref \`${ref}\`: ${github.fullName()} has no ${inCode(missing, " and no ")}.`);
}

function noneExists(refs: readonly string[], { github }: Context): StepError {
  return new StepError(
    `${github.fullName()} has none of the branches or tags in \`ref\` (${inCode(refs)}), so nothing was sent: add one that always exists, such as the default branch.`,
  );
}
