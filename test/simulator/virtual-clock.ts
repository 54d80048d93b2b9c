import type { Clock } from "../../src/runner/clock.ts";
import { fetchHere } from "./here.ts";

/** Names the request, so that the server can let time pass for it while it keeps it waiting. Never in the journal. */
export const flightHeader = "x-simulator-flight";

/** What the simulator asks of a clock. With only a {@link Clock}, time simply runs. */
export interface SimulatorClock extends Clock {
  /**
   * Waits on behalf of the server (`Infinity`: until aborted). The request on this flight does not hold time back
   * meanwhile, and the wait is not among the sleeps of the code under test.
   */
  pause?(ms: number, signal: AbortSignal, flight: string | undefined): Promise<void>;
}

/** Nobody listens here, which gives a true refusal with the system's own error. (Port 1 would be refused by `fetch`.) */
const nowhere = "http://127.0.0.1:2/";

/** Time passes with every pause, even with one that is too short for a sum of this size to show. */
function endOf(nowMs: number, ms: number): number {
  const sum = nowMs + Math.max(ms, 0);
  return ms > 0 && sum === nowMs ? nowMs + 0.001 : sum;
}

interface Sleeper {
  wakesAtMs: number;
  wake(): void;
}

/**
 * A clock that jumps: as soon as nothing is going on any more, it is the time of the earliest sleeper. So ten minutes
 * of waiting take milliseconds, and what was slept can be asserted.
 */
export class VirtualClock implements SimulatorClock {
  /** Every sleep that was asked for, in milliseconds, in order. */
  readonly sleeps: number[] = [];

  /** Use this as the `fetch` of the code under test: time stands still from the call until the body has been read. */
  readonly fetch: typeof globalThis.fetch = (input, init) => this.#fetch(input, init);

  /** Asked for each request: true refuses its connection, as where nobody listens. The server never sees it. */
  refuses: ((method: string, path: string) => boolean) | undefined;

  #nowMs: number;
  #holds = 0;
  #flights = 0;
  #changes = 0;
  #watching = false;
  /** In order of waking, ties in order of coming. */
  readonly #sleepers: Sleeper[] = [];
  readonly #inFlight = new Set<string>();
  readonly #parked = new Set<string>();

  /** `startMs` is what it shows at first. */
  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return this.#rest(ms, signal);
  }

  /** Time stands still until {@link release}: for work that neither sleeps nor fetches, such as signing or a file. */
  hold(): void {
    this.#holds++;
    this.#changes++;
  }

  release(): void {
    this.#holds--;
    this.#changes++;
    this.#watch();
  }

  /** Holds and flights that keep time from passing; 0 when all is quiet. */
  get busy(): number {
    return this.#holds + this.#inFlight.size - this.#parked.size;
  }

  async pause(ms: number, signal: AbortSignal, flight: string | undefined): Promise<void> {
    // A flight may have landed (aborted by its client) before or during the pause: then there is nothing to give back.
    // That is why flights have names; a bare counter would let time run under somebody else's request meanwhile.
    const parks = flight !== undefined && this.#inFlight.has(flight) && !this.#parked.has(flight);
    if (parks) {
      this.#parked.add(flight);
      this.#changes++;
      this.#watch();
    }
    try {
      await this.#rest(ms, signal);
    } finally {
      if (parks && this.#parked.delete(flight)) this.#changes++;
    }
  }

  #rest(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        this.#changes++;
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        wakesAtMs: endOf(this.#nowMs, ms),
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const later = this.#sleepers.findIndex((other) => other.wakesAtMs > sleeper.wakesAtMs);
      this.#sleepers.splice(later === -1 ? this.#sleepers.length : later, 0, sleeper);
      this.#changes++;
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#watch();
    });
  }

  /** Waits for quiet, wakes one sleeper, and begins again until there is nobody to wake or somebody is busy. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    let quietTurns = 0;
    let seen = this.#changes;
    const turn = () => {
      quietTurns = this.#changes === seen ? quietTurns + 1 : 0;
      seen = this.#changes;
      const next = this.#sleepers[0];
      // Whoever releases, lands or comes to sleep watches again. Nothing wakes one who sleeps forever.
      if (this.busy > 0 || next === undefined || next.wakesAtMs === Infinity) {
        this.#watching = false;
        return;
      }
      if (quietTurns >= 3) {
        this.#sleepers.shift();
        this.#nowMs = next.wakesAtMs;
        this.#changes++;
        next.wake();
      }
      setImmediate(turn);
    };
    setImmediate(turn);
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const flight = String(++this.#flights);
    this.#inFlight.add(flight);
    this.#changes++;
    try {
      const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
      headers.set(flightHeader, flight);
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const isRefused = this.refuses?.(init?.method ?? "GET", pathname);
      const near = isRefused ? undefined : fetchHere(input, { ...init, headers });
      if (near) return await near;
      const answer = await globalThis.fetch(isRefused ? nowhere : input, { ...init, headers });
      const bytes = await answer.arrayBuffer();
      const { status, statusText } = answer;
      const bodyless = status === 204 || status === 205 || status === 304;
      const whole = new Response(bodyless ? null : bytes, { status, statusText, headers: answer.headers });
      // A made Response has no address, and octokit reads it.
      Object.defineProperty(whole, "url", { value: answer.url });
      Object.defineProperty(whole, "redirected", { value: answer.redirected });
      return whole;
    } finally {
      this.#inFlight.delete(flight);
      this.#parked.delete(flight);
      this.#changes++;
      this.#watch();
    }
  }
}
