/** Why the last look had no answer, for messages about something else. */

import { timeOfDay } from "../edges/durations.ts";
import type { Fault } from "../github/fault.ts";

/** One line about the fault; none where there was no fault. */
export function lastTrouble(trouble: Fault | undefined): string[] {
  if (!trouble) return [];
  const { kind, status, answer, request, inAWord } = trouble;
  if (kind === "unreadable") return [`The last answer cannot be read: ${answer} (${status} to ${request}).`];
  if (kind !== "limited") return [`The last look had no answer: ${inAWord} to ${request}.`];
  const endMs = endOfLimitMs(trouble);
  const end = endMs === undefined ? "had not ended by then" : `lasts until ${timeOfDay(endMs)}`;
  return [`The last look met GitHub's rate limit, which ${end} (${inAWord} to ${request}).`];
}

/** When a limit ends, in epoch ms; undefined where GitHub did not say. */
export function endOfLimitMs({ dateMs = Number.NaN, retryAfterMs = Number.NaN }: Fault): number | undefined {
  const endMs = dateMs + retryAfterMs;
  return Number.isFinite(endMs) ? endMs : undefined;
}
