/** The connections of the transport: opened directly or through a proxy, and kept open for a short while. */

import { Agent, request as requestHttp } from "node:http";
import type { Socket } from "node:net";
import { afterPause } from "../runner/cancellation.ts";
import type { Clock } from "../runner/clock.ts";
import { NoTunnel } from "./request-error.ts";

/** Gives the agent of a server, by its origin. The agent opens the connections to the server, and keeps them. */
export type Servers = (origin: string) => Promise<Agent>;

/** For a connection to open, TLS included. It is less than a request may take, so that it is certain that nothing was sent. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The same for the tunnel through a proxy, which has to connect first. */
const TUNNEL_TIMEOUT_MS = 15_000;
/** An idle connection is closed after this time, before a server closes it, or a firewall drops it without a word. */
const KEEP_IDLE_MS = 4000;

/**
 * A connection that has just given its answer is not used again before this time: a server may be about to close it, without
 * having said so. A request that comes sooner gets another connection, so looks in quick succession take turns on two.
 */
const REST_MS = 50;

type Opened = (error: Error | null, socket?: Socket) => void;
type Open = (options: object, opened: Opened) => void;

export function serversBy(clock: Clock, findProxy: (origin: string) => URL | undefined): Servers {
  const agents = new Map<string, Promise<Agent>>();
  return (origin) => {
    const agent = agents.get(origin) ?? agentFor(new URL(origin), findProxy(origin), clock);
    agents.set(origin, agent);
    return agent;
  };
}

/** Closes the connections that wait for a further request, so that the next one gets a new connection. */
export function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function agentFor(server: URL, proxy: URL | undefined, clock: Clock): Promise<Agent> {
  const isTls = server.protocol === "https:";
  // Loading TLS takes as long as half of a start, which a server or proxy on plain HTTP can do without.
  const { Agent: ByScheme } = isTls ? await import("node:https") : { Agent };
  const agent = new ByScheme({ keepAlive: true, timeout: KEEP_IDLE_MS });
  const [keep] = agent.listeners("free");
  agent.removeAllListeners("free").on("free", (...idle) => {
    clock.sleep(REST_MS).then(() => keep?.apply(agent, idle));
  });
  const { createConnection } = agent as unknown as { createConnection(options: object): Socket };
  const begin: Open = (options, opened) => whenOpen(createConnection.call(agent, options), isTls, clock, opened);
  const tunnel = proxy && (await tunnels(server, proxy, clock));
  const through: Open = (options, opened) =>
    tunnel?.((error, socket) => {
      if (error || !isTls) opened(error, socket);
      else begin({ ...options, socket }, opened);
    });
  return Object.assign(agent, { createConnection: tunnel ? through : begin });
}

/**
 * Waits until a connection is open, and gives it to a request only then. Node would give it at once, and where TLS then fails,
 * the error is one of writing the request (EPROTO), as if something might have been sent.
 */
function whenOpen(socket: Socket, isTls: boolean, clock: Clock, opened: Opened): void {
  const done = new AbortController();
  const settle: Opened = (error, socket) => {
    if (done.signal.aborted) return;
    done.abort();
    // Nothing was sent, whatever went wrong, and request-error.ts knows that by the `syscall`. On an open connection it would be untrue.
    if (error) Object.assign(error, { syscall: "connect" });
    // Not a tick later: the request has to listen before the connection's next event.
    opened(error, socket);
  };
  afterPause(clock, CONNECT_TIMEOUT_MS, done.signal, () => socket.destroy(timedOut("connect")));
  socket
    .once(isTls ? "secureConnect" : "connect", () => settle(null, socket))
    .on("error", (error) => settle(error))
    .once("close", () => settle(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
}

/**
 * Opens tunnels through a proxy, for plain HTTP as well: when a proxy itself answers a request (502, 407), nobody knows whether
 * it has passed the request on; when it opens no tunnel, it certainly has not.
 */
async function tunnels(server: URL, proxy: URL, clock: Clock): Promise<(opened: Opened) => void> {
  const agent = await agentFor(new URL(proxy.origin), undefined, clock);
  const host = `${server.hostname}:${server.port || (server.protocol === "https:" ? 443 : 80)}`;
  const { username, password } = proxy;
  const credentials = Buffer.from(decodeURIComponent(`${username}:${password}`)).toString("base64");
  const headers = {
    host,
    ...(username + password !== "" && { "proxy-authorization": `Basic ${credentials}` }),
  };

  return (opened) => {
    const done = new AbortController();
    const request = requestHttp(proxy.origin, { agent, method: "CONNECT", path: host, headers });
    const settle: Opened = (error, socket) => {
      done.abort();
      opened(error, socket);
    };
    afterPause(clock, TUNNEL_TIMEOUT_MS, done.signal, () => request.destroy(timedOut("tunnel")));
    request
      .on("connect", ({ statusCode }, socket: Socket) => {
        if (statusCode === 200) return settle(null, socket);
        socket.on("error", () => {}).destroy();
        settle(new NoTunnel(undefined, statusCode));
      })
      .on("error", (error) => settle(new NoTunnel(error)))
      .end();
  };
}

function timedOut(syscall: string): Error {
  return Object.assign(new Error(`${syscall} ETIMEDOUT`), { code: "ETIMEDOUT", syscall });
}
