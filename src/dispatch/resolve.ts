/** Resolves the default branch, and the display name of a workflow. */

import { fileAndName, listAllWorkflows } from "../github/lists.ts";
import type { DispatchRequest, ResolvedDispatch, ResolvedWorkflow, WorkflowName } from "../inputs/dispatch-request.ts";
import { nearestWorkflow } from "../inputs/workflow-names.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import { oneLine } from "../text/foreign-text.ts";
import { didYouMean } from "../text/near.ts";
import { enumerated } from "../text/wording.ts";

/** Sends no request where nothing is left open. @throws StepError when no workflow, or more than one, has the name */
export async function resolveDispatch(
  source: DispatchRequest,
  context: Context,
  deadlineMs: number,
): Promise<ResolvedDispatch> {
  const chosen = mustLookUp(source, context.inputs) ? await lookUp(source, context, deadlineMs) : source;
  const dispatch = await fillIn(chosen, context, deadlineMs);
  context.record({ dispatch });
  return dispatch;
}

/** GitHub's answer to a `workflow_dispatch` tells whether the ref exists; an event, and a key of `reuse`, need it before. */
function mustLookUp({ event, otherRefs }: DispatchRequest, { reuse }: Context["inputs"]): boolean {
  return otherRefs !== undefined && (event === "repository_dispatch" || reuse !== "never");
}

async function lookUp(source: DispatchRequest, context: Context, deadlineMs: number): Promise<DispatchRequest> {
  const { lookUpRef } = await import("./choose-ref.ts");
  return lookUpRef(source, context, deadlineMs);
}

async function fillIn(source: DispatchRequest, context: Context, deadlineMs: number): Promise<ResolvedDispatch> {
  if (source.event === "repository_dispatch") {
    return { ...source, workflow: source.workflow && (await resolve(source.workflow, deadlineMs, context)) };
  }
  const workflow = await resolve(source.workflow, deadlineMs, context);
  return { ...source, workflow, ref: source.ref ?? (await readDefaultBranch(deadlineMs, context)) };
}

async function readDefaultBranch(deadlineMs: number, { github, retry }: Context): Promise<string> {
  return (await retry(github.getRepository, { deadlineMs })).defaultBranch;
}

const MAX_WORKFLOWS_NAMED = 30;

async function resolve(name: WorkflowName, deadlineMs: number, context: Context): Promise<ResolvedWorkflow> {
  if (name.kind !== "name") return name as ResolvedWorkflow;
  const { github } = context;
  const workflows = await listAllWorkflows(context, { deadlineMs });
  const matches = workflows.filter((each) => each.name === oneLine(name.value));
  if (matches[0] && matches.length === 1) return { kind: "id", value: String(matches[0].id) };
  const eligible = (matches.length > 0 ? matches : workflows).map((each) => `${each.path} (${each.name})`);
  const named = workflows.map(fileAndName);
  const meant = didYouMean(matches.length > 0 ? undefined : nearestWorkflow(name.value, named)?.file);
  const listed = enumerated(eligible, MAX_WORKFLOWS_NAMED, ", and");
  throw new StepError(
    matches.length > 0
      ? `${matches.length} workflows of ${github.fullName()} are called \`${name.value}\`, so nothing was sent.\n` +
          `Set the input \`workflow\` to a file name: ${listed}.`
      : `${github.fullName()} has no workflow called \`${name.value}\` on its default branch, so nothing was sent.${meant}\n` +
          `Set the input \`workflow\` to one of: ${listed || "none; the repository has no workflows"}.`,
  );
}
