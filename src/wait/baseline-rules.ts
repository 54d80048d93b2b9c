/** Which earlier run a red end is compared with (docs/known-failures.md). Pure. */

import type { Run } from "../github/responses.ts";
import { generatedIdIn, parseGeneratedId } from "../inputs/distinct-id.ts";

/** Such a run neither passed nor failed. */
const PASSED_OVER = ["cancelled", "skipped"];
const RED = ["failure", "timed_out", "startup_failure"];

/** Red by itself, so that the run before it may have been so as well. */
export function isComparable(conclusion: string | null): boolean {
  return conclusion !== null && RED.includes(conclusion);
}

/** Of the same workflow and branch, before ours, and it has ended. */
export function isPredecessor(run: Run, ours: Run): boolean {
  const isOlder = run.createdAtMs <= ours.createdAtMs && run.id < ours.id;
  const isSame =
    run.workflowId !== undefined && run.workflowId === ours.workflowId && run.headBranch === ours.headBranch;
  return (
    isOlder &&
    isSame &&
    run.headBranch !== null &&
    run.status === "completed" &&
    !PASSED_OVER.includes(run.conclusion ?? "")
  );
}

/** `callersRunId`: a caller started it, whose run decides whether it was a trial of somebody's change. */
export type Origin = { is: "target's own" } | { is: "trial" } | { is: "caller's"; callersRunId: string };

/** `ourCallers`: the ids of the caller's runs that ask, or have started our run. */
export function originOf({ event, displayTitle, name }: Run, ourCallers: ReadonlySet<string>): Origin {
  if (event === "schedule" || event === "push") return { is: "target's own" };
  if (event !== "repository_dispatch" && event !== "workflow_dispatch") return { is: "trial" };
  const callersRunId = callersRunIn({ displayTitle, name });
  // An earlier attempt of the same run tries the same change.
  if (callersRunId === undefined || ourCallers.has(callersRunId)) return { is: "trial" };
  return { is: "caller's", callersRunId };
}

/** The caller's run that has started this one, as far as its name tells. */
export function callersRunIn({ displayTitle, name }: Pick<Run, "displayTitle" | "name">): string | undefined {
  const id = generatedIdIn(displayTitle) ?? generatedIdIn(name);
  return id === undefined ? undefined : parseGeneratedId(id).callersRunId;
}

/** A caller's run, as its repository shows it. */
export interface CallersRun {
  event: string;
  headBranch: string | null;
  isFromFork: boolean;
}

/**
 * A pull request's run shows the branch of the pull request, which in a fork may be called as the default branch is. A
 * `workflow_run` is on the default branch whatever the run before it was about.
 */
export function wasOnDefaultBranch({ event, headBranch, isFromFork }: CallersRun, defaultBranch: string): boolean {
  return (
    headBranch === defaultBranch && !isFromFork && !/^(pull_request|merge_group|issue_comment|workflow_run)/.test(event)
  );
}
