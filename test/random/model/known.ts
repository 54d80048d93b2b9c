/**
 * Classes in which the code is known to be wrong. They are left out of the schedules, or forgiven where no schedule tells
 * them before it is played, so that all else is tested meanwhile. Mend the code, and empty the list.
 */

import type { Schedule } from "./schedule.ts";

export interface KnownFault {
  what: string;
  excludes?: (schedule: Schedule) => boolean;
  /** Problems, in the words of the rules. */
  forgives?: RegExp;
}

export const KNOWN: readonly KnownFault[] = [
  {
    // No list comes before a dispatch that asks GitHub to name the run.
    what: "a given id, a run with it of the seconds before, and an unclear answer to a workflow_dispatch",
    excludes: ({ asked, neighbours, troubles, outages }) =>
      asked.id !== "" &&
      asked.event === "workflow_dispatch" &&
      neighbours.some((each) => each.kind === "older twin" && each.ageMs < 10_000) &&
      (outages.length > 0 || troubles.some(({ on }) => on === "dispatch" || on === "any")),
  },
];
