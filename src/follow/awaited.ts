/** What a run waits for, in words: an environment, who may approve it, when its wait timer ends; or its turn. Pure. */

import { timeOfDay } from "../edges/durations.ts";
import type { PendingDeployment } from "../github/answers.ts";
import { isPending, placeInWords, placeOf } from "./place.ts";
import type { Sight } from "./sight.ts";

/** The environment's name, and what is known beside it; empty where it has no name. */
export function inWords({ environment, reviewers, timerEndsAtMs }: PendingDeployment): string {
  if (environment === "") return "";
  const facts = [
    reviewers.length > 0 && `${reviewers.join(" or ")} may approve`,
    timerEndsAtMs !== undefined && `its wait timer ends at ${timeOfDay(timerEndsAtMs)}`,
  ].filter((fact) => fact !== false);
  return facts.length > 0 ? `${environment} (${facts.join("; ")})` : environment;
}

/** All of them that have a name. */
export function nameAll({ awaitedEnvironments }: Pick<Sight, "awaitedEnvironments">): string {
  return awaitedEnvironments.filter((name) => name !== "").join(", ");
}

export interface Awaited {
  /** What follows "it waits for". */
  what: string;
  /** The page of who is ahead; empty where there is none to show. */
  aheadUrl: string;
}

type Waiting = Pick<Sight, "run" | "jobs" | "awaitedEnvironments" | "place">;

/** What a run waits for that is no runner; undefined where it is nothing of that kind. `nowMs` is the server's. */
export function awaitedBy(sight: Waiting, nowMs: number | undefined): Awaited | undefined {
  const { run, jobs } = sight;
  const named = nameAll(sight);
  const isWaiting =
    run.status === "waiting" || (run.status !== "completed" && jobs.some((job) => job.status === "waiting"));
  if (isWaiting) return { what: named === "" ? "an approval, usually" : `an approval of ${named}`, aheadUrl: "" };
  if (!isPending(sight)) return undefined;
  const place = placeOf(sight);
  if (!place) return { what: "its turn in a concurrency group, in which another run goes first", aheadUrl: "" };
  const whose = place.job ? `the turn of its job ${place.job.name}` : "its turn";
  return { what: `${whose} in a concurrency group, ${placeInWords(place, nowMs)}`, aheadUrl: place.holder.htmlUrl };
}

/** The page of who is ahead, as a line of a message. */
export function aheadLine(awaited: Awaited | undefined): string[] {
  return awaited && awaited.aheadUrl !== "" ? [`Ahead of it: ${awaited.aheadUrl}`] : [];
}
