import { createSign, generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { type GitHub, type GitHubOptions, startGitHub, VirtualClock } from "./index.ts";
import { Limits } from "./limits.ts";

const simple = "on: repository_dispatch\njobs: { go: { runs-on: x, steps: [{ run: make }] } }";
const runs = "/repos/octo/target/actions/runs";
const dispatches = "/repos/octo/target/dispatches";
const event = { event_type: "go" };

let github: GitHub;
let clock: VirtualClock;
afterEach(() => github.close());

async function start(options: GitHubOptions = {}) {
  clock = new VirtualClock();
  github = await startGitHub({ clock, ...options });
  github.addRepository("octo/target", { workflows: { "simple.yml": simple } });
  github.addToken("all", { permissions: { contents: "write", actions: "write" } });
  return clientOf(clock, github.apiUrl, "all");
}

describe("limits that a test gives", () => {
  test("refuse at the end of the hour's budget until its reset, and note who comes too early", async () => {
    const call = await start({ limits: { primaryPerHour: 2 } });
    await call("GET", runs);
    await call("GET", runs);
    const refused = await call("GET", runs);
    expect(refused).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining("API rate limit exceeded") },
    });
    const reset = Number(refused.headers.get("x-ratelimit-reset"));
    expect([refused.headers.get("x-ratelimit-remaining"), reset * 1000 - github.nowMs()]).toEqual(["0", 3_600_000]);
    const left = await call("GET", "/rate_limit", undefined, { "x-github-api-version": "2026-03-10" });
    expect(left.body).toMatchObject({ resources: { core: { remaining: 0, limit: 2, reset } } });
    expect(left.body).not.toHaveProperty("rate");
    expect(github.earlyAfterRefusal).toEqual([]);
    await clock.sleep(3_599_000);
    expect((await call("GET", runs)).status).toBe(403);
    expect(github.earlyAfterRefusal).toMatchObject([{ client: "all", method: "GET", path: runs }]);
    await clock.sleep(1000);
    expect((await call("GET", runs)).status).toBe(200);
    expect(github.refusals.map(({ kind }) => kind)).toEqual(["primary", "primary"]);
  });

  test.each([
    ["points", { pointsPerMinute: 11 }, 30],
    ["creating requests in a minute", { creatingPerMinute: 2 }, 30],
    ["creating requests in an hour", { creatingPerHour: 2 }, 3570],
  ])("refuse too many %s and tell when to come again", async (_, limits, seconds) => {
    const call = await start({ limits: { ...limits, status: 429 } });
    await call("POST", dispatches, event);
    await clock.sleep(30_000);
    await call("POST", dispatches, event);
    expect((await call("GET", runs)).status).toBe(200);
    const refused = await call("POST", dispatches, event);
    expect(refused).toMatchObject({
      status: 429,
      body: { message: expect.stringContaining("secondary rate limit") },
    });
    expect(refused.headers.get("retry-after")).toBe(String(seconds));
    expect(github.runs("octo/target")).toHaveLength(2);
    await clock.sleep(seconds * 1000);
    expect((await call("POST", dispatches, event)).status).toBe(204);
    expect(github.earlyAfterRefusal).toEqual([]);
  });

  test("may leave out when to come again: that means a minute", async () => {
    const call = await start({ limits: { creatingPerMinute: 1, secondaryRetryAfter: false } });
    const one = { "x-simulator-client": "one" };
    await call("POST", dispatches, event, one);
    expect((await call("POST", dispatches, event, one)).headers.get("retry-after")).toBeNull();
    await clock.sleep(59_000);
    await call("GET", runs);
    await call("GET", runs, undefined, one);
    expect(github.earlyAfterRefusal.map(({ client }) => client)).toEqual(["one"]);
  });
});

test("an account may send 100,000 requests within the secondary limits: its budget of an hour is not enforced", () => {
  const limits = new Limits();
  const request = { entry: { method: "GET", path: runs }, account: "all", client: "one", isOneTooMany: false };
  // 15 a second.
  for (let nth = 0; nth < 100_000; nth++) {
    const nowMs = Math.floor(nth / 15) * 1000;
    limits.admit(request, nowMs);
    limits.bill("all", nowMs);
  }
  expect([limits.refusals, limits.breaches]).toEqual([[], []]);
  for (let nth = 0; nth < 100; nth++) limits.admit(request, 6_666_000);
  expect(limits.breaches.length).toBeGreaterThan(0);
});

