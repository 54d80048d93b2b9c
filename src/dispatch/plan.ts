/** Fills in what the target has to tell: its default branch, and which workflow has a display name. */

import { listAllWorkflows } from "../asking/lists.ts";
import { Failure } from "../edges/failure.ts";
import { enumerated } from "../edges/wording.ts";
import type { Dispatch, Plan, ResolvedWorkflow, WorkflowName } from "../inputs/order.ts";
import type { Story } from "../story/story.ts";

/**
 * Makes the plan, and makes it known. No request is sent where the order names everything already.
 * @throws Failure when no workflow, or more than one, has the display name
 */
export async function makePlan(order: Dispatch, story: Story, deadlineMs: number): Promise<Plan> {
  const plan = await fillIn(order, story, deadlineMs);
  story.learn({ plan });
  return plan;
}

async function fillIn(order: Dispatch, story: Story, deadlineMs: number): Promise<Plan> {
  if (order.event === "repository_dispatch") {
    return { ...order, workflow: order.workflow && (await resolve(order.workflow, deadlineMs, story)) };
  }
  const workflow = await resolve(order.workflow, deadlineMs, story);
  return { ...order, workflow, ref: order.ref ?? (await readDefaultBranch(deadlineMs, story)) };
}

async function readDefaultBranch(deadlineMs: number, { github, retry }: Story): Promise<string> {
  return (await retry(github.getRepository, { deadlineMs })).defaultBranch;
}

/** How many workflows a message names. */
const MOST_NAMED = 30;

async function resolve(name: WorkflowName, deadlineMs: number, story: Story): Promise<ResolvedWorkflow> {
  if (name.kind !== "name") return name as ResolvedWorkflow;
  const { github } = story;
  const workflows = await listAllWorkflows(story, { deadlineMs });
  const matches = workflows.filter((each) => each.name === name.value);
  if (matches[0] && matches.length === 1) return { kind: "id", value: String(matches[0].id) };
  const eligible = (matches.length > 0 ? matches : workflows).map((each) => `${each.path} (${each.name})`);
  const listed = enumerated(eligible, MOST_NAMED, ", and");
  throw new Failure(
    matches.length > 0
      ? `${matches.length} workflows of ${github.fullName()} are called \`${name.value}\`, so nothing was sent.\n` +
          `Give the input \`workflow\` as a file name: ${listed}.`
      : `${github.fullName()} has no workflow called \`${name.value}\` on its default branch, so nothing was sent.\n` +
          `Give the input \`workflow\` as one of: ${listed || "none; the repository has no workflows"}.`,
  );
}
