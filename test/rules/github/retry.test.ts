import { describe, expect, test } from "vitest";
import { openGitHub } from "../../../src/github/api.ts";
import type { RequestOptions } from "../../../src/github/http.ts";
import type { RequestError } from "../../../src/github/request-error.ts";
import { makeRetry, OutOfTime, type RetryOptions } from "../../../src/github/retry.ts";
import { VirtualClock } from "../../simulator/index.ts";
import { FAULTS, faultOfRead, limitOf, READ_RUN } from "../../support/faults.ts";
import { quietLog } from "../../support/quiet-log.ts";

const { unavailable, refused, notFound, unauthorized, forbidden, untoldLimit } = FAULTS;

describe("asking", () => {
  /** GitHub as it is reached at noon: one answer has told its time, and that the token works. */
  async function start({ random = 0, signal = new AbortController().signal, hasAnswered = true } = {}) {
    const clock = new VirtualClock();
    const lines: string[] = [];
    const log = quietLog({ info: (line: string) => lines.push(line) });
    const github = openGitHub({
      target: { owner: "octo", repo: "target", apiUrl: "http://github.invalid" },
      credentials: { token: "t0ken" },
      fetch: async () =>
        Response.json(
          { full_name: "octo/target", default_branch: "main" },
          { headers: { date: "Fri, 20 Nov 2026 12:00:00 GMT" } },
        ),
      clock,
      log,
    });
    clock.hold();
    if (hasAnswered) await github.getRepository({ timeoutMs: 1000 });
    clock.release();
    clock.sleeps.length = 0;
    const retry = makeRetry({ github, clock, random: () => random, signal });

    /** Answers with each of `script` in turn, then with its last; each takes `tookMs`. */
    function ask(script: (RequestError | Error | string)[], retryOptions: RetryOptions, tookMs = 0) {
      const asked: RequestOptions[] = [];
      const result = retry(async (options) => {
        asked.push(options);
        const answer = script[Math.min(asked.length, script.length) - 1];
        await clock.pause(tookMs, new AbortController().signal, undefined);
        if (answer instanceof Error) throw answer;
        return answer;
      }, retryOptions).catch((error: unknown) => error);
      return { asked, result };
    }
    return { clock, lines, ask };
  }

  test("gives the first answer at once, and says nothing", async () => {
    const { clock, lines, ask } = await start();
    expect(await ask(["yes"], { deadlineMs: 60_000 }).result).toBe("yes");
    expect([clock.sleeps, lines]).toEqual([[], []]);
  });

  test("ends at once with `endsAtLimit` where a limit outlasts the deadline", async () => {
    const { clock, ask } = await start();
    const deadlineMs = clock.nowMs() + 30_000;
    expect(await ask([limitOf(60_000)], { deadlineMs, endsAtLimit: true }).result).toBeInstanceOf(OutOfTime);
    expect(clock.sleeps).toEqual([]);
  });

  test("goes on until there is an answer, and says once that there is trouble and once that it has ended", async () => {
    const { clock, lines, ask } = await start();
    const script = [unavailable, refused, unavailable, "yes", unavailable, "again"];
    expect(await ask(script, { deadlineMs: 60_000 }).result).toBe("yes");
    expect(clock.sleeps).toEqual([1000, 2000, 4000]);
    expect(lines).toEqual([
      `GitHub returned an unexpected response (503 to ${READ_RUN}); retrying.`,
      "GitHub responds again after 7 s.",
    ]);
  });

  test("says of an answer that cannot be read what is wrong with it, since its status is not", async () => {
    const { lines, ask } = await start();
    const odd = faultOfRead("unreadable", { status: 302, answer: "its file returned 403" });
    await ask([odd, "yes"], { deadlineMs: 60_000 }).result;
    expect(lines[0]).toBe(`GitHub returned an unexpected response (${READ_RUN}: its file returned 403); retrying.`);
  });

  test("tells of new trouble after the old has ended", async () => {
    const { lines, ask } = await start();
    await ask([unavailable, "yes"], { deadlineMs: 60_000 }).result;
    await ask(["yes"], { deadlineMs: 60_000 }).result;
    await ask([refused, "yes"], { deadlineMs: 60_000 }).result;
    expect(lines).toEqual([
      `GitHub returned an unexpected response (503 to ${READ_RUN}); retrying.`,
      "GitHub responds again after 1 s.",
      `GitHub returned an unexpected response (ECONNREFUSED to ${READ_RUN}); retrying.`,
      "GitHub responds again after 1 s.",
    ]);
  });

  test("waits as long as a limit says, and tells until when by the server's clock", async () => {
    const { clock, lines, ask } = await start();
    expect(await ask([limitOf(2_520_000), "yes"], { deadlineMs: 3_600_000 }).result).toBe("yes");
    expect([clock.sleeps, clock.nowMs()]).toEqual([[2_520_000], 2_520_000]);
    expect(lines).toEqual([
      "Rate limit reached until 12:42:00 UTC; waiting 2520 s, then continuing.",
      "GitHub responds again after 2520 s.",
    ]);
  });

  test("waits as well for a limit that another question has met meanwhile", async () => {
    const { ask } = await start();
    const bounds = { deadlineMs: 70_000 };
    const { asked, result } = ask([limitOf(2000), "yes"], bounds);
    ask([limitOf(60_000), "yes"], bounds, 500);
    expect(await result).toBe("yes");
    // At 60.5 s, with what is left until the deadline.
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([20_000, 9500]);
  });

  test("says so when a limit lasts beyond the deadline", async () => {
    const { lines, ask } = await start();
    await ask([limitOf(2_520_000)], { deadlineMs: 100_000 }).result;
    expect(lines).toEqual(["Rate limit reached until 12:42:00 UTC, which is after the deadline."]);
  });

  test("waits a minute and then longer where a limit does not say how long", async () => {
    const { clock, ask } = await start();
    expect(await ask([untoldLimit, untoldLimit, untoldLimit, "yes"], { deadlineMs: 3_600_000 }).result).toBe("yes");
    expect(clock.sleeps).toEqual([60_000, 120_000, 240_000]);
  });

  test("counts as limits only what is one", async () => {
    const { clock, ask } = await start();
    const script = [unavailable, unavailable, untoldLimit, unavailable, untoldLimit, "yes"];
    expect(await ask(script, { deadlineMs: 3_600_000 }).result).toBe("yes");
    expect(clock.sleeps).toEqual([1000, 2000, 60_000, 8000, 120_000]);
  });

  test("tells of each limit until when it lasts, and of the trouble around it once", async () => {
    const { lines, ask } = await start();
    const script = [unavailable, limitOf(60_000), limitOf(600_000), untoldLimit, unavailable, "yes"];
    expect(await ask(script, { deadlineMs: 3_600_000 }).result).toBe("yes");
    expect(lines).toEqual([
      `GitHub returned an unexpected response (503 to ${READ_RUN}); retrying.`,
      "Rate limit reached until 12:01:01 UTC; waiting 60 s, then continuing.",
      "Rate limit reached until 12:11:01 UTC; waiting 600 s, then continuing.",
      "Rate limit reached until 12:15:01 UTC; waiting 240 s, then continuing.",
      "GitHub responds again after 917 s.",
    ]);
  });

  test("tells of trouble once, even where it goes on from one question to the next", async () => {
    const { lines, ask } = await start();
    await ask([unavailable], { deadlineMs: 10_000 }).result;
    await ask([refused, "yes"], { deadlineMs: 60_000 }).result;
    expect(lines).toEqual([
      `GitHub returned an unexpected response (503 to ${READ_RUN}); retrying.`,
      "GitHub responds again after 11 s.",
    ]);
  });

  test("comes back a little later than told, so that not all come back at one moment", async () => {
    const { clock, ask } = await start({ random: 0.999 });
    await ask([limitOf(600_000), unavailable, "yes"], { deadlineMs: 3_600_000 }).result;
    const [limit = 0, trouble = 0] = clock.sleeps;
    expect(limit).toBeGreaterThan(600_000);
    expect(limit).toBeLessThanOrEqual(605_000);
    expect(trouble).toBeGreaterThan(2000);
    expect(trouble).toBeLessThanOrEqual(2500);
  });

  test.each([
    ["trouble that does not end", unavailable],
    ["a limit beyond it", limitOf(3_600_000)],
  ])("ends at the deadline to the millisecond with %s, and keeps what it was", async (_, seen) => {
    const { clock, ask } = await start({ random: 0.5 });
    const outcome = await ask([seen], { deadlineMs: 100_000 }).result;
    expect(outcome).toBeInstanceOf(OutOfTime);
    expect(outcome).toHaveProperty("requestError", seen);
    expect(clock.nowMs()).toBe(100_000);
  });

  test("asks nothing at or after the deadline", async () => {
    for (const deadlineMs of [0, -5]) {
      const { clock, ask } = await start();
      const { asked, result } = ask(["yes"], { deadlineMs });
      expect(await result).toEqual(new OutOfTime());
      expect([asked, clock.sleeps]).toEqual([[], []]);
    }
  });

  test("lets no request take longer than 20 s or than what is left", async () => {
    const { asked, result } = (await start()).ask([unavailable], { deadlineMs: 26_000 }, 5000);
    await result;
    // 5 s each, with pauses of 1, 2 and 4 s between them
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([20_000, 20_000, 13_000, 4000]);
  });

  test("asks a last time a second before the deadline, which a longer pause would pass by", async () => {
    const { clock, ask } = await start();
    const { asked, result } = ask([unavailable], { deadlineMs: 10_000 });
    expect(await result).toEqual(new OutOfTime(unavailable));
    expect(asked).toHaveLength(5);
    expect(clock.sleeps).toEqual([1000, 2000, 4000, 2000, 1000]);
  });

  test("asks no sooner than seconds later what may be an answer for good", async () => {
    const { clock, ask } = await start();
    const { asked, result } = ask([unauthorized], { deadlineMs: 2500 });
    expect(await result).toEqual(new OutOfTime(unauthorized));
    expect([asked.length, clock.sleeps]).toEqual([1, [2500]]);
  });

  test.each([
    ["a refusal", {}, [forbidden], forbidden, []],
    ["a 404", {}, [notFound], notFound, []],
    ["trouble that the asker does not take", { retries: () => false }, [unavailable], unavailable, []],
    ["a refusal after trouble", {}, [unavailable, forbidden], forbidden, [1000]],
    ["a third 401", {}, [unauthorized], unauthorized, [3000, 3000]],
    ["a third 404 on what was seen", { wasSeen: true }, [notFound], notFound, [3000, 3000]],
  ])("ends with %s", async (_, retryOptions, script, wanted, sleeps) => {
    const { clock, ask } = await start();
    expect(await ask(script, { deadlineMs: 60_000, ...retryOptions }).result).toBe(wanted);
    expect(clock.sleeps).toEqual(sleeps);
  });

  test("passes over a stray 401 and a stray 404 in silence", async () => {
    const { lines, ask } = await start();
    const script = [unauthorized, notFound, "yes"];
    expect(await ask(script, { deadlineMs: 60_000, wasSeen: true }).result).toBe("yes");
    expect(lines).toEqual([]);
  });

  test("does not ask again after the 401 of a token that never worked", async () => {
    const { clock, ask } = await start({ hasAnswered: false });
    expect(await ask([unauthorized], { deadlineMs: 60_000 }).result).toBe(unauthorized);
    expect(clock.sleeps).toEqual([]);
  });

  test("waits for what is new for as long as it is new", async () => {
    const { clock, ask } = await start();
    const { asked, result } = ask([notFound], { deadlineMs: 60_000, isNewUntilMs: 30_000 });
    expect(await result).toBe(notFound);
    expect([clock.nowMs(), asked.length]).toEqual([30_000, 31]);
  });

  test("ends at once with the reason of an abort, and hands the signal on", async () => {
    const abort = new AbortController();
    const { clock, ask } = await start({ signal: abort.signal });
    const { asked, result } = ask([limitOf(600_000)], { deadlineMs: 3_600_000 });
    await clock.sleep(5000);
    const reason = new Error("cancelled");
    abort.abort(reason);
    expect(await result).toBe(reason);
    expect([clock.nowMs(), asked[0]?.signal]).toEqual([5000, abort.signal]);
  });

  test("does not take an error of our own for trouble", async () => {
    const { clock, ask } = await start();
    const error = new TypeError("a bug");
    expect(await ask([error], { deadlineMs: 60_000 }).result).toBe(error);
    expect(clock.sleeps).toEqual([]);
  });
});
