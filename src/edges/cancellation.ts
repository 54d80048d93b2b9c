/** The signals that end waiting: the caller's cancellation, and time that has run out. */

import type { Clock } from "./clock.ts";

/** The caller has cancelled the step: the reason of the aborted signal. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  /** e.g. `SIGINT` */
  readonly by: string;
  /** By the clock. */
  readonly atMs: number;

  constructor(by: string, atMs: number) {
    super(`cancelled by ${by}`);
    this.by = by;
    this.atMs = atMs;
  }
}

/** A signal that is aborted by itself, until it is released. */
export interface Timer {
  readonly signal: AbortSignal;
  /** Forgets the time: the work is done. */
  release(): void;
}

/** Aborts with what `reason` gives after `ms`, or with the reason of `signal` as soon as that is aborted. */
export function abortAfter(clock: Clock, ms: number, reason: () => unknown, signal?: AbortSignal): Timer {
  const controller = new AbortController();
  const released = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true, signal: released.signal });
  clock.sleep(ms, released.signal).then(
    () => controller.abort(reason()),
    () => {},
  );
  return { signal: controller.signal, release: () => released.abort() };
}

/** Aborts `ms` after `signal` was aborted, with its reason: for work that has a little time left then. */
export function abortLater(clock: Clock, ms: number, signal: AbortSignal): Timer {
  const controller = new AbortController();
  const released = new AbortController();
  const onAbort = () =>
    clock.sleep(ms, released.signal).then(
      () => controller.abort(signal.reason),
      () => {},
    );
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true, signal: released.signal });
  return { signal: controller.signal, release: () => released.abort() };
}
