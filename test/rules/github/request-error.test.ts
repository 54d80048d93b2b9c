import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { retryAfterMs } from "../../../src/github/rate-limit.ts";
import {
  acted,
  isRetryable,
  kindOfError,
  kindOfResponse,
  type RequestErrorKind,
  ssoUrlOf,
} from "../../../src/github/request-error.ts";
import { aFault } from "../../support/faults.ts";

describe("an answer", () => {
  const noPermission = "Resource not accessible by integration";
  const secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

  test.each<[RequestErrorKind, number, string, Record<string, string | number>]>([
    ["server_error", 500, "", {}],
    ["server_error", 502, "", {}],
    ["server_error", 503, "", {}],
    ["server_error", 503, "", { "retry-after": "60" }],
    ["server_error", 504, "", {}],
    ["server_error", 599, "", {}],
    ["server_error", 408, "", {}],
    ["limited", 429, "", {}],
    ["limited", 429, secondary, { "retry-after": "60" }],
    ["limited", 403, secondary, {}],
    ["limited", 403, secondary, { "x-ratelimit-remaining": "4000" }],
    ["limited", 403, "", { "retry-after": "60" }],
    ["limited", 403, "API rate limit exceeded for installation ID 1.", { "x-ratelimit-remaining": "0" }],
    ["limited", 403, "", { "x-ratelimit-remaining": "0" }],
    ["limited", 403, "", { "x-ratelimit-remaining": 0 }],
    ["limited", 403, "You have triggered an abuse detection mechanism.", {}],
    ["rejected", 403, noPermission, {}],
    ["rejected", 403, noPermission, { "x-ratelimit-remaining": "4999" }],
    ["rejected", 403, noPermission, { "x-ratelimit-remaining": "0" }],
    ["rejected", 403, "Must have admin rights to Repository.", { "x-ratelimit-remaining": "0" }],
    ["rejected", 403, "Repository was archived so is read-only.", { "x-ratelimit-remaining": "0" }],
    ["rejected", 403, "Resource protected by organization SAML enforcement.", { "x-ratelimit-remaining": "0" }],
    ["rejected", 403, "Your IP is not on the IP allow list.", { "x-ratelimit-remaining": "0" }],
    ["rejected", 403, "", {}],
    ["rejected", 400, "", {}],
    ["rejected", 401, "Bad credentials", { "x-ratelimit-remaining": "0" }],
    ["rejected", 404, "Not Found", {}],
    ["rejected", 407, "", {}],
    ["rejected", 409, "", {}],
    ["rejected", 410, "", {}],
    ["rejected", 422, "Unexpected inputs provided", { "x-ratelimit-remaining": "0" }],
    ["rejected", 302, "", {}],
  ])("is %s: %i %j %j", (kind, status, message, headers) => {
    expect(kindOfResponse({ status, message, headers })).toBe(kind);
  });
});

describe("what GitHub did and whether to ask again", () => {
  test.each<[RequestErrorKind, ReturnType<typeof acted>, boolean]>([
    ["unreachable", "no", true],
    ["limited", "no", true],
    ["untrusted", "no", false],
    ["rejected", "no", false],
    ["lost", "maybe", true],
    ["server_error", "maybe", true],
    ["unreadable", "yes", true],
  ])("after %s: it acted: %s, asking again may help: %s", (kind, didAct, heals) => {
    const fault = aFault(kind, { request: "POST /dispatches", answer: "" });
    expect([acted(fault), isRetryable(fault)]).toEqual([didAct, heals]);
  });
});

describe("a limit", () => {
  const date = "Fri, 20 Nov 2026 12:00:00 GMT";
  const now = Date.parse(date) / 1000;

  test.each<[string, Record<string, string | number>, number | undefined]>([
    ["the seconds of retry-after", { date, "retry-after": "60" }, 60_000],
    ["the seconds of retry-after as a number", { "retry-after": 7 }, 7000],
    ["the date of retry-after", { date, "retry-after": "Fri, 20 Nov 2026 12:01:30 GMT" }, 90_000],
    ["a second at least", { date, "retry-after": "0" }, 1000],
    ["a second at least for a past date", { date, "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, 1000],
    [
      "retry-after before the reset",
      { date, "retry-after": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now + 900) },
      5000,
    ],
    [
      "the reset by the server's clock",
      { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now + 900) },
      900_000,
    ],
    [
      "a second at least for a past reset",
      { date, "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now - 5) },
      1000,
    ],
    [
      "nothing of the reset while some is left (a secondary limit)",
      { date, "x-ratelimit-remaining": "4000", "x-ratelimit-reset": String(now + 900) },
      undefined,
    ],
    [
      "nothing of a reset that no server's time belongs to",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now + 900) },
      undefined,
    ],
    ["nothing of a limit without a reset", { date, "x-ratelimit-remaining": "0" }, undefined],
    ["nothing of a retry-after that is no time", { date, "retry-after": "soon" }, undefined],
    ["nothing", {}, undefined],
  ])("tells %s", (_, headers, ms) => {
    expect(retryAfterMs(headers)).toBe(ms);
  });
});

