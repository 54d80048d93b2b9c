/** Whether a run that is there may be taken instead of starting another. Pure. */

import { mayBeOf } from "../find/candidates.ts";
import type { Run } from "../github/answers.ts";
import { generatedIdIn, partsOf } from "../inputs/distinct-id.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Plan } from "../inputs/order.ts";

/** An equal run: the id that it shows, and whether an earlier attempt of this very caller has started it. */
export interface Equal {
  run: Run;
  shownId: string;
  isOurs: boolean;
}

/** The run as an equal one; undefined where its name does not show our key. Nothing else makes two runs equal. */
export function equalRun(run: Run, plan: Plan, { distinctId }: Pick<Inputs, "distinctId">): Equal | undefined {
  if (!mayBeOf(plan, run)) return undefined;
  const shownId = generatedIdIn(run.displayTitle) ?? generatedIdIn(run.name);
  if (shownId === undefined) return undefined;
  const [theirs, ours] = [partsOf(shownId), partsOf(distinctId.value)];
  if (theirs.key !== ours.key) return undefined;
  const isOurs = theirs.callersRunId === ours.callersRunId && theirs.callersAttempt < ours.callersAttempt;
  return { run, shownId, isOurs };
}

/**
 * Says whether the run's status lets it be taken. `depends`: only if it has not begun, which its jobs tell. A run that an
 * earlier attempt of the caller has started is taken also where it has begun.
 */
export function mayBeTaken({ run, isOurs }: Equal, reuse: Inputs["reuse"]): "yes" | "no" | "depends" {
  const { status, conclusion } = run;
  if (status === "completed") return reuse === "success" && conclusion === "success" ? "yes" : "no";
  if (isOurs || reuse !== "queued") return "yes";
  return status === "in_progress" ? "no" : "depends";
}
