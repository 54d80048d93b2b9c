import type { Octokit } from "@octokit/rest";
import { abortAfter } from "../runner/cancellation.ts";
import type { Clock } from "../runner/clock.ts";
import type { Log } from "../runner/log.ts";
import { quoted } from "../text/foreign-text.ts";
import type { Secrets } from "../text/secrets.ts";
import { StaleResponse } from "./newest-run.ts";
import { isForToken, type Purpose } from "./purposes.ts";
import { type ResponseHeaders, retryAfterMs } from "./rate-limit.ts";
import { kindOfError, kindOfResponse, RequestError, ssoUrlOf } from "./request-error.ts";
import { InvalidResponse, timeMs } from "./response-fields.ts";
import type { Fetch, FetchOptions } from "./transport.ts";

export interface RequestOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** No other comes before the deadline. */
  isLast?: boolean;
  /** Called at once where nothing is sent, since the response to another's request serves. */
  onShared?: () => void;
  /** By the clock. The response to another's request since then serves; by default, only what shares a list of runs. */
  sinceMs?: number;
}

export interface Request {
  /** e.g. `GET /repos/{owner}/{repo}`, filled in from the parameters. */
  route: string;
  parameters?: Record<string, unknown> & { headers?: Record<string, string> };
  purpose: Purpose;
}

export interface ApiResponse {
  /** Method and path, as sent. */
  request: string;
  purpose: Purpose;
  status: number;
  headers: ResponseHeaders;
  /** What the JSON stands for; a text that is not JSON as it is, and empty where there is no body; an error if it is too large. */
  data: unknown;
}

/** Reads the whole response within `timeoutMs`. @throws RequestError (also for a status from 400), or the signal's reason */
export type Send = (request: Request, options: RequestOptions) => Promise<ApiResponse>;

/** `note` gets every response, also a failed one. */
export function makeSend(
  octokit: Octokit,
  {
    clock,
    log,
    note,
    secrets,
  }: { clock: Clock; log: Log; note: (reply: ApiResponse, sentAtMs: number) => void; secrets: Secrets },
): Send {
  return async ({ route, parameters = {}, purpose }, { timeoutMs, signal }) => {
    const { method, url, body: given } = octokit.request.endpoint(route, parameters);
    const request = `${method} ${new URL(url).pathname}`;
    signal?.throwIfAborted();
    const sentAtMs = clock.nowMs();
    const tooLate = () => {
      const answer = `no response within ${Math.round(timeoutMs / 1000)} s`;
      return new RequestError("lost", { request, purpose, code: "ETIMEDOUT", answer });
    };
    const timer = abortAfter(clock, timeoutMs, tooLate, signal);
    // octokit's own JSON breaks some texts (docs/platform.md#octokits-json); `data` replaces a body made of parameters.
    const jsonBody = given === undefined ? {} : { data: JSON.stringify(given) };
    const response = await octokit
      .request(route, { ...parameters, ...jsonBody, request: { signal: timer.signal } })
      .catch((error: Error & { response?: Pick<ApiResponse, "status" | "headers" | "data"> }) => {
        timer.signal.throwIfAborted();
        if (error.response) return error.response;
        const { kind, code } = kindOfError(error);
        log.debug(`${request} → ${code ?? error.message}`);
        throw new RequestError(kind, { request, purpose, code, answer: error.message });
      })
      .finally(() => timer.release());
    const { status, headers, data } = response;
    // Only the answer that brings a token has to have it.
    const bringsToken = isForToken(purpose) && status < 400;
    const mayRepeat = !bringsToken && secrets.mayBeIn(String(data));
    const body = mayRepeat ? secrets.strikeAll(parseBody(data)) : parseBody(data);
    const reply: ApiResponse = { request, purpose, status, headers, data: body };
    note(reply, sentAtMs);
    log.debug(`${request} → ${status}`);
    if (status < 400) return reply;
    const answer = messageIn(reply.data);
    throw requestErrorFrom(kindOfResponse({ ...reply, message: answer }), reply, answer);
  };
}

/**
 * A `fetch` that hides the type of a body: so Octokit leaves it as text, and the JSON is read here alone. Whatever authorizes a
 * request is a secret from then on.
 */
export function textFetch(fetch: Fetch, secrets: Secrets) {
  return async (url: string, init: FetchOptions) => {
    secrets.add((init.headers?.authorization ?? "").replace(/^\S+ /, ""));
    // Octokit would turn a POST into a GET on a 301, and the token must go to no other host.
    const response = await fetch(url, { ...init, redirect: "manual" });
    const body = await readBody(response.body ?? []).catch((error: unknown) => {
      init.signal?.throwIfAborted();
      // The status still says what GitHub did. No schema has an empty body, so nobody takes it for a response.
      return error instanceof TooLarge ? error : "";
    });
    const headers = new Map(
      [...response.headers]
        .filter(([name]) => name !== "content-type")
        .map(([name, value]) => [name, secrets.strike(value)] as const),
    );
    return { status: response.status, url: response.url, headers, text: async () => body };
  };
}

