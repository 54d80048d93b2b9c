/** Asks until GitHub answers: no limit, and no fault of the network or the server, ends a wait before its deadline. */

import type { RequestOptions } from "./http.ts";
import { type Outage, type OutageEdges, watchForOutages } from "./outages.ts";
import { pauseWithin } from "./polling.ts";
import { RequestError } from "./request-error.ts";
import type { ResponseMetadata } from "./response-metadata.ts";
import { pauseAfter, type RetryPolicy } from "./retry-rules.ts";

/** The deadline came before an answer did. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
  /** What went wrong last, if anything did. */
  readonly requestError: RequestError | undefined;

  constructor(requestError?: RequestError) {
    super("the deadline has passed");
    this.requestError = requestError;
  }
}

export interface RetryOptions extends RetryPolicy {
  /** When to give up, by the clock. No request and no pause goes beyond it. */
  deadlineMs: number;
  /** Ends the asking early; by default the caller's cancellation does. */
  signal?: AbortSignal;
}

/**
 * Asks until an answer comes.
 * @throws a RequestError that asking again cannot heal, OutOfTime at the deadline, the signal's reason when it is aborted
 */
export type Retry = <Answer>(ask: Ask<Answer>, retryOptions: RetryOptions) => Promise<Answer>;

type Ask<Answer> = (options: RequestOptions) => Promise<Answer>;

/** The options to ask only once, for an answer that is nice to have and not worth more. */
export function once(deadlineMs: number): RetryOptions {
  return { deadlineMs, retries: () => false };
}

/**
 * The answer, or what kept it from coming.
 * @throws what is neither a RequestError nor OutOfTime, such as the signal's reason
 */
export async function settle<Answer>(
  asked: Promise<Answer>,
): Promise<{ answer: Answer } | { failure: RequestError | OutOfTime }> {
  try {
    return { answer: await asked };
  } catch (error) {
    if (error instanceof RequestError || error instanceof OutOfTime) return { failure: error };
    throw error;
  }
}

/**
 * An answer that is nice to have; undefined where it is refused or does not come in time.
 * @throws a RequestError for which `mayBeMissing` says no
 */
export async function ifAnswered<Answer>(
  asked: Promise<Answer>,
  mayBeMissing: (requestError: RequestError) => boolean = () => true,
): Promise<Answer | undefined> {
  const result = await settle(asked);
  if ("answer" in result) return result.answer;
  if (result.failure instanceof RequestError && !mayBeMissing(result.failure)) throw result.failure;
  return undefined;
}

interface RetryEdges extends OutageEdges {
  github: Pick<ResponseMetadata, "hasAnswered" | "serverTimeMs">;
  signal: AbortSignal;
}

/** The `Retry` of all requests on one token: what one of them learns of a limit or an outage holds for all. */
export function makeRetry(dependencies: RetryEdges): Retry {
  const outage = watchForOutages(dependencies);
  return (ask, options) => askUntilAnswered(ask, options, outage, dependencies);
}

/** The longest that a request may take. */
const REQUEST_TIMEOUT_MS = 20_000;

async function askUntilAnswered<Answer>(
  ask: Ask<Answer>,
  options: RetryOptions,
  outage: Outage,
  { github, clock, random, signal: cancelled }: RetryEdges,
): Promise<Answer> {
  const { deadlineMs, signal = cancelled } = options;
  const leftMs = () => Math.max(deadlineMs - clock.nowMs(), 0);
  let last: RequestError | undefined;
  let strays = 0;
  let alike = 0;
  for (let failures = 1; ; failures++) {
    await waitForLimits();
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, leftMs());
    // A timer may ring a little early; a request that has no time for its answer would leave open what GitHub did.
    if (timeoutMs < 1) throw new OutOfTime(last);
    const answer = await ask({ timeoutMs, signal }).catch(requestErrorOnly);
    if (!(answer instanceof RequestError)) {
      outage.noteAnswer();
      return answer;
    }
    if (answer.kind === "limited") outage.noteLimit(answer, leftMs());
    alike = countAlike(answer, last, alike);
    const counts = { failures, strays, alike, limits: outage.limits() };
    const standing = { ...options, ...counts, nowMs: clock.nowMs(), tokenHasWorked: github.hasAnswered() };
    const pauseMs = pauseAfter(answer, standing);
    if (pauseMs === undefined) throw answer;
    if (isCutOff(answer, timeoutMs)) throw new OutOfTime(last);
    last = answer;
    if (answer.kind !== "limited") await pauseFor(answer, pauseMs);
  }

  async function waitForLimits(): Promise<void> {
    // Meanwhile another request may meet a further limit.
    for (let limit = outage.limit(); limit && leftMs() >= 1; limit = outage.limit()) {
      last = limit.requestError;
      await clock.sleep(Math.min(limit.untilMs - clock.nowMs(), leftMs()), signal);
    }
  }

  /** Says whether the deadline itself ended the request, which is then no fault of the network. */
  function isCutOff({ code }: RequestError, timeoutMs: number): boolean {
    return code === "ETIMEDOUT" && timeoutMs < REQUEST_TIMEOUT_MS && leftMs() === 0;
  }

  async function pauseFor(requestError: RequestError, pauseMs: number): Promise<void> {
    const { isNewUntilMs = 0 } = options;
    const isStray = requestError.status === 401 || (requestError.status === 404 && clock.nowMs() >= isNewUntilMs);
    if (requestError.status === 401 || requestError.status === 404) strays++;
    else outage.noteError(requestError);
    const ms = pauseMs * (1 + random() / 4);
    // What may be an answer for good is asked again seconds apart, or not at all.
    await clock.sleep(isStray ? Math.min(ms, leftMs()) : pauseWithin(leftMs(), ms), signal);
  }
}

/** How many of the last faults in a row were like this one, itself included; `before` is that number for the `last` one. */
function countAlike({ kind, answer }: RequestError, last: RequestError | undefined, before: number): number {
  return kind === last?.kind && answer === last.answer ? before + 1 : 1;
}

function requestErrorOnly(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  throw error;
}

/**
 * What a look has shown:
 * - `seen`: the answer
 * - `missing`: GitHub says 404
 * - `refused`: the token is not accepted (401) or may not look (403)
 * - `unread`: no answer, or none that says anything; `why` follows the name of what was looked at
 */
export type GetResult<Answer> =
  | { is: "seen"; answer: Answer }
  | { is: "missing" }
  | { is: "refused" }
  | { is: "unread"; why: string };

/** @throws what is neither a fault nor a deadline, such as the signal's reason */
export async function tryToGet<Answer>(asked: Promise<Answer>): Promise<GetResult<Answer>> {
  const result = await settle(asked);
  if ("answer" in result) return { is: "seen", ...result };
  const { failure } = result;
  if (failure instanceof OutOfTime || failure.code === "ETIMEDOUT")
    return { is: "unread", why: "could not be read in time" };
  const { kind, status, inAWord } = failure;
  if (status === 404) return { is: "missing" };
  if (kind === "rejected" && (status === 401 || status === 403)) return { is: "refused" };
  return { is: "unread", why: `could not be read (${kind === "unreadable" ? kind : inAWord})` };
}
