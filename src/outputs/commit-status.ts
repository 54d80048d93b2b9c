/** Mirrors the run as a status on the caller's commit. Whatever goes wrong with it is only a warning. */

import type { CommitStatus } from "../github/api.ts";
import { mayLackPermission } from "../github/refusal-words.ts";
import { RequestError } from "../github/request-error.ts";
import { makeRetry, OutOfTime, once, requestErrorIn, settle } from "../github/retry.ts";
import { CREATING } from "../github/spending.ts";
import type { CommitStatusInputs } from "../inputs/commit-status.ts";
import { abortAfterGrace, callAfter, graceLeftMs } from "../runner/cancellation.ts";
import type { SharedContext } from "../state/context.ts";
import type { DueStatus, Known } from "../state/known.ts";
import { AWAITED, awaitedEnd, type Followed, LEFT } from "./status-texts.ts";

/** Limits for setting a status. `post` sets what the step could not; after a signal, the runner soon kills the step. */
const PENDING_MS = 10_000;
const FINAL_MS = 10_000;
const DUE_MS = 30_000;
const CANCELLED_MS = 2000;
/** How long the last status waits for the first: one that is still on its way then would overtake it. */
const LATE_PENDING_MS = 5000;

export interface CommitStatusReporter {
  /** Beside the wait, which it must not delay. */
  setPending(url: string, what?: Followed): void;
  /** `failure` is why the step fails, if it does. */
  setFinal(known: Known, failure: unknown): Promise<void>;
  /** The last status, whatever it is. */
  end(final: DueStatus): Promise<void>;
  /** The pending status stays. Resolves with whether it is set. @throws the signal's reason */
  leave(): Promise<boolean>;
  /** For the `post` step: sets what a killed step, or one without a response, has left. */
  setDue(due: DueStatus): Promise<void>;
}

type ShownStatus = Pick<CommitStatusInputs, "context" | "sha" | "pullRequest">;

/** On a connection and with a token of its own. Setting a status never throws a RequestError. */
export function openCommitStatus(
  context: Omit<SharedContext<{ commitStatus: ShownStatus | undefined }>, "github" | "retry">,
): CommitStatusReporter {
  const { inputs, callersGitHub: github, clock, log, record, signal } = context;
  const { commitStatus } = inputs;
  // Rate limits and outages of the target's server say nothing of the caller's.
  const retry = github && makeRetry({ ...context, github });
  let isRefused = false;
  let hasWarned = false;
  const ending = new AbortController();
  let pending: Promise<void> | undefined;
  let mayBeOvertaken = false;
  let commit: Promise<string> | undefined;
  let followed: Followed = AWAITED;

  return {
    setPending(url, what = AWAITED) {
      followed = what;
      const { continues, isCutOff } = what;
      const due: DueStatus = { state: "error", description: isCutOff, url };
      const shown = { state: "pending", description: continues, url } as const;
      pending = set(shown, due, PENDING_MS).catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
        mayBeOvertaken = true;
      });
    },
    async leave() {
      // Nothing follows that it could hold up, or overtake: it has the time that it was given, unless the step is cancelled.
      const stop = () => ending.abort();
      if (signal.aborted) stop();
      signal.addEventListener("abort", stop, { once: true });
      await pending;
      signal.removeEventListener("abort", stop);
      signal.throwIfAborted();
      record({ dueStatus: undefined });
      return !isRefused && !hasWarned;
    },
    setFinal: (known, failure) => {
      const url = known.run?.htmlUrl ?? "";
      // The target may still tell how that run ends.
      if (followed === LEFT) return end({ state: "error", description: LEFT.isCutOff, url });
      return end({ ...finalStatus(known, failure), url });
    },
    end,
    setDue: (due) => set(due, due, DUE_MS),
  };

  async function end(final: DueStatus): Promise<void> {
    if (pending) await endPending(pending);
    return set(final, final, FINAL_MS);
  }

  async function endPending(set: Promise<void>): Promise<void> {
    const settled = new AbortController();
    callAfter(clock, signal.aborted ? 0 : LATE_PENDING_MS, settled.signal, () => ending.abort());
    await set;
    settled.abort();
  }

  /** `due` is left to the `post` step, should the step be killed or GitHub not respond. */
  async function set(shown: Omit<CommitStatus, "context">, due: DueStatus, forMs: number): Promise<void> {
    if (!github || !retry || !commitStatus || isRefused) return;
    record({ dueStatus: due });
    const { context } = commitStatus;
    const isPending = shown.state === "pending";
    // A final status is set after a cancellation, too.
    const late = abortAfterGrace(
      clock,
      Math.min(CANCELLED_MS, graceLeftMs(signal, clock)),
      signal,
      () => new OutOfTime(),
    );
    try {
      const bySignal = isPending ? ending.signal : late.signal;
      commit ??= findCommit(commitStatus, clock.nowMs() + forMs, bySignal);
      const sha = await commit;
      if (sha === "") return;
      const status: CommitStatus = { ...shown, context, description: shortened(shown.description) };
      const deadlineMs = clock.nowMs() + forMs;
      const retryOptions = { deadlineMs, endsAtLimit: true, spending: CREATING, signal: bySignal };
      const result = await settle(retry((options) => github.setStatus(sha, status, options), retryOptions));
      if ("failure" in result) return noteFailure(result.failure, context, github.fullName());
      // The first status may still arrive, after the last one: `post` then sets that again.
      if (!isPending && !mayBeOvertaken) record({ dueStatus: undefined });
    } finally {
      late.release();
    }
  }

  /** The head of the pull request that was commented on; empty where it cannot be read. */
  async function findCommit(
    { sha, pullRequest, context }: ShownStatus,
    deadlineMs: number,
    bySignal: AbortSignal,
  ): Promise<string> {
    if (pullRequest === undefined || !github || !retry) return sha;
    const bounds = { ...once(deadlineMs), signal: bySignal };
    const result = await settle(retry((options) => github.getPullRequest(pullRequest, options), bounds)).catch(
      (reason: unknown) => {
        // The last status reads it again.
        commit = undefined;
        throw reason;
      },
    );
    if ("answer" in result) return result.answer.headSha;
    // What the runner's grace has left no time for is left to `post`.
    if (bySignal.aborted) return "";
    isRefused = true;
    record({ dueStatus: undefined });
    const requestError = requestErrorIn(result.failure);
    const why = requestError ? ` (${requestError.inWords})` : " in time";
    const needs =
      requestError && mayLackPermission(requestError) ? " `status_token` needs `pull_requests: read` there." : "";
    log.warning(
      `No commit status \`${context}\` is set: the head of pull request #${pullRequest} of ${github.fullName()}, which the event is about, could not be read${why}.${needs}`,
    );
    return "";
  }

  function noteFailure(failure: RequestError | OutOfTime, context: string, repository: string): void {
    isRefused = failure instanceof RequestError;
    if (isRefused) record({ dueStatus: undefined });
    const requestError = requestErrorIn(failure);
    if (!hasWarned) log.warning(explainUnset(requestError, context, repository));
    hasWarned = true;
  }
}

