/** Which entries GitHub's limits have room for: nobody's time runs out while it waits for them. */

import type { Limits } from "../github/limits.ts";
import type { ManyDependencies } from "./dependencies.ts";
import type { Leg } from "./leg.ts";

/** Returns those of the entries that are ready for whose dispatch there is room. */
export function roomToStart(
  legs: readonly Leg[],
  { openGitHub }: Pick<ManyDependencies, "openGitHub">,
): (ready: readonly Leg[]) => Leg[] {
  const limitsOf = new Map(legs.map((leg) => [leg, openGitHub(leg.entry.inputs).limits]));
  return (ready) => {
    const left = new Map<Limits, number>();
    const take = (limits: Limits, requests: number): number => {
      const room = (left.get(limits) ?? limits.budget.roomToCreate()) - requests;
      left.set(limits, room);
      return room;
    };
    for (const [leg, limits] of limitsOf) take(limits, requestsToCome(leg, limits));
    return ready.filter((leg) => {
      const limits = limitsOf.get(leg);
      const hasRoom = !limits || take(limits, requestsFor(leg, limits)) >= 0 || requestsFor(leg, limits) === 0;
      if (!hasRoom) limits.budget.announceWait();
      return hasRoom;
    });
  };
}

/** Creating requests. A server that refuses to name the run is asked twice until that is known (docs/platform.md#run-details). */
function requestsFor({ entry }: Leg, { refusesRunDetails }: Limits): number {
  const { event } = entry.inputs.source;
  if (event === undefined) return 0;
  return event === "workflow_dispatch" && refusesRunDetails === undefined ? 2 : 1;
}

/** Of an entry that has started, those which the budget does not know yet. */
function requestsToCome(leg: Leg, limits: Limits): number {
  const { startedAtMs, state } = leg;
  const { result, outputs } = state;
  if (startedAtMs === undefined || result !== undefined || outputs.runId) return 0;
  const wasSent = "ref" in outputs;
  return wasSent ? Math.max(requestsFor(leg, limits) - 1, 0) : requestsFor(leg, limits);
}
