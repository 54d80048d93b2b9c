/** Mirrors the run as a status on the caller's commit. It is a courtesy: whatever goes wrong with it is only a warning. */

import { answerOf, makeRetry } from "../asking/retry.ts";
import type { Status } from "../github/api.ts";
import { Fault } from "../github/fault.ts";
import { oneLine } from "../github/reading.ts";
import type { DueStatus, Known } from "../story/known.ts";
import type { Story } from "../story/story.ts";
import { finalStatus, shortened } from "./states.ts";

/** How long setting a status may hold up the step. The last one is worth more; after a signal, the runner kills soon. */
const PENDING_MS = 10_000;
const FINAL_MS = 30_000;
const CANCELLED_MS = 2000;

export interface CommitStatus {
  /** Shows that the run goes on, with its page as the link. */
  setPending(htmlUrl: string): Promise<void>;
  /** Shows how the step has ended; `failure` is why it fails, if it does. */
  setFinal(known: Known, failure: unknown): Promise<void>;
  /** Shows what a killed step, or one that had no answer, has left to be shown: called by the `post` step. */
  setDue(due: DueStatus): Promise<void>;
}

/** Opens the status that `status_context` asks for, on a connection and a token of its own. Setting it never throws a Fault. */
export function openCommitStatus(story: Story): CommitStatus {
  const { inputs, callersGitHub: github, clock, log, learn, signal } = story;
  const { commitStatus } = inputs;
  // Limits and outages of the target's server say nothing of the caller's.
  const retry = github && makeRetry({ ...story, github });
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
  async function set(shown: Omit<Status, "context">, due: DueStatus, forMs: number): Promise<void> {
    if (!github || !retry || !commitStatus || isRefused) return;
    learn({ dueStatus: due });
    const { context, sha } = commitStatus;
    const status: Status = { ...shown, context, description: shortened(shown.description) };
    const deadlineMs = clock.nowMs() + forMs;
    const isPending = shown.state === "pending";
    // How the step ends is shown after a cancellation, too: a signal of its own, that is never aborted, lets it.
    const patience = isPending ? { deadlineMs } : { deadlineMs, signal: new AbortController().signal };
    const result = await answerOf(retry((options) => github.setStatus(sha, status, options), patience));
    if ("answer" in result) return isPending ? undefined : learn({ dueStatus: undefined });
    isRefused = result.failure instanceof Fault;
    const fault = result.failure instanceof Fault ? result.failure : result.failure.fault;
    log.warning(explainUnset(fault, context, github.fullName()));
    if (isRefused) learn({ dueStatus: undefined });
  }
}

function explainUnset(fault: Fault | undefined, context: string, repository: string): string {
  const why = fault ? ` (${fault.inAWord}${fault.answer === "" ? "" : `: ${oneLine(fault.answer)}`})` : " in time";
  const needs =
    fault?.status === 403 || fault?.status === 404
      ? " `status_token` needs `statuses: write` there; the token of a fork's pull request reads only."
      : "";
  return `The commit status \`${context}\` could not be set in ${repository}${why}.${needs}`;
}
