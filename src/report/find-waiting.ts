/** Finds whom a run was started for, and the statuses there that wait for it. */

import { idInNames } from "../find/candidates.ts";
import type { LatestStatus } from "../github/commit-statuses.ts";
import type { Target } from "../github/connection.ts";
import { listAllJobs, listLatestStatuses } from "../github/lists.ts";
import type { RequestError } from "../github/request-error.ts";
import type { Run } from "../github/responses.ts";
import { type OutOfTime, requestErrorIn, responseOrUndefined, retryOnce, settle } from "../github/retry.ts";
import { generatedIdIn, parseGeneratedId } from "../inputs/distinct-id.ts";
import { isAwaited } from "../outputs/status-texts.ts";
import type { StepError } from "../runner/step-error.ts";
import { type Asked, nameOf, type ReportDependencies } from "./connections.ts";
import { credentialsOf, unreadable } from "./refused.ts";
import { isTakenBack, otherNameIn, perhapsOvertaken, waitingFor } from "./state-of-run.ts";

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

/** The statuses whose latest state is about this run; `undefined` where its step waits, and ends them itself. */
export async function findWaiting(
  run: Run,
  callersRun: CallersRun,
  dependencies: ReportDependencies,
  deadlineMs: number,
): Promise<WaitingStatus[] | undefined> {
  const { caller, shas, ...api } = callersRun;
  const { contexts } = dependencies.inputs;
  const unread = ({ failure }: { failure: RequestError | OutOfTime }) =>
    unreadable(
      `the statuses of ${nameOf(caller)}`,
      failure,
      `${credentialsOf(dependencies.inputs)} needs \`statuses: read\` there`,
    );
  for (const sha of shas) {
    const result = await settle(listLatestStatuses(sha, api, { deadlineMs }));
    if ("failure" in result) throw unread(result);
    const latest = await withPresentName(run, result.answer, dependencies, deadlineMs);
    let waiting = waitingFor(run, latest, contexts);
    const overtaken = waiting.length > 0 ? [] : perhapsOvertaken(run, latest, contexts);
    if (overtaken.length > 0) {
      const history = await settle(api.retry((options) => api.github.getStatusHistory(sha, options), { deadlineMs }));
      if ("failure" in history) throw unread(history);
      waiting = overtaken.flatMap(({ context }) => takenBack(run, context, history.answer));
    }
    if (waiting.length > 0) return waiting.map((each) => ({ ...each, sha }));
    if (latest.some((each) => each.targetUrl === run.htmlUrl && isAwaited(each))) return undefined;
  }
  return [];
}

/** As the run itself has left it; no state, so that whatever the run is now is news. */
function takenBack(run: Run, context: string, all: readonly LatestStatus[]): LatestStatus[] {
  const history = all.filter((each) => each.context === context);
  const own = history.find(({ targetUrl }) => targetUrl === run.htmlUrl);
  return own && isTakenBack(run, history) ? [{ ...own, state: "" }] : [];
}

/** Statuses that were left before the repository was renamed have its former name: where that leads is GitHub's to say. */
async function withPresentName(
  run: Run,
  latest: readonly LatestStatus[],
  { openOwn }: ReportDependencies,
  deadlineMs: number,
): Promise<readonly LatestStatus[]> {
  return Promise.all(
    latest.map(async (each) => {
      const name = otherNameIn(each.targetUrl, run);
      if (!name) return each;
      const { github, retry } = await openOwn(name);
      const there = await responseOrUndefined(
        retry((options) => github.getRun(run.id, options), retryOnce(deadlineMs)),
      );
      return there?.htmlUrl === run.htmlUrl ? { ...each, targetUrl: run.htmlUrl } : each;
    }),
  );
}
