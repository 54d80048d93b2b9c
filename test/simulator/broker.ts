/** A broker that answers as octo-sts 0.8.0 did when it was run (docs/platform.md#oidc-brokers), and the runner's OIDC endpoint. */

import { createHash } from "node:crypto";
import { covers, type Installation } from "./access.ts";
import type { Incoming, Outgoing } from "./exchange.ts";
import type { GitHub } from "./github.ts";
import { offerHere } from "./here.ts";
import { flightHeader, type SimulatorClock } from "./virtual-clock.ts";
import type { Level, Permission } from "./world.ts";

export const ISSUER = "https://token.actions.githubusercontent.com";

/** `.github/chainguard/NAME.sts.yaml`, read; `broken`: it cannot be. */
export type Policy = { subject: string; permissions: Partial<Record<Permission, Level>> } | "broken";

export interface BrokerOptions {
  /** The broker's own name, which is the audience that it expects; default: `host`. */
  domain?: string;
  /** Of the job's OIDC tokens. */
  subject?: string;
  /** Of the tokens that it gives; default: an hour. */
  lifeMs?: number;
  /** By `owner/repo/NAME`. */
  policies: Record<string, Policy>;
  installations: Installation[];
}

export interface BrokerFault {
  /** In the words of whoever wants it. */
  what?: string | undefined;
  status: number;
  message?: string;
  /** Instead of JSON. */
  page?: string;
  headers?: Record<string, string>;
}

/** `nth` counts those to the same door from 1. */
type FaultHook = (door: "idtoken" | "exchange", nth: number) => BrokerFault | "hang" | "reset" | undefined;

interface Asked {
  door: "idtoken" | "exchange";
  query: Record<string, string>;
  authorization: string | undefined;
  atMs: number;
  /** How many requests GitHub had got by then. */
  requestsBefore: number;
  status?: number;
  /** The fault's. */
  what?: string | undefined;
  /** What it gave. */
  token?: string;
}

const RUNNERS_ORIGIN = "https://oidc.actions.test";

/** What the runner's variables say. */
export const ID_TOKEN_REQUEST = {
  url: `${RUNNERS_ORIGIN}/42/idtoken/7?api-version=2.0`,
  token: "runners-request-token",
};

const LIFE_MS = 300_000;

export class Broker {
  readonly asked: Asked[] = [];
  readonly idTokens: string[] = [];
  readonly tokens: string[] = [];
  fault: FaultHook | undefined;
  readonly options: BrokerOptions;
  readonly #host: string;
  readonly #github: GitHub;
  readonly #clock: SimulatorClock;
  readonly #withdraw: (() => void)[];

