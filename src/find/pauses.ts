/** How long the search pauses between two polls. */

import type { GitHub } from "../github/api.ts";
import { type Pace, pauseBeforeFind, pauseWhileUnclear, pauseWithin } from "../github/polling.ts";
import type { Clock } from "../runner/clock.ts";
import type { Crowd } from "./crowd.ts";

/** How long, and in how many lists at least, to search before "there is none" is believed. */
export interface SearchWindow {
  ms: number;
  lists: number;
}

/** For `quietMs` no jobs are read: a poll costs only a list, and leaves room for the others. */
export function pauseBeforeNextPoll(
  alone: Omit<Pace, "sharers">,
  crowd: Crowd,
  quietMs: number,
  window: SearchWindow | undefined,
): number {
  const pace = { ...alone, sharers: quietMs > 0 ? 1 : crowd.sharers };
  const windowLeftMs = (window?.ms ?? 0) - pace.ageMs;
  // While some runs may still show the id, polling is as frequent as in any search.
  const isUnlikely = windowLeftMs > 0 && crowd.open === 0;
  const pauseMs = isUnlikely ? Math.min(pauseWhileUnclear(pace), windowLeftMs) : pauseBeforeFind(pace);
  return crowd.hasWitnesses ? pauseMs : Math.max(pauseMs, Math.min(quietMs, pace.pollIntervalMs));
}

/** A pause that another's list has ended goes on after a look at that: only then are jobs read. */
export function pausesBetweenPolls(github: Pick<GitHub, "pause">, clock: Clock) {
  let leftMs = 0;
  return {
    wasWoken: () => leftMs > 0,
    async pause(ms: number, deadlineMs: number, signal: AbortSignal): Promise<void> {
      const pauseMs = leftMs || ms;
      const untilMs = clock.nowMs() + pauseMs;
      const ended = await github.pause(pauseWithin(deadlineMs - clock.nowMs(), pauseMs), signal);
      leftMs = ended === "woken" ? Math.max(untilMs - clock.nowMs(), 0) : 0;
    },
  };
}
