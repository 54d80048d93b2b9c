import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/runner/clock.ts";
import { clientOf } from "./client.ts";
import { type Fault, type GitHub, type GitHubOptions, startGitHub, VirtualClock } from "./index.ts";

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
/** The next request to this route goes wrong like this, all others well. */
function spoil(path: string, fault: Fault) {
  github.fault = (request) => (request.path === path && request.nth === 1 ? fault : undefined);
}

describe("strictness", () => {
  test.each([
    ["GET", "/repos/octo/target/actions/runners", undefined, "no such route"],
    ["DELETE", `${runs}/1`, undefined, "no such route"],
    ["GET", `${runs}?per_pag=3`, undefined, `unknown query parameter "per_pag"`],
    ["POST", dispatches, { event_type: "x", ref: "main" }, `unknown body key "ref"`],
  ])("answers %s %s with 501 and writes it down", async (method, path, body, what) => {
    const call = await start();
    const { status, body: answer } = await call(method, path, body);
    expect(status).toBe(501);
    expect(github.violations).toEqual([`Simulator: ${method} ${path.split("?")[0]}: ${what}`]);
    expect(answer).toEqual({ message: github.violations[0] });
  });

  test("keeps a journal with what was sent, when, and what came of it", async () => {
    const call = await start();
    await clock.sleep(1500);
    await call("POST", dispatches, event, { "x-simulator-client": "one" });
    await call("GET", `${runs}?per_page=5&page=1`);
    expect(github.transcript()).toEqual([`POST ${dispatches} → 204`, `GET ${runs}?per_page=5&page=1 → 200`]);
    expect(github.requests[0]).toMatchObject({
      body: event,
      atMs: Date.parse("2026-11-20T12:00:01.500Z"),
      billed: true,
    });
    expect(Object.keys(github.requests[0]?.headers ?? {})).not.toContain("x-simulator-flight");
  });
});

