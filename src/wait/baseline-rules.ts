/** Which earlier run a red end is compared with (docs/known-failures.md). Pure. */

import type { Run } from "../github/responses.ts";
import { generatedIdIn, parseGeneratedId } from "../inputs/distinct-id.ts";

/** Ends that say something of the code: a run that was cancelled or skipped, or waits for somebody, does not. */
const TELLING = ["success", "failure", "timed_out", "startup_failure"];
const RED = ["failure", "timed_out", "startup_failure"];

/** Red by itself, so that the run before it may have been so as well. */
export function isComparable(conclusion: string | null): boolean {
  return conclusion !== null && RED.includes(conclusion);
}

/** Of the same workflow and branch, before ours, with an end that tells something. */
export function isPredecessor(run: Run, ours: Run): boolean {
  const isOlder = run.createdAtMs <= ours.createdAtMs && run.id < ours.id;
  const isSame =
    run.workflowId !== undefined && run.workflowId === ours.workflowId && run.headBranch === ours.headBranch;
  return (
    isOlder && isSame && run.headBranch !== null && run.status === "completed" && TELLING.includes(run.conclusion ?? "")
  );
}

/** `callersRunId`: a caller started it, whose run decides whether it was a trial of somebody's change. */
export type Origin = { is: "target's own" } | { is: "trial" } | { is: "caller's"; callersRunId: string };

export function originOf({ event, displayTitle, name }: Run, ourCallersRunId: string): Origin {
  if (event === "schedule" || event === "push") return { is: "target's own" };
  if (event !== "repository_dispatch" && event !== "workflow_dispatch") return { is: "trial" };
  const id = generatedIdIn(displayTitle) ?? generatedIdIn(name);
  if (id === undefined) return { is: "trial" };
  const { callersRunId } = parseGeneratedId(id);
  // An earlier attempt of our own run tries the same change.
  return callersRunId === ourCallersRunId ? { is: "trial" } : { is: "caller's", callersRunId };
}

/** A caller's run, as its repository shows it. */
export interface CallersRun {
  event: string;
  headBranch: string | null;
  isFromFork: boolean;
}

/** A pull request's run shows the branch of the pull request, which in a fork may be called as the default branch is. */
export function wasOnDefaultBranch({ event, headBranch, isFromFork }: CallersRun, defaultBranch: string): boolean {
  return headBranch === defaultBranch && !isFromFork && !/^(pull_request|merge_group|issue_comment)/.test(event);
}
