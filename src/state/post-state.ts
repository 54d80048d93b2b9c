/**
 * What a step saves for its `post` step, in the state that the runner keeps: all that it acts on, since the runner evaluates the
 * inputs anew for it (docs/platform.md#runner-inputs). No secret, and no value that was sent.
 */

import type { Target } from "../github/connection.ts";
import type { StartedRun } from "../github/responses.ts";
import type { Spent } from "../github/spending.ts";
import type { CommitStatusInputs } from "../inputs/commit-status.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type DueStatus, type Known, startedRun, supersededAttempt } from "./known.ts";
import type { SearchedDispatch, SearchInputs } from "./sent-dispatch.ts";

export interface PostState {
  /** `sent`: a run was started or taken; the step was killed since. `cancelling`: cancel the run. `ended`: nothing to do. */
  phase: "sent" | "cancelling" | "ended";
  target: Target;
  /** `cancel_run_on` lists `cancel`. */
  cancels: boolean;
  /** By which to find the run. Times are by a clock that all processes of this machine share (runner/clock.ts). */
  sent?: SavedDispatch;
  started?: Pick<StartedRun, "id" | "htmlUrl">;
  rerunOf?: number;
  /** Of many targets: what the step has cost on the token. */
  spent?: readonly Spent[];
  /** The commit status that is still to be set. */
  status?: Omit<CommitStatusInputs, "token"> & { due: DueStatus };
}

interface SavedDispatch extends Pick<SearchedDispatch, "dispatch" | "distinctId" | "atMs"> {
  listedBefore: string[] | undefined;
  inputs: SearchInputs;
}

export function isCancelDue({ phase, cancels }: Pick<PostState, "phase" | "cancels">): boolean {
  return phase === "cancelling" || (phase === "sent" && cancels);
}

const MAX_TEXT_LENGTH = 2000;

export function postStateOf(known: Known, inputs: Inputs): string {
  const { sent, taken, wantsCancel, hasEnded, dueStatus } = known;
  const rerunOf = supersededAttempt(known);
  const { target, cancelRunOn, commitStatus } = inputs;
  const run = startedRun(known);
  return stateText({
    phase: wantsCancel ? "cancelling" : hasEnded || !(sent || taken) ? "ended" : "sent",
    target,
    cancels: cancelRunOn.has("cancel"),
    sent: sent && !run ? savedDispatch(sent, inputs) : undefined,
    started: run && { id: run.id, htmlUrl: run.htmlUrl },
    rerunOf,
    spent: known.spent,
    status: dueStatus && commitStatus && { ...commitStatus, token: undefined, due: dueStatus },
  });
}

/** Where only a commit status may be left to set. */
export function postStateOfStatus(commitStatus: CommitStatusInputs, due: DueStatus | undefined): string {
  const status = due && { ...commitStatus, token: undefined, due };
  return stateText({ phase: "ended", target: commitStatus.target, cancels: false, status });
}

function stateText(state: object): string {
  return JSON.stringify(state, (_, value: unknown) => {
    // JSON has no bigint, which an id may be.
    if (typeof value === "bigint") return String(value);
    // A server's text may have any length, and the runner hands on no value above 128 KiB (docs/platform.md#runner-inputs).
    return typeof value === "string" ? value.slice(0, MAX_TEXT_LENGTH) : value;
  });
}

function savedDispatch(
  { dispatch, distinctId, atMs, listedBefore }: SearchedDispatch,
  { pollIntervalMs, maxRuns, distinctId: { isGiven } }: Inputs,
): SavedDispatch {
  return {
    dispatch: { event: dispatch.event, workflow: dispatch.workflow },
    distinctId,
    atMs,
    listedBefore: listedBefore && [...listedBefore],
    inputs: { pollIntervalMs, maxRuns, distinctId: { isGiven } },
  };
}

/** Undefined where it is not what a step saves. */
export function readPostState(text: string): PostState | undefined {
  try {
    const { phase, target } = JSON.parse(text) as Partial<PostState>;
    const isComplete = [phase, target?.owner, target?.repo].every((each) => typeof each === "string");
    return isComplete && /^https?:/.test(new URL(target?.apiUrl ?? "").protocol) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