  constructor(host: string, github: GitHub, clock: SimulatorClock, options: BrokerOptions) {
    this.#host = host;
    this.#github = github;
    this.#clock = clock;
    this.options = options;
    this.#withdraw = [
      offerHere(RUNNERS_ORIGIN, (request, _, response) => this.serve("idtoken", request, response)),
      offerHere(`https://${host}`, (request, _, response) => this.serve("exchange", request, response)),
    ];
  }

  close(): void {
    for (const withdraw of this.#withdraw) withdraw();
  }

  /** A repository's policies go with it. */
  rename(from: string, to: string): void {
    const { policies } = this.options;
    for (const [place, policy] of Object.entries(policies))
      if (place.startsWith(`${from}/`)) policies[to + place.slice(from.length)] = policy;
  }

  exchanges(): Asked[] {
    return this.asked.filter(({ door }) => door === "exchange");
  }

  async serve(door: Asked["door"], { method, url = "", headers }: Incoming, response: Outgoing): Promise<void> {
    const { searchParams, pathname } = new URL(url, "https://any.test");
    const { authorization } = headers;
    const asked: Asked = { door, query: Object.fromEntries(searchParams), authorization, ...this.#now() };
    this.asked.push(asked);
    const fault = this.fault?.(door, this.asked.filter((each) => each.door === door).length);
    if (typeof fault === "string") asked.what = fault;
    if (fault === "reset") return response.reset();
    if (fault === "hang") {
      const gone = new AbortController();
      response.onClose(() => gone.abort());
      await this.#clock.pause?.(Infinity, gone.signal, String(headers[flightHeader]))?.catch(() => {});
      return;
    }
    const isKnown =
      method === "GET" && (door === "exchange" ? pathname === "/sts/exchange" : pathname === "/42/idtoken/7");
    const { status, ...answer } =
      fault ?? (isKnown ? this.#answer(asked) : { status: 501, message: `no ${method} ${url}` });
    asked.status = status;
    asked.what = fault?.what;
    response.statusCode = status;
    for (const [name, value] of Object.entries(fault?.headers ?? {})) response.setHeader(name, value);
    response.setHeader("content-type", "application/json");
    const body = "body" in answer ? answer.body : { code: 7, message: answer.message ?? "", details: [] };
    response.end(fault?.page ?? JSON.stringify(body));
  }

  #now(): Pick<Asked, "atMs" | "requestsBefore"> {
    return { atMs: this.#clock.nowMs(), requestsBefore: this.#github.requests.length };
  }

  #answer(asked: Asked): { status: number; message: string } | { status: number; body: unknown } {
    return asked.door === "idtoken" ? this.#issue(asked) : this.#exchange(asked);
  }

  #issue({ query, authorization }: Asked) {
    if (authorization !== `Bearer ${ID_TOKEN_REQUEST.token}` || query["api-version"] !== "2.0")
      return { status: 401, message: "not authorized" };
    const { subject = "repo:octo/the-app:ref:refs/heads/main" } = this.options;
    const expiresAtMs = this.#github.nowMs() + LIFE_MS;
    const claims = {
      iss: ISSUER,
      aud: query.audience,
      sub: subject,
      exp: expiresAtMs / 1000,
      jti: this.idTokens.length,
    };
    const value = [{ typ: "JWT", alg: "RS256" }, claims]
      .map(base64url)
      .concat(hash(JSON.stringify(claims)))
      .join(".");
    this.idTokens.push(value);
    return { status: 200, body: { count: value.length, value } };
  }

  #exchange(asked: Asked) {
    const { query, authorization } = asked;
    const { scope = "", scopes, identity, ...others } = query;
    if (scopes !== scope || Object.keys(others).length > 0)
      return { status: 501, message: "another query than octo-sts's" };
    const refuse = (status: number, message: string) => ({ status, message });
    if (authorization === undefined) return refuse(401, "no authorization header");
    const jwt = authorization.replace(/^Bearer /, "");
    if (jwt.split(".").length !== 3) return refuse(400, "invalid bearer token");
    const claims = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
    if (!this.idTokens.includes(jwt) || claims.exp * 1000 <= this.#github.nowMs())
      return refuse(401, "unable to verify bearer token");
    const [owner = ""] = scope.split("/");
    const installation = this.options.installations.find(({ account }) => account === owner);
    if (!installation) return refuse(404, `no installation found for "${owner}"`);
    const policy = this.options.policies[`${scope}/${identity}`];
    if (!policy) return refuse(404, `unable to find trust policy for "${identity}"`);
    if (policy === "broken") return refuse(404, `unable to parse trust policy found for "${identity}"`);
    if (/[\s"'`\\<>;&$(){}[\]]/.test(claims.sub)) return refuse(400, "invalid subject in token");
    const { domain = this.#host } = this.options;
    if (claims.aud !== domain)
      return refuse(403, `trust policy: audience "${domain}" did not match any of ["${claims.aud}"]`);
    if (claims.sub !== policy.subject)
      return refuse(403, `trust policy: subject "${claims.sub}" did not match "${policy.subject}"`);
    const isGranted = Object.entries(policy.permissions).every(([name, level]) =>
      covers(installation.permissions, name as Permission, level as Level),
    );
    if (!isGranted) return refuse(403, "token exchange failure (StatusUnprocessableEntity)");
    const token = `ghs_${hash(`broker ${this.tokens.length}`).slice(0, 36)}`;
    const expiresAtMs = this.#github.nowMs() + (this.options.lifeMs ?? 3_600_000);
    const options = {
      kind: "integration",
      permissions: { metadata: "read", ...policy.permissions },
      expiresAtMs,
    } as const;
    this.#github.addToken(token, { ...options, repositories: [scope] }, installation);
    this.tokens.push(token);
    asked.token = token;
    return { status: 200, body: { token, refreshToken: "", expiry: null } };
  }
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
