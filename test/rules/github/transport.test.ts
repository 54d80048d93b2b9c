/** The transport against servers that answer as they please, on loopback. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { kindOfError } from "../../../src/github/request-error.ts";
import { openTransport } from "../../../src/github/transport.ts";
import { type Clock, systemClock } from "../../../src/runner/clock.ts";
import { hasOpenssl, makeAuthority } from "../../support/certificates.ts";
import { startFront } from "../../support/front.ts";
import { startProxy } from "../../support/proxy.ts";

const servers = new Set<Server>();
const sockets = new Set<Socket>();
afterEach(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

interface Listening {
  url: string;
  port: number;
  /** The heads of the requests that came, in order. */
  heads: string[];
  connections(): number;
}

/** Listens, and answers each request as `answer` says. */
async function listen(answer: (socket: Socket, head: string, nth: number) => void): Promise<Listening> {
  const heads: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket.on("error", () => {}));
    socket.on("data", (data) => {
      const text = data.toString("latin1");
      if (!/^[A-Z]+ \S+ HTTP/.test(text)) return;
      heads.push(text);
      answer(socket, text, heads.length);
    });
  });
  servers.add(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, port, heads, connections: () => connections };
}

/** A whole answer. */
function answerWith(body: string | Buffer, ...headers: string[]): Buffer {
  const head = ["HTTP/1.1 200 OK", `content-length: ${Buffer.byteLength(body)}`, ...headers, "", ""];
  return Buffer.concat([Buffer.from(head.join("\r\n")), Buffer.from(body)]);
}

const directly = () => openTransport(systemClock, () => undefined);
const post = { method: "POST", body: "{}" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Long enough for a connection to be used again. */
const RESTED_MS = 120;

/** A clock whose pauses are over when the test says so. */
function heldClock(): { clock: Clock; ring: () => void } {
  const pauses = new Set<() => void>();
  const sleep: Clock["sleep"] = (_ms, signal) =>
    new Promise((resolve, reject) => {
      pauses.add(resolve);
      signal?.addEventListener("abort", () => {
        pauses.delete(resolve);
        reject(signal.reason);
      });
    });
  const ring = () => {
    for (const end of pauses) end();
  };
  return { clock: { nowMs: () => 0, sleep }, ring };
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("there was an answer"),
    (error: unknown) => error,
  );
}

describe("an answer", () => {
  test("has its status, its headers and its body", async () => {
    const { url } = await listen((socket) => socket.write(answerWith("\ufeffhé", "X-One: 1", "x-two: a", "X-Two: b")));
    const answer = await directly()(url, post);
    expect([answer.status, answer.ok, answer.url]).toEqual([200, true, url]);
    expect(new Map(answer.headers)).toEqual(
      new Map([
        ["content-length", "6"],
        ["x-one", "1"],
        ["x-two", "a, b"],
      ]),
    );
    // As `fetch` reads it: without the mark of the byte order.
    expect(await answer.text()).toBe("hé");
  });

  test("gives its bytes and no others", async () => {
    const { url } = await listen((socket) =>
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nbyt\r\n2\r\nes\r\n0\r\n\r\n"),
    );
    const parts: Uint8Array[] = [];
    for await (const part of (await directly()(url)).body ?? []) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe("bytes");
  });

  test("that redirects is not followed", async () => {
    const { url, heads } = await listen((socket) =>
      socket.write("HTTP/1.1 302 Found\r\nlocation: /there\r\ncontent-length: 0\r\n\r\n"),
    );
    const { status, headers } = await directly()(url);
    expect([status, headers.get("location")]).toEqual([302, "/there"]);
    expect(heads).toHaveLength(1);
  });

  test.each([204, 205, 304])("of %i has no body, and leaves the connection free", async (status) => {
    const { url, connections } = await listen((socket) =>
      socket.write(
        `HTTP/1.1 ${status} No\r\ncontent-encoding: gzip\r\n${status === 205 ? "content-length: 0\r\n" : ""}\r\n`,
      ),
    );
    const send = directly();
    expect(await (await send(url)).text()).toBe("");
    await send(url).then(() => pause(RESTED_MS));
    await send(url);
    expect(connections()).toBe(2);
  });
});

