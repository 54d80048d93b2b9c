/**
 * The edge to time. Rules and story never read a clock of their own, so that tests own the time.
 */
export interface Clock {
  /**
   * Milliseconds on a scale that never jumps while a process lives, and that all processes of this machine share. Only
   * differences mean anything: a runner's clock may be minutes off, so whatever needs a date takes the server's.
   */
  nowMs(): number;

  /** Resolves after `ms` milliseconds. Rejects with `signal.reason` as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Time since the machine started. `performance.now()` would do as well, but loading it costs each start a millisecond. */
const upMs = () => Number(process.hrtime.bigint()) / 1e6;
/** When the machine started, by its time of day: so the `post` step, another process, can tell how long ago the dispatch was. */
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
      // setTimeout fires at once for more than 2^31-1 ms (25 days), which a broken server's `retry-after` may ask for.
      // Waking early does no harm: whoever waits looks at the clock again.
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
