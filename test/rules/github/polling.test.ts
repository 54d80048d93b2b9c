import { describe, expect, test } from "vitest";
import {
  type Pace,
  pauseBeforeFind,
  pauseBeforeFollow,
  pauseWhileUnclear,
  pauseWithin,
} from "../../../src/github/polling.ts";

const pace: Pace & { status: string } = {
  status: "in_progress",
  ageMs: 0,
  pollIntervalMs: 10_000,
  rateLimit: undefined,
  lookMs: 0,
  sharers: 1,
  pollers: 1,
  random: 0,
};
const plenty = { limit: 5000, remaining: 4000, resetInMs: 1_800_000 };

describe("the pause before the next look", () => {
  test.each([
    [0, 1000, 2000],
    [9999, 1000, 2000],
    [10_000, 1600, 2000],
    [22_000, 1600, 1000],
    [44_000, 1600, 2000],
    [66_000, 3300, 3000],
    [110_000, 5500, 5000],
    [220_000, 10_000, 10_000],
    [3_600_000, 10_000, 10_000],
  ])("fits the age: after %i ms it is %i ms to find and %i ms to follow", (ageMs, find, follow) => {
    expect(pauseBeforeFind({ ...pace, ageMs })).toBe(find);
    expect(pauseBeforeFollow({ ...pace, ageMs })).toBe(follow);
  });

  test.each([1000, 5000, 60_000])("is never longer than poll_interval_seconds, here %i ms", (pollIntervalMs) => {
    for (const ageMs of [0, 60_000, 3_600_000]) {
      for (const random of [0, 0.5, 0.999]) {
        const slow = { ...pace, ageMs, pollIntervalMs, random, rateLimit: plenty };
        expect(pauseBeforeFind(slow)).toBeLessThanOrEqual(pollIntervalMs);
        expect(pauseBeforeFollow(slow)).toBeLessThanOrEqual(pollIntervalMs);
      }
    }
  });

  test.each([
    [0, 5000],
    [0.5, 4500],
    [1, 4000],
  ])("is only ever made shorter by jitter, here %d, to %i ms", (random, ms) => {
    expect(pauseBeforeFind({ ...pace, ageMs: 100_000, random })).toBe(ms);
    expect(pauseBeforeFollow({ ...pace, ageMs: 110_000, random })).toBe(ms);
  });

  test("is hardly made shorter by jitter where it is longest, since there it costs a request each time", () => {
    expect(pauseBeforeFollow({ ...pace, ageMs: 3_600_000, random: 1 })).toBe(9800);
  });

  test.each([
    [0, 5000],
    [80, 4840],
    [2000, 2500],
    [60_000, 2500],
  ])(
    "makes room for the looks before and after it, but never less than half is quiet: looks of %i ms, %i ms",
    (lookMs, ms) => {
      expect(pauseBeforeFind({ ...pace, ageMs: 100_000, lookMs })).toBe(ms);
      expect(pauseBeforeFollow({ ...pace, ageMs: 110_000, lookMs })).toBe(ms);
    },
  );

  test.each([
    [1, 1000],
    [40, 6000],
    [60, 9000],
    [1000, 10_000],
  ])("leaves room for others: of %i who share the limits, each pauses for %i ms", (sharers, ms) => {
    expect(pauseBeforeFind({ ...pace, ageMs: 5000, sharers })).toBe(ms);
    expect(pauseBeforeFollow({ ...pace, ageMs: 22_000, sharers })).toBe(ms);
  });

  test("is as long as may be until the usual end is near, close while it is due, and by the age again after it", () => {
    const usual = { fromMs: 600_000, toMs: 660_000, medianMs: 630_000 };
    const pauses = [100_000, 598_000, 620_000, 661_000].map((ageMs) =>
      pauseBeforeFollow({ ...pace, ageMs, estimate: usual }),
    );
    expect(pauses).toEqual([10_000, 3000, 3000, 10_000]);
  });

  test.each([
    [110_000, 10_000, 10_000],
    [220_000, 10_000, 10_000],
    [440_000, 10_000, 20_000],
    [660_000, 10_000, 30_000],
    [9_900_000, 10_000, 30_000],
    [9_975_000, 10_000, 10_000],
    [9_900_000, 2000, 6000],
    [9_700_000, 60_000, 180_000],
    [9_995_000, 10_000, 5000],
  ])(
    "grows to three times poll_interval_seconds while the usual end is far: after %i ms, of %i ms, it is %i ms",
    (ageMs, pollIntervalMs, ms) => {
      const usual = { fromMs: 10_000_000, toMs: 10_100_000, medianMs: 10_050_000 };
      expect(pauseBeforeFollow({ ...pace, ageMs, pollIntervalMs, estimate: usual })).toBe(ms);
    },
  );

  test.each([
    [0, 10_000, 2000],
    [9999, 10_000, 2000],
    [10_000, 10_000, 10_000],
    [59_000, 60_000, 10_000],
    [0, 1000, 1000],
    [30_000, 5000, 5000],
  ])(
    "is short at first where a dispatch may have done nothing: %i ms after its answer, at most %i ms, it is %i ms",
    (ageMs, pollIntervalMs, ms) => {
      expect(pauseWhileUnclear({ ...pace, ageMs, pollIntervalMs })).toBe(ms);
    },
  );

  test.each([
    ["requested", 2000, 10_000],
    ["pending", 2000, 10_000],
    ["queued", 2000, 10_000],
    ["waiting", 2000, 10_000],
    ["in_progress", 1000, 3000],
    ["dreaming", 1000, 3000],
  ])("is long while a run cannot end soon: %s, %i ms, and %i ms about its usual end", (status, early, due) => {
    const usual = { fromMs: 600_000, toMs: 660_000, medianMs: 630_000 };
    expect(pauseBeforeFollow({ ...pace, status, ageMs: 22_000 })).toBe(early);
    expect(pauseBeforeFollow({ ...pace, status, ageMs: 620_000, estimate: usual })).toBe(due);
  });

  test.each([
    ["getting short", 200, 3_000_000, [30_000, 33_750, 37_500]],
    ["used up", 0, 3_000_000, [60_000, 67_500, 75_000]],
    ["used up, and full again in 20 s", 0, 20_000, [20_000, 22_500, 25_000]],
  ])("is only ever made longer by jitter when the limit is %s", (_, remaining, resetInMs, wantedMs) => {
    const rateLimit = { limit: 1000, remaining, resetInMs };
    const pauses = [0, 0.5, 1].map((random) => ({ ...pace, ageMs: 3_600_000, rateLimit, random }));
    expect(pauses.map(pauseBeforeFind)).toEqual(wantedMs);
    expect(pauses.map(pauseBeforeFollow)).toEqual(wantedMs);
  });

  test.each([
    ["unknown", undefined, 10_000],
    ["hardly touched", { limit: 5000, remaining: 4999, resetInMs: 3_600_000 }, 10_000],
    ["half gone", { limit: 5000, remaining: 2501, resetInMs: 3_600_000 }, 10_000],
    ["enough at this pace", { limit: 5000, remaining: 2000, resetInMs: 1_500_000 }, 10_000],
    ["getting short", { limit: 1000, remaining: 200, resetInMs: 3_000_000 }, 30_000],
    ["short, and soon full again", { limit: 1000, remaining: 200, resetInMs: 60_000 }, 10_000],
    ["down to what is kept for others", { limit: 1000, remaining: 100, resetInMs: 3_000_000 }, 60_000],
    ["used up", { limit: 1000, remaining: 0, resetInMs: 3_000_000 }, 60_000],
    ["used up, and full again in 20 s", { limit: 1000, remaining: 0, resetInMs: 20_000 }, 20_000],
    ["used up, and full again now", { limit: 1000, remaining: 0, resetInMs: 0 }, 10_000],
  ])("fits what is left of the limit: %s", (_, rateLimit, ms) => {
    expect(pauseBeforeFind({ ...pace, ageMs: 3_600_000, rateLimit })).toBe(ms);
    expect(pauseBeforeFollow({ ...pace, ageMs: 3_600_000, rateLimit })).toBe(ms);
  });
});

test.each([
  [60_000, 10_000, 10_000],
  [10_500, 10_000, 9500],
  [5000, 10_000, 4000],
  [1001, 10_000, 1],
  [1000, 10_000, 1000],
  [400, 10_000, 400],
  [400, 100, 100],
  [0, 10_000, 0],
  [-5, 10_000, 0],
])(
  "with %i ms left, a pause of %i ms is %i ms: the last look comes right before the deadline",
  (leftMs, pauseMs, is) => {
    expect(pauseWithin(leftMs, pauseMs)).toBe(is);
  },
);
