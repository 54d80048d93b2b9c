import { expect, test } from "vitest";
import { seeded } from "../../bench/random.ts";
import { SlidingWindow } from "./window.ts";

test("a sliding window forgets what is over, and only that", () => {
  const window = new SlidingWindow(100, 10);
  const random = seeded(1);
  const all: { atMs: number; weight: number }[] = [];
  for (let nowMs = 0; nowMs < 3000; nowMs += Math.floor(random() * 12)) {
    const weight = random() < 0.5 ? 1 : 3;
    const within = all.filter(({ atMs }) => atMs > nowMs - 100);
    const isFull = within.reduce((sum, one) => sum + one.weight, weight) > 10;
    const waitMs = window.waitMs(weight, nowMs);
    expect(waitMs > 0).toBe(isFull);
    expect(waitMs).toBeGreaterThanOrEqual(0);
    expect(waitMs).toBeLessThanOrEqual(100);
    if (isFull) continue;
    window.add(weight, nowMs);
    all.push({ atMs: nowMs, weight });
  }
  expect(all.length).toBeGreaterThan(100);
});
