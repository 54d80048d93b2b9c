/** The way through a proxy. */

import { type Dispatcher, fetch, Pool, ProxyAgent } from "undici";
import { NoTunnel } from "./fault.ts";

/** Below the time that a request may take: a proxy that never answers has passed nothing on, and that is to be known. */
const TUNNEL_TIMEOUT_MS = 15_000;

/** A fetch whose requests all go through `proxy`. */
export function fetchThrough(proxy: URL): typeof globalThis.fetch {
  const { username, password } = proxy;
  const credentials = Buffer.from(decodeURIComponent(`${username}:${password}`)).toString("base64");
  const dispatcher = new ProxyAgent({
    uri: proxy.origin,
    ...(username + password !== "" && { token: `Basic ${credentials}` }),
    clientFactory: (origin, options) => new Tunnels(origin, options),
  });
  const through = (url: string, init: object) => fetch(url, { ...init, dispatcher });
  return through as unknown as typeof globalThis.fetch;
}

type Tunnel = Omit<Dispatcher.ConnectOptions, "origin">;

/**
 * Opens the tunnels. undici takes a proxy that closes the connection at CONNECT for a connection that has worked, and
 * opens it again, thousands of times a second, for ever (nodejs/undici#3897); any other error ends the request.
 */
class Tunnels extends Pool {
  constructor(origin: URL, options: object) {
    super(origin, { ...options, headersTimeout: TUNNEL_TIMEOUT_MS });
  }

  override async connect(options: Tunnel): Promise<Dispatcher.ConnectData> {
    const answer = await super.connect(options).catch((error: unknown) => {
      throw new NoTunnel(error);
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => {}).destroy();
    throw new NoTunnel(undefined, answer.statusCode);
  }
}
