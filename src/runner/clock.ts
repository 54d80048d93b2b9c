/** The only access to time, so that tests control it. */
export interface Clock {
  /** Never jumps, and all processes of this machine share it. For differences only: it may be minutes off the server's clock. */
  nowMs(): number;

  /** Rejects with `signal.reason` as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Since the machine started. `performance.now()` would do, but loading it costs each start a millisecond. */
const upMs = () => Number(process.hrtime.bigint()) / 1e6;
/** By the machine's time of day, so that the `post` step, another process, knows how long ago the dispatch was. */
const originMs = Date.now() - upMs();

export const systemClock: Clock = {
  nowMs: () => originMs + upMs(),

  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      // setTimeout fires at once for more than 2^31-1 ms (25 days), which a broken server's `retry-after` may ask for. Waking
      // early does no harm: callers check the clock again.
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
