/** The broker as a server that speaks TLS on loopback, for a step that is a process. */

import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../src/runner/clock.ts";
import { Broker, type BrokerOptions, ID_TOKEN_REQUEST } from "../simulator/broker.ts";
import { serveOnSocket } from "../simulator/exchange.ts";
import type { GitHub } from "../simulator/index.ts";
import { afterEachFile } from "./after.ts";
import { APP_ID, CLIENT_ID, PUBLIC_KEY } from "./app-stage.ts";
import type { Certificate } from "./certificates.ts";

export interface TlsBroker {
  broker: Broker;
  /** For `oidc_broker`. */
  host: string;
  /** Of loopback. */
  port: number;
  /** What the runner gives a job with `id-token: write`. */
  env: Record<string, string>;
}

const open: (() => void)[] = [];

afterEachFile(() => {
  for (const close of open.splice(0)) close();
});

/** `certificate` is for `localhost`, or for the `name` that a proxy knows. The broker's App is installed on `octo`. */
export async function startTlsBroker(
  github: GitHub,
  certificate: Certificate,
  { name, ...options }: Pick<BrokerOptions, "policies" | "subject"> & { name?: string },
): Promise<TlsBroker> {
  const permissions = { contents: "write", actions: "write" } as const;
  const installations = [{ id: 4712, account: "octo", repositories: "all" as const, permissions: { ...permissions } }];
  github.addApp({ appId: APP_ID + 1, clientId: `${CLIENT_ID}2`, publicKey: PUBLIC_KEY, installations });
  let broker: Broker | undefined;
  const server = createServer({ ...certificate }, (request, response) => {
    const door = request.url?.startsWith("/sts/") ? "exchange" : "idtoken";
    serveOnSocket(async (incoming, _, outgoing) => broker?.serve(door, incoming, outgoing), request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const host = name ?? `localhost:${port}`;
  broker = new Broker(host, github, systemClock, { ...options, installations });
  const { close } = broker;
  open.push(() => {
    close.call(broker);
    server.close();
    server.closeAllConnections();
  });
  const { pathname, search } = new URL(ID_TOKEN_REQUEST.url);
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `https://${host}${pathname}${search}`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: ID_TOKEN_REQUEST.token,
  };
  return { broker, host, port, env };
}
