/** What answers tell by the way, and which of them are believed. */

import { describe, expect, test } from "vitest";
import { PURPOSES } from "../../../src/github/purposes.ts";
import { trackMetadata } from "../../../src/github/response-metadata.ts";
import type { Clock } from "../../../src/runner/clock.ts";

const NOON_MS = Date.parse("2026-11-20T12:00:00Z");
const HOUR_MS = 3_600_000;

/** Answers on a clock that stands where they say. */
function tracking() {
  let nowMs = 0;
  const clock: Clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
  const { metadata, note } = trackMetadata(clock);
  return {
    metadata,
    /** An answer that came at `atMs` to a request that was sent `tookMs` before. */
    answer(atMs: number, headers: Record<string, string>, { tookMs = 0, status = 200 } = {}) {
      nowMs = atMs;
      note({ request: "GET /", purpose: PURPOSES.read, status, headers, data: {} }, atMs - tookMs);
    },
  };
}

/** Headers of GitHub's own answer, by its clock. */
function byGitHub(dateMs: number): Record<string, string> {
  return { ...byProxy(dateMs), "x-github-request-id": "A1B2:000001" };
}

function byProxy(dateMs: number): Record<string, string> {
  return { date: new Date(dateMs).toUTCString() };
}

describe("the server's time", () => {
  test("is not known before an answer has told it", () => {
    const { metadata, answer } = tracking();
    expect(metadata.serverTimeMs(0)).toBeUndefined();
    answer(1000, {});
    expect([metadata.serverTimeMs(1000), metadata.likelyServerTimeMs(1000)]).toEqual([undefined, undefined]);
  });

  test("goes on from the last answer", () => {
    const { metadata, answer } = tracking();
    answer(1000, byGitHub(NOON_MS));
    expect(metadata.serverTimeMs(61_000)).toBe(NOON_MS + 60_000);
  });

  test("is not that of a proxy whose clock is wrong, once GitHub has told its own", () => {
    const { metadata, answer } = tracking();
    answer(1000, byGitHub(NOON_MS));
    answer(2000, byProxy(NOON_MS + HOUR_MS), { status: 502 });
    expect(metadata.serverTimeMs(2000)).toBe(NOON_MS + 1000);
    expect(metadata.likelyServerTimeMs(2000)).toBe(NOON_MS + 1500);
  });

  test("is that of whoever answers first, for want of a better, until GitHub tells its own", () => {
    const { metadata, answer } = tracking();
    answer(1000, byProxy(NOON_MS + HOUR_MS), { status: 502 });
    expect(metadata.serverTimeMs(1000)).toBe(NOON_MS + HOUR_MS);
    answer(2000, byGitHub(NOON_MS));
    expect(metadata.serverTimeMs(2000)).toBe(NOON_MS);
  });

  test("is known ever more closely within its second, as answers come at other parts of one", () => {
    const { metadata, answer } = tracking();
    answer(100, byGitHub(NOON_MS));
    answer(900, byGitHub(NOON_MS));
    answer(1050, byGitHub(NOON_MS + 1000));
    // At our zero it was between 50 ms before noon and 100 ms after it.
    expect(metadata.likelyServerTimeMs(0)).toBe(NOON_MS + 25);
  });

  test("is that of the last answer where two of GitHub's servers contradict each other", () => {
    const { metadata, answer } = tracking();
    answer(0, byGitHub(NOON_MS));
    answer(0, byGitHub(NOON_MS + 5000));
    expect(metadata.likelyServerTimeMs(0)).toBe(NOON_MS + 5500);
  });
});

describe("the limit of a token", () => {
  const limits = (remaining: string) => ({
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": remaining,
    "x-ratelimit-reset": String(NOON_MS / 1000 + 600),
  });

  test("is as the last answer told it, by the time of that answer", () => {
    const { metadata, answer } = tracking();
    expect(metadata.rateLimit()).toBeUndefined();
    answer(0, { ...byGitHub(NOON_MS), ...limits("4000") });
    answer(1000, byGitHub(NOON_MS + 1000));
    expect(metadata.rateLimit()).toEqual({ limit: 5000, remaining: 4000, resetInMs: 600_000 });
  });

  test("is full again at once where its time has passed", () => {
    const { metadata, answer } = tracking();
    answer(0, { ...byGitHub(NOON_MS + HOUR_MS), ...limits("0") });
    expect(metadata.rateLimit()).toMatchObject({ remaining: 0, resetInMs: 0 });
  });
});

test("a token has worked once a request has succeeded", () => {
  const { metadata, answer } = tracking();
  answer(0, byGitHub(NOON_MS), { status: 404 });
  expect(metadata.hasAnswered()).toBe(false);
  answer(0, byGitHub(NOON_MS), { status: 304 });
  expect(metadata.hasAnswered()).toBe(true);
});
