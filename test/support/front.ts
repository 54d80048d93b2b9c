/** A server in front of the simulated GitHub, on loopback: it speaks TLS, or treats its connections badly. */

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEachFile } from "./after.ts";
import type { Certificate } from "./certificates.ts";

/**
 * - `keep`: as long as the client wants
 * - `close`: closed as soon as it has answered
 * - `half-close`: ended as soon as it has answered, but still read
 * - `close on reuse`: closed when a second request comes, which is not passed on
 * - `swallow POST`: closed when a POST comes, which is not passed on
 * - `swallow answer`: closed when the answer to a POST comes, which is not passed on
 */
export type Manners = "keep" | "close" | "half-close" | "close on reuse" | "swallow POST" | "swallow answer";

export interface Front {
  port: number;
  /** The first lines of the requests that came, passed on or not. */
  requests: string[];
  /** How many connections there were. */
  connections(): number;
}

const open: (() => Promise<void>)[] = [];

afterEachFile(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** Passes on what comes to the simulated GitHub, until the file's tests have ended. */
export async function startFront(
  apiUrl: string,
  { tls, manners = "keep" }: { tls?: Certificate; manners?: Manners },
): Promise<Front> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;

  function pass(client: Socket): void {
    connections++;
    const server = connect(Number(new URL(apiUrl).port), "127.0.0.1");
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
    let method = "";
    let answer = "";
    let isClosed = false;
    client.on("data", (data) => {
      // As from a closed socket. To close it at once could discard the answer that is on its way.
      if (isClosed) return client.destroy();
      const [line = "", verb = ""] = /^([A-Z]+) \S+/.exec(data.toString("latin1")) ?? [];
      if (verb !== "") {
        requests.push(line);
        if (manners === "swallow POST" && verb === "POST") return client.destroy();
        if (manners === "close on reuse" && method !== "") return client.destroy();
        method = verb;
      }
      server.write(data);
    });
    server.on("data", (data) => {
      if (manners === "swallow answer" && method === "POST") return client.destroy();
      answer += data.toString("latin1");
      const isWhole = endsWithin(answer);
      isClosed = isWhole && manners === "close";
      if (isClosed || (isWhole && manners === "half-close")) client.end(data);
      else client.write(data);
    });
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
  }

  const options = { allowHalfOpen: manners === "half-close" };
  const listener = tls ? createTlsServer({ ...tls, ...options }, pass) : createServer(options, pass);
  // What does not speak TLS, or does not trust us, is its own affair.
  listener.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  open.push(
    () =>
      new Promise<void>((resolve) => {
        listener.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return { port: (listener.address() as AddressInfo).port, requests, connections: () => connections };
}

/** Says whether an answer has come to its end. */
function endsWithin(answer: string): boolean {
  const [head = "", body] = answer.split(/\r\n\r\n(.*)/s);
  if (body === undefined) return false;
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length);
  return /^transfer-encoding: chunked$/im.test(head) ? body.endsWith("0\r\n\r\n") : true;
}
