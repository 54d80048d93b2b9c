/** Sends the dispatch once: again only when GitHub certainly did not act on it (docs/design.md#once). */

import { listRunIds } from "../find/recent-runs.ts";
import { type RequestOptions, timeLeft } from "../github/http.ts";
import { acted, mayBeResent, RequestError } from "../github/request-error.ts";
import type { Dispatched } from "../github/responses.ts";
import { OutOfTime } from "../github/retry.ts";
import { CREATING } from "../github/spending.ts";
import { type ResolvedDispatch, withId } from "../inputs/dispatch-request.ts";
import { madeLater } from "../inputs/distinct-id.ts";
import { abortAfterGrace } from "../runner/cancellation.ts";
import type { Context } from "../state/context.ts";
import type { OurRun, SentDispatch } from "../state/sent-dispatch.ts";
import {
  AT_LIMIT,
  type DispatchOptions,
  initialOptions,
  needsListBefore,
  refuseTooManyInputs,
  withoutRefused,
} from "./options.ts";
import { mayHaveStarted, settleUnclear, type Unclear } from "./unclear-response.ts";

/** After the step is cancelled, a dispatch on its way waits this long for its response. */
const LATE_ANSWER_MS = 2000;
const LIST_BEFORE_MS = 10_000;

/**
 * `found` is the run, where an unclear response made that be searched for already. Requests before the dispatch end at
 * `beforeMs`, by the clock.
 * @throws RequestError that is GitHub's refusal; StepError when it stays unclear whether a run was started, or when its run
 * could never be found; OutOfTime when the deadline came before GitHub could be reached
 */
export async function sendDispatch(
  resolved: ResolvedDispatch,
  beforeMs: number,
  early: Context,
): Promise<{ sent: SentDispatch; found?: OurRun }> {
  let dispatch = resolved;
  let dispatchOptions = initialOptions(dispatch, early.inputs, early.github.limits.refusesRunDetails);
  const before = await listBefore(dispatch, dispatchOptions, beforeMs, early);
  const context = withLaterId(before, early);
  const { github, clock, inputs } = context;
  logSending(dispatch, dispatchOptions, context);
  const sendByMs = clock.nowMs() + inputs.findTimeoutMs;
  /** Set by the first sending, which a rate limit may delay. */
  let findDeadlineMs: number | undefined;
  let unclear: Unclear | undefined;

  for (let resends = 0; ; ) {
    if (!unclear) refuseTooManyInputs(dispatch, dispatchOptions, inputs, github.enterpriseVersion());
    const bounds = { sendByMs, findDeadlineMs, before };
    const { sent, answer } = await sendUntilAnswered(dispatch, dispatchOptions, bounds, unclear, context);
    ({ findDeadlineMs } = sent);
    if (!(answer instanceof RequestError)) return { sent: accept(answer, dispatchOptions, sent, context) };
    // Where an earlier answer was unclear, a run may have been started on this ref.
    const next = unclear ? undefined : await withNextRef(dispatch, answer, context);
    if (next) {
      dispatch = next;
      context.record({ dispatch });
    } else if (acted(answer) === "no") dispatchOptions = adapt(answer, dispatchOptions, unclear, context);
    else {
      unclear = { sent, requestError: answer };
      const found = await settleUnclear(answer, sent, resends++, context);
      if (found) return { sent, found };
    }
  }
}

async function withNextRef(
  dispatch: ResolvedDispatch,
  refusal: RequestError,
  context: Context,
): Promise<ResolvedDispatch | undefined> {
  if (dispatch.otherRefs === undefined) return undefined;
  return (await import("./choose-ref.ts")).withNextRef(dispatch, refusal, context);
}

function logSending(dispatch: ResolvedDispatch, { sendsId }: DispatchOptions, { github, inputs, log }: Context): void {
  const { value, leftOut } = inputs.distinctId;
  const withWhichId = sendsId ? `, with the id ${value}` : "";
  log.info(`Sending a ${describeDispatch(dispatch)} to ${github.fullName()}${withWhichId}.`);
  if (leftOut !== undefined && inputs.waitFor !== "nothing")
    log.info(`${AT_LIMIT}, so the id is not sent: GitHub will name the run.`);
}

interface Before extends Pick<SentDispatch, "listedBefore" | "listTookMs"> {}

// A given id may be on others by right: every run that another step has started for a commit carries its sha. What was
// listed before the dispatch is never ours (docs/design.md#given-ids).
async function listBefore(
  dispatch: ResolvedDispatch,
  dispatchOptions: DispatchOptions,
  deadlineMs: number,
  context: Context,
): Promise<Before | undefined> {
  const { inputs, clock } = context;
  if (!needsListBefore(dispatch, dispatchOptions, inputs)) return undefined;
  const startMs = clock.nowMs();
  // Where it only tells whether the runs may be read, it must not hold up the dispatch for long: of the faults, only a limit is
  // waited for, which holds up the dispatch as well.
  const { isGiven } = inputs.distinctId;
  const retries = ({ kind }: RequestError) => kind === "limited";
  const shortly = { deadlineMs: Math.min(deadlineMs, startMs + LIST_BEFORE_MS), endsAtLimit: true, retries };
  const ids = await listRunIds(isGiven ? { deadlineMs } : shortly, context);
  const listedBefore = isGiven ? (ids ?? new Set<string>()) : undefined;
  return { listedBefore, listTookMs: ids && clock.nowMs() - startMs };
}

