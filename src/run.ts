/** The story, top to bottom: inputs → plan → dispatch → find → follow → judge; or from a given run on. */

import type { CommitStatus } from "./commit-status/commit-status.ts";
import { dispatch } from "./dispatch/dispatch.ts";
import { makePlan } from "./dispatch/plan.ts";
import { Failure } from "./edges/failure.ts";
import { find } from "./find/find.ts";
import { readGiven } from "./find/given.ts";
import type { Sight } from "./follow/sight.ts";
import type { Inputs } from "./inputs/inputs.ts";
import type { Dispatch, Plan } from "./inputs/order.ts";
import { judge } from "./judge/judge.ts";
import { failureOf } from "./report/failure-of.ts";
import { summarize } from "./report/summarize.ts";
import { followAttempts } from "./rerun/follow-attempts.ts";
import type { OurRun } from "./story/sent.ts";
import { beginStory, type Edges, type Story } from "./story/story.ts";

/**
 * Starts a workflow in the target and finds the run that this created, or takes the run that is given; then follows it, if
 * the inputs ask for that. The outputs are set as soon as they are known, and stay when the step fails.
 * @throws Failure, in words for the reader, when the step has failed
 */
export async function run(inputs: Inputs, edges: Edges): Promise<void> {
  const { story, known } = beginStory(inputs, edges);
  for (const warning of inputs.warnings) edges.log.warning(warning);
  if ("app" in inputs.credentials) edges.log.info("Using the GitHub App; the input `token` is not used.");
  const status = await openStatus(story);
  try {
    await goThrough(story, status);
    await status?.setFinal(known, undefined);
    await summarize(known, story);
  } catch (error) {
    const failure = await failureOf(error, known, story);
    await status?.setFinal(known, failure);
    await summarize(known, story, failure);
    throw failure;
  } finally {
    story.learn({ hasEnded: true });
  }
}

/** Undefined where no commit status is asked for. */
async function openStatus(story: Story): Promise<CommitStatus | undefined> {
  const { commitStatus, isDryRun } = story.inputs;
  if (!commitStatus || isDryRun) return undefined;
  return (await import("./commit-status/commit-status.ts")).openCommitStatus(story);
}

async function goThrough(story: Story, status: CommitStatus | undefined): Promise<void> {
  const { log, inputs } = story;
  const { order, waitFor, isDryRun } = inputs;
  if (isDryRun) return (await import("./dry-run/doctor.ts")).diagnose(story);

  const found = "runId" in order ? await readGiven(order, story) : await start(order, story);
  if (!found) return;
  if (waitFor === "found") {
    // Without it, whoever forgot `wait_for` would wonder at a green step beside a red run.
    if (found.run.status !== "completed") log.info("Not waiting for the run's end (`wait_for: found`).");
    return;
  }

  await status?.setPending(found.run.htmlUrl);
  const ended = await followAttempts(found, story);
  await judgeAndTake(ended, story);
}

/** Judges the run, and takes up the values that it has left, if `outputs_from` asks for them: after a red end as well. */
async function judgeAndTake(ended: Sight, story: Story): Promise<void> {
  const { outputsFrom } = story.inputs;
  if (outputsFrom === undefined) return judge(ended, story);
  const { takeValues, takeValuesIfThere } = await import("./values/take-values.ts");
  try {
    await judge(ended, story);
  } catch (red) {
    if (red instanceof Failure) await takeValuesIfThere(ended, outputsFrom, story);
    throw red;
  }
  await takeValues(ended, outputsFrom, story);
}

/** Starts a run and finds it, or takes an equal one; undefined with `wait_for: nothing`. */
async function start(order: Dispatch, story: Story): Promise<OurRun | undefined> {
  const { clock, log, inputs } = story;
  const { callersAttempt, waitFor, reuse, findTimeoutMs } = inputs;
  if (callersAttempt > 1 && reuse === "never")
    log.info(
      `This is attempt ${callersAttempt} of the caller's run: it dispatches again, whatever the attempt before it has started.`,
    );
  // Whatever has to be known before the dispatch is asked for until then; finding the run has its own time.
  const deadlineMs = clock.nowMs() + findTimeoutMs;
  const plan = await makePlan(order, story, deadlineMs);
  const reusing = reuse === "never" ? undefined : await import("./reuse/find-equal.ts");
  const found = (await reusing?.findEqual(plan, deadlineMs, story)) ?? (await startNew(plan, deadlineMs, story));
  if (found) reusing?.warnIfNameless(found, story);
  return waitFor === "nothing" ? undefined : found;
}

async function startNew(plan: Plan, deadlineMs: number, story: Story): Promise<OurRun | undefined> {
  const sent = await dispatch(plan, deadlineMs, story);
  return story.inputs.waitFor === "nothing" ? undefined : find(sent, story);
}
