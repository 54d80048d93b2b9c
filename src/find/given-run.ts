/** Takes the run that the step was given, instead of starting one. */

import type { RequestOptions } from "../github/http.ts";
import { RequestError } from "../github/request-error.ts";
import type { Run } from "../github/responses.ts";
import { once, tryToGet } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { type GivenRun, pageOfRun } from "../inputs/given-run.ts";
import type { Context } from "../state/context.ts";
import type { OurRun } from "../state/sent-dispatch.ts";
import { recordRun } from "./find.ts";

/**
 * Reads the given run, and makes it known.
 * @throws RequestError when GitHub refuses to show it, at once where the token cannot see its repository either; OutOfTime when no
 * answer comes within `find_timeout_seconds`
 */
export async function readGiven({ runId }: GivenRun, context: Context): Promise<OurRun> {
  const { github, clock, retry, inputs, log, record } = context;
  const nowMs = clock.nowMs();
  const deadlineMs = nowMs + inputs.findTimeoutMs;
  const started = { id: runId, htmlUrl: pageOfRun(inputs.target, runId), jobsUrl: "" };
  record({ taken: { started, disposition: "given" } });
  log.info(`Reading run ${runId} of ${github.fullName()}; nothing is dispatched.`);
  const ask: Ask = (options) => github.getRun(runId, options);
  const isNewUntilMs = nowMs + NEW_RUN_MS;
  const run = (await readIfShown(ask, deadlineMs, context)) ?? (await retry(ask, { deadlineMs, isNewUntilMs }));
  log.info(`Found run ${run.id}, as given: ${run.htmlUrl}`);
  await recordRun(run, deadlineMs, context);
  return { run, recentRuns: undefined };
}

type Ask = (options: RequestOptions) => Promise<Run>;

/**
 * Undefined where GitHub says 404, and the run may be one that the step before has started a moment ago.
 * @throws RequestError where the token does not see the repository: then no run in it will ever show (docs/design.md#a-run-that-is-given)
 */
async function readIfShown(ask: Ask, deadlineMs: number, { github, retry }: Context): Promise<Run | undefined> {
  try {
    return await retry(ask, { deadlineMs });
  } catch (error) {
    if (!(error instanceof RequestError && error.status === 404)) throw error;
    const repository = await tryToGet(retry(github.getRepository, once(deadlineMs)));
    if (repository.is === "missing") throw error;
    return undefined;
  }
}
