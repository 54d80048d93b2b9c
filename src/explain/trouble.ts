/** What kept a look from its answer, for messages about something else. */

import type { Fault } from "../github/fault.ts";

/** One line, or none where nothing did. */
export function lastTrouble(trouble: Fault | undefined): string[] {
  if (!trouble) return [];
  const { kind, status, answer, request, inAWord } = trouble;
  if (kind === "unreadable") return [`The last answer cannot be read: ${answer} (${status} to ${request}).`];
  return [`The last look had no answer: ${inAWord} to ${request}.`];
}
