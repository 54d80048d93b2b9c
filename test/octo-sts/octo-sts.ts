/** The real broker, built from its Go module and run on loopback: what it takes for GitHub, and for an issuer, is ours. */

import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Installation } from "../simulator/access.ts";
import type { GitHub } from "../simulator/index.ts";
import { APP_ID, CLIENT_ID, PRIVATE_KEY, PUBLIC_KEY } from "../support/app-stage.ts";
import type { Authority } from "../support/certificates.ts";
import { startFront } from "../support/front.ts";
import { startProxy } from "../support/proxy.ts";

const MODULE = "github.com/octo-sts/app";
export const VERSION = "v0.8.0";

/** The program that `OCTO_STS` names, or one that Go builds; undefined: this machine has no Go. */
export function buildOctoSts(): string | undefined {
  if (process.env.OCTO_STS) return process.env.OCTO_STS;
  const folder = mkdtempSync(join(tmpdir(), "tracked-dispatch-octo-sts-"));
  writeFileSync(join(folder, "go.mod"), "module example.com/none\n");
  const go = (...words: string[]) => execFileSync("go", words, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  try {
    go("version");
  } catch {
    return undefined;
  }
  const downloaded = JSON.parse(go("mod", "download", "-json", `${MODULE}@${VERSION}`)) as Record<string, string>;
  const { Dir = "", Sum = "", GoModSum = "" } = downloaded;
  // With the versions that the module itself was tested with.
  const build = join(folder, "build");
  mkdirSync(build);
  const own = readFileSync(join(Dir, "go.mod"), "utf8").replace(/^module .*$/m, "module example.com/run");
  writeFileSync(join(build, "go.mod"), `${own}\nrequire ${MODULE} ${VERSION}\n`);
  const sums = `${MODULE} ${VERSION} ${Sum}\n${MODULE} ${VERSION}/go.mod ${GoModSum}\n`;
  writeFileSync(join(build, "go.sum"), readFileSync(join(Dir, "go.sum"), "utf8") + sums);
  const program = join(build, "octo-sts");
  execFileSync("go", ["build", "-o", program, `${MODULE}/cmd/app`], { cwd: build, stdio: "inherit" });
  return program;
}

export interface Trouble {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

export interface OctoSts {
  /** For `oidc_broker`. */
  host: string;
  /** For the step. */
  env: Record<string, string>;
  /** Of the job's OIDC tokens. */
  subject: string;
  issuer: string;
  /** By `owner/repo/.github/chainguard/NAME.sts.yaml`, as text. */
  policies: Record<string, string>;
  installation: Installation;
  /** What GitHub answers instead to octo-sts's next requests for a token; undefined: as it should. */
  troubles: (Trouble | undefined)[];
  /** The same when it reads the policy. */
  readTroubles: Trouble[];
  /** How long its tokens live. */
  lifeMs: number;
  /** Those for the step: octo-sts reads the policy by others, which may do nothing else. */
  tokens: string[];
  idTokens: string[];
  /** The issuer signs by a key that nobody knows. */
  isForged: boolean;
  close(): void;
}

/** `github` is where the tokens are for. */
export async function startOctoSts(program: string, github: GitHub, authority: Authority): Promise<OctoSts> {
  const permissions = { contents: "write", actions: "write" } as const;
  const installation: Installation = { id: 4712, account: "octo", repositories: "all", permissions };
  github.addApp({ appId: APP_ID + 1, clientId: `${CLIENT_ID}2`, publicKey: PUBLIC_KEY, installations: [installation] });
  const folder = mkdtempSync(join(tmpdir(), "tracked-dispatch-octo-sts-"));
  const keyFile = join(folder, "app.pem");
  writeFileSync(keyFile, PRIVATE_KEY);
  const certificate = authority.issue(["DNS:localhost", "DNS:api.github.com"]);
  const on: OctoSts = {
    ...{ host: "", env: {}, issuer: "", policies: {}, installation, troubles: [], readTroubles: [], lifeMs: 3_600_000 },
    ...{ tokens: [], idTokens: [], isForged: false },
    subject: "repo:octo/the-app:ref:refs/heads/main",
    close() {},
  };

  const issuer = createPlainServer(issuerFor(on));
  const api = createServer({ ...certificate }, apiFor(on, github));
  for (const server of [issuer, api]) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  on.issuer = `http://127.0.0.1:${portOf(issuer)}`;
  const proxy = await startProxy({ hosts: { "api.github.com:443": portOf(api) } });
  const port = await freePort();
  const front = await startFront(`http://127.0.0.1:${port}`, { tls: certificate });
  on.host = `localhost:${front.port}`;
  on.env = {
    NODE_EXTRA_CA_CERTS: authority.file,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${on.issuer}/idtoken?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runners-request-token",
  };
  const child = spawn(program, {
    stdio: process.env.OCTO_STS_LOG ? "inherit" : "ignore",
    env: {
      PORT: String(port),
      GITHUB_APP_IDS: "1",
      APP_SECRET_CERTIFICATE_FILE: keyFile,
      METRICS: "false",
      STS_DOMAIN: on.host,
      HTTPS_PROXY: proxy.url,
      SSL_CERT_FILE: authority.file,
    },
  });
  on.close = () => {
    child.kill();
    for (const server of [issuer, api]) {
      server.close();
      server.closeAllConnections();
    }
  };
  await untilOpen(port);
  return on;
}

/** GitHub's OIDC provider: its keys, and the runner's door to it. */
function issuerFor(on: OctoSts) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" };
  return (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "", on.issuer);
    if (pathname === "/.well-known/openid-configuration")
      return answer(response, 200, {
        issuer: on.issuer,
        jwks_uri: `${on.issuer}/keys`,
        id_token_signing_alg_values_supported: ["RS256"],
      });
    if (pathname === "/keys") return answer(response, 200, { keys: [jwk] });
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: on.issuer, aud: searchParams.get("audience"), sub: on.subject, iat: now, exp: now + 300 };
    const parts = [{ typ: "JWT", alg: "RS256", kid: "1" }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    const key = on.isForged ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey : privateKey;
    const signature = sign("RSA-SHA256", Buffer.from(parts.join(".")), key).toString("base64url");
    const value = [...parts, signature].join(".");
    on.idTokens.push(value);
    answer(response, 200, { count: value.length, value });
  };
}

