/** Rate limits and errors of the network or the server are retried until the deadline. */

import { abortAfter } from "../runner/cancellation.ts";
import type { Clock } from "../runner/clock.ts";
import { BrokerError } from "./broker-error.ts";
import type { Budget } from "./budget.ts";
import type { RequestOptions } from "./http.ts";
import { type Limits, noteAnswers, outageOf } from "./limits.ts";
import type { Outage } from "./outages.ts";
import { LAST_REQUEST_MS, pauseWithin } from "./polling.ts";
import { isRetryable, RequestError } from "./request-error.ts";
import type { ResponseMetadata } from "./response-metadata.ts";
import { pauseAfter, type RetryPolicy } from "./retry-rules.ts";
import { type Spending, STARTING } from "./spending.ts";

export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
  /** The last error, if any. */
  readonly requestError: RequestError | undefined;

  constructor(requestError?: RequestError) {
    super("the deadline has passed");
    // What is older than an answer before is no trouble to tell of.
    this.requestError = requestError?.kind === "stale" ? undefined : requestError;
  }
}

export interface RetryOptions extends RetryPolicy {
  /** Default: a request that creates nothing. */
  spending?: Spending;
  /** By the clock. No request and no pause goes beyond it. */
  deadlineMs: number;
  /** Default: the caller's cancellation. */
  signal?: AbortSignal;
}

/** @throws a RequestError that a retry cannot fix, OutOfTime at the deadline, the signal's reason when it is aborted */
export type Retry = <Answer>(send: Send<Answer>, retryOptions: RetryOptions) => Promise<Answer>;

type Send<Answer> = (options: RequestOptions) => Promise<Answer>;

/** A single attempt, for an optional response. A rate limit is waited for only if it ends in time. */
export function once(deadlineMs: number): RetryOptions {
  return { deadlineMs, retries: () => false, endsAtLimit: true };
}

/** Retries once: a checklist does not wait for an outage to end, but a good response may follow a bad one. */
export function retryOnce(deadlineMs: number): RetryOptions {
  let retriesLeft = 1;
  return { deadlineMs, retries: (requestError) => isRetryable(requestError) && retriesLeft-- > 0 };
}

/** Undefined where no response came at all. */
export function requestErrorIn(failure: RequestError | OutOfTime): RequestError | undefined {
  return failure instanceof OutOfTime ? failure.requestError : failure;
}

/** @throws what is neither a RequestError nor OutOfTime, such as the signal's reason */
export async function settle<Answer>(
  response: Promise<Answer>,
): Promise<{ answer: Answer } | { failure: RequestError | OutOfTime }> {
  try {
    return { answer: await response };
  } catch (error) {
    if (error instanceof RequestError || error instanceof OutOfTime) return { failure: error };
    throw error;
  }
}

/** Undefined if the request failed or timed out. @throws a RequestError for which `mayBeMissing` is false */
export async function responseOrUndefined<Answer>(
  response: Promise<Answer>,
  mayBeMissing: (requestError: RequestError) => boolean = () => true,
): Promise<Answer | undefined> {
  const result = await settle(response);
  if ("answer" in result) return result.answer;
  if (result.failure instanceof RequestError && !mayBeMissing(result.failure)) throw result.failure;
  return undefined;
}

interface RetryDependencies {
  github: Pick<ResponseMetadata, "hasAnswered"> & { limits: Limits };
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  /** Of the entry in `targets`, which decides who goes first where many wait for a limit. */
  position?: number | undefined;
}

/** A rate limit or an outage affects all requests on one token. */
export function makeRetry(dependencies: RetryDependencies): Retry {
  return (send, options) => retryUntilAnswered(send, options, dependencies);
}

const REQUEST_TIMEOUT_MS = 20_000;
/** A request that the deadline ends is no trouble to tell of, unless the server had been silent for so long. */
const SILENCE_MS = 3000;
const TOO_LATE = Symbol("too late");

async function retryUntilAnswered<Answer>(
  send: Send<Answer>,
  options: RetryOptions,
  dependencies: RetryDependencies,
): Promise<Answer> {
  const { github, clock, random, signal: cancelled } = dependencies;
  const { deadlineMs, signal = cancelled, spending = STARTING } = options;
  const { limits } = github;
  const leftMs = () => Math.max(deadlineMs - clock.nowMs(), 0);
  let last: RequestError | undefined;
  let strays = 0;
  let alike = 0;
  for (let failures = 1; ; failures++) {
    const before = last;
    const turn = await takeTurn(last, { ...options, signal, spending }, dependencies);
    ({ last } = turn);
    const { release } = turn;
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, leftMs());
    // A timer may fire a little early; a request without time for its response would leave open what GitHub did.
    if (timeoutMs < 1 || !release) {
      release?.();
      throw new OutOfTime(last);
    }
    const isLast = timeoutMs <= LAST_REQUEST_MS;
    const answer = await send({ timeoutMs, signal, isLast, onShared: () => release(false) })
      .catch(requestErrorOnly)
      .finally(release);
    noteAnswers(answer, before, limits);
    if (!(answer instanceof RequestError)) return answer;
    const outage = outageOf(answer, limits);
    if (answer.kind === "limited") outage.noteLimit(answer, leftMs(), random());
    alike = countAlike(answer, last, alike);
    const counts = { failures, strays, alike, limits: outage.limits() };
    const progress = { ...options, ...counts, nowMs: clock.nowMs(), tokenHasWorked: github.hasAnswered() };
    const pauseMs = pauseAfter(answer, progress);
    if (pauseMs === undefined) throw answer;
    if (isCutOff(answer, timeoutMs, leftMs())) throw new OutOfTime(troubleOf(answer, timeoutMs, last));
    last = answer;
    if (answer.kind !== "limited") await pauseFor(answer, pauseMs);
  }

  async function pauseFor(requestError: RequestError, pauseMs: number): Promise<void> {
    const { isNewUntilMs = 0 } = options;
    const { status, isUnsure } = requestError;
    const isStray = isUnsure || status === 401 || (status === 404 && clock.nowMs() >= isNewUntilMs);
    if (isUnsure || status === 401 || status === 404) strays++;
    else outageOf(requestError, limits).noteError(requestError);
    const ms = pauseMs * (1 + random() / 4);
    // A response that may be final is retried seconds later, or not at all.
    await clock.sleep(isStray ? Math.min(ms, leftMs()) : pauseWithin(leftMs(), ms), signal);
  }
}

