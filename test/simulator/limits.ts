import { SlidingWindow } from "./window.ts";

/** GitHub's own, for a personal token over all repositories (docs/platform.md#rate-limits). */
export const GITHUBS_LIMITS = {
  primaryPerHour: 5000,
  pointsPerMinute: 900,
  creatingPerMinute: 80,
  creatingPerHour: 500,
  atOnce: 100,
} as const;

/** What a test changes in the limits. A secondary one that is left out is GitHub's; the primary one is not enforced then. */
export interface LimitOptions {
  primaryPerHour?: number;
  /** GET 1 point, others 5. */
  pointsPerMinute?: number;
  /** Creating requests are the POSTs. */
  creatingPerMinute?: number;
  creatingPerHour?: number;
  /** Requests that are being answered at the same time. */
  atOnce?: number;
  /** False: a secondary refusal does not say for how long. Default true. */
  secondaryRetryAfter?: boolean;
  /** How long the minute of these limits lasts, so that a test on real time can outlast it; default 60,000. */
  minuteMs?: number;
  /** Status of a refusal; default 403. GitHub uses both. */
  status?: 403 | 429;
}

/** A request, as far as limits look at it. */
export interface LimitedRequest {
  entry: { method: string; path: string };
  /** Whose limits it counts against. */
  account: string;
  client: string;
  /** It came while as many were being answered as may be. */
  isOneTooMany: boolean;
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
  /** How many of its requests are being answered. */
  underWay: number;
  windows: Window[];
}

interface Window {
  limit: "pointsPerMinute" | "creatingPerMinute" | "creatingPerHour";
  sum: SlidingWindow;
  weigh(method: string): number;
}

const hourMs = 3_600_000;
const points = (method: string) => (method === "GET" ? 1 : 5);
const creating = (method: string) => Number(method === "POST");

/** Counts what each account uses, and refuses what is too much. */
export class Limits {
  readonly refusals: Refusal[] = [];
  /** The requests that broke one of GitHub's secondary limits that the test had left as they are. */
  readonly breaches: string[] = [];
  readonly early: EarlyRequest[] = [];
  readonly #accounts = new Map<string, Account>();
  /** Client → until when it was told to wait. */
  readonly #told = new Map<string, number>();
  readonly #given: LimitOptions;
  readonly #inForce: LimitOptions;
  readonly #minuteMs: number;

  /** `none`: nothing is refused. */
  constructor(options: LimitOptions | "none" = {}) {
    this.#given = options === "none" ? {} : options;
    this.#inForce = options === "none" ? {} : { ...GITHUBS_LIMITS, ...options };
    this.#minuteMs = this.#given.minuteMs ?? 60_000;
  }

  /** A request begins to be answered. Returns what to call at its end. */
  enter(request: LimitedRequest, nowMs: number): () => void {
    const account = this.#account(request.account, nowMs);
    request.isOneTooMany = account.underWay >= (this.#inForce.atOnce ?? Infinity);
    account.underWay++;
    return () => {
      account.underWay--;
    };
  }

  /** Lets the request pass and counts its points, or refuses it. */
  admit({ entry: { method, path }, account: token, client, isOneTooMany }: LimitedRequest, nowMs: number) {
    const untilMs = this.#told.get(client);
    if (untilMs !== undefined && nowMs < untilMs) this.early.push({ atMs: nowMs, untilMs, client, method, path });
    const account = this.#account(token, nowMs);
    const refused = { atMs: nowMs, token, client, path };
    if (account.used >= (this.#given.primaryPerHour ?? Infinity)) {
      return this.#refuse({ ...refused, kind: "primary", untilMs: this.budget(token, nowMs).reset * 1000 });
    }
    const broken = account.windows
      .map(({ limit, sum, weigh }) => ({ limit, waitMs: weigh(method) && sum.waitMs(weigh(method), nowMs) }))
      .filter(({ waitMs }) => waitMs > 0);
    if (isOneTooMany || broken.length > 0) {
      this.#noteBreaches([...broken.map(({ limit }) => limit), ...(isOneTooMany ? (["atOnce"] as const) : [])], {
        ...refused,
        method,
      });
      // Who is not told for how long has to wait a minute, says GitHub's documentation. When others will end, none can tell.
      if (isOneTooMany || this.#given.secondaryRetryAfter === false) {
        return this.#refuse({ ...refused, kind: "secondary", untilMs: nowMs + this.#minuteMs });
      }
      const retryAfterS = Math.ceil(Math.max(...broken.map(({ waitMs }) => waitMs)) / 1000);
      return this.#refuse({ ...refused, kind: "secondary", retryAfterS, untilMs: nowMs + retryAfterS * 1000 });
    }
    for (const { sum, weigh } of account.windows) if (weigh(method) > 0) sum.add(weigh(method), nowMs);
    return undefined;
  }

  /** Takes one request off the hour's budget. */
  bill(token: string, nowMs: number): void {
    this.#account(token, nowMs).used++;
  }

  budget(token: string, nowMs: number): Budget {
    const { used, windowStartMs } = this.#account(token, nowMs);
    const limit = this.#given.primaryPerHour ?? GITHUBS_LIMITS.primaryPerHour;
    const reset = Math.ceil((windowStartMs + hourMs) / 1000);
    return { limit, remaining: Math.max(limit - used, 0), used: Math.min(used, limit), reset };
  }

  /** How a refusal is answered. */
  get status(): 403 | 429 {
    return this.#given.status ?? 403;
  }

  #refuse(refusal: Refusal): Refusal {
    this.refusals.push(refusal);
    this.#told.set(refusal.client, refusal.untilMs);
    return refusal;
  }

  #noteBreaches(
    limits: readonly (keyof typeof GITHUBS_LIMITS)[],
    { atMs, token, method, path }: Pick<Refusal, "atMs" | "token" | "path"> & { method: string },
  ): void {
    for (const limit of limits.filter((each) => this.#given[each] === undefined)) {
      const at = new Date(atMs).toISOString();
      this.breaches.push(`${at} ${method} ${path}: ${token} is over ${GITHUBS_LIMITS[limit]} ${limit}`);
    }
  }

  #account(token: string, nowMs: number): Account {
    const known = this.#accounts.get(token);
    if (!known) {
      const account = { windowStartMs: nowMs, used: 0, underWay: 0, windows: this.#windows() };
      this.#accounts.set(token, account);
      return account;
    }
    if (nowMs >= Math.ceil((known.windowStartMs + hourMs) / 1000) * 1000) {
      known.windowStartMs = nowMs;
      known.used = 0;
    }
    return known;
  }

  #windows(): Window[] {
    const of = (limit: Window["limit"], lengthMs: number, weigh: Window["weigh"]): Window[] => {
      const most = this.#inForce[limit] ?? Infinity;
      return most === Infinity ? [] : [{ limit, sum: new SlidingWindow(lengthMs, most), weigh }];
    };
    return [
      ...of("pointsPerMinute", this.#minuteMs, points),
      ...of("creatingPerMinute", this.#minuteMs, creating),
      ...of("creatingPerHour", hourMs, creating),
    ];
  }
}
