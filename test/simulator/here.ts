/**
 * The way to a simulator of this process that takes no sockets: most of a story's time would else go into them. What a
 * client gets is what `fetch` would give it. Where a line breaks, it does break: over a socket, with the system's own error.
 */

import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Outgoing, Serve } from "./exchange.ts";

const offers = new Map<string, Serve>();

/** From now on, who fetches from this origin here is served so. Returns what ends that. */
export function offerHere(origin: string, serve: Serve): () => void {
  offers.set(origin, serve);
  return () => offers.delete(origin);
}

/** As `fetch`, with the whole body read; undefined: it takes sockets. */
export function fetchHere(
  input: string | URL | Request,
  init: RequestInit & { headers: Headers },
): Promise<Response> | undefined {
  const { method = "GET", body, redirect = "follow", signal } = init;
  // Redirects are rarely followed: what `fetch` does then is better left to it.
  if (input instanceof Request || typeof (body ?? "") !== "string" || redirect === "follow") return undefined;
  const url = new URL(input);
  const serve = offers.get(url.origin);
  return (
    serve && exchange(serve, url, { method, headers: init.headers, body: (body ?? "") as string, redirect, signal })
  );
}

interface Sent {
  method: string;
  headers: Headers;
  body: string;
  redirect: "error" | "manual";
  signal: AbortSignal | null | undefined;
}

/** How an exchange ends, seen from the client. */
type End =
  | { kind: "answered"; status: number; headers: OutgoingHttpHeaders; body: Buffer }
  | { kind: "cut"; status: number; headers: OutgoingHttpHeaders; part: Buffer }
  | { kind: "reset" };

async function exchange(serve: Serve, url: URL, { method, headers, body, redirect, signal }: Sent): Promise<Response> {
  signal?.throwIfAborted();
  const sent: IncomingHttpHeaders = {
    host: url.host,
    accept: "*/*",
    "user-agent": "node",
    "accept-encoding": "gzip, deflate",
    ...Object.fromEntries(headers),
  };
  let answer: Answer | undefined;
  let onAbort: (() => void) | undefined;
  const end = await new Promise<End>((resolve, reject) => {
    answer = new Answer(resolve);
    onAbort = () => {
      reject(signal?.reason);
      answer?.close();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    void serve({ method, url: url.pathname + url.search, headers: sent }, body, answer);
  }).finally(() => {
    if (onAbort) signal?.removeEventListener("abort", onAbort);
  });
  if (end.kind !== "answered") return onBrokenLine(end, signal);
  if (redirect === "error" && end.status >= 300 && end.status < 400 && "location" in end.headers) {
    throw new TypeError("fetch failed", { cause: new Error("unexpected redirect") });
  }
  return responseOf(end, url.href);
}

/** What the simulator writes to. */
class Answer implements Outgoing {
  statusCode = 200;
  destroyed = false;
  readonly #headers: OutgoingHttpHeaders = {};
  readonly #listeners: (() => void)[] = [];
  readonly #resolve: (end: End) => void;

  constructor(resolve: (end: End) => void) {
    this.#resolve = resolve;
  }

  setHeader(name: string, value: string | number): void {
    this.#headers[name.toLowerCase()] = value;
  }

  removeHeader(name: string): void {
    delete this.#headers[name.toLowerCase()];
  }

  getHeaderNames(): string[] {
    return Object.keys(this.#headers);
  }

  end(body: Buffer | string = ""): void {
    this.#finish({ kind: "answered", status: this.statusCode, headers: this.#headers, body: Buffer.from(body) });
  }

  cut(part: Buffer): void {
    this.#finish({ kind: "cut", status: this.statusCode, headers: this.#headers, part });
  }

  reset(): void {
    this.#finish({ kind: "reset" });
  }

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The client has gone, or has its answer. */
  close(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    for (const listener of this.#listeners) listener();
  }

  #finish(end: End): void {
    if (this.destroyed) return;
    this.#resolve(end);
    this.close();
  }
}

/** As much of a `Response` as is read of one; a true one would be read as a stream, at twice the cost of the rest. */
function responseOf({ status, headers, body }: Extract<End, { kind: "answered" }>, url: string): Response {
  const isBodyless = status === 204 || status === 205 || status === 304;
  const bytes = new Uint8Array(isBodyless ? [] : body);
  const named = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const response = {
    status,
    ok: status >= 200 && status < 300,
    url,
    headers: new Headers(named),
    body: isBodyless ? null : [bytes].values(),
    text: async () => new TextDecoder().decode(bytes),
    arrayBuffer: async () => bytes.buffer,
  };
  return response as unknown as Response;
}

/** Breaks a line as told, for whoever waits at its other end. Rejects, as `fetch` does or the reading of its body. */
async function onBrokenLine(
  end: Exclude<End, { kind: "answered" }>,
  signal: AbortSignal | null | undefined,
): Promise<never> {
  const server = createServer((_, response) => {
    if (end.kind === "reset") {
      response.socket?.resetAndDestroy();
      return;
    }
    response.sendDate = false;
    response.writeHead(end.status, end.headers).write(end.part, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await globalThis.fetch(`http://127.0.0.1:${port}/`, {
      redirect: "manual",
      ...(signal && { signal }),
    });
    await answer.arrayBuffer();
    throw new Error("The line was to break, and did not.");
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
