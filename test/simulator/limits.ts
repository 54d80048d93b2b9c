/** Which limits are enforced, per token. What is left out is not. */
export interface LimitOptions {
  primaryPerHour?: number;
  /** GET 1 point, POST 5. */
  pointsPerMinute?: number;
  /** Creating requests are the POSTs. */
  creatingPerMinute?: number;
  creatingPerHour?: number;
  /** False: a secondary refusal does not say for how long. Default true. */
  secondaryRetryAfter?: boolean;
  /** How long the minute of these limits lasts, so that a test on real time can outlast it; default 60,000. */
  minuteMs?: number;
  /** Status of a refusal; default 403. GitHub uses both. */
  status?: 403 | 429;
}

/** A request that was refused. Times in the server's epoch milliseconds. */
export interface Refusal {
  atMs: number;
  token: string;
  /** Value of the header `x-simulator-client`, or else the name in the path, or else the token. */
  client: string;
  path: string;
  kind: "primary" | "secondary";
  /** As told in the header; undefined if it was not. */
  retryAfterS?: number;
  /** A request of this client before then comes too early. */
  untilMs: number;
}

/** A request that came although its client had been told to wait. */
export interface EarlyRequest {
  atMs: number;
  untilMs: number;
  client: string;
  method: string;
  path: string;
}

export interface Budget {
  limit: number;
  remaining: number;
  used: number;
  /** Epoch seconds. */
  reset: number;
}

interface Account {
  windowStartMs: number;
  used: number;
  /** What was let through and still counts: for a minute, and what creates for an hour. */
  recent: { atMs: number; points: number; creating: boolean }[];
}

const hourMs = 3_600_000;

/** Counts what each token uses, and refuses what is too much. */
export class Limits {
  readonly refusals: Refusal[] = [];
  readonly early: EarlyRequest[] = [];
  readonly #accounts = new Map<string, Account>();
  /** Client → until when it was told to wait. */
  readonly #told = new Map<string, number>();
  readonly #options: LimitOptions;

  constructor(options: LimitOptions = {}) {
    this.#options = options;
  }

  /** Lets the request pass and counts its points, or refuses it. */
  admit(token: string, client: string, method: string, path: string, nowMs: number): Refusal | undefined {
    const untilMs = this.#told.get(client);
    if (untilMs !== undefined && nowMs < untilMs) this.early.push({ atMs: nowMs, untilMs, client, method, path });
    const account = this.#account(token, nowMs);
    const { pointsPerMinute, creatingPerMinute, creatingPerHour, minuteMs = 60_000 } = this.#options;
    account.recent = account.recent.filter(({ atMs, creating }) => atMs > nowMs - (creating ? hourMs : minuteMs));
    const creating = method !== "GET";
    const points = creating ? 5 : 1;
    if (this.#options.primaryPerHour !== undefined && account.used >= this.#options.primaryPerHour) {
      return this.#refuse({
        atMs: nowMs,
        token,
        client,
        path,
        kind: "primary",
        untilMs: this.budget(token, nowMs).reset * 1000,
      });
    }
    const waitsMs = [
      waitMs(account.recent, minuteMs, pointsPerMinute, points, (one) => one.points, nowMs),
      creating ? waitMs(account.recent, minuteMs, creatingPerMinute, 1, (one) => Number(one.creating), nowMs) : 0,
      creating ? waitMs(account.recent, hourMs, creatingPerHour, 1, (one) => Number(one.creating), nowMs) : 0,
    ];
    const longestMs = Math.max(...waitsMs);
    if (longestMs > 0) {
      const refusal = { atMs: nowMs, token, client, path, kind: "secondary" } as const;
      // Who is not told for how long has to wait a minute, says GitHub's documentation.
      if (this.#options.secondaryRetryAfter === false) return this.#refuse({ ...refusal, untilMs: nowMs + minuteMs });
      const retryAfterS = Math.ceil(longestMs / 1000);
      return this.#refuse({ ...refusal, retryAfterS, untilMs: nowMs + retryAfterS * 1000 });
    }
    account.recent.push({ atMs: nowMs, points, creating });
    return undefined;
  }

  /** Takes one request off the hour's budget. */
  bill(token: string, nowMs: number): void {
    this.#account(token, nowMs).used++;
  }

  budget(token: string, nowMs: number): Budget {
    const { used, windowStartMs } = this.#account(token, nowMs);
    const limit = this.#options.primaryPerHour ?? 5000;
    const reset = Math.ceil((windowStartMs + hourMs) / 1000);
    return { limit, remaining: Math.max(limit - used, 0), used: Math.min(used, limit), reset };
  }

  /** How a refusal is answered. */
  get status(): 403 | 429 {
    return this.#options.status ?? 403;
  }

  #refuse(refusal: Refusal): Refusal {
    this.refusals.push(refusal);
    this.#told.set(refusal.client, refusal.untilMs);
    return refusal;
  }

  #account(token: string, nowMs: number): Account {
    const known = this.#accounts.get(token);
    if (!known) {
      const account = { windowStartMs: nowMs, used: 0, recent: [] };
      this.#accounts.set(token, account);
      return account;
    }
    if (nowMs >= Math.ceil((known.windowStartMs + hourMs) / 1000) * 1000) {
      known.windowStartMs = nowMs;
      known.used = 0;
    }
    return known;
  }
}

/** How long until this much more fits into the sliding window; 0 if it does now. */
function waitMs(
  recent: Account["recent"],
  windowMs: number,
  limit: number | undefined,
  more: number,
  weigh: (one: Account["recent"][number]) => number,
  nowMs: number,
): number {
  if (limit === undefined) return 0;
  const inWindow = recent.filter(({ atMs }) => atMs > nowMs - windowMs);
  let sum = inWindow.reduce((total, one) => total + weigh(one), more);
  let freeAtMs = nowMs;
  for (const one of inWindow) {
    if (sum <= limit) break;
    sum -= weigh(one);
    freeAtMs = one.atMs + windowMs;
  }
  return freeAtMs - nowMs;
}
