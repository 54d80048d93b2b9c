import { describe, expect, test } from "vitest";
import type { RequestError } from "../../../src/github/request-error.ts";
import { pauseAfter, type RetryProgress } from "../../../src/github/retry-rules.ts";
import { FAULTS, faultOfRead, limitOf } from "../../support/faults.ts";

const { unavailable, refused, notFound, unauthorized, forbidden, untoldLimit } = FAULTS;
const foreign = faultOfRead("unreadable", { status: 200, isForeign: true });

describe("the pause after a fault", () => {
  const first: RetryProgress = {
    nowMs: 0,
    failures: 1,
    limits: 0,
    strays: 0,
    alike: 1,
    tokenHasWorked: true,
  };

  test.each<[string, RequestError, Partial<RetryProgress>, number | undefined]>([
    ["is 1 s at first", unavailable, {}, 1000],
    ["is 2 s then", unavailable, { failures: 2 }, 2000],
    ["doubles", unavailable, { failures: 5 }, 16_000],
    ["is 30 s at most", unavailable, { failures: 6 }, 30_000],
    ["is 30 s at most, however long it lasts", unavailable, { failures: 500 }, 30_000],
    ["comes after a refused connection", refused, {}, 1000],
    ["comes after a lost answer", faultOfRead("lost", { code: "ECONNRESET" }), {}, 1000],
    ["comes after an unreadable answer", faultOfRead("unreadable", { status: 200 }), {}, 1000],
    ["comes after any number of pages of a proxy", faultOfRead("unreadable", { status: 200 }), { alike: 99 }, 1000],
    ["comes after a second answer of another server", foreign, { alike: 2 }, 1000],
    ["comes after a third that is not like the others", foreign, { failures: 3, alike: 1 }, 4000],
    ["does not come after a third answer that lacks the same field", foreign, { failures: 3, alike: 3 }, undefined],
    ["is as long as a limit says", limitOf(7000), {}, 7000],
    ["is as long as a limit says, at any time", limitOf(2_520_000), { failures: 9, limits: 9 }, 2_520_000],
    ["is a minute where a limit says nothing", untoldLimit, { limits: 1 }, 60_000],
    ["is a minute, whatever trouble came before the limit", untoldLimit, { failures: 9, limits: 1 }, 60_000],
    ["is two minutes then", untoldLimit, { failures: 2, limits: 2 }, 120_000],
    ["is four minutes then", untoldLimit, { failures: 3, limits: 3 }, 240_000],
    ["is 16 minutes after a fifth limit", untoldLimit, { failures: 5, limits: 5 }, 960_000],
    ["is 16 minutes at most", untoldLimit, { failures: 6, limits: 6 }, 960_000],
    ["is 16 minutes at most, however long it lasts", untoldLimit, { failures: 2000, limits: 2000 }, 960_000],
    ["is that of trouble again after limits", unavailable, { failures: 3, limits: 2 }, 4000],
    ["is none after a refusal", forbidden, {}, undefined],
    ["is none after a refused input", faultOfRead("rejected", { status: 422 }), {}, undefined],
    ["is none for a certificate", faultOfRead("untrusted", { code: "CERT_HAS_EXPIRED" }), {}, undefined],
    ["is none after a 401 on a token that never worked", unauthorized, { tokenHasWorked: false }, undefined],
    ["is 3 s after a stray 401", unauthorized, {}, 3000],
    ["is 3 s after a second stray 401", unauthorized, { failures: 2, strays: 1 }, 3000],
    ["is none after a third 401", unauthorized, { failures: 3, strays: 2 }, undefined],
    ["is none after a 404 on what was never seen", notFound, {}, undefined],
    ["is 3 s after a stray 404", notFound, { wasSeen: true }, 3000],
    ["is 3 s after a second stray 404", notFound, { wasSeen: true, failures: 2, strays: 1 }, 3000],
    ["is none after a third 404", notFound, { wasSeen: true, failures: 3, strays: 2 }, undefined],
    ["is 1 s after a 404 on what is new", notFound, { isNewUntilMs: 30_000, nowMs: 29_999 }, 1000],
    ["is 1 s after any 404 on what is new", notFound, { isNewUntilMs: 30_000, failures: 20, strays: 19 }, 1000],
    ["is longer after half a minute of them", notFound, { isNewUntilMs: 600_000, failures: 31 }, 5000],
    ["is none after a 404 on what is new no more", notFound, { isNewUntilMs: 30_000, nowMs: 30_000 }, undefined],
    ["is none where the asker does not want it", unavailable, { retries: () => false }, undefined],
    ["is there where the asker wants it", unavailable, { retries: (it) => it.status === 503 }, 1000],
  ])("%s", (_, seen, standing, ms) => {
    expect(pauseAfter(seen, { ...first, ...standing })).toBe(ms);
  });
});
