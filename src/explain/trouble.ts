/** What kept a look from its answer, for messages about something else. */

import type { Fault } from "../github/fault.ts";

/** One line, or none where nothing did. */
export function lastTrouble(trouble: Fault | undefined): string[] {
  return trouble ? [`The last look had no answer: ${trouble.inAWord} to ${trouble.request}.`] : [];
}
