/** A proxy on loopback. It alone knows where made-up hosts are, so that what arrives there has gone through it. */

import { createServer, type IncomingMessage, request as requestHttp, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEachFile } from "./after.ts";

export interface ProxyOptions {
  /** `host:port` → the port of loopback where it really is. */
  hosts: Record<string, number>;
  /** `user:password`, demanded by 407. */
  credentials?: string;
  /** The status for a tunnel that it does not open to this `host:port`; `nth` counts from 1. */
  refuse?: (nth: number, host: string) => number | undefined;
  /** It speaks TLS itself. */
  tls?: { key: string; cert: string };
}

export interface Proxy {
  url: string;
  port: number;
  /** What it was asked for, opened or not: `CONNECT ghe.test:443`, `GET http://ghe.test/repos/octo/target`. */
  asked: string[];
  /** The credentials that came with it, decoded. */
  credentials: (string | undefined)[];
  close(): Promise<void>;
}

const open: (() => Promise<void>)[] = [];

afterEachFile(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** Listens until the file's tests have ended, or sooner. */
export async function startProxy({ hosts, credentials, refuse, tls }: ProxyOptions): Promise<Proxy> {
  const asked: string[] = [];
  const shown: (string | undefined)[] = [];
  const sockets = new Set<Duplex>();

  /** The status with which it refuses, or the port to go to. */
  function decide(line: string, host: string, { headers }: IncomingMessage): { status: number } | { port: number } {
    asked.push(line);
    const basic = /^Basic (.+)$/.exec(headers["proxy-authorization"] ?? "")?.[1];
    const given = basic === undefined ? undefined : Buffer.from(basic, "base64").toString("utf8");
    shown.push(given);
    if (credentials !== undefined && given !== credentials) return { status: 407 };
    const status = refuse?.(asked.length, host);
    const port = hosts[host];
    return status !== undefined || port === undefined ? { status: status ?? 502 } : { port };
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "");
    const decided = decide(`${request.method} ${url.href}`, `${url.hostname}:${url.port || 80}`, request);
    if ("status" in decided) return void response.writeHead(decided.status).end();
    const { method, headers } = request;
    const path = url.pathname + url.search;
    const onward = requestHttp({ host: "127.0.0.1", port: decided.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }

  function tunnel(request: IncomingMessage, client: Duplex): void {
    client.on("error", () => client.destroy());
    const host = request.url ?? "";
    const decided = decide(`CONNECT ${host}`, host, request);
    if ("status" in decided) return void client.end(`HTTP/1.1 ${decided.status} No\r\nContent-Length: 0\r\n\r\n`);
    const server = connect(decided.port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    server.on("error", () => client.destroy());
    sockets.add(server);
  }

  const listener = tls ? createTlsServer(tls, forward) : createServer(forward);
  listener.on("connect", tunnel);
  listener.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      listener.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  open.push(close);
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${port}`, port, asked, credentials: shown, close };
}
