/** Mirrors the run as a status on the caller's commit. It is a courtesy: what goes wrong with it is one warning. */

import { answerOf, makeRetry } from "../asking/retry.ts";
import type { Status } from "../github/api.ts";
import { Fault } from "../github/fault.ts";
import { oneLine } from "../github/reading.ts";
import type { Known } from "../story/known.ts";
import type { Story } from "../story/story.ts";
import { finalStatus, type Shown, shortened } from "./states.ts";

/** A status must not hold up what it is about; the last one is worth more. After a signal the runner kills soon. */
const PENDING_MS = 10_000;
const FINAL_MS = 30_000;
const CANCELLED_MS = 2000;

export interface CommitStatus {
  /** Shows that the run goes on, with its link. */
  setPending(htmlUrl: string): Promise<void>;
  /** Shows how the step has ended; `failure` is why it fails, if it does. */
  setFinal(known: Known, failure: unknown): Promise<void>;
  /** Shows that the step was killed, from its `post` step. */
  setKilled(htmlUrl: string): Promise<void>;
}

/** Opens the status that the inputs ask for, by a connection and a token of its own. */
export function openCommitStatus(story: Story): CommitStatus {
  const { inputs, callersGitHub: github, clock, log, learn, signal } = story;
  const { commitStatus } = inputs;
  // Limits and outages of one server are none of the other's.
  const retry = github && makeRetry({ ...story, github });
  let isRefused = false;

  return {
    async setPending(htmlUrl) {
      learn({ isStatusPending: true });
      await set({ state: "pending", description: "The remote run goes on" }, htmlUrl, PENDING_MS);
    },
    async setFinal(known, failure) {
      await set(finalStatus(known, failure), known.run?.htmlUrl ?? "", signal.aborted ? CANCELLED_MS : FINAL_MS);
    },
    async setKilled(htmlUrl) {
      await set({ state: "error", description: "The step was ended before the remote run" }, htmlUrl, FINAL_MS);
    },
  };

  async function set({ state, description }: Shown, url: string, forMs: number): Promise<void> {
    if (!github || !retry || !commitStatus || isRefused) return;
    const { context, sha } = commitStatus;
    const status: Status = { state, context, description: shortened(description), url };
    const lasting = new AbortController();
    // A cancellation ends the story, and has to be shown all the same.
    const options = { deadlineMs: clock.nowMs() + forMs, ...(state !== "pending" && { signal: lasting.signal }) };
    const got = await answerOf(retry((each) => github.setStatus(sha, status, each), options));
    if ("answer" in got) return state === "pending" ? undefined : learn({ isStatusPending: false });
    isRefused = got.failure instanceof Fault;
    const fault = got.failure instanceof Fault ? got.failure : got.failure.fault;
    log.warning(explainUnset(fault, commitStatus.context, github.fullName()));
    if (isRefused) learn({ isStatusPending: false });
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