type Turn = Awaited<ReturnType<Budget["take"]>>;

/** When no limit is in force, and the budget allows the request; `release` is undefined where that is after the deadline. */
async function takeTurn(
  before: RequestError | undefined,
  options: RetryOptions & { signal: AbortSignal; spending: Spending },
  { github, clock, position }: RetryDependencies,
): Promise<{ last: RequestError | undefined; release: Turn | undefined }> {
  const { budget, outage, brokersOutage } = github.limits;
  const { spending } = options;
  if (before instanceof BrokerError) await waitForLimits(brokersOutage, options, clock, before);
  for (let last = before; ; ) {
    last = await waitForLimits(outage, options, clock, last);
    const limit = outage.limit();
    const take = (by: AbortSignal) => budget.take(spending, by, position);
    const release = budget.tryTake(spending) ?? (await waitForTurn(take, options, clock));
    const now = outage.limit();
    if (!release || !now || now === limit) return { last, release };
    // Meanwhile another request has met a limit.
    release(false);
  }
}

/** Returns the limit that was waited for last, else the error before. @throws OutOfTime where `endsAtLimit`, and it outlasts the deadline */
async function waitForLimits(
  outage: Outage,
  { deadlineMs, signal, endsAtLimit = false }: RetryOptions,
  clock: Clock,
  before: RequestError | undefined,
): Promise<RequestError | undefined> {
  let last = before;
  // Meanwhile another request may hit a further limit.
  for (let limit = outage.limit(); limit && deadlineMs - clock.nowMs() >= 1; limit = outage.limit()) {
    last = limit.requestError;
    if (endsAtLimit && limit.endMs >= deadlineMs) throw new OutOfTime(last);
    const untilMs = Math.min(limit.untilMs < deadlineMs ? limit.untilMs : limit.endMs, deadlineMs);
    if (untilMs <= clock.nowMs()) break;
    await clock.sleep(untilMs - clock.nowMs(), signal);
  }
  return last;
}

/** Until the token's budget allows the request; undefined where that is after the deadline. @throws the signal's reason */
async function waitForTurn(
  turn: (by: AbortSignal) => ReturnType<Budget["take"]>,
  { deadlineMs, signal }: RetryOptions & { signal: AbortSignal },
  clock: Clock,
): Promise<Awaited<ReturnType<typeof turn>> | undefined> {
  const timer = abortAfter(clock, Math.max(deadlineMs - clock.nowMs(), 0), () => TOO_LATE, signal);
  return turn(timer.signal)
    .catch((reason: unknown) => {
      if (reason !== TOO_LATE) throw reason;
      return undefined;
    })
    .finally(timer.release);
}

/** The deadline itself ended the request, so this is no network error. */
function isCutOff({ code }: RequestError, timeoutMs: number, leftMs: number): boolean {
  return code === "ETIMEDOUT" && timeoutMs < REQUEST_TIMEOUT_MS && leftMs === 0;
}

function troubleOf(cutOff: RequestError, timeoutMs: number, last: RequestError | undefined): RequestError | undefined {
  return last ?? (timeoutMs >= SILENCE_MS ? cutOff : undefined);
}

/** `before` is the count for `last`. */
function countAlike({ kind, answer }: RequestError, last: RequestError | undefined, before: number): number {
  return kind === last?.kind && answer === last.answer ? before + 1 : 1;
}

function requestErrorOnly(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  throw error;
}

export type GetResult<Answer> =
  | { is: "seen"; answer: Answer }
  | { is: "missing" } // 404, or 409 of an empty repository.
  | { is: "refused"; requestError: RequestError } // The token is not accepted (401), or may not read it (403).
  | { is: "unread"; why: string }; // No usable response; `why` follows the name of what was requested.

/** @throws what `settle` throws */
export async function tryToGet<Answer>(response: Promise<Answer>): Promise<GetResult<Answer>> {
  const result = await settle(response);
  if ("answer" in result) return { is: "seen", ...result };
  const { failure } = result;
  if (failure instanceof OutOfTime || failure.code === "ETIMEDOUT")
    return { is: "unread", why: "could not be read in time" };
  const { kind, status, inAWord, answer } = failure;
  if (status === 404 || (status === 409 && /\bis empty\b/i.test(answer))) return { is: "missing" };
  if (kind === "rejected" && (status === 401 || status === 403)) return { is: "refused", requestError: failure };
  return { is: "unread", why: `could not be read (${kind === "unreadable" ? kind : inAWord})` };
}
