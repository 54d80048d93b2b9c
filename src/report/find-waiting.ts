/** Finds whom a run was started for, and the statuses there that wait for it. */

import { idInNames } from "../find/candidates.ts";
import type { LatestStatus } from "../github/commit-statuses.ts";
import type { Target } from "../github/connection.ts";
import { listAllJobs, listLatestStatuses } from "../github/lists.ts";
import type { Run } from "../github/responses.ts";
import { requestErrorIn, settle } from "../github/retry.ts";
import { generatedIdIn, parseGeneratedId } from "../inputs/distinct-id.ts";
import type { StepError } from "../runner/step-error.ts";
import { type Asked, nameOf, type ReportDependencies } from "./connections.ts";
import { credentialsOf, unreadable } from "./refused.ts";
import type { ReportInputs } from "./report-inputs.ts";
import { waitingFor } from "./state-of-run.ts";

/** The caller's run, and where it may have left a status. */
export interface CallersRun extends Asked {
  caller: Target;
  shas: readonly string[];
}

export interface WaitingStatus extends LatestStatus {
  sha: string;
}

/** The generated id that the run, a job or a step shows; undefined: none does. */
export async function idOf(
  run: Run,
  { own: { github, retry } }: ReportDependencies,
  deadlineMs: number,
): Promise<string | undefined> {
  const inName = [run.displayTitle, run.name].map(generatedIdIn).find((id) => id !== undefined);
  if (inName !== undefined) return inName;
  const jobs = await settle(listAllJobs(run.id, { github, retry }, { deadlineMs }));
  if ("failure" in jobs)
    throw unreadable(`the jobs of run ${run.id}`, jobs.failure, "`own_token` needs `actions: read` here");
  return idInNames(jobs.answer);
}

/** Undefined where none of the `callers` has the run. @throws StepError where one could not be asked, and no other has it */
export async function findCallersRun(
  id: string,
  { inputs, openCaller, log }: ReportDependencies,
  deadlineMs: number,
): Promise<CallersRun | undefined> {
  const { callersRunId } = parseGeneratedId(id);
  let unasked: StepError | undefined;
  for (const caller of inputs.callers) {
    const asked = await openCaller(caller);
    const { github, retry } = asked;
    const read = retry((options) => github.getCommitsOfRun(BigInt(callersRunId), options), { deadlineMs });
    const result = await settle(read);
    if ("answer" in result) return { caller, ...asked, shas: result.answer };
    const requestError = requestErrorIn(result.failure);
    // An App that is not installed there gets no token, which is a 404 as well.
    if (requestError?.status === 404 && requestError.purpose.about === "run")
      log.debug(`${nameOf(caller)} has no run ${callersRunId}.`);
    else unasked = unreadable(nameOf(caller), result.failure, `${credentialsOf(inputs)} needs \`actions: read\` there`);
  }
  if (unasked) throw unasked;
  return undefined;
}

/** The statuses whose latest state is about this run. */
export async function findWaiting(
  run: Run,
  { caller, github, retry, shas }: CallersRun,
  inputs: ReportInputs,
  deadlineMs: number,
): Promise<WaitingStatus[]> {
  for (const sha of shas) {
    const result = await settle(listLatestStatuses(sha, { github, retry }, { deadlineMs }));
    if ("failure" in result)
      throw unreadable(
        `the statuses of ${nameOf(caller)}`,
        result.failure,
        `${credentialsOf(inputs)} needs \`statuses: read\` there`,
      );
    const waiting = waitingFor(run, result.answer, inputs.contexts);
    if (waiting.length > 0) return waiting.map((each) => ({ ...each, sha }));
  }
  return [];
}
