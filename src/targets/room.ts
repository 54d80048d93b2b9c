/** Which entries GitHub's limits have room for: nobody's time runs out while it waits for them. */

import type { Limits } from "../github/limits.ts";
import type { ManyDependencies } from "./dependencies.ts";
import type { Leg } from "./leg.ts";

/** Returns those of the entries that are ready for whose dispatch there is room. */
export function roomToStart(
  legs: readonly Leg[],
  { openGitHub, callersGitHub }: Pick<ManyDependencies, "openGitHub" | "callersGitHub">,
): (ready: readonly Leg[]) => Leg[] {
  const limitsOf = new Map(legs.map((leg) => [leg, openGitHub(leg.entry.inputs).limits]));
  return (ready) => {
    const left = new Map<Limits, number>();
    const take = (limits: Limits, requests: number): number => {
      const room = (left.get(limits) ?? limits.budget.roomToCreate()) - requests;
      left.set(limits, room);
      return room;
    };
    const statuses = (leg: Leg) =>
      leg.entry.inputs.commitStatus && limitsOf.get(leg) === callersGitHub?.limits ? 1 : 0;
    for (const [leg, limits] of limitsOf)
      if (isUnderWay(leg)) take(limits, requestsToCome(leg, limits) + statuses(leg));
    return ready.filter((leg) => {
      const limits = limitsOf.get(leg);
      const needed = limits ? requestsFor(leg, limits) + statuses(leg) : 0;
      const hasRoom = !limits || take(limits, needed) >= 0 || needed === 0;
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

function isUnderWay({ startedAtMs, state }: Leg): boolean {
  return startedAtMs !== undefined && state.result === undefined;
}

/** Of an entry that is under way, those which the budget does not know yet. */
function requestsToCome(leg: Leg, limits: Limits): number {
  const { outputs } = leg.state;
  if (outputs.runId) return 0;
  const wasSent = "ref" in outputs;
  return wasSent ? Math.max(requestsFor(leg, limits) - 1, 0) : requestsFor(leg, limits);
}
