import type { Clock } from "./clock.ts";

/** The reason of the signal when the caller cancels the step, or when `fail_fast` ends it for another target. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  /** e.g. `SIGINT` */
  readonly by: string;
  /** By the clock. */
  readonly atMs: number;
  /** The word of `cancel_run_on` that says whether the remote run is cancelled, too. */
  readonly reason: "cancel" | "failure";

  constructor(by: string, atMs: number, reason: "cancel" | "failure" = "cancel") {
    super(`cancelled by ${by}`);
    this.by = by;
    this.atMs = atMs;
    this.reason = reason;
  }
}

/** After the first signal: the runner kills the step after 10 s (docs/platform.md#runner-signals). */
export const END_BY_MS = 9000;

/** What is left of the runner's grace: all of it before the caller's signal. */
export function graceLeftMs({ reason }: AbortSignal, clock: Clock): number {
  return reason instanceof Cancelled ? Math.max(reason.atMs + END_BY_MS - clock.nowMs(), 0) : END_BY_MS;
}

interface Timer {
  readonly signal: AbortSignal;
  /** Stops the timer. */
  release(): void;
}

/** Aborts with `reason()` after `ms`, or with the reason of `signal` as soon as that is aborted. */
export function abortAfter(clock: Clock, ms: number, reason: () => unknown, signal?: AbortSignal): Timer {
  const released = new AbortController();
  const controller = new AbortController();
  const forget = whenAborted(signal, () => controller.abort(signal?.reason));
  callAfter(clock, ms, released.signal, () => controller.abort(reason()));
  return { signal: controller.signal, release: releaseBoth(forget, released) };
}

/** Aborts `ms` after `signal`, by default with its reason: a grace period. */
export function abortAfterGrace(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  reason: () => unknown = () => signal.reason,
): Timer {
  const released = new AbortController();
  const controller = new AbortController();
  const forget = whenAborted(signal, () => callAfter(clock, ms, released.signal, () => controller.abort(reason())));
  return { signal: controller.signal, release: releaseBoth(forget, released) };
}

function releaseBoth(forget: () => void, timer: AbortController): () => void {
  return () => {
    forget();
    timer.abort();
  };
}

/**
 * Returns what stops listening. The option `signal` of `addEventListener` would not: where many listen to one signal, Node
 * 20.20.2 collects what is to remove the listener as garbage, and keeps the listener for ever.
 */
export function whenAborted(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal?.aborted) act();
  else signal?.addEventListener("abort", act, { once: true });
  return () => signal?.removeEventListener("abort", act);
}

export function callAfter(clock: Clock, ms: number, released: AbortSignal, act: () => void): void {
  clock.sleep(ms, released).then(act, () => {});
}
