/** What a dispatch leaves out because the receiver or the server does not take it. */

import { type RequestError, unexpectedInputs } from "../github/request-error.ts";
import { MAX_INPUTS, type ResolvedDispatch, withId } from "../inputs/dispatch-request.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { StepError } from "../runner/step-error.ts";

export interface DispatchOptions {
  sendsId: boolean;
  /** GitHub is asked to respond with the run's id (docs/platform.md#run-details). */
  asksForRunDetails: boolean;
}

/** `refusesRunDetails`: as an earlier dispatch has shown. */
export function initialOptions(
  { event }: ResolvedDispatch,
  { distinctId }: Inputs,
  refusesRunDetails = false,
): DispatchOptions {
  const sendsId = distinctId.key !== undefined;
  return { sendsId, asksForRunDetails: event === "workflow_dispatch" && !(refusesRunDetails && sendsId) };
}

/**
 * The run of an event could never be found by a token that may not read the runs, while one that may start a workflow may read
 * them as well. With `reuse` they were read already. Other runs may carry a given id.
 */
export function needsListBefore(
  { event }: ResolvedDispatch,
  { sendsId }: DispatchOptions,
  { distinctId, waitFor, reuse }: Pick<Inputs, "distinctId" | "waitFor" | "reuse">,
): boolean {
  if (!sendsId || waitFor === "nothing") return false;
  // Also where GitHub is asked to name the run: an unclear response does not.
  if (distinctId.isGiven) return true;
  return event === "repository_dispatch" && reuse === "never";
}

// Undefined where what was refused cannot be left out. A refused dispatch has started nothing.
/** @throws StepError where the run could never be found without it */
export function withoutRefused(
  requestError: RequestError,
  { sendsId, asksForRunDetails }: DispatchOptions,
  { distinctId, waitFor }: Inputs,
): DispatchOptions | undefined {
  if (asksForRunDetails && isRefusalToTellDetails(requestError)) {
    if (sendsId || waitFor === "nothing") return { sendsId, asksForRunDetails: false };
    if (distinctId.leftOut !== undefined)
      throw new StepError(
        `This server does not return the run's id, and ${AT_LIMIT}, so that no id can be sent: the run could never be found, so nothing was sent.\n` +
          'Combine some of them into one JSON value, or send no id (`distinct_id_key: ""`) with `wait_for: nothing`.',
      );
    throw new StepError(
      "This server does not return the run's id, and no id is sent, so the run could not be found; nothing was sent.\n" +
        "Set `distinct_id_key` or `wait_for: nothing`.",
    );
  }
  const unexpected = unexpectedInputs(requestError);
  const isOurs = sendsId && unexpected.length === 1 && unexpected[0] === distinctId.key;
  return asksForRunDetails && isOurs ? { sendsId: false, asksForRunDetails } : undefined;
}

export const AT_LIMIT = `\`workflow_inputs\` has ${MAX_INPUTS} inputs, as many as GitHub takes`;

/** The last GHES version that allows only `FEW_INPUTS`; later ones allow as many as github.com (docs/servers.md). */
const LAST_WITH_FEW = [3, 19] as const;
const FEW_INPUTS = 10;

/** @throws StepError where the dispatch has too many inputs for the version that the server has reported */
export function refuseTooManyInputs(
  dispatch: ResolvedDispatch,
  { sendsId }: DispatchOptions,
  { distinctId }: Inputs,
  enterpriseVersion = "",
): void {
  const [, version, major, minor] = /(?<!\d)((\d+)\.(\d+)[\d.]*)/.exec(enterpriseVersion) ?? [];
  if (dispatch.event !== "workflow_dispatch" || major === undefined) return;
  const [lastMajor, lastMinor] = LAST_WITH_FEW;
  const takesMore = Number(major) > lastMajor || (Number(major) === lastMajor && Number(minor) > lastMinor);
  const count = Object.keys(sendsId ? withId(dispatch.inputs, distinctId) : dispatch.inputs).length;
  if (takesMore || count <= FEW_INPUTS) return;
  const ours = sendsId ? `, with \`${distinctId.key}\`` : "";
  throw new StepError(
    `\`workflow_inputs\` has ${count} inputs${ours}; this server (${version}) takes at most ${FEW_INPUTS}, so nothing was sent.\n` +
      "Combine some of them into one JSON value.",
  );
}

/** Before GHES 3.21, the newer API version gets 400, perhaps 410, or a 422 that names it (docs/platform.md#run-details). */
function isRefusalToTellDetails({ status, answer }: RequestError): boolean {
  return status === 400 || status === 410 || (status === 422 && /api.version/i.test(answer));
}
