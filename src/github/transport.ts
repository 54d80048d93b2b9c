/**
 * The transport: one HTTP request and its answer on `node:http` and `node:https`, as much of `fetch` as Octokit and the
 * downloads use. Node's own `fetch` is not used: on Node 20 it compiles its parser from WebAssembly, which costs each start
 * some 80 ms and 40 MB.
 *
 * - Redirects are not followed, time-outs are left to the caller's signal, and no port is refused, as `fetch` refuses some.
 * - An answer is given as soon as its head has come: its status says what GitHub did, even if its body never comes. A body that
 *   breaks off is an error for whoever reads it, never a short body.
 * - A GET asks for gzip, which makes a list ten times smaller. Any other request has an answer of a few hundred bytes, for which
 *   `node:zlib` need not be loaded. An answer that comes compressed all the same is read.
 * - Nothing is ever sent twice here: only the story knows what may be asked again. A server may close a kept connection just
 *   when it is used again, and then nobody knows whether the request has arrived. That costs a GET a pause of a second, but a
 *   dispatch a minute of looking. So only a GET goes over a connection that was used before: anything else gets a new one,
 *   over which later requests go as well.
 */

import { type Agent, type IncomingMessage, request as requestHttp } from "node:http";
// Not loaded when it is needed: the bundle finds nothing but `default` in a module that is a function, as this one is.
import { pipeline } from "node:stream";
import type { Clock } from "../runner/clock.ts";
import { closeIdle, serversBy } from "./sockets.ts";

/** As much of `fetch` as is used: `globalThis.fetch` is one, too. */
export type Fetch = (url: string, init?: Sending) => Promise<Answer>;

export interface Sending {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** When it is aborted, the request rejects with its reason, and so does reading the body. */
  signal?: AbortSignal;
  redirect?: "manual" | "error";
}

export interface Answer {
  readonly status: number;
  /** 2xx. */
  readonly ok: boolean;
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Iterable<[string, string]> & { get(name: string): string | null | undefined };
  /** Decompressed, in parts as they come. */
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
}

/** Opens the transport. `findProxy` gives the proxy for a server's origin; undefined: the server is reached directly. */
export function openTransport(clock: Clock, findProxy: (origin: string) => URL | undefined): Fetch {
  const servers = serversBy(clock, findProxy);
  return async (url, sending = {}) => {
    sending.signal?.throwIfAborted();
    return exchange(await servers(new URL(url).origin), url, sending);
  };
}

function exchange(agent: Agent, url: string, { method = "GET", headers, body, signal }: Sending): Promise<Answer> {
  if (method !== "GET") closeIdle(agent);
  return new Promise((resolve, reject) => {
    const compressed = method === "GET" && { "accept-encoding": "gzip" };
    const request = requestHttp(url, { agent, method, headers: { ...compressed, ...headers } });
    let answer: IncomingMessage | undefined;
    const onAbort = () => {
      // A request that waits for a connection would report its destruction only when it gets one.
      reject(signal?.reason);
      (answer ?? request).destroy(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    request
      .on("response", (message) => {
        answer = message;
        resolve(answerOf(url, method, message));
      })
      .on("error", reject)
      .on("close", () => {
        signal?.removeEventListener("abort", onAbort);
        // An answer that changes the protocol (101) is closed without any error.
        reject(Object.assign(new Error("closed without an answer"), { code: "ECONNRESET" }));
      })
      .end(body);
  });
}

function answerOf(url: string, method: string, message: IncomingMessage): Answer {
  const { statusCode: status = 0 } = message;
  const hasNoBody = status === 204 || status === 205 || status === 304 || method === "HEAD";
  // An answer may break off while nobody reads it, and an `error` without a listener would end the process.
  message.on("error", () => {});
  // Nobody else reads these answers, and a connection is free for the next request only when its answer has been read.
  if (hasNoBody) message.resume();
  const body = hasNoBody ? null : decompressed(message);
  return {
    status,
    ok: status >= 200 && status < 300,
    url,
    headers: new Map(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    body,
    text: async () => (body ? new TextDecoder().decode(await concat(body)) : ""),
  };
}

async function concat(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return all.length === 1 && all[0] ? all[0] : Buffer.concat(all);
}

async function* decompressed(message: IncomingMessage): AsyncGenerator<Uint8Array> {
  // The last one was applied last.
  const encodings = (message.headers["content-encoding"] ?? "").split(",").map((each) => each.trim().toLowerCase());
  const decoders = [];
  for (const encoding of encodings.reverse()) {
    if (encoding !== "" && encoding !== "identity") decoders.push(await decoderFor(encoding));
  }
  if (decoders.length === 0) return yield* message;
  // An error anywhere in the pipeline is thrown to whoever reads its end, so the callback has nothing to do.
  yield* pipeline([message, ...decoders], () => {}) as unknown as AsyncIterable<Uint8Array>;
}

async function decoderFor(encoding: string): Promise<NodeJS.ReadWriteStream> {
  const { createBrotliDecompress, createUnzip } = await import("node:zlib");
  if (encoding === "br") return createBrotliDecompress();
  if (/^(x-)?gzip$|^deflate$/.test(encoding)) return createUnzip();
  throw new Error(`the answer is compressed by ${encoding}, which was not asked for`);
}
