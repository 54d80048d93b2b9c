/** Looks for an equal run before the dispatch, so that one is enough (docs/design.md#reuse). */

import { listAllJobs, pagesOf } from "../asking/lists.ts";
import { answerOf } from "../asking/retry.ts";
import { makeKnown } from "../find/make-known.ts";
import { PAGE_LENGTH } from "../github/api.ts";
import { hasBegun } from "../github/conclusions.ts";
import { Fault } from "../github/fault.ts";
import { generatedIdIn, partsOf } from "../inputs/distinct-id.ts";
import type { Plan } from "../inputs/order.ts";
import type { OurRun } from "../story/sent.ts";
import type { Story } from "../story/story.ts";
import { type Equal, equalRun, mayBeTaken } from "./reusable.ts";

/**
 * Takes the newest equal run among the last `max_runs`, and makes it known; undefined where there is none.
 * @throws Fault when GitHub does not show the runs: what cannot be seen might be there, so nothing is started
 */
export async function findEqual(plan: Plan, deadlineMs: number, story: Story): Promise<OurRun | undefined> {
  const { github, inputs, log, learn } = story;
  const { key } = partsOf(inputs.distinctId.value);
  const equal = await newestEqual(plan, deadlineMs, story);
  if (!equal) {
    log.info(`No run of ${github.fullName()} can be reused (\`reuse: ${inputs.reuse}\`, key ${key}): starting one.`);
    return undefined;
  }
  const { run, shownId, isOurs } = equal;
  const { callersRunId, callersAttempt } = partsOf(shownId);
  const by = isOurs ? `attempt ${callersAttempt} of this run` : `run ${callersRunId} (attempt ${callersAttempt})`;
  log.info(`Reusing run ${run.id} (${run.conclusion ?? run.status}), started by ${by}, key ${key}: ${run.htmlUrl}`);
  if (inputs.cancelRunOn.size > 0 && !isOurs)
    log.info("`cancel_run_on` applies to it as to a run that this step has started.");
  learn({ distinctId: shownId, taken: { started: run, disposition: "reused" } });
  await makeKnown(run, deadlineMs, story);
  return { run, recentRuns: undefined };
}

async function newestEqual(plan: Plan, deadlineMs: number, story: Story): Promise<Equal | undefined> {
  const { github, retry, inputs } = story;
  const perPage = Math.min(PAGE_LENGTH, inputs.maxRuns);
  const readPage = (page: number) => retry((options) => github.listRuns({ perPage, page }, options), { deadlineMs });
  let read = 0;
  for await (const { items } of pagesOf(readPage, { perPage })) {
    for (const run of items.slice(0, inputs.maxRuns - read)) {
      const equal = equalRun(run, plan, inputs);
      if (equal && (await isTaken(equal, deadlineMs, story))) return equal;
    }
    read += items.length;
    if (read >= inputs.maxRuns) return undefined;
  }
  return undefined;
}

async function isTaken(equal: Equal, deadlineMs: number, story: Story): Promise<boolean> {
  const may = mayBeTaken(equal, story.inputs.reuse);
  if (may !== "depends") return may === "yes";
  // Between two jobs, or before an approval, a run that has begun looks queued or waiting again: its jobs tell.
  const look = await answerOf(listAllJobs(equal.run.id, story, { deadlineMs, wasSeen: true }));
  if ("answer" in look) return !hasBegun(equal.run, look.answer);
  // A run that somebody has deleted since it was listed is there no more.
  if (look.failure instanceof Fault && look.failure.status === 404) return false;
  throw look.failure;
}

/** Warns where the name of our run does not show the id: no other step can reuse it. */
export function warnIfNameless({ run }: OurRun, { inputs, log }: Pick<Story, "inputs" | "log">): void {
  const { reuse, distinctId } = inputs;
  if ([run.displayTitle, run.name].some((name) => generatedIdIn(name) !== undefined)) return;
  log.warning(
    `The name of run ${run.id} does not show the id, so no other step can reuse it (\`reuse: ${reuse}\`): give its workflow a \`run-name\` with the input \`${distinctId.key}\`.`,
  );
}
