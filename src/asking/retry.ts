/** Asks until GitHub answers: no limit, and no fault of the network or the server, ends a wait before its deadline. */

import { Fault } from "../github/fault.ts";
import type { Heard } from "../github/heard.ts";
import type { RequestOptions } from "../github/http.ts";
import { type Patience, pauseAfter } from "./next-try.ts";
import { type Outage, type OutageEdges, watchForOutages } from "./outage.ts";
import { pauseWithin } from "./pace.ts";

/** The deadline came before an answer did. */
export class OutOfTime extends Error {
  override readonly name = "OutOfTime";
  /** What went wrong last, if anything did. */
  readonly fault: Fault | undefined;

  constructor(fault?: Fault) {
    super("the deadline has passed");
    this.fault = fault;
  }
}

export interface RetryOptions extends Patience {
  /** When to give up, by the clock. No request and no pause goes beyond it. */
  deadlineMs: number;
  /** Ends the asking early; by default the caller's cancellation does. */
  signal?: AbortSignal;
}

/**
 * Asks until an answer comes.
 * @throws a Fault that asking again cannot heal, OutOfTime at the deadline, the signal's reason when it is aborted
 */
export type Retry = <Answer>(ask: Ask<Answer>, retryOptions: RetryOptions) => Promise<Answer>;

type Ask<Answer> = (options: RequestOptions) => Promise<Answer>;

/** The options to ask only once, for an answer that is nice to have and not worth more. */
export function once(deadlineMs: number): RetryOptions {
  return { deadlineMs, retries: () => false };
}

/**
 * The answer, or what kept it from coming.
 * @throws what is neither a Fault nor OutOfTime, such as the signal's reason
 */
export async function answerOf<Answer>(
  asked: Promise<Answer>,
): Promise<{ answer: Answer } | { failure: Fault | OutOfTime }> {
  try {
    return { answer: await asked };
  } catch (error) {
    if (error instanceof Fault || error instanceof OutOfTime) return { failure: error };
    throw error;
  }
}

/**
 * An answer that is nice to have; undefined where it is refused or does not come in time.
 * @throws a Fault for which `mayBeMissing` says no
 */
export async function ifAnswered<Answer>(
  asked: Promise<Answer>,
  mayBeMissing: (fault: Fault) => boolean = () => true,
): Promise<Answer | undefined> {
  const result = await answerOf(asked);
  if ("answer" in result) return result.answer;
  if (result.failure instanceof Fault && !mayBeMissing(result.failure)) throw result.failure;
  return undefined;
}

interface RetryEdges extends OutageEdges {
  github: Pick<Heard, "hasAnswered" | "serverTimeMs">;
  signal: AbortSignal;
}

/** The `Retry` of all requests on one token: what one of them learns of a limit or an outage holds for all. */
export function makeRetry(edges: RetryEdges): Retry {
  const outage = watchForOutages(edges);
  return (ask, options) => askUntilAnswered(ask, options, outage, edges);
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
  let last: Fault | undefined;
  let strays = 0;
  let alike = 0;
  for (let failures = 1; ; failures++) {
    await waitForLimits();
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, leftMs());
    // A timer may ring a little early; a request that has no time for its answer would leave open what GitHub did.
    if (timeoutMs < 1) throw new OutOfTime(last);
    const answer = await ask({ timeoutMs, signal }).catch(faultOnly);
    if (!(answer instanceof Fault)) {
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
      last = limit.fault;
      await clock.sleep(Math.min(limit.untilMs - clock.nowMs(), leftMs()), signal);
    }
  }

  /** Says whether the deadline itself ended the request, which is then no fault of the network. */
  function isCutOff({ code }: Fault, timeoutMs: number): boolean {
    return code === "ETIMEDOUT" && timeoutMs < REQUEST_TIMEOUT_MS && leftMs() === 0;
  }

  async function pauseFor(fault: Fault, pauseMs: number): Promise<void> {
    const { isNewUntilMs = 0 } = options;
    const isStray = fault.status === 401 || (fault.status === 404 && clock.nowMs() >= isNewUntilMs);
    if (fault.status === 401 || fault.status === 404) strays++;
    else outage.noteTrouble(fault);
    const ms = pauseMs * (1 + random() / 4);
    // What may be an answer for good is asked again seconds apart, or not at all.
    await clock.sleep(isStray ? Math.min(ms, leftMs()) : pauseWithin(leftMs(), ms), signal);
  }
}

/** How many of the last faults in a row were like this one, itself included; `before` is that number for the `last` one. */
function countAlike({ kind, answer }: Fault, last: Fault | undefined, before: number): number {
  return kind === last?.kind && answer === last.answer ? before + 1 : 1;
}

function faultOnly(error: unknown): Fault {
  if (error instanceof Fault) return error;
  throw error;
}
