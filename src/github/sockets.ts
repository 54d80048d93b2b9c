/** The connections of the transport: opened directly or through a proxy, and kept for a short while. */

import { Agent, request as requestHttp } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../edges/clock.ts";
import { NoTunnel } from "./fault.ts";

/** Gives the agent of a server, by its origin: it opens the server's connections and keeps them. */
export type Servers = (origin: string) => Promise<Agent>;

/** Until a connection is open, TLS included. Below the time that a request may take: nothing was sent, and that is to be known. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The same for the tunnel through a proxy, which has to connect first. */
const TUNNEL_TIMEOUT_MS = 15_000;
/** A connection that nobody uses is closed after this time, before a server does it, or a firewall that tells nobody. */
const KEEP_IDLE_MS = 4000;

/**
 * A connection that has just given its answer is not used again before this time: its end may come right behind, without a
 * word. A request that comes sooner gets another connection, so that looks in quick succession take turns on two.
 */
const REST_MS = 50;

type Opened = (error: Error | null, socket?: Socket) => void;
type Open = (options: object, opened: Opened) => void;

export function serversBy(clock: Clock, findProxy: (origin: string) => URL | undefined): Servers {
  const agents = new Map<string, Promise<Agent>>();
  return (origin) => {
    const known = agents.get(origin);
    if (known) return known;
    const agent = agentFor(new URL(origin), findProxy(origin), clock);
    agents.set(origin, agent);
    return agent;
  };
}

/** Closes the connections that wait for their next request, so that this gets a new one. */
export function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function agentFor(server: URL, proxy: URL | undefined, clock: Clock): Promise<Agent> {
  const isTls = server.protocol === "https:";
  // Loading TLS takes as long as half of a start.
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
 * Waits until a connection is open, and gives it to a request only then. Node would give it at once, and a request that is
 * written into a TLS connection that fails tells of the writing (EPROTO), as if something might have been sent.
 */
function whenOpen(socket: Socket, isTls: boolean, clock: Clock, opened: Opened): void {
  const done = new AbortController();
  const settle: Opened = (error, socket) => {
    if (done.signal.aborted) return;
    done.abort();
    // Whatever went wrong, nothing was sent: fault.ts tells that by the call. Of an open connection it would be a lie.
    if (error) Object.assign(error, { syscall: "connect" });
    // Not a moment later: the request has to be there when the connection says the next thing.
    opened(error, socket);
  };
  clock.sleep(CONNECT_TIMEOUT_MS, done.signal).then(
    () => socket.destroy(timedOut("connect")),
    () => {},
  );
  socket
    .once(isTls ? "secureConnect" : "connect", () => settle(null, socket))
    .on("error", (error) => settle(error))
    .once("close", () => settle(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
}

/**
 * Opens tunnels through a proxy: for plain HTTP as well, since a proxy that answers in the server's place (502, 407) leaves it
 * open whether it has passed the request on, and a tunnel that it does not open does not.
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
    clock.sleep(TUNNEL_TIMEOUT_MS, done.signal).then(
      () => request.destroy(timedOut("tunnel")),
      () => {},
    );
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