describe("conditional requests", () => {
  test("are answered 304 without a body, unbilled, until something changes", async () => {
    const call = await start();
    const first = await call("GET", runs);
    const condition = { "if-none-match": first.headers.get("etag") ?? "" };
    expect(condition["if-none-match"]).toMatch(/^W\/"/);
    const again = await call("GET", runs, undefined, condition);
    expect([again.status, again.text, again.headers.get("x-ratelimit-used")]).toEqual([304, "", "1"]);
    await call("POST", dispatches, event);
    await clock.sleep(1500);
    expect((await call("GET", runs, undefined, condition)).headers.get("x-ratelimit-used")).toBe("3");
    expect(github.requests.map(({ status, billed }) => [status, billed])).toEqual([
      [200, true],
      [304, false],
      [204, true],
      [200, true],
    ]);
  });

  test("and the display of limits can be switched off", async () => {
    const call = await start({ etags: false, rateLimitHeaders: false });
    const { headers } = await call("GET", runs);
    expect([headers.get("etag"), headers.get("x-ratelimit-remaining")]).toEqual([null, null]);
  });
});

describe("faults", () => {
  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("of any status come %s the effect", async (when, count) => {
    const call = await start();
    spoil(dispatches, { kind: "status", when, status: 503, headers: { "retry-after": "7" }, body: "<html>" });
    const answer = await call("POST", dispatches, event);
    expect([answer.status, answer.text, answer.headers.get("retry-after")]).toEqual([503, "<html>", "7"]);
    expect(github.runs("octo/target")).toHaveLength(count);
    expect(github.transcript()).toEqual([`POST ${dispatches} → 503 (status)`]);
    expect((await call("POST", dispatches, event)).status).toBe(204);
  });

  test.each([
    ["reset", { kind: "reset", when: "after" }, "POST", "reset"],
    ["reset before", { kind: "reset", when: "before" }, "GET", "reset"],
    ["cut", { kind: "cut", when: "after" }, "GET", "200 (cut)"],
  ] as const)("of the line (%s) reach the client as an error, once", async (_, fault, method, outcome) => {
    const call = await start();
    await call("GET", "/repos/octo/target");
    const path = method === "GET" ? runs : dispatches;
    spoil(path, fault);
    await expect(call(method, path, method === "GET" ? undefined : event)).rejects.toThrow();
    expect(github.transcript().slice(1)).toEqual([`${method} ${path} → ${outcome}`]);
    expect(github.runs("octo/target")).toHaveLength(method === "POST" ? 1 : 0);
    expect(clock.busy).toBe(0);
  });

  test("send a page that is not JSON", async () => {
    const call = await start();
    spoil(runs, { kind: "garbage", when: "after" });
    const answer = await call("GET", runs);
    expect([answer.status, answer.headers.get("content-type"), answer.text.slice(0, 9)]).toEqual([
      200,
      "text/html",
      "<!DOCTYPE",
    ]);
  });

  test("let virtual time pass while a request hangs, and none while the next one is under way", async () => {
    const call = await start();
    spoil(dispatches, { kind: "hang", when: "after" });
    const patience = new AbortController();
    const hanging = clock.fetch(github.apiUrl + dispatches, {
      method: "POST",
      body: JSON.stringify(event),
      headers: { authorization: "token all" },
      signal: patience.signal,
    });
    await Promise.all([
      expect(hanging).rejects.toThrow("patience"),
      clock.sleep(20_000).then(() => patience.abort(new Error("patience"))),
    ]);
    const [next] = await Promise.all([call("GET", runs).then(() => clock.nowMs()), clock.sleep(1)]);
    expect([next, clock.busy]).toEqual([20_000, 0]);
    expect(github.runs("octo/target")).toHaveLength(1);
    expect(github.transcript()[0]).toBe(`POST ${dispatches} → hang`);
  });

  test("let a request come late, and take effect even if its client has gone", async () => {
    const call = await start({ latencyMs: 100 });
    spoil(dispatches, { kind: "delay", ms: 30_000 });
    const patience = new AbortController();
    const late = clock.fetch(github.apiUrl + dispatches, {
      method: "POST",
      body: JSON.stringify(event),
      headers: { authorization: "token all" },
      signal: patience.signal,
    });
    await Promise.all([expect(late).rejects.toThrow(), clock.sleep(20_000).then(() => patience.abort())]);
    expect(github.runs("octo/target")).toHaveLength(0);
    await clock.sleep(10_100);
    expect(github.runs("octo/target")).toMatchObject([{ createdAtMs: Date.parse("2026-11-20T12:00:30.100Z") }]);
    expect(github.transcript()).toEqual([`POST ${dispatches} → client gone`]);
    expect(clock.sleeps).toEqual([20_000, 10_100]);
    await call("GET", runs);
    expect(clock.nowMs()).toBe(30_200);
  });
});

test("a renamed repository answers GET with 301 and POST with 307, to a place that works", async () => {
  const call = await start();
  github.renameRepository("octo/target", "octo/renamed");
  const get = await call("GET", `/api/v3${runs}?per_page=1`);
  const post = await call("POST", dispatches, event);
  expect([get.status, post.status]).toEqual([301, 307]);
  const to = (answer: typeof get) => (answer.headers.get("location") ?? "").replace(github.apiUrl, "");
  expect(to(get)).toMatch(/^\/api\/v3\/repositories\/\d+\/actions\/runs\?per_page=1$/);
  expect((await call("POST", to(post), event)).status).toBe(204);
  expect((await call("GET", to(get))).body).toMatchObject({ total_count: 0 });
  expect((await call("GET", "/repos/octo/renamed")).body).toMatchObject({ full_name: "octo/renamed" });
  expect((await clientOf(clock, github.apiUrl, undefined)("GET", runs)).status).toBe(404);
  expect(github.runs("octo/renamed")).toHaveLength(1);
});

test("on the system's clock, the time of day is today's and latency is real", async () => {
  clock = new VirtualClock();
  github = await startGitHub({ clock: systemClock, latencyMs: 30 });
  github.addRepository("octo/public", { visibility: "public" });
  const [before, beganAtMs] = [performance.now(), Date.now()];
  const answer = await fetch(`${github.apiUrl}/repos/octo/public`);
  expect(performance.now() - before).toBeGreaterThan(25);
  const dateMs = Date.parse(answer.headers.get("date") ?? "");
  // It tells whole seconds; and the two clocks may differ by what the system has corrected meanwhile.
  expect(dateMs).toBeGreaterThan(beganAtMs - 2000);
  expect(dateMs).toBeLessThan(Date.now() + 1000);
  expect(answer.headers.get("x-github-request-id")).toBe("A1B2:000001");
});

test("ten minutes with sixty looks are over long before the time that a test has", async () => {
  const call = await start();
  for (let look = 0; look < 60; look++) {
    await call("GET", runs);
    await clock.sleep(10_000);
  }
  expect(clock.nowMs()).toBe(600_000);
});
