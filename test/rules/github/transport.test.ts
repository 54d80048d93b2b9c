/** What the transport makes of the answers of servers that answer as they please, on loopback. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { kindOfError } from "../../../src/github/request-error.ts";
import { openTransport } from "../../../src/github/transport.ts";
import {
  answerWith,
  directly,
  errorOf,
  heldClock,
  listen,
  post,
  resting,
  servers,
  sockets,
  textOf,
} from "../../support/any-server.ts";

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
    expect(await textOf(answer)).toBe("hé");
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
    const { send, rest } = resting();
    expect(await textOf(await send(url))).toBe("");
    await send(url).then(rest);
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
    expect(await textOf(await directly()(url))).toBe(text);
  });

  test("is asked for by a GET, and not for the few bytes that come of a POST", async () => {
    const { url, heads } = await listen((socket) => socket.write(answerWith("{}")));
    const send = directly();
    await textOf(await send(url));
    await textOf(await send(url, post));
    expect(heads.map((head) => /^accept-encoding: (.*)\r$/im.exec(head)?.[1])).toEqual(["gzip", undefined]);
  });

  test("that is cut short, or is no such thing, is an error", async () => {
    const cut = gzipSync(text).subarray(0, 60);
    for (const body of [cut, Buffer.from("no gzip")]) {
      const { url } = await listen((socket) => socket.write(answerWith(body, "content-encoding: gzip")));
      const answer = await directly()(url);
      expect(kindOfError(await errorOf(textOf(answer))).kind).toBe("lost");
    }
  });

  test("by what nobody asked for is an error", async () => {
    const { url } = await listen((socket) => socket.write(answerWith("?", "content-encoding: rot13")));
    await expect(textOf(await directly()(url))).rejects.toThrow("compressed by rot13");
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
    expect(kindOfError(await errorOf(textOf(answer)))).toEqual({ kind: "lost", code: "ECONNRESET" });
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
    const { url, connections } = await listen(() => {});
    const { clock, ring } = heldClock();
    const asked = errorOf(openTransport(clock, () => undefined)(url.replace("http", "https"), post));
    await expect.poll(connections).toBe(1);
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
