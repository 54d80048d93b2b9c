import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Arrival } from "./arrival.ts";
import type { Outgoing } from "./exchange.ts";
import type { Fault } from "./faults.ts";
import { holdAgainstDescription } from "./hold.ts";
import type { Answer, Route } from "./routes.ts";
import type { ServerState } from "./server.ts";
import { servers } from "./servers-table.ts";

/** Puts the headers on that every answer has, answers conditions, and settles the bill. */
function finish(state: ServerState, response: Outgoing, arrival: Arrival, answer: Answer, route?: Route) {
  const { entry, credential, account } = arrival;
  let { status } = answer;
  const isJson = answer.body !== undefined;
  let body = Buffer.from(isJson ? JSON.stringify(answer.body) : (answer.bytes ?? answer.text ?? ""));
  const digest = createHash("sha256").update(body).digest("hex");
  if (route) holdAgainstDescription(state, entry, route, answer, digest);
  response.setHeader("date", new Date(state.nowMs()).toUTCString());
  const { enterpriseVersion } = servers[state.server ?? "api.github.com"];
  if (enterpriseVersion) response.setHeader("x-github-enterprise-version", enterpriseVersion);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const kind = isJson ? "application/json; charset=utf-8" : answer.bytes ? "application/zip" : "text/plain";
  if (body.length > 0) response.setHeader("content-type", kind);
  if (state.etags && status === 200 && entry.method === "GET" && isJson && route?.pattern !== "/rate_limit") {
    const etag = `W/"${digest}"`;
    response.setHeader("etag", etag);
    const kept = entry.headers["if-none-match"]?.split(/,\s*/).map((tag) => tag.replace(/^(W\/)?/, "W/"));
    if (kept?.includes(etag)) {
      status = 304;
      body = Buffer.alloc(0);
      response.removeHeader("content-type");
      entry.billed &&= credential === undefined;
    }
  }
  const nowMs = state.nowMs();
  if (entry.billed) state.limits.bill(account, nowMs);
  if (state.rateLimitHeaders && status !== 401 && status !== 501) {
    const { limit, remaining, used, reset } = state.limits.budget(account, nowMs);
    const headers = { limit, remaining, used, reset, resource: "core" };
    for (const [name, value] of Object.entries(headers)) response.setHeader(`x-ratelimit-${name}`, String(value));
  }
  return { status, body };
}

/** Answers as GitHub does. */
export function send(state: ServerState, response: Outgoing, arrival: Arrival, answer: Answer, route?: Route): void {
  const { status, body: plain } = finish(state, response, arrival, answer, route);
  const isWanted = state.compresses && /\bgzip\b/.test(arrival.entry.headers["accept-encoding"] ?? "");
  const isPacked = isWanted && answer.body !== undefined && plain.length > 0;
  const body = isPacked ? gzipSync(plain) : plain;
  if (isPacked) response.setHeader("content-encoding", "gzip");
  if (response.destroyed) {
    arrival.entry.fault ??= "client gone";
    return;
  }
  arrival.entry.status = status;
  response.statusCode = status;
  if (status !== 204 && status !== 304) response.setHeader("content-length", body.length);
  response.end(body);
}

function pageOf(fault: Fault, body: unknown): unknown {
  if (fault.kind === "status") return fault.body ?? { message: "Simulated fault" };
  return fault.kind === "rewrite" ? fault.rewrite(body) : garbage;
}

/**
 * Spoils an exchange. `done` is what GitHub answers, if the request got that far: what took effect is paid for, whatever
 * comes back. Ends when the client has its answer or, if it gets none, has gone.
 */
export async function spoil(
  state: ServerState,
  response: Outgoing,
  arrival: Arrival,
  fault: Exclude<Fault, { kind: "delay" | "stale" }>,
  done: { answer: Answer; route: Route } | undefined,
  gone: AbortSignal,
): Promise<void> {
  const { entry } = arrival;
  const whole = done && finish(state, response, arrival, done.answer, done.route);
  entry.fault = fault.kind;
  if (response.destroyed) return;
  if (fault.kind === "hang") {
    await state.pause(Infinity, gone, arrival.flight).catch(() => {});
    return;
  }
  // Without a body there is nothing to cut but the line.
  if (fault.kind === "reset" || (fault.kind === "cut" && !whole?.body.length)) {
    response.reset();
    return;
  }
  if (fault.kind === "cut" && whole) {
    entry.status = response.statusCode = whole.status;
    response.setHeader("content-length", whole.body.length);
    response.cut(whole.body.subarray(0, whole.body.length / 2));
    return;
  }
  for (const name of response.getHeaderNames()) {
    if (name !== "x-github-request-id") response.removeHeader(name);
  }
  response.setHeader("date", new Date(state.nowMs()).toUTCString());
  const status = fault.kind === "status" ? fault.status : 200;
  const page = pageOf(fault, done?.answer.body);
  const isPage = typeof page === "string";
  const text = isPage ? page : JSON.stringify(page);
  response.setHeader("content-type", isPage ? "text/html" : "application/json; charset=utf-8");
  for (const [name, value] of Object.entries((fault.kind === "status" && fault.headers) || {})) {
    response.setHeader(name, value);
  }
  entry.status = response.statusCode = status;
  response.end(status === 204 || status === 304 ? undefined : text);
}

/** What a proxy in between puts in the place of an answer. */
const garbage = "<!DOCTYPE html><html><body>This is not the answer you are looking for.</body></html>";
