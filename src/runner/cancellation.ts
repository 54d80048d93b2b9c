/** The signals that end waiting: the caller's cancellation, and time that has run out. */

import type { Clock } from "./clock.ts";

/** The caller has cancelled the step: the reason of the aborted signal. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  /** e.g. `SIGINT` */
  readonly by: string;
  /** When it was cancelled, by the clock. */
  readonly atMs: number;

  constructor(by: string, atMs: number) {
    super(`cancelled by ${by}`);
    this.by = by;
    this.atMs = atMs;
  }
}

/** A signal that a clock aborts, unless it is released first. */
interface Timer {
  readonly signal: AbortSignal;
  /** Stops the timer: the work is done. */
  release(): void;
}

/** Aborts with what `reason` gives after `ms`, or with the reason of `signal` as soon as that is aborted. */
export function abortAfter(clock: Clock, ms: number, reason: () => unknown, signal?: AbortSignal): Timer {
  const released = new AbortController();
  const controller = new AbortController();
  whenAborted(signal, released.signal, () => controller.abort(signal?.reason));
  afterPause(clock, ms, released.signal, () => controller.abort(reason()));
  return { signal: controller.signal, release: () => released.abort() };
}

/** Aborts `ms` after `signal` was aborted, with its reason: for work that may take a little longer then. */
export function abortLater(clock: Clock, ms: number, signal: AbortSignal): Timer {
  const released = new AbortController();
  const controller = new AbortController();
  whenAborted(signal, released.signal, () =>
    afterPause(clock, ms, released.signal, () => controller.abort(signal.reason)),
  );
  return { signal: controller.signal, release: () => released.abort() };
}

/** Calls `act` as soon as `signal` is aborted, unless `released` was aborted before. */
function whenAborted(signal: AbortSignal | undefined, released: AbortSignal, act: () => void): void {
  if (signal?.aborted) act();
  else signal?.addEventListener("abort", act, { once: true, signal: released });
}

/** Calls `act` after `ms`, unless `released` was aborted before. */
export function afterPause(clock: Clock, ms: number, released: AbortSignal, act: () => void): void {
  clock.sleep(ms, released).then(act, () => {});
}
