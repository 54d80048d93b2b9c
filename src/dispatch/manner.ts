/** How a dispatch is sent: what is left out of it where the receiver or the server does not take it. */

import { Failure } from "../edges/failure.ts";
import { unexpectedInputs } from "../explain/unprocessable.ts";
import type { Fault } from "../github/fault.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Plan, withId } from "../inputs/order.ts";

export interface Manner {
  sendsId: boolean;
  /** GitHub is asked to answer with the run's id (docs/platform.md#run-details). */
  asksForRunDetails: boolean;
}

export function firstManner({ event }: Plan, { distinctId }: Inputs): Manner {
  return { sendsId: distinctId.key !== undefined, asksForRunDetails: event === "workflow_dispatch" };
}

/**
 * The manner without what GitHub has refused; undefined where that cannot be left out. What was refused has started nothing.
 * @throws Failure where the run could never be found without it
 */
export function without(
  fault: Fault,
  { sendsId, asksForRunDetails }: Manner,
  { distinctId, waitFor }: Inputs,
): Manner | undefined {
  if (asksForRunDetails && isRefusalToTellDetails(fault)) {
    if (sendsId || waitFor === "nothing") return { sendsId, asksForRunDetails: false };
    throw new Failure(
      "This server does not answer with the run's id, and no id is sent: the run could never be found, so nothing was sent.\n" +
        "Give `distinct_id_key`, or `wait_for: nothing`.",
    );
  }
  const unexpected = unexpectedInputs(fault);
  const isOurs = sendsId && unexpected.length === 1 && unexpected[0] === distinctId.key;
  return asksForRunDetails && isOurs ? { sendsId: false, asksForRunDetails } : undefined;
}

/** The last version of GHES whose description allows only `FEW_INPUTS`; later ones allow what github.com does (docs/servers.md). */
const LAST_WITH_FEW = [3, 19] as const;
const FEW_INPUTS = 10;

/**
 * Keeps a dispatch from being sent that the server does not take, by the version that its answers have told.
 * @throws Failure where it has too many inputs for that version
 */
export function holdBack(plan: Plan, { sendsId }: Manner, { distinctId }: Inputs, enterpriseVersion = ""): void {
  const [, version, major, minor] = /((\d+)\.(\d+)[\d.]*)/.exec(enterpriseVersion) ?? [];
  if (plan.event !== "workflow_dispatch" || major === undefined) return;
  const [lastMajor, lastMinor] = LAST_WITH_FEW;
  const takesMore = Number(major) > lastMajor || (Number(major) === lastMajor && Number(minor) > lastMinor);
  const count = Object.keys(sendsId ? withId(plan.inputs, distinctId) : plan.inputs).length;
  if (takesMore || count <= FEW_INPUTS) return;
  const ours = sendsId ? `, with \`${distinctId.key}\`` : "";
  throw new Failure(
    `\`workflow_inputs\` has ${count} inputs${ours}; this server (${version}) takes at most ${FEW_INPUTS}, so nothing was sent.\n` +
      "Put some of them into one, as JSON.",
  );
}

/** Before GHES 3.21, the newer API version is answered by 400, perhaps 410, or by a 422 that names it (docs/platform.md#run-details). */
function isRefusalToTellDetails({ status, answer }: Fault): boolean {
  return status === 400 || status === 410 || (status === 422 && /api.version/i.test(answer));
}
