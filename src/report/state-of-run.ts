/** What a run's commit status says. Pure. */

import type { CommitStatus } from "../github/api.ts";
import type { LatestStatus } from "../github/commit-statuses.ts";
import { isGreen as isGreenConclusion } from "../github/conclusions.ts";
import type { Run } from "../github/responses.ts";
import { spoken } from "../text/wording.ts";

type Shown = Omit<CommitStatus, "context">;

export function statusOfRun(run: Run, successConclusions: ReadonlySet<string>): Shown {
  const { status, conclusion, runAttempt, htmlUrl: url } = run;
  const attempt = runAttempt > 1 ? ` (attempt ${runAttempt})` : "";
  if (status !== "completed")
    return { state: "pending", description: `The remote run is ${spoken(status)}${attempt}`, url };
  const isGreen = isGreenConclusion(conclusion, successConclusions);
  const how = conclusion === null || conclusion === "" ? "without a conclusion" : `as ${conclusion}`;
  return { state: isGreen ? "success" : "failure", description: `The remote run ended ${how}${attempt}`, url };
}

/** Only the caller's own token can have left this run's address as the latest of its context on the commit. */
export function waitingFor(
  { htmlUrl }: Pick<Run, "htmlUrl">,
  latest: readonly LatestStatus[],
  contexts: readonly string[],
): LatestStatus[] {
  return latest.filter(
    ({ context, targetUrl }) =>
      htmlUrl !== "" && targetUrl === htmlUrl && (contexts.length === 0 || contexts.includes(context)),
  );
}

/** What is there already is not written again, nor that a run is about to begin, nor an attempt before that of the status. */
export function isNews(
  shown: Shown,
  latest: Pick<LatestStatus, "state" | "description">,
  { status, runAttempt }: Pick<Run, "status" | "runAttempt">,
): boolean {
  if (runAttempt < attemptIn(latest)) return false;
  if (shown.state !== latest.state) return true;
  return shown.state === "pending" && status !== "in_progress" ? false : shown.description !== latest.description;
}

/** The attempt that a status of ours speaks of. */
export function attemptIn({ description }: Pick<LatestStatus, "description">): number {
  return Number(/ \(attempt (\d+)\)$/.exec(description)?.[1] ?? 1);
}

type State = Pick<Run, "status" | "conclusion" | "runAttempt" | "updatedAtMs">;

/** An attempt never goes back, nor does its end. */
export function newerOf<Of extends State>(known: Of, read: Of): Of {
  if (read.runAttempt !== known.runAttempt) return read.runAttempt < known.runAttempt ? known : read;
  const wasCompleted = known.status === "completed" && read.status !== "completed";
  return wasCompleted || (read.updatedAtMs ?? Infinity) < (known.updatedAtMs ?? -Infinity) ? known : read;
}

export function isSame(one: State, other: State): boolean {
  return one.status === other.status && one.conclusion === other.conclusion && one.runAttempt === other.runAttempt;
}
