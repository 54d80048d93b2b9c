/** The times when GitHub does not answer: the log says when one begins, until when a limit lasts, and when it is over. */

import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { timeOfDay } from "../text/wording.ts";
import { limitMs } from "./rate-limit.ts";
import type { RequestError } from "./request-error.ts";
import type { ResponseMetadata } from "./response-metadata.ts";

export interface OutageEdges {
  github: Pick<ResponseMetadata, "serverTimeMs">;
  clock: Clock;
  log: Log;
  /** From 0 to 1. */
  random: () => number;
}

export type Outage = ReturnType<typeof watchForOutages>;

export function watchForOutages({ github, clock, log, random }: OutageEdges) {
  let sinceMs: number | undefined;
  // A limit holds for every request on the token, not only for the one that was refused.
  let limit: { requestError: RequestError; untilMs: number } | undefined;
  let limits = 0;

  return {
    /** The limit that holds now, if any. `untilMs` is by the clock. */
    limit: () => (limit && limit.untilMs > clock.nowMs() ? limit : undefined),
    /** How many limits GitHub has set since it last answered. */
    limits: () => limits,

    /** Notes a limit. `leftMs` is the time until the deadline of the refused request. */
    noteLimit(requestError: RequestError, leftMs: number): void {
      const nowMs = clock.nowMs();
      const lastsMs = limitMs(requestError, ++limits);
      // Many may wait for the limit of one token, and they must not all come back at the same moment.
      const jitterMs = random() * Math.min(lastsMs / 4, 5000, Math.max(leftMs - lastsMs, 0) / 2);
      limit = { requestError, untilMs: nowMs + lastsMs + jitterMs };
      sinceMs ??= nowMs;
      const endMs = github.serverTimeMs(nowMs + lastsMs);
      const until = endMs === undefined ? "" : ` until ${timeOfDay(endMs)}`;
      const waits = `; waiting ${seconds(lastsMs)}, then going on by itself`;
      const then = lastsMs < leftMs ? waits : ", which is after the deadline";
      log.info(`GitHub's rate limit is reached${until}${then}.`, "waiting");
    },

    /** Notes a fault of the network or the server. */
    noteError({ kind, inAWord, answer, request }: RequestError): void {
      if (sinceMs !== undefined) return;
      sinceMs = clock.nowMs();
      // Of an answer that cannot be read, the status is as it should be.
      const how = kind === "unreadable" ? `${request}: ${answer}` : `${inAWord} to ${request}`;
      log.info(`GitHub did not answer as it should (${how}); asking again until it does.`, "waiting");
    },

    noteAnswer(): void {
      limits = 0;
      if (sinceMs === undefined) return;
      log.info(`GitHub answers again, after ${seconds(clock.nowMs() - sinceMs)}.`);
      sinceMs = undefined;
    },
  };
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
