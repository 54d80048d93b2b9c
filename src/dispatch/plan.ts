/** Fills in what the inputs leave to the target: its default branch, and the workflow that a display name stands for. */

import { pagesOf } from "../asking/pages.ts";
import type { Persistence } from "../asking/retry.ts";
import { Failure } from "../edges/failure.ts";
import type { Run, Workflow } from "../github/answers.ts";
import type { Json } from "../inputs/mapping.ts";
import type { WorkflowName } from "../inputs/order.ts";
import type { Story } from "../story/story.ts";

/** A dispatch with nothing left open. */
export type Plan =
  | {
      event: "repository_dispatch";
      eventType: string;
      clientPayload: { [key: string]: Json };
      workflow: ResolvedWorkflow | undefined;
    }
  | {
      event: "workflow_dispatch";
      workflow: ResolvedWorkflow;
      ref: string;
      inputs: { [key: string]: string };
    };

/** A workflow as GitHub's API takes it. */
export type ResolvedWorkflow = WorkflowName & { kind: "file" | "id" };

/**
 * Makes the plan. Sends nothing when the order names everything already.
 * @throws Failure when no workflow, or more than one, has the display name
 */
export async function makePlan(story: Story): Promise<Plan> {
  story.plan = await fillIn(story);
  return story.plan;
}

async function fillIn(story: Story): Promise<Plan> {
  const { order } = story.inputs;
  if (order.event === "repository_dispatch") {
    return { ...order, workflow: order.workflow && (await resolve(order.workflow, story)) };
  }
  const workflow = await resolve(order.workflow, story);
  return { ...order, workflow, ref: order.ref ?? (await readDefaultBranch(story)) };
}

async function readDefaultBranch({ github, persist, findDeadlineMs }: Story): Promise<string> {
  return (await persist(github.getRepository, { deadlineMs: findDeadlineMs })).defaultBranch;
}

/** Says whether `run` may be the run of this plan, by its event and workflow alone. */
export function mayBeOf(plan: Plan, run: Run): boolean {
  if (run.event !== plan.event) return false;
  if (!plan.workflow) return true;
  if (plan.workflow.kind === "id") return String(run.workflowId) === plan.workflow.value;
  const file = run.path.replace(/@.*$/, "").replace(/^.*\//, "");
  return file === plan.workflow.value;
}

/** All that GitHub lists: also what has no file, or one on another branch only. */
export async function listAllWorkflows(
  { github, persist }: Story,
  persistence: Persistence,
): Promise<Workflow[]> {
  const all: Workflow[] = [];
  const readPage = (page: number) => persist((options) => github.listWorkflows(page, options), persistence);
  for await (const onPage of pagesOf(readPage)) all.push(...onPage);
  return all;
}

/** How many workflows a message names. */
const MOST_NAMED = 30;

async function resolve(name: WorkflowName, story: Story): Promise<ResolvedWorkflow> {
  if (name.kind !== "name") return name as ResolvedWorkflow;
  const { github, findDeadlineMs } = story;
  const workflows = await listAllWorkflows(story, { deadlineMs: findDeadlineMs });
  const matches = workflows.filter((each) => each.name === name.value);
  if (matches[0] && matches.length === 1) return { kind: "id", value: String(matches[0].id) };
  const eligible = (matches.length > 0 ? matches : workflows).map((each) => `${each.path} (${each.name})`);
  const rest = eligible.length > MOST_NAMED ? `, and ${eligible.length - MOST_NAMED} more` : "";
  const listed = eligible.slice(0, MOST_NAMED).join(", ") + rest;
  throw new Failure(
    matches.length > 0
      ? `${matches.length} workflows of ${github.fullName()} are called \`${name.value}\`, so nothing was sent.\n` +
          `Give the input \`workflow\` as a file name: ${listed}.`
      : `${github.fullName()} has no workflow called \`${name.value}\` on its default branch, so nothing was sent.\n` +
          `Give the input \`workflow\` as one of: ${listed || "none; the repository has no workflows"}.`,
  );
}
