/** What may be spent of a limit within any stretch of its time. */

import type { Clock } from "../runner/clock.ts";

/** Of those that wait, the first kind goes first. */
export const BY_URGENCY = ["cancel", "start", "follow"] as const;

export interface Spending {
  urgency: (typeof BY_URGENCY)[number];
  /** The request creates something: a POST. */
  creates: boolean;
}

export const CANCELLING: Spending = { urgency: "cancel", creates: true };
export const CREATING: Spending = { urgency: "start", creates: true };
/** Also for whatever has no time to wait. */
export const STARTING: Spending = { urgency: "start", creates: false };
export const FOLLOWING: Spending = { urgency: "follow", creates: false };

const creating = ({ creates }: Spending) => (creates ? 1 : 0);
const points = ({ creates }: Spending) => (creates ? 5 : 1);
export const LIMITS = [
  { ms: 60_000, limit: 80, costOf: creating, what: "80 creating requests a minute" },
  { ms: 3_600_000, limit: 500, costOf: creating, what: "500 creating requests an hour" },
  { ms: 60_000, limit: 900, costOf: points, what: "900 points a minute" },
];
/** GitHub counts a request when it arrives: of two that were sent so long after each other, the second may come first. */
const LATENCY_MS = 1000;
/** What is left to others on the token; a cancellation, which the runner gives little time, takes nearly all. */
const SHARE: Record<Spending["urgency"], number> = { cancel: 0.98, start: 0.9, follow: 0.9 };
/** What was spent, by time: `atMs` by the clock. */
export type Spent = readonly (readonly [atMs: number, cost: number])[];

export type SpendingWindow = ReturnType<typeof openWindow>;

/** Parts of a window's time, into which `spent` sums up. */
const PARTS = 6;

/** A limit on what is spent within any `ms`. */
export function openWindow({ ms: lastsMs, limit, costOf, what }: (typeof LIMITS)[number], clock: Clock) {
  const ms = lastsMs + LATENCY_MS;
  const mostFor = ({ urgency }: Spending) => Math.floor(limit * SHARE[urgency]);
  /** Oldest first; those before `first` are over. */
  let spent: Spent[number][] = [];
  let first = 0;
  let sum = 0;

  function forget(): void {
    const fromMs = clock.nowMs() - ms;
    for (let each = spent[first]; each && each[0] <= fromMs; each = spent[++first]) sum -= each[1];
    if (first < 1000) return;
    spent = spent.slice(first);
    first = 0;
  }

  return {
    what,
    counts: (spending: Spending) => costOf(spending) > 0,
    /** Returns what takes it back. */
    spend(spending: Spending): () => void {
      const each: [atMs: number, cost: number] = [clock.nowMs(), costOf(spending)];
      if (each[1] > 0) spent.push(each);
      sum += each[1];
      return () => {
        if (each[0] <= clock.nowMs() - ms) return;
        sum -= each[1];
        each[1] = 0;
      };
    },
    /** What still counts; each part as if it had been spent at its end. */
    spent(): Spent {
      forget();
      const parts = new Map<number, number>();
      for (const [atMs, cost] of spent.slice(first)) {
        const endMs = Math.ceil((atMs * PARTS) / ms) * (ms / PARTS);
        parts.set(endMs, (parts.get(endMs) ?? 0) + cost);
      }
      return [...parts];
    },
    /** Takes over what another process has spent. */
    takeOver(others: Spent): void {
      spent = [...others, ...spent.slice(first)];
      first = 0;
      sum = spent.reduce((total, [, cost]) => total + cost, 0);
    },
    /** How many requests of this kind may be sent now. */
    roomFor(spending: Spending): number {
      forget();
      const cost = costOf(spending);
      return cost === 0 ? Number.POSITIVE_INFINITY : Math.floor((mostFor(spending) - sum) / cost);
    },
    waitMs(spending: Spending): number {
      forget();
      const cost = costOf(spending);
      let over = cost === 0 ? 0 : sum + cost - mostFor(spending);
      for (let index = first; over > 0; index++) {
        const [atMs, freed] = spent[index] ?? [undefined, 0];
        if (atMs === undefined) break;
        over -= freed;
        if (over <= 0) return atMs + ms - clock.nowMs();
      }
      return 0;
    },
  };
}
