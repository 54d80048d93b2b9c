/** Cancels the remote run where `cancel_run_on` says so. */

import { search } from "../find/search.ts";
import { describeLimit } from "../github/rate-limit.ts";
import { mayLackPermission } from "../github/refusal-words.ts";
import { RequestError } from "../github/request-error.ts";
import type { Run, StartedRun } from "../github/responses.ts";
import { OutOfTime, once, type Retry, requestErrorIn, responseOrUndefined, settle } from "../github/retry.ts";
import { NEW_RUN_MS } from "../github/retry-rules.ts";
import { CANCELLING } from "../github/spending.ts";
import { abortAfterGrace, type Cancelled, END_BY_MS, graceLeftMs } from "../runner/cancellation.ts";
import { StepError } from "../runner/step-error.ts";
import type { Context, SharedContext } from "../state/context.ts";
import { type Known, startedRun, supersededAttempt } from "../state/known.ts";
import type { SearchedDispatch, SearchInputs } from "../state/sent-dispatch.ts";

/** After the runner's first signal: when the run has to be known. */
const FIND_MS = 6000;
/** How long a step that is about to fail may take to cancel the run. */
const CANCEL_MS = 10_000;
/** The same where other runs of the step are cancelled as well, for which GitHub's limits leave some minutes' room. */
const CANCEL_MANY_MS = 300_000;

/** Returns what the step reports as it ends. */
export async function handleCancellation(cancelled: Cancelled, known: Known, context: Context): Promise<StepError> {
  const { by, atMs, reason } = cancelled;
  const { record, github, inputs } = context;
  const first = reason === "cancel" ? `The step was cancelled (${by}).` : `${by} ended the step.`;
  const { sent, taken } = known;
  if (!sent && !taken) return new StepError(`${first} Nothing was sent.`);
  const wantsCancel = inputs.cancelRunOn.has(reason);
  if (wantsCancel) record({ wantsCancel });
  const lookOnce = async () => sent && searchOnceMore(sent, atMs + FIND_MS, withoutCancellation(context));
  const alreadyStarted = startedRun(known);
  const looked = alreadyStarted || !wantsCancel ? undefined : await lookOnce().catch(failureOnly);
  if (looked instanceof StepError) return new StepError(`${first} No run was cancelled: ${looked.message}`);
  const started = alreadyStarted ?? looked?.run;
  if (!started) {
    const later = wantsCancel ? " The `Post` step searches for it again." : "";
    return new StepError(
      `${first} A run may have started in ${github.fullName()}; if so, it continues.${looked?.why ?? ""}${later}`,
    );
  }
  if (!wantsCancel) {
    return new StepError(`${first} The remote run continues (see \`cancel_run_on\`): ${started.htmlUrl}`);
  }
  const isNewUntilMs = (sent?.atMs ?? 0) + NEW_RUN_MS;
  const deadlineMs = atMs + (reason === "cancel" ? END_BY_MS : CANCEL_MANY_MS);
  const bounds = { deadlineMs, isNewUntilMs, rerunOf: supersededAttempt(known) };
  const cancelling = withinGrace(context);
  const result = await cancelRun(started, bounds, cancelling.context).finally(cancelling.release);
  return new StepError(`${first} ${result}`);
}

/** Returns the result in words; undefined where `cancel_run_on` does not list the reason. */
export async function cancelOn(
  reason: "timeout" | "failure",
  run: Run,
  about: Pick<CancelBounds, "isNewUntilMs" | "rerunOf">,
  context: Context,
): Promise<string | undefined> {
  if (!context.inputs.cancelRunOn.has(reason)) return undefined;
  context.record({ wantsCancel: true });
  return cancelRun(run, { deadlineMs: context.clock.nowMs() + CANCEL_MS, ...about }, context);
}

function failureOnly(error: unknown): StepError {
  if (error instanceof StepError) return error;
  throw error;
}

interface Looked {
  /** Undefined where none shows. */
  run?: Run | undefined;
  /** Why nothing could be seen: a sentence, or empty. */
  why: string;
}

/** @throws StepError where it is open which of several is ours */
export async function searchOnceMore(
  sent: SearchedDispatch,
  deadlineMs: number,
  context: SharedContext<SearchInputs>,
): Promise<Looked> {
  const { log, record } = context;
  if (sent.distinctId === undefined) return { why: "" };
  log.info("Searching for the run again to cancel it.");
  try {
    const result = await search(sent, { deadlineMs }, context);
    if (result.run) record({ run: result.run });
    const limit = result.run ? undefined : describeLimit(result.trouble);
    return { run: result.run, why: limit ? ` It could not be looked for: ${limit}.` : "" };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    log.info(`The search was refused (${error.inAWord}).`);
    return { why: "" };
  }
}

