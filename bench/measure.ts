/** From what happened to figures. */

import type { JournalEntry } from "../test/simulator/index.ts";

/** What came of one dispatcher. Times in the server's epoch milliseconds. */
export interface Outcome {
  /** Whether it ended green with the right run. */
  isDone: boolean;
  startedAtMs: number;
  endedAtMs: number;
  /** When there was to see what it waited for: the sign, or the run's end. */
  dueAtMs: number;
  /** When what it waited for began: the dispatch, or the run. */
  sinceMs: number;
  /** From when on its run was to be found. */
  visibleAtMs: number;
  requests: readonly JournalEntry[];
}

/** What came of one play of a scenario. */
export interface Played {
  outcomes: readonly Outcome[];
  requests: readonly JournalEntry[];
  refused: number;
}

/** Of all plays of a scenario by one player. */
export interface Figures {
  /** Dispatchers whose run was not found, or not followed to its end. */
  missing: number;
  of: number;
  lagMedianS: number;
  lagWorstS: number;
  /** Of the time that had passed when there was something to see. */
  lagWorstPercent: number;
  requestsMean: number;
  requestsMost: number;
  /** Until the dispatch is sent a second time, this one included; 0: never. */
  requestsToResendMost: number;
  billedMean: number;
  billedMost: number;
  /** From when the run was to be found, without the look that found it. */
  billedWaitingMost: number;
  /** Of all dispatchers of one play. */
  billedInAll: number;
  /** GET 1, POST 5, in any sixty seconds. */
  pointsPerMinute: number;
  refused: number;
  tookMostS: number;
}

export function figuresOf(plays: readonly Played[]): Figures {
  const outcomes = plays.flatMap((play) => play.outcomes);
  const done = outcomes.filter(({ isDone }) => isDone);
  const lagsS = done.map(({ endedAtMs, dueAtMs }) => Math.max(endedAtMs - dueAtMs, 0) / 1000);
  const percents = done.map(({ endedAtMs, dueAtMs, sinceMs }) =>
    Math.max(0, (100 * (endedAtMs - dueAtMs)) / (dueAtMs - sinceMs)),
  );
  const requests = outcomes.map((outcome) => outcome.requests.length);
  const billed = outcomes.map((outcome) => billedOf(outcome.requests));
  return {
    missing: outcomes.length - done.length,
    of: outcomes.length,
    lagMedianS: median(lagsS),
    lagWorstS: most(lagsS),
    lagWorstPercent: most(percents),
    requestsMean: mean(requests),
    requestsMost: most(requests),
    requestsToResendMost: most(outcomes.map((outcome) => requestsToResend(outcome.requests))),
    billedMean: mean(billed),
    billedMost: most(billed),
    billedWaitingMost: most(
      outcomes.map(({ requests, visibleAtMs }) =>
        Math.max(billedOf(requests.filter(({ atMs }) => atMs >= visibleAtMs)) - 1, 0),
      ),
    ),
    billedInAll: most(plays.map((play) => billedOf(play.requests))),
    pointsPerMinute: most(plays.map((play) => mostPoints(play.requests))),
    refused: plays.reduce((sum, play) => sum + play.refused, 0),
    tookMostS: most(outcomes.map(({ endedAtMs, startedAtMs }) => (endedAtMs - startedAtMs) / 1000)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function most(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), values.length > 0 ? 0 : Number.NaN);
}

function billedOf(requests: readonly JournalEntry[]): number {
  return requests.filter(({ billed }) => billed).length;
}

function requestsToResend(requests: readonly JournalEntry[]): number {
  const first = requests.findIndex(({ method }) => method === "POST");
  return requests.findIndex(({ method }, index) => method === "POST" && index > first) + 1;
}

export function mostPoints(requests: readonly JournalEntry[]): number {
  const points = ({ method }: JournalEntry) => (method === "GET" ? 1 : 5);
  let [sum, top, first] = [0, 0, 0];
  for (const request of requests) {
    sum += points(request);
    for (; ; first++) {
      const oldest = requests[first];
      if (!oldest || oldest.atMs > request.atMs - 60_000) break;
      sum -= points(oldest);
    }
    top = Math.max(top, sum);
  }
  return top;
}
