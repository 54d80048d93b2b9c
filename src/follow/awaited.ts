/** What a waiting run waits for, in words: an environment, who may approve it, and when its wait timer ends. Pure. */

import { timeOfDay } from "../edges/durations.ts";
import type { PendingDeployment } from "../github/answers.ts";

/** The environment's name, and what is known beside it; empty where it has no name. */
export function inWords({ environment, reviewers, timerEndsAtMs }: PendingDeployment): string {
  if (environment === "") return "";
  const facts = [
    reviewers.length > 0 && `${reviewers.join(" or ")} may approve`,
    timerEndsAtMs !== undefined && `its wait timer ends at ${timeOfDay(timerEndsAtMs)}`,
  ].filter((fact) => fact !== false);
  return facts.length > 0 ? `${environment} (${facts.join("; ")})` : environment;
}
