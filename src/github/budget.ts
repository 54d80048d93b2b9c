/**
 * What GitHub lets one token do (docs/platform.md#rate-limits). All requests on a token wait here for their turn, so that many
 * dispatches in one process stay within the limits that no response tells.
 */

import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { timeOfDay } from "../text/wording.ts";
import type { ResponseMetadata } from "./response-metadata.ts";
import {
  BY_URGENCY,
  CREATING,
  LIMITS,
  openWindow,
  type Spending,
  type SpendingWindow,
  type Spent,
} from "./spending.ts";

/** Has to be called when the request has ended; `wasSent` (true) is false where it was not needed, and has cost nothing. */
type End = (wasSent?: boolean) => void;

export interface Budget {
  /**
   * Resolves when a request may be sent, with what has to be called when it has ended. Of those equally urgent, the lowest
   * `position` goes first; of those that follow a run, whoever has waited longest, since they come again and again.
   * @throws the signal's reason when it is aborted
   */
  take(spending: Spending, signal: AbortSignal, position?: number): Promise<End>;
  /** The same at once; undefined where the request has to wait. */
  tryTake(spending: Spending): End | undefined;
  /** How many creating requests may be sent now. */
  roomToCreate(): number;
  /** What the requests of the last hour have cost, for a process that goes on after this one. */
  spent(): readonly Spent[];
  takeOver(spent: readonly Spent[]): void;
  /** Says, once, that creating requests have to wait, if they have to wait for long. */
  announceWait(): void;
  /** How long the next request of this kind has to wait, in ms: 0 as a rule. */
  waitMs(spending: Spending): number;
}

const MOST_AT_ONCE = 90;
/** A shorter wait is no news. */
const TOLD_FROM_MS = 5000;

export interface BudgetDependencies {
  github: Pick<ResponseMetadata, "serverTimeMs">;
  clock: Clock;
  log: Log;
}

export function openBudget({ github, clock, log }: BudgetDependencies): Budget {
  const windows = LIMITS.map((limit) => openWindow(limit, clock));
  const waiting = new Set<Waiting>();
  let underWay = 0;
  let alarm: AbortController | undefined;
  const told = new Set<string>();

  const waitMs = (spending: Spending) => Math.max(...windows.map((window) => window.waitMs(spending)));

  function begin(spending: Spending): End {
    const takesBack = windows.map((window) => window.spend(spending));
    underWay++;
    let hasEnded = false;
    return (wasSent = true) => {
      if (hasEnded) return;
      hasEnded = true;
      underWay--;
      if (!wasSent) for (const takeBack of takesBack) takeBack();
      if (waiting.size > 0) letGo();
    };
  }

  /** Lets go all that may go, the most urgent first. Nobody passes one that waits for the same limit. */
  function letGo(): void {
    const full = new Set<SpendingWindow>();
    for (const { spending, go } of [...waiting].sort(byUrgency)) {
      if (underWay >= MOST_AT_ONCE) break;
      const counting = windows.filter((window) => window.counts(spending));
      for (const window of counting.filter((each) => each.waitMs(spending) > 0)) full.add(window);
      if (!counting.some((window) => full.has(window))) go();
    }
    for (const window of full) announce(window);
    setAlarm();
  }

  /** Whoever waits for a limit is let go when it has room again, and whoever waits for a place when one is free. */
  function setAlarm(): void {
    alarm?.abort();
    const waitsMs = [...waiting].map(({ spending }) => waitMs(spending)).filter((ms) => ms > 0);
    if (waitsMs.length === 0) return;
    alarm = new AbortController();
    clock.sleep(Math.min(...waitsMs), alarm.signal).then(letGo, () => {});
  }

  /** Once for each limit: the wait repeats as long as there is more to send. */
  function announce({ what, waitMs: waitMsOf }: SpendingWindow): void {
    const lastsMs = waitMsOf(CREATING);
    if (lastsMs < TOLD_FROM_MS || told.has(what)) return;
    told.add(what);
    const untilMs = github.serverTimeMs(clock.nowMs() + lastsMs);
    const until = untilMs === undefined ? "" : `, until ${timeOfDay(untilMs)} at first`;
    log.info(`GitHub takes ${what} from one token, so some requests wait${until}.`, "waiting");
  }

  return {
    waitMs,
    roomToCreate: () => Math.min(...windows.map((window) => window.roomFor(CREATING))) - waiting.size,
    spent: () => windows.map((window) => window.spent()),
    takeOver(spent) {
      for (const [index, window] of windows.entries()) window.takeOver(spent[index] ?? []);
    },
    announceWait() {
      for (const window of windows) announce(window);
    },
    tryTake(spending) {
      const isFree = waiting.size === 0 && underWay < MOST_AT_ONCE && waitMs(spending) === 0;
      // Cancellations that come at one moment are put in order first.
      return isFree && spending.urgency !== "cancel" ? begin(spending) : undefined;
    },
    take(spending, signal, position = 0) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const leave = () => {
          waiting.delete(each);
          signal.removeEventListener("abort", giveUp);
        };
        const giveUp = () => {
          leave();
          reject(signal.reason);
        };
        const each = {
          spending,
          position,
          go: () => {
            leave();
            resolve(begin(spending));
          },
        };
        waiting.add(each);
        signal.addEventListener("abort", giveUp, { once: true });
        if (spending.urgency === "cancel") clock.sleep(0).then(letGo, () => {});
        else letGo();
      });
    },
  };
}

interface Waiting {
  spending: Spending;
  position: number;
  go: () => void;
}

function byUrgency(one: Waiting, other: Waiting): number {
  const rank = ({ spending }: Waiting) => BY_URGENCY.indexOf(spending.urgency);
  const byPosition = one.spending.urgency === "follow" ? 0 : one.position - other.position;
  return rank(one) - rank(other) || byPosition;
}
