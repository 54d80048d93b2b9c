/**
 * As much of `fetch` as Octokit and the downloads use, on `node:http` and `node:https`: on Node 20, `fetch` itself compiles its
 * parser from WebAssembly, which costs each start some 80 ms and 40 MB. Redirects are not followed, timeouts are left to the
 * caller's signal, and no port is refused.
 */

import { type Agent, type IncomingMessage, request as requestHttp } from "node:http";
// No dynamic import: the bundle would find nothing but `default` in a module that is a function, as this one is.
import { pipeline } from "node:stream";
import type { Clock } from "../runner/clock.ts";
import { closeIdle, makeAgents } from "./sockets.ts";

/** Resolves with the response's head: its status shows what GitHub did, even if the body never comes. */
export type Fetch = (url: string, init?: FetchOptions) => Promise<FetchResponse>;

export interface FetchOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Its abort rejects the request, and the reading of the body, with its reason. */
  signal?: AbortSignal;
  redirect?: "manual" | "error";
}

export interface FetchResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Iterable<[string, string]> & { get(name: string): string | null | undefined };
  /** Decompressed. Throws if it breaks off. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

export function openTransport(clock: Clock, findProxy: (origin: string) => URL | undefined): Fetch {
  const servers = makeAgents(clock, findProxy);
  return async (url, sending = {}) => {
    sending.signal?.throwIfAborted();
    return exchange(await servers(new URL(url).origin), url, sending);
  };
}

function exchange(
  agent: Agent,
  url: string,
  { method = "GET", headers, body, signal }: FetchOptions,
): Promise<FetchResponse> {
  // Only a GET reuses a connection: a server may close it at that moment, and then the request may have arrived or not. That costs
  // a GET a second, but a dispatch a minute of polling. Nothing is resent here: only the caller knows what may be retried.
  if (method !== "GET") closeIdle(agent);
  return new Promise((resolve, reject) => {
    // Makes a list ten times smaller; other responses have a few hundred bytes, for which `node:zlib` need not be loaded.
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
        resolve(answerOf(url, message));
      })
      .on("error", reject)
      .on("close", () => {
        signal?.removeEventListener("abort", onAbort);
        // A response that changes the protocol (101) is closed without any error.
        reject(Object.assign(new Error("closed without a response"), { code: "ECONNRESET" }));
      })
      .end(body);
  });
}

function answerOf(url: string, message: IncomingMessage): FetchResponse {
  const { statusCode: status = 0 } = message;
  const hasNoBody = status === 204 || status === 205 || status === 304;
  // A response may break off while nobody reads it, and an `error` without a listener would end the process.
  message.on("error", () => {});
  // A connection is free for the next request only when its response has been read.
  if (hasNoBody) message.resume();
  return {
    status,
    ok: status >= 200 && status < 300,
    url,
    headers: new Map(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    body: hasNoBody ? null : decompressed(message),
  };
}

/** Each takes some 50 KB, and a header could name thousands. */
const MAX_DECODERS = 3;

async function* decompressed(message: IncomingMessage): AsyncGenerator<Uint8Array> {
  // The last encoding was applied last.
  const encodings = (message.headers["content-encoding"] ?? "").split(",").map((each) => each.trim().toLowerCase());
  if (encodings.length > MAX_DECODERS) throw new Error("the response is compressed too many times");
  const decoders = [];
  for (const encoding of encodings.reverse()) {
    if (encoding !== "" && encoding !== "identity") decoders.push(await decoderFor(encoding));
  }
  if (decoders.length === 0) return yield* message;
  // The reader gets every error of the pipeline, so the callback has nothing to do.
  yield* pipeline([message, ...decoders], () => {}) as unknown as AsyncIterable<Uint8Array>;
}

async function decoderFor(encoding: string): Promise<NodeJS.ReadWriteStream> {
  const { createBrotliDecompress, createUnzip } = await import("node:zlib");
  if (encoding === "br") return createBrotliDecompress();
  if (/^(x-)?gzip$|^deflate$/.test(encoding)) return createUnzip();
  throw new Error(`the response is compressed by ${encoding}, which was not requested`);
}
