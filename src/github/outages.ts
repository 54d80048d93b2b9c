import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { timeOfDay } from "../text/wording.ts";
import { limitMs } from "./rate-limit.ts";
import type { RequestError } from "./request-error.ts";
import type { ResponseMetadata } from "./response-metadata.ts";

export interface OutageDependencies {
  github: Pick<ResponseMetadata, "serverTimeMs">;
  clock: Clock;
  log: Log;
}

/** A limit that turns out to last a little longer is no news. */
const TOLD_FROM_MS = 5000;

export type Outage = ReturnType<typeof watchForOutages>;

export function watchForOutages({ github, clock, log }: OutageDependencies) {
  let sinceMs: number | undefined;
  let server = "";
  // A limit applies to every request with the token, not only to the refused one.
  let limit: { requestError: RequestError; endMs: number; untilMs: number } | undefined;
  let limits = 0;

  function begin(requestError: RequestError): void {
    if (sinceMs === undefined) ({ server } = requestError);
    sinceMs ??= clock.nowMs();
  }

  return {
    /** The current limit, if any; by `clock`. Whoever has the time waits from `endMs` until `untilMs`. */
    limit: () => (limit && limit.untilMs > clock.nowMs() ? limit : undefined),
    /** Rate limits in a row since the last successful response. */
    limits: () => limits,

    /** `leftMs`: time until the deadline of the refused request; `random`: from 0 to 1. */
    noteLimit(requestError: RequestError, leftMs: number, random: number): void {
      const nowMs = clock.nowMs();
      // Requests that were under way together meet the same limit: it counts once, and its latest end holds.
      const before = limit && limit.untilMs > nowMs ? limit : undefined;
      if (!before) limits++;
      const lastsMs = limitMs(requestError, limits);
      if (before && nowMs + lastsMs <= before.endMs) return;
      // Many jobs may wait for the limit of one token; they must not all resume at once.
      const jitterMs = random * Math.min(lastsMs / 4, 5000, Math.max(leftMs - lastsMs, 0) / 2);
      limit = { requestError, endMs: nowMs + lastsMs, untilMs: nowMs + lastsMs + jitterMs };
      begin(requestError);
      if (before && limit.endMs - before.endMs < TOLD_FROM_MS) return;
      const endMs = github.serverTimeMs(nowMs + lastsMs);
      const until = endMs === undefined ? "" : ` until ${timeOfDay(endMs)}`;
      const waits = `; waiting ${seconds(lastsMs)}, then continuing`;
      const then = lastsMs < leftMs ? waits : ", which is after the deadline";
      log.info(`${limitOf(requestError)} reached${until}${then}.`, "waiting");
    },

    noteError(requestError: RequestError): void {
      const { kind, outcome, answer, request } = requestError;
      if (sinceMs !== undefined || kind === "stale") return;
      begin(requestError);
      // An unreadable response has a status of success.
      const how = kind === "unreadable" ? `${request}: ${answer}` : `${outcome} to ${request}`;
      log.info(`${server} returned an unexpected response (${how}); retrying.`, "waiting");
    },

    noteAnswer(): void {
      limits = 0;
      if (sinceMs === undefined) return;
      log.info(`${server} responds again after ${seconds(clock.nowMs() - sinceMs)}.`);
      sinceMs = undefined;
    },
  };
}

function limitOf({ server }: RequestError): string {
  return server === "GitHub" ? "Rate limit" : `Rate limit of ${server}`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