/** A list that takes longer is that of a slow server, where no order helps. */
const LONGEST_LIST_MS = 2000;

function withLaterId(before: Before | undefined, context: Context): Context {
  const { inputs, record } = context;
  const { distinctId } = inputs;
  const { listTookMs = 0 } = before ?? {};
  if (listTookMs < 1 || listTookMs > LONGEST_LIST_MS || distinctId.isGiven) return context;
  const value = madeLater(distinctId.value, listTookMs);
  record({ distinctId: value });
  return { ...context, inputs: { ...inputs, distinctId: { ...distinctId, value } } };
}

interface Bounds {
  before: Before | undefined;
  /** The end of `find_timeout_seconds`, if something was sent before. */
  findDeadlineMs: number | undefined;
  /** Else the deadline for the first sending. */
  sendByMs: number;
}

/** Until GitHub responds, even with a refusal, or an error leaves open whether it has acted. */
async function sendUntilAnswered(
  dispatch: ResolvedDispatch,
  dispatchOptions: DispatchOptions,
  { before, findDeadlineMs, sendByMs }: Bounds,
  unclear: Unclear | undefined,
  context: Context,
): Promise<{ sent: SentDispatch; answer: Dispatched | RequestError }> {
  const { clock, inputs, record, retry } = context;
  const distinctId = dispatchOptions.sendsId ? inputs.distinctId.value : undefined;
  const deadlineMs = findDeadlineMs ?? sendByMs;
  const unsent = { dispatch, distinctId, ...before, findDeadlineMs: deadlineMs, atMs: 0, isAccepted: false };
  let sent: SentDispatch = unclear?.sent ?? { ...unsent, candidates: new Map() };
  let untilMs = findDeadlineMs;

  const send = async (options: RequestOptions): Promise<Dispatched> => {
    const left = timeLeft(clock, options);
    await context.github.prepare(options);
    options.signal?.throwIfAborted();
    if (!unclear) {
      const atMs = clock.nowMs();
      untilMs ??= atMs + inputs.findTimeoutMs;
      sent = { ...sent, atMs, findDeadlineMs: untilMs };
      record({ sent });
    }
    // The response may be the only trace of a run: a cancelled step waits for it a little longer.
    const late = abortAfterGrace(clock, LATE_ANSWER_MS, context.signal);
    return request(dispatch, dispatchOptions, { ...left(), signal: late.signal }, context)
      .catch((error: unknown) => {
        // GitHub has not acted: there is no run to find or cancel.
        if (!unclear && error instanceof RequestError && acted(error) === "no") record({ sent: undefined });
        throw error;
      })
      .finally(late.release);
  };

  const answer = await retry(send, { deadlineMs, retries: mayBeResent, spending: CREATING }).catch((error: unknown) => {
    if (error instanceof OutOfTime && unclear)
      throw mayHaveStarted(unclear, "`find_timeout_seconds` left no time to send it again", context);
    if (!(error instanceof RequestError)) throw error;
    return error;
  });
  return { sent, answer };
}

function request(
  dispatch: ResolvedDispatch,
  dispatchOptions: DispatchOptions,
  options: RequestOptions,
  { github, inputs }: Context,
): Promise<Dispatched> {
  const { distinctId } = inputs;
  const { sendsId, asksForRunDetails } = dispatchOptions;
  if (dispatch.event === "repository_dispatch")
    return github.dispatchEvent(dispatch.eventType, withId(dispatch.clientPayload, distinctId), options);
  const { workflow, ref } = dispatch;
  const values = sendsId ? withId(dispatch.inputs, distinctId) : dispatch.inputs;
  return github.dispatchWorkflow({ workflow: workflow.value, ref, inputs: values, asksForRunDetails }, options);
}

function accept(
  { started }: Dispatched,
  { asksForRunDetails }: DispatchOptions,
  before: SentDispatch,
  { github, log, record, signal }: Context,
): SentDispatch {
  if (asksForRunDetails) github.limits.refusesRunDetails = false;
  const sent = { ...before, isAccepted: true, started };
  record({ sent });
  signal.throwIfAborted();
  if (started) log.notice(`GitHub started run ${started.id}: ${started.htmlUrl}`);
  else log.info("GitHub accepted it.");
  return sent;
}

/** @throws the refusal where its cause cannot be left out; StepError where an earlier sending may have started a run */
function adapt(
  refusal: RequestError,
  dispatchOptions: DispatchOptions,
  unclear: Unclear | undefined,
  context: Context,
): DispatchOptions {
  const { log, inputs, record } = context;
  const adapted = withoutRefused(refusal, dispatchOptions, inputs);
  if (!adapted) {
    if (!unclear) throw refusal;
    throw mayHaveStarted(unclear, `when it was sent again, GitHub refused it (${refusal.inAWord})`, context);
  }
  if (!adapted.asksForRunDetails) {
    context.github.limits.refusesRunDetails = true;
    log.debug(`The server cannot return the run's id (${refusal.status}).`);
  } else {
    const { key } = inputs.distinctId;
    log.info(`The workflow does not declare the input ${key}. GitHub returns the run's id, so sending without it.`);
    record({ isIdLeftOut: true });
  }
  return adapted;
}

function describeDispatch(dispatch: ResolvedDispatch): string {
  return dispatch.event === "repository_dispatch"
    ? `repository_dispatch ${dispatch.eventType}`
    : `workflow_dispatch for ${dispatch.workflow.value} at ${dispatch.ref}`;
}
