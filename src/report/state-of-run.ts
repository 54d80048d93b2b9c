/** What a run's commit status says. Pure. */

import type { CommitStatus } from "../github/api.ts";
import type { LatestStatus } from "../github/commit-statuses.ts";
import { isGreen as isGreenConclusion } from "../github/conclusions.ts";
import type { Target } from "../github/connection.ts";
import type { Run } from "../github/responses.ts";
import { isAwaited, isFirst, leftEnd, ofAttempt } from "../outputs/status-texts.ts";
import { spoken } from "../text/wording.ts";

type Shown = Omit<CommitStatus, "context">;

/** A description is 140 characters at most (docs/platform.md#commit-statuses). */
const MAX_WORD_LENGTH = 80;

export function statusOfRun(run: Run, successConclusions: ReadonlySet<string>): Shown {
  const { status, conclusion, runAttempt, htmlUrl: url } = run;
  const word = (text: string) => [...text].slice(0, MAX_WORD_LENGTH).join("");
  if (status !== "completed")
    return { state: "pending", description: `The remote run is ${word(spoken(status))}${ofAttempt(runAttempt)}`, url };
  const isGreen = isGreenConclusion(conclusion, successConclusions);
  const how = conclusion === null || conclusion === "" ? "without a conclusion" : `as ${word(conclusion)}`;
  return { state: isGreen ? "success" : "failure", description: leftEnd(how, runAttempt), url };
}

/**
 * Only the caller's own token can have left this run's address as the latest of its context on the commit. A step that waits
 * for the run ends its status itself.
 */
export function waitingFor(
  { htmlUrl }: Pick<Run, "htmlUrl">,
  latest: readonly LatestStatus[],
  contexts: readonly string[],
): LatestStatus[] {
  return latest.filter(
    (each) => htmlUrl !== "" && each.targetUrl === htmlUrl && isAsked(each, contexts) && !isAwaited(each),
  );
}

function isAsked({ context }: LatestStatus, contexts: readonly string[]): boolean {
  return contexts.length === 0 || contexts.includes(context);
}

/**
 * Those of another run here, whose report may have written over a newer dispatch's: between its look and its word, a caller
 * can leave a status, and GitHub sets one unconditionally.
 */
export function perhapsOvertaken(
  { htmlUrl }: Pick<Run, "htmlUrl">,
  latest: readonly LatestStatus[],
  contexts: readonly string[],
): LatestStatus[] {
  return latest.filter(
    (each) =>
      isAsked(each, contexts) &&
      each.targetUrl !== htmlUrl &&
      isOfSameRepository(each.targetUrl, htmlUrl) &&
      !isFirst(each) &&
      !isAwaited(each),
  );
}

/**
 * `history`: of one context, newest first. The run that a step has named there last is the one whose status it is: no report
 * writes a step's words.
 */
export function isTakenBack({ htmlUrl }: Pick<Run, "htmlUrl">, history: readonly LatestStatus[]): boolean {
  const ofStep = history.find((each) => isFirst(each) || isAwaited(each));
  return ofStep?.targetUrl === htmlUrl && !isAwaited(ofStep);
}

const RUN_PAGE = /^(.+)\/([^/]+)\/([^/]+)\/actions\/runs\/(\d+)$/;

function isOfSameRepository(one: string, other: string): boolean {
  const [a, b] = [one, other].map((url) => RUN_PAGE.exec(url)?.slice(1, 4).join("/").toLowerCase());
  return a !== undefined && a === b;
}

/** The repository that the address of this very run names otherwise: it may have been renamed, or moved, since. */
export function otherNameIn(
  url: string,
  { htmlUrl }: Pick<Run, "htmlUrl">,
): Pick<Target, "owner" | "repo"> | undefined {
  const [, server, owner = "", repo = "", id] = RUN_PAGE.exec(url) ?? [];
  const [, ownServer, ownOwner, ownRepo, ownId] = RUN_PAGE.exec(htmlUrl) ?? [];
  if (server === undefined || server !== ownServer || id !== ownId) return undefined;
  return owner === ownOwner && repo === ownRepo ? undefined : { owner, repo };
}

/**
 * What is there already is not written again, nor that a run is about to begin. An attempt never goes back, and its end is
 * its end, whoever has told it.
 */
export function isNews(
  shown: Shown,
  latest: Pick<LatestStatus, "state" | "description">,
  { status, runAttempt }: Pick<Run, "status" | "runAttempt">,
): boolean {
  const isEnded = latest.state === "success" || latest.state === "failure";
  if (runAttempt < attemptIn(latest) || (isEnded && runAttempt === attemptIn(latest))) return false;
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
