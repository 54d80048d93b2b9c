/** Takes the run that the step was given, instead of starting one. */

import { type GivenRun, pageOfRun } from "../inputs/given-run.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { makeKnown } from "./make-known.ts";
import { NEW_RUN_MS } from "./read-jobs.ts";

/**
 * Reads the given run, and makes it known.
 * @throws Fault when GitHub refuses to show it, OutOfTime when no answer comes within `find_timeout_seconds`
 */
export async function readGiven({ runId }: GivenRun, story: Story): Promise<OurRun> {
  const { github, clock, retry, inputs, log, learn } = story;
  const nowMs = clock.nowMs();
  const deadlineMs = nowMs + inputs.findTimeoutMs;
  const started = { id: runId, htmlUrl: pageOfRun(inputs.target, runId), jobsUrl: "" };
  learn({ taken: { started, disposition: "given" } });
  log.info(`Reading run ${runId} of ${github.fullName()}; nothing is dispatched.`);
  // A step before this one may have started it a moment ago.
  const isNewUntilMs = nowMs + NEW_RUN_MS;
  const run = await retry((options) => github.getRun(runId, options), { deadlineMs, isNewUntilMs });
  log.info(`Found run ${run.id}, as given: ${run.htmlUrl}`);
  await makeKnown(run, deadlineMs, story);
  return { run, recentRuns: undefined };
}
