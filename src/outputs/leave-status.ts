/** A commit status that the target ends, since the step does not wait (`wait_for: found`). */

import { isNamed } from "../find/candidates.ts";
import type { Run } from "../github/responses.ts";
import { responseOrUndefined, retryOnce } from "../github/retry.ts";
import type { Context } from "../state/context.ts";
import type { Known } from "../state/known.ts";
import { sentIdOf } from "../state/known.ts";
import { verdictOf } from "../wait/verdict.ts";
import type { CommitStatusReporter } from "./commit-status.ts";
import { LEFT, leftEnd } from "./status-texts.ts";

const LOOK_MS = 10_000;

/** Sets the pending status; and the last one as well, if the run has ended meanwhile: nobody would be told of that end. */
export async function leaveStatus(
  run: Run,
  status: CommitStatusReporter,
  known: Readonly<Known>,
  context: Context,
): Promise<void> {
  const { github, retry, clock, log, inputs, record } = context;
  status.setPending(run.htmlUrl, LEFT);
  if (!(await status.leave())) return;
  const look = retry((options) => github.getRun(run.id, options), retryOnce(clock.nowMs() + LOOK_MS));
  const now = (await responseOrUndefined(look)) ?? run;
  if (now.status === "completed") {
    record({ run: now });
    const { isGreen } = verdictOf({ run: now, jobs: [] }, inputs);
    const how = now.conclusion ? `as ${now.conclusion}` : "without a conclusion";
    const state = isGreen ? "success" : "failure";
    return status.end({ state, description: leftEnd(how, now.runAttempt), url: now.htmlUrl });
  }
  const name = inputs.commitStatus?.context;
  const line = `The commit status \`${name}\` stays pending: \`tracked-dispatch/report\` in ${github.fullName()} ends it.`;
  log.info(line);
  record({ leftStatus: line });
  if (!isNamed(now, sentIdOf(known)))
    log.warning(
      `The name of run ${now.id} does not show the id. \`tracked-dispatch/report\` finds the caller by it: show it in \`run-name\`, or in the name of a job or a step.`,
    );
}
