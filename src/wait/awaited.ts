import type { PendingDeployment } from "../github/pending-deployments.ts";
import { dateAndTime, enumerated } from "../text/wording.ts";
import { describeQueuePosition, isPending, queuePositionOf } from "./queue-position.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

interface AboutReader {
  /** A public log must not show who works on a private target. */
  showsReviewers: boolean;
  /** The server's, in epoch ms. */
  nowMs: number | undefined;
}

/**
 * What a run waits for: approvals, wait timers, custom rules. Only what has reviewers waits for an approval
 * (docs/platform.md#statuses-and-conclusions).
 */
export function describeDeployments(pending: readonly PendingDeployment[], about: AboutReader): string[] {
  const named = pending.filter(({ environment }) => environment !== "");
  const approvals = named.filter(({ reviewers }) => reviewers.length > 0);
  const rules = named.filter(({ reviewers }) => reviewers.length === 0);
  return [
    ...approvals.map((each, index) => `${index === 0 ? "an approval of " : ""}${describeApproval(each, about)}`),
    ...rules.map((each) => describeRule(each, about.nowMs)),
  ];
}

function describeApproval(deployment: PendingDeployment, { showsReviewers, nowMs }: AboutReader): string {
  const { environment, reviewers, timerEndsAtMs = 0 } = deployment;
  const facts = [
    ...(showsReviewers ? [`${namedOr(reviewers)} may approve`] : []),
    ...(timerGoesOn(deployment, nowMs) ? [`its wait timer ends at ${dateAndTime(timerEndsAtMs)}`] : []),
  ];
  return facts.length > 0 ? `${environment} (${facts.join("; ")})` : environment;
}

const MAX_REVIEWERS = 10;

function namedOr(reviewers: readonly string[]): string {
  const more = reviewers.length - MAX_REVIEWERS;
  return reviewers.slice(0, MAX_REVIEWERS).join(" or ") + (more > 0 ? ` or ${more} more` : "");
}

function describeRule(deployment: PendingDeployment, nowMs: number | undefined): string {
  const { environment, timerEndsAtMs } = deployment;
  if (timerEndsAtMs === undefined) return `a custom protection rule of ${environment}`;
  return timerGoesOn(deployment, nowMs)
    ? `the wait timer of ${environment}, which ends at ${dateAndTime(timerEndsAtMs)}`
    : `a protection rule of ${environment}, whose wait timer has ended`;
}

function timerGoesOn({ timerEndsAtMs }: PendingDeployment, nowMs = Number.NEGATIVE_INFINITY): boolean {
  return timerEndsAtMs !== undefined && timerEndsAtMs > nowMs;
}

/** The run, or one of its jobs, waits for the rules of an environment. */
export function waitsForRules({ run, jobs }: Pick<RunSnapshot, "run" | "jobs">): boolean {
  return run.status === "waiting" || (run.status !== "completed" && jobs.some(({ status }) => status === "waiting"));
}

export interface Awaited {
  /** Follows "it waits for". */
  what: string;
  /** The page of the run or job that is ahead; empty where there is none to show. */
  aheadUrl: string;
}

type Waiting = Pick<RunSnapshot, "run" | "jobs" | "awaitedRules" | "place">;

/** Undefined where the run waits for nothing, or a runner. `nowMs` is the server's, in epoch ms. */
export function awaitedBy(snapshot: Waiting, nowMs: number | undefined): Awaited | undefined {
  if (waitsForRules(snapshot))
    return { what: enumerated(snapshot.awaitedRules) || "an approval, usually", aheadUrl: "" };
  if (!isPending(snapshot)) return undefined;
  const place = queuePositionOf(snapshot);
  if (!place) return { what: "its turn in a concurrency group, in which another run goes first", aheadUrl: "" };
  const whose = place.job ? `the turn of its job ${place.job.name}` : "its turn";
  return {
    what: `${whose} in a concurrency group, ${describeQueuePosition(place, nowMs)}`,
    aheadUrl: place.holder.htmlUrl,
  };
}

export function aheadLine(awaited: Awaited | undefined): string[] {
  return awaited && awaited.aheadUrl !== "" ? [`Ahead of it: ${awaited.aheadUrl}`] : [];
}