/** Of an answer that is JSON, decompressed. A page of a hundred runs or jobs has one or two million; a file, as much at most. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Takes the place of a body, so that its status still counts. */
class TooLarge extends Error {
  override readonly name = "TooLarge";

  constructor() {
    super(`it has more than ${MAX_BODY_BYTES / 1024 / 1024} MiB`);
  }
}

/** @throws TooLarge, without reading on, or if the body breaks off */
async function readBody(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw new TooLarge();
    all.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(all));
}

/** Stands for a whole number beyond 2^53 while JSON.parse reads the rest. */
const BIG = "\0";

/**
 * Whole numbers beyond 2^53, of up to 20 digits, become bigint, since ids may get there: JSON.parse of Node 20 would round them. It reads the text
 * first, so what is not JSON is refused in linear time.
 */
export function parseBody(data: unknown): unknown {
  if (typeof data !== "string") return data;
  try {
    if (!/\d{16}/.test(data)) return JSON.parse(data);
    // Refuses what is no JSON. Not kept: of a hostile text, it may have 200 MB.
    JSON.parse(data);
    let isInText = false;
    // Short matches only: one for a whole text would exhaust the stack of regular expressions.
    const marked = data.replace(/\\[\s\S]|"|(?<![\d.eE+-])-?\d{16,20}(?![\d.eE])/g, (token) => {
      if (token === '"') isInText = !isInText;
      const isBig = !isInText && token.length >= 16 && !Number.isSafeInteger(Number(token));
      return isBig ? JSON.stringify(BIG + token) : token;
    });
    return withBigNumbers(JSON.parse(marked));
  } catch {
    return data;
  }
}

/** In place: a reviver would copy the whole. */
function withBigNumbers(value: unknown): unknown {
  if (typeof value === "string" && /^\0-?\d{16,20}$/.test(value)) return BigInt(value.slice(BIG.length));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  for (const key in fields) {
    const field = fields[key];
    const read = withBigNumbers(field);
    if (read !== field) fields[key] = read;
  }
  return value;
}

/** For a request that takes several steps: gives, whenever it is called, the options with the time that is left. */
export function timeLeft(clock: Clock, options: RequestOptions): () => RequestOptions {
  const endMs = clock.nowMs() + options.timeoutMs;
  return () => ({ ...options, timeoutMs: Math.max(endMs - clock.nowMs(), 0) });
}

/** @throws RequestError if the response does not match GitHub's schema */
export function readResponse<Answer>(reply: ApiResponse, read: (data: unknown) => Answer): Answer {
  try {
    return read(reply.data);
  } catch (error) {
    if (!(error instanceof InvalidResponse)) throw error;
    const { data } = reply;
    if (data instanceof TooLarge) throw requestErrorFrom("unreadable", reply, data.message, true);
    const kind = error instanceof StaleResponse ? "stale" : "unreadable";
    throw requestErrorFrom(kind, reply, error.message, error.isForeign);
  }
}

export function requestErrorFrom(
  kind: RequestError["kind"],
  reply: ApiResponse,
  answer: string,
  isForeign = false,
): RequestError {
  return new RequestError(kind, {
    request: reply.request,
    purpose: reply.purpose,
    answer,
    isForeign,
    status: reply.status,
    requestId: quoted(headerOf(reply, "x-github-request-id") ?? "") || undefined,
    retryAfterMs: kind === "limited" ? retryAfterMs(reply.headers) : undefined,
    dateMs: timeMs(headerOf(reply, "date")),
    ssoUrl: ssoUrlOf(reply.headers),
  });
}

/** `name` in lower case. */
export function headerOf({ headers }: ApiResponse, name: string): string | undefined {
  const value = headers[name];
  return value === undefined ? undefined : String(value);
}

/** Empty for a proxy's HTML page. */
function messageIn(data: unknown): string {
  if (typeof data === "string") return data.length > 300 || data.trimStart().startsWith("<") ? "" : data;
  if (typeof data !== "object" || data === null) return "";
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const details = (Array.isArray(errors) ? errors : [errors]).map((each) =>
    typeof each === "object" && each !== null ? (each as { message?: unknown }).message : each,
  );
  return [message, ...details].filter((part) => typeof part === "string").join(": ");
}
