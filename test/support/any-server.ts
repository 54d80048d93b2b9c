/** Servers on loopback that answer as they please, and the transport to them; struck after each test. */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { expect } from "vitest";
import { type FetchResponse, openTransport } from "../../src/github/transport.ts";
import { type Clock, systemClock } from "../../src/runner/clock.ts";
import { afterEachTest } from "./after.ts";

export const servers = new Set<Server>();
export const sockets = new Set<Socket>();
afterEachTest(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
  servers.clear();
  sockets.clear();
});

interface Listening {
  url: string;
  port: number;
  /** The heads of the requests that came, in order. */
  heads: string[];
  connections(): number;
}

/** Listens, and answers each request as `answer` says. */
export async function listen(answer: (socket: Socket, head: string, nth: number) => void): Promise<Listening> {
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
export function answerWith(body: string | Buffer, ...headers: string[]): Buffer {
  const head = ["HTTP/1.1 200 OK", `content-length: ${Buffer.byteLength(body)}`, ...headers, "", ""];
  return Buffer.concat([Buffer.from(head.join("\r\n")), Buffer.from(body)]);
}

export const directly = () => openTransport(systemClock, () => undefined);
export const post = { method: "POST", body: "{}" };
/** A clock whose pauses are over when the test says so. */
export function heldClock(): { clock: Clock; ring: () => void } {
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

/** Lets what is on its way arrive: on loopback, the next turns of the event loop bring it. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A transport, and a pause after which a connection may be used again. */
export function resting() {
  const { clock, ring } = heldClock();
  const rest = async () => {
    await settled();
    ring();
    await settled();
  };
  return { send: openTransport(clock, () => undefined), rest };
}

export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("there was an answer"),
    (error: unknown) => error,
  );
}

export async function textOf({ body }: FetchResponse): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) parts.push(part);
  return new TextDecoder().decode(Buffer.concat(parts));
}