describe("an error instead of an answer", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => onConnection(socket.on("error", () => {})));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async function closedPort(): Promise<number> {
    const port = await listen(() => {});
    await new Promise((resolve) => servers.pop()?.close(resolve));
    return port;
  }

  async function errorOf(url: string, init?: RequestInit): Promise<unknown> {
    try {
      await (await fetch(url, init)).text();
    } catch (error) {
      return error;
    }
    throw new Error(`${url} answered`);
  }

  test("is unreachable where no connection is taken", async () => {
    const error = await errorOf(`http://127.0.0.1:${await closedPort()}/`);
    expect(kindOfError(error)).toEqual({ kind: "unreachable", code: "ECONNREFUSED" });
  });

  test("is unreachable where none of a name's addresses takes a connection", async () => {
    const error = await errorOf(`http://localhost:${await closedPort()}/`);
    expect(kindOfError(error)).toEqual({ kind: "unreachable", code: "ECONNREFUSED" });
  });

  test("is unreachable where the name has no address", async () => {
    const { kind, code } = kindOfError(await errorOf("http://tracked-dispatch.invalid/"));
    expect(kind).toBe("unreachable");
    expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(code);
  });

  test("is untrusted where the server does not speak TLS", async () => {
    const port = await listen((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    expect(kindOfError(await errorOf(`https://127.0.0.1:${port}/`)).kind).toBe("untrusted");
  });

  test("is untrusted where the port is one that fetch refuses, so that nothing can have been sent", async () => {
    const error = await errorOf("http://127.0.0.1:6000/", { method: "POST", body: "{}" });
    expect(kindOfError(error)).toEqual({ kind: "untrusted", code: "ERR_SOCKET_BAD_PORT" });
  });

  test.each(["ERR_INVALID_URL", "ERR_SOCKET_BAD_PORT", "ERR_INVALID_PROTOCOL"])("is untrusted for %s", (code) => {
    const error = new TypeError("fetch failed", { cause: Object.assign(new TypeError("invalid"), { code }) });
    expect(kindOfError(error)).toEqual({ kind: "untrusted", code });
  });

  test("is lost where the connection is reset after the request", async () => {
    const port = await listen((socket) => socket.once("data", () => socket.resetAndDestroy()));
    expect(kindOfError(await errorOf(`http://127.0.0.1:${port}/`))).toEqual({
      kind: "lost",
      code: "ECONNRESET",
    });
  });

  test("is lost where the connection ends without an answer", async () => {
    const port = await listen((socket) => socket.once("data", () => socket.end()));
    expect(kindOfError(await errorOf(`http://127.0.0.1:${port}/`)).kind).toBe("lost");
  });

  test("is lost where the connection ends within the answer", async () => {
    const half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it";
    const port = await listen((socket) => socket.once("data", () => socket.end(half)));
    expect(kindOfError(await errorOf(`http://127.0.0.1:${port}/`)).kind).toBe("lost");
  });

  test("is lost where no answer comes in time", async () => {
    const port = await listen(() => {});
    const error = await errorOf(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(50) });
    expect(kindOfError(error).kind).toBe("lost");
  });

  /** As fetch throws it, wrapped once more as octokit does. */
  function wrapped(cause: object): Error {
    return new Error("octokit", { cause: new TypeError("fetch failed", { cause }) });
  }
  const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED", syscall: "connect" });

  test.each([
    ["a connection that took too long", "unreachable", { code: "UND_ERR_CONNECT_TIMEOUT" }],
    ["a connection that the system gave up", "unreachable", { code: "ETIMEDOUT", syscall: "connect" }],
    ["a host without a route", "unreachable", { code: "EHOSTUNREACH", syscall: "connect" }],
    ["a network without a route", "unreachable", { code: "ENETUNREACH", syscall: "connect" }],
    ["a name that was looked up in vain", "unreachable", { code: "EAI_AGAIN", syscall: "getaddrinfo" }],
    ["several addresses", "unreachable", new AggregateError([refused, refused])],
    ["a self-signed certificate", "untrusted", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }],
    ["a self-signed authority", "untrusted", { code: "SELF_SIGNED_CERT_IN_CHAIN" }],
    ["an unknown authority", "untrusted", { code: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" }],
    ["an unknown signature", "untrusted", { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }],
    ["a certificate of another host", "untrusted", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }],
    ["an old certificate", "untrusted", { code: "CERT_HAS_EXPIRED" }],
    ["no TLS at all", "untrusted", { code: "ERR_SSL_WRONG_VERSION_NUMBER" }],
    ["a TLS connection that breaks", "lost", { code: "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC" }],
    ["a TLS connection that breaks while it is written", "lost", { code: "EPROTO", syscall: "write" }],
    ["a TLS connection that breaks as it begins", "unreachable", { code: "EPROTO", syscall: "connect" }],
    ["a time-out while reading", "lost", { code: "ETIMEDOUT", syscall: "read" }],
    ["a route that was lost while reading", "lost", { code: "EHOSTUNREACH", syscall: "read" }],
    ["a pipe that broke while writing", "lost", { code: "EPIPE", syscall: "write" }],
    ["headers that took too long", "lost", { code: "UND_ERR_HEADERS_TIMEOUT" }],
    ["a body that took too long", "lost", { code: "UND_ERR_BODY_TIMEOUT" }],
    ["a code that nobody knows", "lost", { code: "E_TOMORROW" }],
  ])("tells by its causes: %s is %s", (_, kind, cause) => {
    expect(kindOfError(wrapped(cause)).kind).toBe(kind);
  });

  test.each([["text"], [undefined], [null], [new Error("no code")], [{ code: 5 }], [{}]])(
    "is lost where it tells nothing: %j",
    (error) => {
      expect(kindOfError(error)).toEqual({ kind: "lost", code: undefined });
    },
  );

  test("is lost where its causes go in a circle", () => {
    const error: { cause?: unknown } = {};
    error.cause = error;
    expect(kindOfError(error).kind).toBe("lost");
  });
});

test.each([
  [
    "required; url=https://github.com/orgs/acme/sso?authorization_request=A1",
    "https://github.com/orgs/acme/sso?authorization_request=A1",
  ],
  ["partial-results; organizations=21955855", undefined],
  ["required; url=javascript:x", undefined],
  [undefined, undefined],
])("the page for single sign-on is read from %j", (header, url) => {
  expect(ssoUrlOf({ "x-github-sso": header })).toBe(url);
});
