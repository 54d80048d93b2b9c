/**
 * The edge to time. Rules and story never read a clock of their own, so that tests own the time.
 */
export interface Clock {
  /**
   * Milliseconds on a scale that never jumps while a process lives, and that all processes of this machine share. Only
   * differences mean anything: runner clocks are wrong by minutes at times, so what needs a date takes the server's.
   */
  nowMs(): number;

  /** Resolves after `ms` milliseconds. Rejects with `signal.reason` as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** By the machine's clock that never jumps. `performance` would tell the same, and takes a millisecond of each start to load. */
const upMs = () => Number(process.hrtime.bigint()) / 1e6;
/** Makes the time of day when the process began the origin; so the `post` step can tell how long ago the dispatch was. */
const originMs = Date.now() - upMs();

/** The real clock of this process. */
export const systemClock: Clock = {
  nowMs: () => originMs + upMs(),

  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      // setTimeout fires at once for more than 2^31-1 ms; a month's time-out is below, a broken server's `retry-after` is not.
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        Math.min(ms, 2 ** 31 - 1),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