/** As much of api.github.com as octo-sts asks for. */
function apiFor(on: OctoSts, github: GitHub) {
  let made = 0;
  return async (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    for await (const part of request) body += part;
    const { pathname } = new URL(request.url ?? "", "https://api.github.com");
    if (pathname === "/app/installations")
      return answer(response, 200, [{ id: on.installation.id, account: { login: on.installation.account } }]);
    if (pathname === `/app/installations/${on.installation.id}/access_tokens`) {
      const { repositories = [], permissions = {} } = JSON.parse(body) as {
        repositories?: string[];
        permissions?: Installation["permissions"];
      };
      const trouble = on.troubles.shift();
      if (trouble) return answerTrouble(response, trouble);
      const isGranted = Object.keys(permissions).every((name) => name in on.installation.permissions);
      if (!isGranted) return answer(response, 422, { message: "The permissions requested are not granted." });
      const token = `ghs_ofOctoSts${++made}`;
      if ("actions" in permissions) on.tokens.push(token);
      const full = repositories.map((name) => `${on.installation.account}/${name}`);
      const expiresAtMs = github.nowMs() + on.lifeMs;
      const options = { kind: "integration", permissions, repositories: full, expiresAtMs } as const;
      github.addToken(token, options, on.installation);
      return answer(response, 201, { token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions });
    }
    const [, repository = "", path = ""] = /^\/repos\/([^/]+\/[^/]+)\/contents\/(.*)$/.exec(pathname) ?? [];
    const trouble = path === "" ? undefined : on.readTroubles.shift();
    if (trouble) return answerTrouble(response, trouble);
    const text = on.policies[`${repository}/${path}`];
    if (text !== undefined) {
      const content = Buffer.from(text).toString("base64");
      return answer(response, 200, { type: "file", encoding: "base64", name: path, path, content });
    }
    if (pathname === "/installation/token") return response.writeHead(204).end();
    return answer(response, 404, { message: "Not Found" });
  };
}

function answerTrouble(response: ServerResponse, { status, message, headers }: Trouble): void {
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
  answer(response, status, { message });
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createPlainServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const port = portOf(server);
  await new Promise((done) => server.close(done));
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      }).on("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("octo-sts does not listen");
}
