/** Processor time instead of a clock: a busy machine makes a test slow, and not its work more. */

/** In ms, of this process. */
export function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Too short to be told from what the machine does besides. */
const NOTHING_MS = 4;
const TRIES = 4;

/** How many times longer 8 n takes than n: 8 where the time is linear, 64 where it is quadratic. 1 where 8 n takes no time. */
export function growth(work: (n: number) => unknown, n: number): number {
  let [shortMs, longMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < TRIES; tries++) {
    longMs = Math.min(
      longMs,
      processorMs(() => work(8 * n)),
    );
    if (longMs < NOTHING_MS) return 1;
    shortMs = Math.min(
      shortMs,
      processorMs(() => work(n)),
    );
    if (tries > 0 && longMs < 10 * shortMs) break;
  }
  return longMs / Math.max(shortMs, 0.1);
}