describe("a compressed answer", () => {
  const text = JSON.stringify({ message: "as it was ".repeat(1000) });

  test.each([
    ["gzip", gzipSync(text)],
    ["X-Gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["br", brotliCompressSync(text)],
    ["identity", Buffer.from(text)],
    ["gzip, br", brotliCompressSync(gzipSync(text))],
  ])("is read: %s", async (encoding, body) => {
    const { url } = await listen((socket) => socket.write(answerWith(body, `content-encoding: ${encoding}`)));
    expect(await (await directly()(url)).text()).toBe(text);
  });

  test("is asked for by a GET, and not for the few bytes that come of a POST", async () => {
    const { url, heads } = await listen((socket) => socket.write(answerWith("{}")));
    const send = directly();
    await (await send(url)).text();
    await (await send(url, post)).text();
    expect(heads.map((head) => /^accept-encoding: (.*)\r$/im.exec(head)?.[1])).toEqual(["gzip", undefined]);
  });

  test("that is cut short, or is no such thing, is an error", async () => {
    const cut = gzipSync(text).subarray(0, 60);
    for (const body of [cut, Buffer.from("no gzip")]) {
      const { url } = await listen((socket) => socket.write(answerWith(body, "content-encoding: gzip")));
      const answer = await directly()(url);
      expect(kindOfError(await errorOf(answer.text())).kind).toBe("lost");
    }
  });

  test("by what nobody asked for is an error", async () => {
    const { url } = await listen((socket) => socket.write(answerWith("?", "content-encoding: rot13")));
    await expect((await directly()(url)).text()).rejects.toThrow("compressed by rot13");
  });
});

describe("a body that is cut short is an error, but its status is known", () => {
  test.each([
    ["of a length", "content-length: 100\r\n\r\nhalf of it"],
    ["in chunks", "transfer-encoding: chunked\r\n\r\n5\r\nhalf"],
    [
      "of a length, compressed",
      `content-encoding: gzip\r\ncontent-length: 100\r\n\r\n${gzipSync("x").toString("latin1")}`,
    ],
  ])("%s", async (_, rest) => {
    const { url } = await listen((socket) => socket.end(Buffer.from(`HTTP/1.1 200 OK\r\n${rest}`, "latin1")));
    const answer = await directly()(url);
    expect(answer.status).toBe(200);
    expect(kindOfError(await errorOf(answer.text()))).toEqual({ kind: "lost", code: "ECONNRESET" });
  });

  test("also in parts, as they come", async () => {
    const { url } = await listen((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"));
    const { body } = await directly()(url);
    const parts: string[] = [];
    const reading = (async () => {
      for await (const part of body ?? []) parts.push(Buffer.from(part).toString());
    })();
    expect(kindOfError(await errorOf(reading)).kind).toBe("lost");
    expect(parts).toEqual(["half"]);
  });
});

describe("a fault has its word", () => {
  const onRequest = (treat: (socket: Socket) => void) => async () => (await listen(treat)).url;
  const nobody = async () => {
    const { url } = await listen(() => {});
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    return url;
  };

  test.each<[string, () => Promise<string>, string, string | undefined]>([
    ["nobody listens", nobody, "unreachable", "ECONNREFUSED"],
    [
      "nobody listens at any address",
      async () => (await nobody()).replace("127.0.0.1", "localhost"),
      "unreachable",
      "ECONNREFUSED",
    ],
    ["reset after the request", onRequest((socket) => socket.resetAndDestroy()), "lost", "ECONNRESET"],
    ["ended after the request", onRequest((socket) => socket.end()), "lost", "ECONNRESET"],
    ["ended within the head", onRequest((socket) => socket.end("HTTP/1.1 200 OK\r\nx: ")), "lost", "ECONNRESET"],
    ["no HTTP", onRequest((socket) => socket.end("no HTTP at all\r\n\r\n")), "lost", "HPE_INVALID_CONSTANT"],
    [
      "a head without end",
      onRequest((socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\n\r\n`)),
      "lost",
      "HPE_HEADER_OVERFLOW",
    ],
    [
      "another protocol",
      onRequest((socket) => socket.write("HTTP/1.1 101 Over\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")),
      "lost",
      "ECONNRESET",
    ],
    [
      "no TLS",
      async () => (await listen(() => {})).url.replace("http", "https").replace(/\d+\/$/, String((await rude()).port)),
      "untrusted",
      "ERR_SSL_WRONG_VERSION_NUMBER",
    ],
  ])("%s", async (_, url, kind, code) => {
    expect(kindOfError(await errorOf(directly()(await url(), post)))).toEqual({ kind, code });
  });

  /** Answers TLS with plain HTTP. */
  async function rude(): Promise<AddressInfo> {
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    servers.add(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return server.address() as AddressInfo;
  }

  test.each(["end", "resetAndDestroy"] as const)("%s within the handshake: nothing was sent", async (how) => {
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      socket.once("data", () => socket[how]());
    });
    servers.add(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(kindOfError(await errorOf(directly()(url, post)))).toEqual({
      kind: "unreachable",
      code: "ECONNRESET",
    });
  });

  test("a name without an address", async () => {
    const { kind, code } = kindOfError(await errorOf(directly()("http://tracked-dispatch.invalid/", post)));
    expect(kind).toBe("unreachable");
    expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(code);
  });

  test("a connection that does not come about in time: nothing was sent", async () => {
    // It takes the connection and never shakes hands.
    const { url } = await listen(() => {});
    const { clock, ring } = heldClock();
    const asked = errorOf(openTransport(clock, () => undefined)(url.replace("http", "https"), post));
    await pause(100);
    ring();
    expect(kindOfError(await asked)).toEqual({ kind: "unreachable", code: "ETIMEDOUT" });
  });

  test("a tunnel that does not come about in time: nothing was sent", async () => {
    const { url, heads } = await listen(() => {});
    const { clock, ring } = heldClock();
    const asked = errorOf(openTransport(clock, () => new URL(url))("http://ghe.test/", post));
    await expect.poll(() => heads).toHaveLength(1);
    ring();
    expect(kindOfError(await asked)).toEqual({ kind: "unreachable", code: "ETIMEDOUT" });
  });
});

describe("an abort", () => {
  const reason = new Error("the reason");

  test.each([
    ["before the request", "before"],
    ["before the answer", "asked"],
    ["while the connection opens", "opening"],
  ])("%s ends it with its reason", async (_, when) => {
    const { url, heads } = await listen(() => {});
    const abort = new AbortController();
    if (when === "before") abort.abort(reason);
    const to = when === "opening" ? url.replace("http", "https") : url;
    const asked = errorOf(directly()(to, { ...post, signal: abort.signal }));
    if (when === "asked") await expect.poll(() => heads).toHaveLength(1);
    if (when === "opening") await pause(50);
    abort.abort(reason);
    expect(await asked).toBe(reason);
    expect(heads).toHaveLength(when === "asked" ? 1 : 0);
  });

  test("within the body ends its reading with its reason, and closes the connection", async () => {
    const closed: unknown[] = [];
    const { url } = await listen((socket) => {
      socket.on("close", () => closed.push(socket));
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it");
    });
    const abort = new AbortController();
    const answer = await directly()(url, { signal: abort.signal });
    const reading = errorOf(answer.text());
    await pause(20);
    abort.abort(reason);
    expect(await reading).toBe(reason);
    await expect.poll(() => closed).toHaveLength(1);
  });

  test("of a whole wait is listened to only while a request is under way", async () => {
    const { url } = await listen((socket) => socket.write(answerWith("{}")));
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: unknown[]) => {
      listeners++;
      return addEventListener.apply(signal, given as never);
    };
    signal.removeEventListener = (...given: unknown[]) => {
      listeners--;
      return removeEventListener.apply(signal, given as never);
    };
    const send = directly();
    for (let look = 0; look < 5; look++) await (await send(url, { signal })).text();
    await expect.poll(() => listeners).toBe(0);
  });
});

describe("a connection", () => {
  test("is kept for looks that come later", async () => {
    const { url, connections } = await listen((socket) => socket.write(answerWith("{}")));
    const send = directly();
    for (let look = 0; look < 3; look++) {
      await (await send(url)).text();
      await pause(RESTED_MS);
    }
    expect(connections()).toBe(1);
  });

  test("is not used at once again, since its end may come right behind the answer", async () => {
    const { url, connections } = await listen((socket) => socket.write(answerWith("{}")));
    const { clock, ring } = heldClock();
    const send = openTransport(clock, () => undefined);
    for (let look = 0; look < 3; look++) await (await send(url)).text();
    expect(connections()).toBe(3);
    ring();
    await pause(20);
    for (let look = 0; look < 3; look++) await (await send(url)).text();
    expect(connections()).toBe(3);
  });

  test("that is closed while it rests is not used again", async () => {
    const { url, connections } = await listen((socket) => {
      socket.write(answerWith("{}"));
      setTimeout(() => socket.destroy(), RESTED_MS / 2);
    });
    const send = directly();
    await (await send(url)).text();
    await pause(RESTED_MS);
    expect(await (await send(url)).text()).toBe("{}");
    expect(connections()).toBe(2);
  });

  /** Answers the first request of a connection, and hangs up as soon as the second one comes. */
  const hangUpOnReuse = () => {
    const used = new WeakSet<Socket>();
    return listen((socket) => {
      if (used.has(socket)) return socket.destroy();
      used.add(socket);
      socket.write(answerWith("{}"));
    });
  };

  test("that is closed when it is used again loses a GET, which nobody repeats here", async () => {
    const { url, heads } = await hangUpOnReuse();
    const send = directly();
    await (await send(url)).text();
    await pause(RESTED_MS);
    expect(kindOfError(await errorOf(send(url))).kind).toBe("lost");
    expect(heads).toHaveLength(2);
    expect(await (await send(url)).text()).toBe("{}");
  });

  test("that was used before is never given a POST, which would be lost with it", async () => {
    const { url, heads, connections } = await hangUpOnReuse();
    const send = directly();
    await (await send(url)).text();
    await pause(RESTED_MS);
    expect(await (await send(url, post)).text()).toBe("{}");
    expect(heads.map((head) => head.slice(0, 4))).toEqual(["GET ", "POST"]);
    expect(connections()).toBe(2);
  });

  test("that a POST has opened is kept for the looks that follow", async () => {
    const { url, connections } = await listen((socket) => socket.write(answerWith("{}")));
    const send = directly();
    await (await send(url, post)).text();
    await pause(RESTED_MS);
    await (await send(url)).text();
    expect(connections()).toBe(1);
  });
});

describe.runIf(hasOpenssl())("a proxy that is reached by TLS", () => {
  const certificate = hasOpenssl() ? makeAuthority().issue(["DNS:localhost", "IP:127.0.0.1"]) : undefined;

  test("is not given credentials before it is trusted", async () => {
    const { port } = await listen(() => {});
    const proxy = await startProxy({
      hosts: { "ghe.test:80": port },
      ...(certificate && { tls: certificate }),
    });
    const url = new URL(proxy.url.replace("//", "//user:password@"));
    const error = await errorOf(openTransport(systemClock, () => url)("http://ghe.test/", post));
    expect(kindOfError(error).kind).toBe("untrusted");
    expect(proxy.asked).toEqual([]);
  });

  test("is reached by its name in brackets, too", async ({ skip }) => {
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      socket.once("data", (data) => {
        expect(data.toString()).toMatch(/^CONNECT ghe\.test:443 HTTP/);
        socket.end("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n");
      });
    });
    servers.add(server);
    const isListening = await Promise.race([
      once(server, "listening").then(() => true),
      once(server.listen(0, "::1"), "error").then(() => false),
    ]);
    if (!isListening) return skip("this machine has no IPv6");
    const proxy = new URL(`http://[::1]:${(server.address() as AddressInfo).port}`);
    const error = await errorOf(openTransport(systemClock, () => proxy)("https://ghe.test/", post));
    expect(kindOfError(error)).toEqual({ kind: "untrusted", code: "PROXY_407" });
  });
});

describe.runIf(hasOpenssl())("a connection by TLS", () => {
  test("is not trusted without its authority", async () => {
    const { url } = await listen((socket) => socket.write(answerWith("{}")));
    const certificate = makeAuthority().issue(["IP:127.0.0.1"]);
    const front = await startFront(url, { tls: certificate });
    const error = await errorOf(directly()(`https://127.0.0.1:${front.port}/`, post));
    expect(kindOfError(error)).toEqual({ kind: "untrusted", code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  });
});
