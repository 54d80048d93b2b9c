import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { VirtualClock } from "./index.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe("the virtual clock", () => {
  test("jumps to the earliest sleeper, wakes one at a time and in order of coming where times are equal", async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.nowMs()}`);
    };
    await Promise.all([sleep("a", 3000), sleep("b", 1000), sleep("c", 3000), sleep("d", 0)]);
    expect(woken).toEqual(["d at 0", "b at 1000", "a at 3000", "c at 3000"]);
    expect(clock.sleeps).toEqual([3000, 1000, 3000, 0]);
  });

  test("lets the one who was woken go on before it wakes the next", async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const steps = async () => {
      for (let step = 0; step < 3; step++) {
        await clock.sleep(10);
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
        seen.push(clock.nowMs());
      }
    };
    await Promise.all([steps(), clock.sleep(25).then(() => seen.push(clock.nowMs()))]);
    expect(seen).toEqual([10, 20, 25, 30]);
  });

  test("goes on with every pause, even one that is too short to show in a sum", async () => {
    const clock = new VirtualClock(544_033.45);
    await clock.sleep(1e-11);
    expect(clock.nowMs()).toBeGreaterThan(544_033.45);
  });

  test("stands still while somebody holds it", async () => {
    const clock = new VirtualClock();
    clock.hold();
    let awake = false;
    const sleeping = clock.sleep(1000).then(() => {
      awake = true;
    });
    await turns(20);
    expect([awake, clock.nowMs(), clock.busy]).toEqual([false, 0, 1]);
    clock.release();
    await sleeping;
    expect(clock.nowMs()).toBe(1000);
  });

  test("rejects with the signal's reason, at once if it is aborted already, and time does not pass for that", async () => {
    const clock = new VirtualClock();
    await expect(clock.sleep(1000, AbortSignal.abort("early"))).rejects.toBe("early");
    clock.hold();
    const abort = new AbortController();
    const sleeping = clock.sleep(1000, abort.signal);
    abort.abort("late");
    await expect(sleeping).rejects.toBe("late");
    clock.release();
    await clock.sleep(5);
    expect(clock.nowMs()).toBe(5);
  });

  test("takes a sleeper off whose signal another sleeper aborts at a later time", async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const long = clock.sleep(60_000, abort.signal).catch((reason: unknown) => reason);
    await clock.sleep(20_000);
    abort.abort("timed out");
    expect(await long).toBe("timed out");
    await turns(20);
    expect(clock.nowMs()).toBe(20_000);
  });

  test("stands still from a fetch's call until its whole body is read", async () => {
    const clock = new VirtualClock();
    const url = await serve((_, response) => {
      response.write("slow ");
      setTimeout(() => response.end("body"), 30);
    });
    const order: string[] = [];
    const fetching = clock.fetch(url).then(async (answer) => {
      order.push(`${await answer.text()} at ${clock.nowMs()} from ${answer.url}`);
    });
    await Promise.all([fetching, clock.sleep(10).then(() => order.push("awake"))]);
    expect(order).toEqual([`slow body at 0 from ${url}`, "awake"]);
    expect(clock.busy).toBe(0);
  });

  test("lets a fetch be aborted, keeps redirects, and reads 204 and 304", async () => {
    const clock = new VirtualClock();
    const url = await serve((request, response) => {
      if (request.url === "/hang") return;
      response.statusCode = Number(request.url?.slice(1));
      response.setHeader("location", "/200");
      response.end();
    });
    const abort = new AbortController();
    const hanging = clock.fetch(`${url}hang`, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
    const statuses = [];
    for (const path of ["204", "304", "301"]) {
      const { status, headers } = await clock.fetch(url + path, { redirect: "manual" });
      statuses.push([status, headers.get("location")]);
    }
    expect(statuses).toEqual([
      [204, "/200"],
      [304, "/200"],
      [301, "/200"],
    ]);
    expect(clock.busy).toBe(0);
  });
});

/** Lets the event loop go round, more often than the clock waits for quiet. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
