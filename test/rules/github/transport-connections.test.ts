/** When the transport opens a connection, uses it again, trusts it and gives it up, on loopback. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { kindOfError } from "../../../src/github/request-error.ts";
import { openTransport } from "../../../src/github/transport.ts";
import { systemClock } from "../../../src/runner/clock.ts";
import {
  answerWith,
  directly,
  errorOf,
  listen,
  post,
  resting,
  servers,
  settled,
  sockets,
  textOf,
} from "../../support/any-server.ts";
import { hasOpenssl, makeAuthority } from "../../support/certificates.ts";
import { startFront } from "../../support/front.ts";
import { startProxy } from "../../support/proxy.ts";

describe("an abort", () => {
  const reason = new Error("the reason");

  test.each([
    ["before the request", "before"],
    ["before the answer", "asked"],
    ["while the connection opens", "opening"],
  ])("%s ends it with its reason", async (_, when) => {
    const { url, heads, connections } = await listen(() => {});
    const abort = new AbortController();
    if (when === "before") abort.abort(reason);
    const to = when === "opening" ? url.replace("http", "https") : url;
    const asked = errorOf(directly()(to, { ...post, signal: abort.signal }));
    if (when === "asked") await expect.poll(() => heads).toHaveLength(1);
    if (when === "opening") await expect.poll(connections).toBe(1);
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
    const reading = errorOf(textOf(answer));
    await settled();
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
    for (let look = 0; look < 5; look++) await textOf(await send(url, { signal }));
    await expect.poll(() => listeners).toBe(0);
  });
});

describe("a connection", () => {
  test("is kept for looks that come later", async () => {
    const { url, connections } = await listen((socket) => socket.write(answerWith("{}")));
    const { send, rest } = resting();
    for (let look = 0; look < 3; look++) {
      await textOf(await send(url));
      await rest();
    }
    expect(connections()).toBe(1);
  });

  test("is not used at once again, since its end may come right behind the answer", async () => {
    const { url, connections } = await listen((socket) => socket.write(answerWith("{}")));
    const { send, rest } = resting();
    for (let look = 0; look < 3; look++) await textOf(await send(url));
    expect(connections()).toBe(3);
    await rest();
    for (let look = 0; look < 3; look++) await textOf(await send(url));
    expect(connections()).toBe(3);
  });

  test("that is closed while it rests is not used again", async () => {
    let close = () => {};
    const { url, connections } = await listen((socket) => {
      socket.write(answerWith("{}"));
      close = () => socket.destroy();
    });
    const { send, rest } = resting();
    await textOf(await send(url));
    await settled();
    close();
    await rest();
    expect(await textOf(await send(url))).toBe("{}");
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
    const { send, rest } = resting();
    await textOf(await send(url));
    await rest();
    expect(kindOfError(await errorOf(send(url))).kind).toBe("lost");
    expect(heads).toHaveLength(2);
    expect(await textOf(await send(url))).toBe("{}");
  });

  test("that was used before is never given a POST, which would be lost with it", async () => {
    const { url, heads, connections } = await hangUpOnReuse();
    const { send, rest } = resting();
    await textOf(await send(url));
    await rest();
    expect(await textOf(await send(url, post))).toBe("{}");
    expect(heads.map((head) => head.slice(0, 4))).toEqual(["GET ", "POST"]);
    expect(connections()).toBe(2);
  });

  test("that a POST has opened is kept for the looks that follow", async () => {
    const { url, connections } = await listen((socket) => socket.write(answerWith("{}")));
    const { send, rest } = resting();
    await textOf(await send(url, post));
    await rest();
    await textOf(await send(url));
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
