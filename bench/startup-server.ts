/** The servers of the start-up benchmark, on loopback: as much of GitHub as a step that only dispatches asks, and a proxy. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";

export interface StartUpServers {
  /** Plain HTTP. */
  origin: string;
  /** With a certificate of its own. */
  tlsOrigin: string;
  /** Path of that certificate: it is its own authority. */
  authority: string;
  /** Takes every host for the server with plain HTTP. */
  proxy: string;
  /** When the last dispatch came, or the first request of a report, by `performance.now()`. */
  arrivedAtMs(): number;
  close(): void;
}

/** `directory` is for the certificate. */
export async function startServers(directory: string): Promise<StartUpServers> {
  let arrivedAtMs = Number.NaN;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { method, url = "" } = request;
    if (url.endsWith("/dispatches") || url.includes(`/runs/${CALLERS_RUN}`)) arrivedAtMs = performance.now();
    request.resume().on("end", () => {
      const body = bodyOf(method, url);
      response.statusCode = body === undefined ? 204 : 200;
      response.setHeader("content-type", "application/json");
      response.end(body && JSON.stringify(body));
    });
  };
  const [key, authority] = makeCertificate(directory);
  const plain = createServer(answer);
  const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(authority) }, answer);
  const port = await listen(plain);
  const proxy = createServer().on("connect", (_request, client: Duplex) => {
    const server = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) socket.on("error", () => socket.destroy());
  });
  const servers = [plain, tls, proxy];
  return {
    origin: `http://127.0.0.1:${port}`,
    tlsOrigin: `https://127.0.0.1:${await listen(tls)}`,
    authority,
    proxy: `http://127.0.0.1:${await listen(proxy)}`,
    arrivedAtMs: () => arrivedAtMs,
    close() {
      for (const server of servers) server.close();
      for (const server of servers) server.closeAllConnections();
    },
  };
}

const CALLERS_RUN = 1658821493;
const SHA = "9f3c2a7e41d06b58aa11c0de5eed5eed12345678";

/** The run that is told of, which has just ended. */
export function endedRun(): object {
  const at = new Date().toISOString();
  return {
    ...{ id: 77, display_title: `Deploy [${CALLERS_RUN}-1-9f3c2a7e41d06b58]`, html_url: "http://127.0.0.1/runs/77" },
    ...{ status: "completed", conclusion: "success", run_attempt: 1, created_at: at, updated_at: at },
  };
}

const WAITING = {
  ...{ context: "deploy", state: "pending", description: "The remote run continues" },
  target_url: "http://127.0.0.1/runs/77",
};

function bodyOf(method: string | undefined, url: string): object | undefined {
  if (method === "DELETE") return undefined;
  if (url.includes("/runs/77")) return endedRun();
  if (url.includes(`/runs/${CALLERS_RUN}`)) return { head_sha: SHA };
  if (url.includes(`/commits/${SHA}/status`)) return { statuses: [WAITING], total_count: 1 };
  if (url.endsWith(`/statuses/${SHA}`)) return WAITING;
  if (url.endsWith("/installation")) return { id: 4711, permissions: { actions: "write" } };
  if (url.endsWith("/access_tokens")) {
    return { token: "ghs_ofthebenchmark", expires_at: new Date(Date.now() + 3_600_000).toISOString() };
  }
  const run = "http://127.0.0.1/runs/1";
  return { workflow_run_id: 1, run_url: run, html_url: run };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Makes a key and a certificate by the machine's openssl; returns their paths. */
function makeCertificate(directory: string): [key: string, certificate: string] {
  const [key, certificate] = [join(directory, "key.pem"), join(directory, "certificate.pem")];
  const of = ["-subj", "/CN=benchmark", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key];
  execFileSync("openssl", ["req", "-x509", ...made, "-out", certificate, ...of], { stdio: "pipe" });
  return [key, certificate];
}
