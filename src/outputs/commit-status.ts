/** Mirrors the run as a status on the caller's commit. It is a courtesy: whatever goes wrong with it is only a warning. */

import type { CommitStatus } from "../github/api.ts";
import { RequestError } from "../github/request-error.ts";
import { makeRetry, settle } from "../github/retry.ts";
import type { Context } from "../state/context.ts";
import type { DueStatus, Known } from "../state/known.ts";
import { oneLine } from "../text/foreign-text.ts";

/** How long setting a status may hold up the step. The last one is worth more; after a signal, the runner kills soon. */
const PENDING_MS = 10_000;
const FINAL_MS = 30_000;
const CANCELLED_MS = 2000;

export interface CommitStatusReporter {
  /** Shows that the run goes on, with its page as the link. */
  setPending(htmlUrl: string): Promise<void>;
  /** Shows how the step has ended; `failure` is why it fails, if it does. */
  setFinal(known: Known, failure: unknown): Promise<void>;
  /** Shows what a killed step, or one that had no answer, has left to be shown: called by the `post` step. */
  setDue(due: DueStatus): Promise<void>;
}

/** Opens the status that `status_context` asks for, on a connection and a token of its own. Setting it never throws a RequestError. */
export function openCommitStatus(context: Context): CommitStatusReporter {
  const { inputs, callersGitHub: github, clock, log, record, signal } = context;
  const { commitStatus } = inputs;
  // Limits and outages of the target's server say nothing of the caller's.
  const retry = github && makeRetry({ ...context, github });
  let isRefused = false;

  return {
    setPending(url) {
      const due: DueStatus = { state: "error", description: "The step was ended before the remote run", url };
      return set({ state: "pending", description: "The remote run goes on", url }, due, PENDING_MS);
    },
    setFinal(known, failure) {
      const final = { ...finalStatus(known, failure), url: known.run?.htmlUrl ?? "" };
      return set(final, final, signal.aborted ? CANCELLED_MS : FINAL_MS);
    },
    setDue: (due) => set(due, due, FINAL_MS),
  };

  /** `due` is left to the `post` step, should the step be killed or GitHub not answer. */
  async function set(shown: Omit<CommitStatus, "context">, due: DueStatus, forMs: number): Promise<void> {
    if (!github || !retry || !commitStatus || isRefused) return;
    record({ dueStatus: due });
    const { context, sha } = commitStatus;
    const status: CommitStatus = { ...shown, context, description: shortened(shown.description) };
    const deadlineMs = clock.nowMs() + forMs;
    const isPending = shown.state === "pending";
    // How the step ends is shown after a cancellation, too: a signal of its own, that is never aborted, lets it.
    const patience = isPending ? { deadlineMs } : { deadlineMs, signal: new AbortController().signal };
    const result = await settle(retry((options) => github.setStatus(sha, status, options), patience));
    if ("answer" in result) return isPending ? undefined : record({ dueStatus: undefined });
    isRefused = result.failure instanceof RequestError;
    const requestError = result.failure instanceof RequestError ? result.failure : result.failure.requestError;
    log.warning(explainUnset(requestError, context, github.fullName()));
    if (isRefused) record({ dueStatus: undefined });
  }
}

function explainUnset(requestError: RequestError | undefined, context: string, repository: string): string {
  const why = requestError
    ? ` (${requestError.inAWord}${requestError.answer === "" ? "" : `: ${oneLine(requestError.answer)}`})`
    : " in time";
  const needs =
    requestError?.status === 403 || requestError?.status === 404
      ? " `status_token` needs `statuses: write` there; the token of a fork's pull request reads only."
      : "";
  return `The commit status \`${context}\` could not be set in ${repository}${why}.${needs}`;
}

/** The status of a step that has come to its end; `failure` is why it fails, if it does. */
export function finalStatus(
  { verdict, run }: Pick<Known, "verdict" | "run">,
  failure: unknown,
): Omit<DueStatus, "url"> {
  const how = verdict?.conclusion ?? run?.conclusion ?? "completed";
  if (failure === undefined) return { state: "success", description: `The remote run ended as ${how}` };
  if (verdict && !verdict.isGreen) return { state: "failure", description: `The remote run ended as ${how}` };
  // A time-out, a cancellation, a run that was not found: nobody knows how the run will end.
  const [first = ""] = failure instanceof Error ? failure.message.split("\n") : [];
  return { state: "error", description: first === "" ? "The step has failed" : first };
}

/** How many characters GitHub takes for a description (docs/platform.md#commit-statuses). */
const MAX_LENGTH = 140;

/** Without addresses, since the status has its own link, and no longer than GitHub takes, in whole characters. */
export function shortened(text: string): string {
  const letters = [...text.replace(/: https?:\/\/\S+/g, "")];
  return letters.length <= MAX_LENGTH ? letters.join("") : `${letters.slice(0, MAX_LENGTH - 1).join("")}…`;
}
