/** What a run waits for, in words: an environment, who may approve it, when its wait timer ends; or its turn. Pure. */

import { timeOfDay } from "../edges/durations.ts";
import type { PendingDeployment } from "../github/pending-deployments.ts";
import { isPending, placeInWords, placeOf } from "./place.ts";
import type { Sight } from "./sight.ts";

/** e.g. `production (octocat may approve)`; empty where the environment has no name. */
export function inWords({ environment, reviewers, timerEndsAtMs }: PendingDeployment): string {
  if (environment === "") return "";
  const facts = [
    reviewers.length > 0 && `${reviewers.join(" or ")} may approve`,
    timerEndsAtMs !== undefined && `its wait timer ends at ${timeOfDay(timerEndsAtMs)}`,
  ].filter((fact) => fact !== false);
  return facts.length > 0 ? `${environment} (${facts.join("; ")})` : environment;
}

export interface Awaited {
  /** What follows "it waits for". */
  what: string;
  /** The page of the run or job that is ahead; empty where there is none to show. */
  aheadUrl: string;
}

type Waiting = Pick<Sight, "run" | "jobs" | "awaitedEnvironments" | "place">;

/** What a run waits for; undefined where that is nothing, or a runner. `nowMs` is the server's, in epoch ms. */
export function awaitedBy(sight: Waiting, nowMs: number | undefined): Awaited | undefined {
  const { run, jobs } = sight;
  const named = sight.awaitedEnvironments.join(", ");
  const isWaiting =
    run.status === "waiting" || (run.status !== "completed" && jobs.some((job) => job.status === "waiting"));
  if (isWaiting) return { what: named === "" ? "an approval, usually" : `an approval of ${named}`, aheadUrl: "" };
  if (!isPending(sight)) return undefined;
  const place = placeOf(sight);
  if (!place) return { what: "its turn in a concurrency group, in which another run goes first", aheadUrl: "" };
  const whose = place.job ? `the turn of its job ${place.job.name}` : "its turn";
  return { what: `${whose} in a concurrency group, ${placeInWords(place, nowMs)}`, aheadUrl: place.holder.htmlUrl };
}

/** A line of a message with the page of who is ahead, or none. */
export function aheadLine(awaited: Awaited | undefined): string[] {
  return awaited && awaited.aheadUrl !== "" ? [`Ahead of it: ${awaited.aheadUrl}`] : [];
}