/** The signal no longer ends requests. Rate limits and outages that `retry` has met still count. */
function withoutCancellation(context: Context, { signal }: Pick<AbortController, "signal"> = new AbortController()) {
  const retry: Retry = (ask, options) => context.retry(ask, { ...options, signal });
  return { ...context, signal, retry } satisfies Context;
}

/** Where `fail_fast` has ended the step, and the caller cancels it as well, no time is left beyond the runner's grace. */
function withinGrace(context: Context): { context: Context; release: () => void } {
  const { clock, callersSignal, signal } = context;
  const isCallers = callersSignal === undefined || callersSignal.reason === signal.reason;
  if (isCallers) return { context: withoutCancellation(context), release() {} };
  const late = abortAfterGrace(clock, graceLeftMs(callersSignal, clock), callersSignal, () => new OutOfTime());
  return { context: withoutCancellation(context, late), release: late.release };
}

/** Times are by the clock. */
interface CancelBounds {
  deadlineMs: number;
  /** When all of GitHub's servers know the run, if it is new (docs/platform.md#new-runs). */
  isNewUntilMs: number;
  /** The attempt after which a further one is about to begin. */
  rerunOf?: number | undefined;
}

type Tools = Pick<SharedContext<unknown>, "github" | "retry" | "clock" | "signal" | "record">;

/** A new run that GitHub shows may still get a 404, since its servers differ at first: the second one is believed. */
const BELIEVED_AT = 2;
const PAUSE_MS = 1000;

/** Returns the result in words. Request errors are not thrown: the step has failed anyway. */
export async function cancelRun(
  { id, htmlUrl }: Pick<StartedRun, "id" | "htmlUrl">,
  { deadlineMs, isNewUntilMs, rerunOf = 0 }: CancelBounds,
  tools: Tools,
): Promise<string> {
  const { github, retry, clock, signal, record } = tools;
  for (let refusals = 1, isAboutToBegin = false; ; refusals++) {
    const retryOptions = { deadlineMs, endsAtLimit: true, spending: CANCELLING };
    const result = await settle(retry((options) => github.cancelRun(id, options), retryOptions));
    if ("answer" in result) {
      record({ isCancelling: true });
      return `The remote run is being cancelled: ${htmlUrl}`;
    }
    const requestError = answeredIn(result.failure);
    if (!requestError && isAboutToBegin)
      return `No attempt after ${rerunOf} had started, so none was cancelled; if one starts, it continues: ${htmlUrl}`;
    const run = await readAfterRefusal(requestError, id, deadlineMs, tools);
    isAboutToBegin = run?.status === "completed" && run.runAttempt <= rerunOf;
    const isUnknownYet =
      requestError?.status === 404 && clock.nowMs() < isNewUntilMs && !(run && refusals >= BELIEVED_AT);
    if (!isUnknownYet && !isAboutToBegin) return whyNot(requestError, run, htmlUrl);
    // If there is no more time, the next request ends at once.
    await clock.sleep(Math.min(PAUSE_MS, Math.max(deadlineMs - clock.nowMs(), 0)), signal).catch(() => {});
  }
}

/** Undefined where no response came in time. */
function answeredIn(failure: RequestError | OutOfTime): RequestError | undefined {
  const requestError = requestErrorIn(failure);
  return failure instanceof OutOfTime && requestError?.code === "ETIMEDOUT" ? undefined : requestError;
}

/** The run may explain the refusal; undefined where it cannot be read. */
function readAfterRefusal(
  requestError: RequestError | undefined,
  id: StartedRun["id"],
  deadlineMs: number,
  { github, retry }: Tools,
): Promise<Run | undefined> | undefined {
  const mayTell = requestError?.status === 404 || requestError?.status === 409;
  return mayTell ? responseOrUndefined(retry((options) => github.getRun(id, options), once(deadlineMs))) : undefined;
}

/** `requestError` is undefined where no response came in time. */
function whyNot(requestError: RequestError | undefined, run: Run | undefined, htmlUrl: string): string {
  if (!requestError) return `The remote run could not be cancelled in time and continues: ${htmlUrl}`;
  const { status, inAWord, inWords } = requestError;
  const limit = describeLimit(requestError);
  if (limit) return `The remote run could not be cancelled and goes on: ${limit}: ${htmlUrl}`;
  if (run?.status === "completed")
    return `The remote run was not cancelled (${inAWord}): it had ended as ${run.conclusion}: ${htmlUrl}`;
  if (status === 409) {
    const state = run ? `, although it is ${run.status || "without a status"}` : "";
    return `GitHub cannot cancel the remote run (409)${state}: ${htmlUrl}`;
  }
  if (status === 404 && run)
    return `The remote run could not be cancelled and continues: this server shows it, but returns 404 for cancelling it: ${htmlUrl}`;
  const why =
    status !== 403 ? inAWord : mayLackPermission(requestError) ? "403: the token needs `actions: write`" : inWords;
  return `The remote run could not be cancelled (${why.replace(/\.$/, "")}) and continues: ${htmlUrl}`;
}
