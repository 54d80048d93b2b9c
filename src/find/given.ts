/** Takes the run that the step was given, instead of starting one. */

import { lookAt } from "../asking/look-at.ts";
import { once } from "../asking/retry.ts";
import type { Run } from "../github/answers.ts";
import { Fault } from "../github/fault.ts";
import type { RequestOptions } from "../github/http.ts";
import { type GivenRun, pageOfRun } from "../inputs/given-run.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { makeKnown } from "./make-known.ts";
import { NEW_RUN_MS } from "./read-jobs.ts";

/**
 * Reads the given run, and makes it known.
 * @throws Fault when GitHub refuses to show it, at once where the token cannot see its repository either; OutOfTime when no
 * answer comes within `find_timeout_seconds`
 */
export async function readGiven({ runId }: GivenRun, story: Story): Promise<OurRun> {
  const { github, clock, retry, inputs, log, learn } = story;
  const nowMs = clock.nowMs();
  const deadlineMs = nowMs + inputs.findTimeoutMs;
  const started = { id: runId, htmlUrl: pageOfRun(inputs.target, runId), jobsUrl: "" };
  learn({ taken: { started, disposition: "given" } });
  log.info(`Reading run ${runId} of ${github.fullName()}; nothing is dispatched.`);
  const ask: Ask = (options) => github.getRun(runId, options);
  const isNewUntilMs = nowMs + NEW_RUN_MS;
  const run = (await readIfShown(ask, deadlineMs, story)) ?? (await retry(ask, { deadlineMs, isNewUntilMs }));
  log.info(`Found run ${run.id}, as given: ${run.htmlUrl}`);
  await makeKnown(run, deadlineMs, story);
  return { run, recentRuns: undefined };
}

type Ask = (options: RequestOptions) => Promise<Run>;

/**
 * Undefined where GitHub says 404, and the run may be one that the step before has started a moment ago.
 * @throws Fault where the token does not see the repository: then no run in it will ever show (docs/design.md#a-run-that-is-given)
 */
async function readIfShown(ask: Ask, deadlineMs: number, { github, retry }: Story): Promise<Run | undefined> {
  try {
    return await retry(ask, { deadlineMs });
  } catch (error) {
    if (!(error instanceof Fault && error.status === 404)) throw error;
    const repository = await lookAt(retry(github.getRepository, once(deadlineMs)));
    if (repository.is === "missing") throw error;
    return undefined;
  }
}
