import { Agent, request as requestHttp } from "node:http";
import type { Socket } from "node:net";
import { callAfter } from "../runner/cancellation.ts";
import type { Clock } from "../runner/clock.ts";
import { NoTunnel } from "./request-error.ts";

type AgentFor = (origin: string) => Promise<Agent>;

/** Includes TLS. Shorter than a request's timeout, so that it is certain that nothing was sent. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The same for a proxy's tunnel: the proxy has to connect first. */
const TUNNEL_TIMEOUT_MS = 15_000;
/** Closes an idle connection before a server does, or before a firewall silently drops it. */
const KEEP_IDLE_MS = 4000;

// A server may be about to close a connection that has just delivered a response, so it is not reused before this time. Requests
// in quick succession take turns on two connections.
const REST_MS = 50;

type Opened = (error: Error | null, socket?: Socket) => void;
type Open = (options: object, opened: Opened) => void;

export function makeAgents(clock: Clock, findProxy: (origin: string) => URL | undefined): AgentFor {
  const agents = new Map<string, Promise<Agent>>();
  return (origin) => {
    const agent = agents.get(origin) ?? agentFor(new URL(origin), findProxy(origin), clock);
    agents.set(origin, agent);
    return agent;
  };
}

/** So that the next request gets a new connection. */
export function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function agentFor(server: URL, proxy: URL | undefined, clock: Clock): Promise<Agent> {
  const isTls = server.protocol === "https:";
  // Loading TLS takes half as long as a start; plain HTTP does without.
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

/** Node would hand over the socket before it is open; a TLS failure would then be a write error (EPROTO), as if data was sent. */
function whenOpen(socket: Socket, isTls: boolean, clock: Clock, opened: Opened): void {
  const done = new AbortController();
  const settle: Opened = (error, socket) => {
    if (done.signal.aborted) return;
    done.abort();
    // Tells request-error.ts that nothing was sent; on an open connection that would be untrue.
    if (error) Object.assign(error, { syscall: "connect" });
    // Not a tick later: the request must listen before the socket's next event.
    opened(error, socket);
  };
  callAfter(clock, CONNECT_TIMEOUT_MS, done.signal, () => socket.destroy(timedOut("connect")));
  socket
    .once(isTls ? "secureConnect" : "connect", () => settle(null, socket))
    .on("error", (error) => settle(error))
    .once("close", () => settle(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
}

/** For plain HTTP too: if a proxy itself responds (502, 407), the request may have been passed on; without a tunnel, never. */
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
    callAfter(clock, TUNNEL_TIMEOUT_MS, done.signal, () => request.destroy(timedOut("tunnel")));
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
