/** Takes the run that the step was given, instead of starting one. */

import { type GivenRun, pageOfRun } from "../inputs/given-run.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { makeKnown } from "./make-known.ts";
import { NEW_RUN_MS } from "./read-jobs.ts";

/**
 * Reads the given run by one look, and makes it known.
 * @throws Fault when GitHub does not show it
 */
export async function readGiven({ runId }: GivenRun, story: Story): Promise<OurRun> {
  const { github, clock, retry, inputs, log, learn } = story;
  const nowMs = clock.nowMs();
  const deadlineMs = nowMs + inputs.findTimeoutMs;
  const started = { id: runId, htmlUrl: pageOfRun(inputs.target, runId), jobsUrl: "" };
  learn({ taken: { started, disposition: "given" } });
  log.info(`Reading run ${runId} of ${github.fullName()}; nothing is dispatched.`);
  // The step before may have started it a moment ago.
  const options = { deadlineMs, isNewUntilMs: nowMs + NEW_RUN_MS };
  const run = await retry((each) => github.getRun(runId, each), options);
  log.info(`Found run ${run.id}, as given: ${run.htmlUrl}`);
  await makeKnown(run, deadlineMs, story);
  return { run, recentRuns: undefined };
}
