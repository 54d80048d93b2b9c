/** Asks until GitHub answers: faults of the network or the server, and limits, never end a wait before its deadline. */

import type { Clock } from "../edges/clock.ts";
import { timeOfDay } from "../edges/durations.ts";
import type { Log } from "../edges/log.ts";
import { Fault, mayHeal } from "../github/fault.ts";
import type { Heard } from "../github/heard.ts";
import type { RequestOptions } from "../github/http.ts";

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

export interface RetryOptions {
  /** When to give up, by the clock. No request and no pause goes beyond it. */
  deadlineMs: number;
  /** Which faults may be asked again; by default all that may heal. A dispatch is choosier. */
  retries?: (fault: Fault) => boolean;
  /** What is asked for was seen before, so that a 404 may be a stray one. */
  wasSeen?: boolean;
  /** What is asked for is new: until this time a 404 says only that not all of GitHub knows of it yet. */
  isNewUntilMs?: number;
  /** Ends the asking early; by default the caller's cancellation does. */
  signal?: AbortSignal;
}

/**
 * Asks until an answer comes.
 * @throws Fault that asking again cannot heal, OutOfTime at the deadline, the signal's reason when it is aborted
 */
export type Retry = <Answer>(
  ask: (options: RequestOptions) => Promise<Answer>,
  retryOptions: RetryOptions,
) => Promise<Answer>;

/** The options for what is asked once: the answer is nice to know, and not worth more. */
export function once(deadlineMs: number): RetryOptions {
  return { deadlineMs, retries: () => false };
}

/** For what is nice to know: undefined where it is refused, or does not come in time. */
export async function ifAnswered<Answer>(
  answer: Promise<Answer>,
  mayBeMissing: (fault: Fault) => boolean = () => true,
): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof OutOfTime || (error instanceof Fault && mayBeMissing(error))) return undefined;
    throw error;
  });
}

/** The longest that a request may take. */
export const REQUEST_TIMEOUT_MS = 20_000;

const LONGEST_PAUSE_MS = 30_000;
/** A secondary limit without a `retry-after`: a minute, then twice as long each time (GitHub's own advice). */
const UNTOLD_LIMIT_MS = 60_000;
const LONGEST_UNTOLD_LIMIT_MS = 16 * UNTOLD_LIMIT_MS;
/** How often a single bad answer among good ones (401, 404) is asked again. */
const STRAYS = 2;
const STRAY_PAUSE_MS = 3000;
const NEW_PAUSE_MS = 1000;

/** What the pause depends on, beside the fault. */
export interface Standing extends RetryOptions {
  nowMs: number;
  /** How many answers in a row were faults, this one included, and how many of them were limits. */
  failures: number;
  limits: number;
  /** How many of them were stray 401s or 404s, this one not included. */
  strays: number;
  tokenHasWorked: boolean;
}

/** How long to pause before asking again, in ms; undefined: the fault is permanent. Jitter comes on top. */
export function pauseAfter(fault: Fault, standing: Standing): number | undefined {
  const { retries = mayHeal, failures, limits, strays, nowMs, tokenHasWorked, wasSeen } = standing;
  if (fault.status === 404 && nowMs < (standing.isNewUntilMs ?? 0)) return NEW_PAUSE_MS;
  const stray = (fault.status === 401 && tokenHasWorked) || (fault.status === 404 && wasSeen === true);
  if (stray && strays < STRAYS) return STRAY_PAUSE_MS;
  if (!retries(fault)) return undefined;
  if (fault.kind === "limited") return limitPause(fault, limits);
  return Math.min(1000 * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}

/** How long a limit lasts: as told, else a minute, doubled for each further refusal in a row. */
function limitPause({ retryAfterMs }: Fault, limits: number): number {
  return retryAfterMs ?? Math.min(UNTOLD_LIMIT_MS * 2 ** (limits - 1), LONGEST_UNTOLD_LIMIT_MS);
}

/** Makes the one that asks. It tells the log when trouble begins, until when each limit lasts, and when it is over. */
export function makeRetry(edges: {
  github: Pick<Heard, "hasAnswered" | "serverTimeMs">;
  clock: Clock;
  log: Log;
  random: () => number;
  signal: AbortSignal;
}): Retry {
  const { github, clock, log, random } = edges;
  let troubleSinceMs: number | undefined;
  // A limit holds for every request on the token, not only for the one that was refused.
  let limit: { fault: Fault; untilMs: number } | undefined;
  let limits = 0;

  return async (ask, retryOptions) => {
    const { deadlineMs, signal = edges.signal } = retryOptions;
    const sleep = (ms: number) => clock.sleep(Math.min(ms, Math.max(deadlineMs - clock.nowMs(), 0)), signal);
    let last: Fault | undefined;
    let strays = 0;
    for (let failures = 1; ; failures++) {
      if (limit && limit.untilMs > clock.nowMs()) {
        last = limit.fault;
        await sleep(limit.untilMs - clock.nowMs());
      }
      const leftMs = deadlineMs - clock.nowMs();
      // A timer may ring a little early, and a request without time for its answer would only leave it open.
      if (leftMs < 1) throw new OutOfTime(last);
      const before = last;
      try {
        const answer = await ask({ timeoutMs: Math.min(REQUEST_TIMEOUT_MS, leftMs), signal });
        sayHealed();
        return answer;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        last = error;
      }
      const nowMs = clock.nowMs();
      const timeLeftMs = Math.max(deadlineMs - nowMs, 0);
      if (last.kind === "limited") {
        const lastsMs = limitPause(last, ++limits);
        // The more who wait for one token's limit, the less they should come back at one moment.
        const jitterMs = random() * Math.min(lastsMs / 4, 5000, Math.max(timeLeftMs - lastsMs, 0) / 2);
        limit = { fault: last, untilMs: nowMs + lastsMs + jitterMs };
        sayLimited(lastsMs, timeLeftMs);
      }
      const tokenHasWorked = github.hasAnswered();
      const pauseMs = pauseAfter(last, { ...retryOptions, nowMs, failures, limits, strays, tokenHasWorked });
      if (pauseMs === undefined) throw last;
      if (last.kind === "limited") continue;
      // Cut off by the deadline itself: no fault of the network.
      if (last.code === "ETIMEDOUT" && leftMs < REQUEST_TIMEOUT_MS && timeLeftMs === 0) throw new OutOfTime(before);
      if (last.status === 401 || last.status === 404) strays++;
      else sayTrouble(last);
      await sleep(pauseMs * (1 + random() / 4));
    }
  };

  function sayTrouble({ inAWord, request }: Fault): void {
    if (troubleSinceMs !== undefined) return;
    troubleSinceMs = clock.nowMs();
    log.info(`GitHub did not answer as it should (${inAWord} to ${request}); asking again until it does.`, "waiting");
  }

  function sayLimited(lastsMs: number, leftMs: number): void {
    troubleSinceMs ??= clock.nowMs();
    const until = github.serverTimeMs(clock.nowMs() + lastsMs);
    const lasts = until === undefined ? "" : ` until ${timeOfDay(until)}`;
    const waits = `; waiting ${seconds(lastsMs)}, then going on by itself`;
    log.info(
      `GitHub's rate limit is reached${lasts}${lastsMs < leftMs ? waits : ", which is after the deadline"}.`,
      "waiting",
    );
  }

  function sayHealed(): void {
    limits = 0;
    if (troubleSinceMs === undefined) return;
    log.info(`GitHub answers again, after ${seconds(clock.nowMs() - troubleSinceMs)}.`);
    troubleSinceMs = undefined;
  }
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
