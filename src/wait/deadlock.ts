/** The caller's own run holds the group that its run waits for: neither would end (docs/platform.md#concurrency-groups). */

import { cancelOn } from "../cancel/cancel.ts";
import type { GroupMember } from "../github/concurrency-groups.ts";
import { listAllJobs } from "../github/lists.ts";
import { once, responseOrUndefined } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context } from "../state/context.ts";
import type { QueuePosition } from "../state/known.ts";
import { quoted } from "../text/foreign-text.ts";
import { chooseJobs } from "./deciding-jobs.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

type Waiting = Pick<RunSnapshot, "run" | "jobs"> & { place: QueuePosition };

/** @throws StepError if `holder`, of the group in which the run or its job waits, cannot end before this step does */
export async function endDeadlock(
  { run, jobs, place }: Waiting,
  holder: GroupMember,
  deadlineMs: number,
  context: Context,
): Promise<void> {
  if (!isOfCaller(holder, context) || !isAwaited({ run, jobs, place }, context)) return;
  if (holder.job && !(await isOnlyJob(holder, deadlineMs, context))) return;
  context.record({ jobs, place });
  const isNewUntilMs = context.clock.nowMs() + NEW_RUN_MS;
  const cancelled = await cancelOn("failure", run, { isNewUntilMs }, context);
  throw new StepError(explainDeadlock({ run, jobs, place }, holder, cancelled));
}

function isOfCaller({ runId, isPending }: GroupMember, { inputs }: Context): boolean {
  return inputs.isOwnTarget && !isPending && String(runId) === inputs.callersRunId;
}

function isAwaited({ jobs, place }: Waiting, { inputs }: Context): boolean {
  if (!place.job || inputs.decidingJobs.length === 0) return true;
  return chooseJobs(inputs.decidingJobs, jobs).jobs.some(({ id }) => id === place.job?.id);
}

/** The runner does not tell a job its id. The only one in progress is the step's own; any other may end without the step. */
async function isOnlyJob({ runId, job }: GroupMember, deadlineMs: number, context: Context): Promise<boolean> {
  const jobs = (await responseOrUndefined(listAllJobs(runId, context, once(deadlineMs)))) ?? [];
  const atWork = jobs.filter(({ status }) => status === "in_progress");
  return atWork.length === 1 && atWork[0]?.id === job?.id;
}

function explainDeadlock({ run, place }: Waiting, holder: GroupMember, cancelled: string | undefined): string {
  const who = place.job ? `The run's job ${place.job.name} waits` : "The run waits";
  const whose = holder.job ? `own job ${holder.job.name} holds` : "own run holds";
  return [
    `${who} for the concurrency group \`${quoted(place.group)}\`, which this caller's ${whose} until it has ended: a deadlock.`,
    cancelled ?? `It goes on waiting, and begins when the caller's run ends: ${run.htmlUrl}`,
    "Give the caller and the receiver different concurrency groups, or give `wait_for: found`, which does not wait for the run's end.",
  ].join("\n");
}
