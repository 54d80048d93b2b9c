import type { PendingDeployment } from "../github/pending-deployments.ts";
import { enumerated, timeOfDay } from "../text/wording.ts";
import { describeQueuePosition, isPending, queuePositionOf } from "./queue-position.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

/** e.g. `production (octocat may approve)`; empty where the environment has no name. */
export function describeDeployment({ environment, reviewers, timerEndsAtMs }: PendingDeployment): string {
  if (environment === "") return "";
  const facts = [
    reviewers.length > 0 && `${namedOr(reviewers)} may approve`,
    timerEndsAtMs !== undefined && `its wait timer ends at ${timeOfDay(timerEndsAtMs)}`,
  ].filter((fact) => fact !== false);
  return facts.length > 0 ? `${environment} (${facts.join("; ")})` : environment;
}

const MAX_REVIEWERS = 10;

function namedOr(reviewers: readonly string[]): string {
  const more = reviewers.length - MAX_REVIEWERS;
  return reviewers.slice(0, MAX_REVIEWERS).join(" or ") + (more > 0 ? ` or ${more} more` : "");
}

export interface Awaited {
  /** Follows "it waits for". */
  what: string;
  /** The page of the run or job that is ahead; empty where there is none to show. */
  aheadUrl: string;
}

type Waiting = Pick<RunSnapshot, "run" | "jobs" | "awaitedEnvironments" | "place">;

/** Undefined where the run waits for nothing, or a runner. `nowMs` is the server's, in epoch ms. */
export function awaitedBy(snapshot: Waiting, nowMs: number | undefined): Awaited | undefined {
  const { run, jobs } = snapshot;
  const named = enumerated(snapshot.awaitedEnvironments);
  const isWaiting =
    run.status === "waiting" || (run.status !== "completed" && jobs.some((job) => job.status === "waiting"));
  if (isWaiting) return { what: named === "" ? "an approval, usually" : `an approval of ${named}`, aheadUrl: "" };
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
