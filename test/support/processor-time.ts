/** Processor time instead of a clock: a busy machine makes a test slow, and not its work more. */

/** Too short to be told from what the machine does besides. */
const NOTHING_MS = 4;
/** The collector and the compiler can take several times what the work takes: the least of some tries is the work's own. */
const TRIES = 8;

/** In ms, of this process, garbage collection and compilation in their threads included. */
export async function processorMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Whether `work` takes more than `ms`, each time that it is tried. */
export async function takesLonger(ms: number, work: () => unknown): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    if ((await processorMs(work)) <= ms) return false;
  }
  return true;
}

/** How many times longer 8 n takes than n: 8 where the time is linear, 64 where it is quadratic. 1 where 8 n takes no time. */
export async function growth(work: (n: number) => unknown, n: number): Promise<number> {
  let [shortMs, longMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < TRIES; tries++) {
    longMs = Math.min(longMs, await processorMs(() => work(8 * n)));
    if (longMs < NOTHING_MS) return 1;
    shortMs = Math.min(shortMs, await processorMs(() => work(n)));
    if (tries > 0 && longMs < 10 * shortMs) break;
  }
  return longMs / Math.max(shortMs, 0.1);
}