describe("GitHub's secondary limits, which a test leaves as they are,", () => {
  const others = "/repos/octo/other/dispatches";
  const rateLimit = "You have exceeded a secondary rate limit.";
  async function startTwo(options: GitHubOptions = {}) {
    const call = await start(options);
    github.addRepository("octo/other", { workflows: { "simple.yml": simple } });
    github.addToken("second", { permissions: { contents: "write", actions: "write" } });
    return { call, second: clientOf(clock, github.apiUrl, "second") };
  }
  async function times(count: number, ask: () => Promise<unknown>): Promise<void> {
    for (let each = 0; each < count; each++) await ask();
  }

  test("count one token's requests over all repositories, and another's apart", async () => {
    const { call, second } = await startTwo();
    await times(40, () => call("POST", dispatches, event));
    await times(40, () => call("POST", others, event));
    expect(github.breaches).toEqual([]);
    const refused = await call("POST", others, event);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([403, "60"]);
    expect((await second("POST", others, event)).status).toBe(204);
    expect(github.breaches).toEqual([`2026-11-20T12:00:00.000Z POST ${others}: all is over 80 creatingPerMinute`]);
    expect(github.refusals).toMatchObject([{ token: "all", kind: "secondary", path: others }]);
  });

  test("end with their minute or hour, however much came in it", async () => {
    const { call } = await startTwo();
    const statuses: number[] = [];
    for (let minute = 0; minute < 7; minute++) {
      await times(79, async () => statuses.push((await call("POST", dispatches, event)).status));
      await clock.sleep(60_000);
    }
    expect(statuses.filter((status) => status === 204)).toHaveLength(500);
    expect(github.breaches).toHaveLength(53);
    expect(github.breaches[0]).toContain("over 500 creatingPerHour");
    expect((await call("GET", runs)).status).toBe(200);
    // The first 79 are an hour old then.
    await clock.sleep(3_180_000);
    await times(79, () => call("POST", dispatches, event));
    expect(github.breaches).toHaveLength(53);
    expect((await call("POST", dispatches, event)).status).toBe(403);
  });

  test("give a GET one point and a POST five", async () => {
    const { call } = await startTwo();
    await times(80, () => call("POST", dispatches, event));
    await times(500, () => call("GET", "/repos/octo/target"));
    expect(github.breaches).toEqual([]);
    expect((await call("GET", "/repos/octo/target")).status).toBe(403);
    expect(github.breaches).toEqual([expect.stringContaining("over 900 pointsPerMinute")]);
    await clock.sleep(60_000);
    await times(900, () => call("GET", "/repos/octo/target"));
    expect(github.breaches).toHaveLength(1);
  });

  test("count all tokens of an App's installation as one, and another installation's apart", async () => {
    await startTwo();
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const permissions = { contents: "write", actions: "write" } as const;
    const installations = [
      { id: 1, account: "octo", repositories: ["octo/target", "octo/other"], permissions },
      { id: 2, account: "octo", repositories: ["octo/target"], permissions },
    ];
    github.addApp({
      appId: 7,
      clientId: "Iv1",
      publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
      installations,
    });
    const nowS = Math.floor(github.nowMs() / 1000);
    const [header, claims] = [{ alg: "RS256" }, { iat: nowS, exp: nowS + 600, iss: "7" }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    const signature = createSign("RSA-SHA256").update(`${header}.${claims}`).sign(privateKey, "base64url");
    const asApp = clientOf(clock, github.apiUrl, `${header}.${claims}.${signature}`);
    const mint = async (id: number) => {
      const { body } = await asApp("POST", `/app/installations/${id}/access_tokens`, {});
      return clientOf(clock, github.apiUrl, (body as { token: string }).token);
    };
    const [one, two, apart] = [await mint(1), await mint(1), await mint(2)];
    await times(40, () => one("POST", dispatches, event));
    await times(40, () => two("POST", others, event));
    const refused = [await one("POST", others, event), await two("POST", dispatches, event)];
    expect(refused.map(({ status }) => status)).toEqual([403, 403]);
    expect((await apart("POST", dispatches, event)).status).toBe(204);
    expect(github.breaches).toHaveLength(2);
  });

  test("let 100 requests be answered at once, over all repositories, and one more when one has ended", async () => {
    const { call, second } = await startTwo();
    github.fault = ({ path, token, nth }) =>
      path.endsWith("/actions/runs") && token === "all" && nth <= 100 ? { kind: "hang", when: "after" } : undefined;
    const patience = new AbortController();
    const hanging = Array.from({ length: 100 }, (_, nth) =>
      clock.fetch(github.apiUrl + runs, {
        redirect: "manual",
        headers: { authorization: "token all" },
        signal: nth === 0 ? patience.signal : new AbortController().signal,
      }),
    );
    for (const each of hanging.slice(1)) each.catch(() => {});
    const refused = await call("GET", "/repos/octo/other");
    expect(refused).toMatchObject({ status: 403, body: { message: expect.stringContaining(rateLimit) } });
    expect(refused.headers.get("retry-after")).toBeNull();
    expect((await second("GET", "/repos/octo/other")).status).toBe(200);
    expect(github.breaches).toEqual([expect.stringContaining("GET /repos/octo/other: all is over 100 atOnce")]);
    patience.abort(new Error("patience"));
    await expect(hanging[0]).rejects.toThrow("patience");
    expect((await call("GET", "/repos/octo/other")).status).toBe(200);
    expect(github.breaches).toHaveLength(1);
  });

  test("count a request at once from its arrival on, and not after its answer", async () => {
    const { call } = await startTwo({ latencyMs: 100 });
    const ask = (count: number) => Promise.all(Array.from({ length: count }, () => call("GET", "/repos/octo/target")));
    const statuses = (await ask(101)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(1);
    expect((await ask(100)).map(({ status }) => status)).toEqual(statuses.map(() => 200).slice(1));
    expect(github.breaches).toHaveLength(1);
  });

  test.each([
    ["given by the test", { creatingPerMinute: 1 }, 403, []],
    ["not the one that the test gives", { primaryPerHour: 1000 }, 204, []],
    ["none", "none", 204, []],
  ] as const)("are no matter of breaches where they are %s", async (_, limits, status, breaches) => {
    const { call } = await startTwo({ limits });
    await call("POST", dispatches, event);
    expect((await call("POST", dispatches, event)).status).toBe(status);
    expect(github.breaches).toEqual(breaches);
  });

  test("stay in force beside those that a test gives, and are off with `none`", async () => {
    const { call } = await startTwo({ limits: { pointsPerMinute: 10_000 } });
    await times(81, () => call("POST", dispatches, event));
    expect(github.breaches).toHaveLength(1);
    await github.close();
    const unlimited = await start({ limits: "none" });
    await times(600, () => unlimited("POST", dispatches, event));
    expect([github.refusals, github.breaches]).toEqual([[], []]);
  });
});
