/** The step, top to bottom: resolve → dispatch → find → follow → verdict; or from a given run on. */

import { resolveDispatch } from "./dispatch/resolve.ts";
import { sendDispatch } from "./dispatch/send.ts";
import { find } from "./find/find.ts";
import { readGivenRun } from "./find/given-run.ts";
import { describeTokenSource } from "./inputs/credentials.ts";
import type { DispatchRequest, ResolvedDispatch } from "./inputs/dispatch-request.ts";
import type { Inputs } from "./inputs/inputs.ts";
import { withReuseKey } from "./inputs/reuse-key.ts";
import type { CommitStatusReporter } from "./outputs/commit-status.ts";
import { StepError } from "./runner/step-error.ts";
import { type Context, createContext, type Dependencies } from "./state/context.ts";
import type { Known } from "./state/known.ts";
import type { OurRun } from "./state/sent-dispatch.ts";
import { summarize } from "./summary/summarize.ts";
import { followAttempts } from "./wait/attempts.ts";
import { isComparable } from "./wait/baseline-rules.ts";
import { checkVerdict } from "./wait/check-verdict.ts";
import type { RunSnapshot } from "./wait/run-snapshot.ts";

/**
 * Starts a workflow in the target and finds the run that this created, or takes the run that is given; then follows it, if
 * the inputs ask for that. Outputs are set as soon as they are known, and stay when the step fails.
 * @throws StepError, in words for the reader, when the step has failed
 */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<void> {
  const { context, known } = createContext(inputs, dependencies);
  for (const warning of inputs.warnings) context.log.warning(warning);
  const source = describeTokenSource(inputs.credentials);
  if (source !== undefined) context.log.info(source);
  const status = await openStatus(context);
  const failure = await failureOf(runStep(context, status, known), known, context);
  try {
    await endStatus(status, known, failure, context);
    await summarize(known, context, failure);
  } finally {
    context.record({ hasEnded: true });
  }
  if (failure !== undefined) throw failure;
}

/** The same for one entry of `targets`, whose summary is the step's. */
export async function runEntry(
  inputs: Inputs,
  dependencies: Dependencies,
): Promise<{ known: Readonly<Known>; failure: unknown }> {
  const { context, known } = createContext(inputs, dependencies);
  const status = await openStatus(context);
  const failure = await failureOf(runStep(context, status, known), known, context);
  await endStatus(status, known, failure, context);
  context.record({ hasEnded: true });
  return { known, failure };
}

/** Undefined where the step does not fail. */
async function failureOf(step: Promise<void>, known: Readonly<Known>, context: Context): Promise<unknown> {
  try {
    await step;
    return undefined;
  } catch (error) {
    const { toStepError } = await import("./summary/step-error.ts");
    return toStepError(error, known, context);
  }
}

/** Undefined where no commit status is asked for. */
async function openStatus(context: Context): Promise<CommitStatusReporter | undefined> {
  const { commitStatus, isDryRun } = context.inputs;
  if (!commitStatus || isDryRun) return undefined;
  return (await import("./outputs/commit-status.ts")).openCommitStatus(context);
}

/** With `wait_for: found`, the target ends the status of a run that was found. */
async function endStatus(
  status: CommitStatusReporter | undefined,
  known: Readonly<Known>,
  failure: unknown,
  { inputs }: Context,
): Promise<void> {
  if (inputs.waitFor === "completed" || failure !== undefined) await status?.setFinal(known, failure);
}

async function runStep(
  context: Context,
  status: CommitStatusReporter | undefined,
  known: Readonly<Known>,
): Promise<void> {
  const { log, inputs } = context;
  const { source, waitFor, isDryRun } = inputs;
  if (isDryRun) return (await import("./dry-run/dry-run.ts")).dryRun(context);

  const found = "runId" in source ? await readGivenRun(source, context) : await start(source, context);
  if (!found) return;
  if (waitFor === "found") {
    // Without it, whoever forgot `wait_for` would wonder at a green step beside a red run.
    if (found.run.status !== "completed") log.info("Not waiting for the run's end (`wait_for: found`).");
    if (status) await (await import("./outputs/leave-status.ts")).leaveStatus(found.run, status, known, context);
    return;
  }

  status?.setPending(found.run.htmlUrl);
  const ended = await followAttempts(found, context);
  await concludeWith(ended, known, context);
}

/** Passes or fails the step, and reads the outputs that the run has left (`outputs_from`): after a red end as well. */
async function concludeWith(ended: RunSnapshot, known: Readonly<Known>, context: Context): Promise<void> {
  const { outputsFrom } = context.inputs;
  const reading = outputsFrom === undefined ? undefined : await import("./outputs/read-outputs.ts");
  try {
    await checkVerdict(ended, context);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const red = await compared(error, ended, known, context);
    if (outputsFrom !== undefined) await reading?.readOutputsIfThere(ended, outputsFrom, context);
    if (red) throw red;
    return;
  }
  if (outputsFrom !== undefined) await reading?.readOutputs(ended, outputsFrom, context);
}

/** The failure, with what is known of the run before; undefined where that allows it (`allow_known_failures`). */
async function compared(
  red: StepError,
  ended: RunSnapshot,
  { verdict }: Readonly<Known>,
  context: Context,
): Promise<StepError | undefined> {
  // With `jobs`, the run may go on; after `fail_fast`, those that decide may as well.
  const hasEnded = ended.run.status === "completed" || !context.inputs.failsFast;
  if (!verdict || !hasEnded || verdict.unmet?.length || !isComparable(verdict.conclusion)) return red;
  const { findBaseline, withBaseline } = await import("./wait/baseline.ts");
  const baseline = await findBaseline(ended, context);
  return withBaseline(red, baseline, context);
}

/** Starts a run and finds it, or takes an equal one (`reuse`); undefined with `wait_for: nothing`. */
async function start(source: DispatchRequest, given: Context): Promise<OurRun | undefined> {
  const { clock, log, inputs } = given;
  const { callersAttempt, waitFor, reuse, findTimeoutMs } = inputs;
  if (callersAttempt > 1 && reuse === "never")
    log.info(
      `This is attempt ${callersAttempt} of the caller's run: it dispatches again, whatever the previous attempt started.`,
    );
  // Whatever has to be known before the dispatch has this time; finding the run has its own.
  const deadlineMs = clock.nowMs() + findTimeoutMs;
  const dispatch = await resolveDispatch(source, given, deadlineMs);
  const context = await withChosenRef(dispatch, given);
  const reusing = reuse === "never" ? undefined : await import("./dispatch/reuse.ts");
  const equal = await reusing?.findEqual(dispatch, deadlineMs, context);
  const found = equal ?? (await startNew(dispatch, deadlineMs, context));
  if (found) reusing?.warnIfNameless(found, context);
  return waitFor === "nothing" ? undefined : found;
}

/** Of several refs, the one that was looked up counts for the key of `reuse`. */
async function withChosenRef(dispatch: ResolvedDispatch, context: Context): Promise<Context> {
  const { inputs, record } = context;
  if (!inputs.source.event || !inputs.source.otherRefs || inputs.reuse === "never") return context;
  const keyed = await withReuseKey({ ...inputs, source: dispatch });
  record({ distinctId: keyed.distinctId.value });
  return { ...context, inputs: keyed };
}

async function startNew(dispatch: ResolvedDispatch, deadlineMs: number, context: Context): Promise<OurRun | undefined> {
  const { sent, found } = await sendDispatch(dispatch, deadlineMs, context);
  if (context.inputs.waitFor === "nothing") return undefined;
  return found ?? find(sent, context);
}