function explainUnset(requestError: RequestError | undefined, context: string, repository: string): string {
  const why = requestError ? ` (${requestError.inWords})` : " in time";
  return `The commit status \`${context}\` could not be set in ${repository}${why}.${requestError ? adviceFor(requestError) : ""}`;
}

/** Empty, or begins with a space. */
function adviceFor(requestError: RequestError): string {
  const { status, answer } = requestError;
  if (mayLackPermission(requestError))
    return " `status_token` needs `statuses: write` there; the token of a fork's pull request is read-only.";
  if (status !== 422) return "";
  if (/maximum number of statuses/i.test(answer)) return " Give another `status_context`, or a newer commit.";
  return /No commit found/i.test(answer) ? " A force push may have removed it; check `status_sha`." : "";
}

export function finalStatus(
  { verdict, run, allowedFailure, baseline }: Pick<Known, "verdict" | "run" | "allowedFailure" | "baseline">,
  failure: unknown,
): Omit<DueStatus, "url"> {
  const how = verdict?.conclusion ?? run?.conclusion ?? "completed";
  const known = allowedFailure !== undefined && baseline ? ` (known failure, red since ${baseline.name})` : "";
  if (failure === undefined) return { state: "success", description: awaitedEnd(how + known) };
  if (verdict && !verdict.isGreen) return { state: "failure", description: awaitedEnd(how) };
  // A timeout, a cancellation, a run that was not found: it is open how the run will end.
  const [first = ""] = failure instanceof Error ? failure.message.split("\n") : [];
  return { state: "error", description: first === "" ? "The step failed" : first };
}

/** GitHub's limit for a description, in characters (docs/platform.md#commit-statuses). */
const MAX_LENGTH = 140;

/** Without addresses, since the status has its own link, and in whole characters. */
export function shortened(text: string): string {
  const letters = [...text.replace(/: https?:\/\/\S+/g, "")];
  return letters.length <= MAX_LENGTH ? letters.join("") : `${letters.slice(0, MAX_LENGTH - 1).join("")}…`;
}
