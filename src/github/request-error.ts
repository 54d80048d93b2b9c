/** What can go wrong with one request, whether GitHub may have acted on it, and whether asking again may help. */

import type { Purpose } from "./purposes.ts";
import { isRateLimit } from "./rate-limit.ts";

/** The inputs that the workflow does not declare, by GitHub's words; none where the fault is another. */
export function unexpectedInputs(requestError: RequestError): string[] {
  if (requestError.status !== 422) return [];
  const list = requestError.answer.match(/Unexpected inputs provided: \[([^\]]*)\]/)?.[1] ?? "";
  return [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name = ""]) => name);
}

/**
 * - `unreachable`: there was no connection (refused, DNS, no route)
 * - `untrusted`: there was no connection, and there will be none: a certificate is not accepted, a proxy lets nobody through,
 *   or no client sends to such an address
 * - `lost`: the connection broke, or no answer came in time, after the request may have been sent
 * - `server_error`: 5xx or 408
 * - `limited`: GitHub refused because of a rate limit
 * - `unreadable`: a success whose body is not what GitHub's schema says
 * - `rejected`: GitHub refused for good (any other status)
 */
export type RequestErrorKind =
  | "unreachable"
  | "untrusted"
  | "lost"
  | "server_error"
  | "limited"
  | "unreadable"
  | "rejected";

/** A request that did not give its answer. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly kind: RequestErrorKind;
  /** Method and path, e.g. `POST /repos/octo/target/dispatches`. */
  readonly request: string;
  /** What the request was for. */
  readonly purpose: Purpose;
  /** HTTP status, where an answer came. */
  readonly status: number | undefined;
  /** System or TLS error code, e.g. `ECONNREFUSED`, where no answer came. */
  readonly code: string | undefined;
  /** GitHub's own words, unredacted: they may repeat what was sent (errors/advice.ts). */
  readonly answer: string;
  /** GitHub's id of the request, for its support. */
  readonly requestId: string | undefined;
  /** For `unreadable`: the answer is an object, as an API's is, and not a proxy's page. */
  readonly isForeign: boolean;
  /** For `limited`: how long GitHub says to wait; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** The page on which the token can be authorised for the organisation's single sign-on, where GitHub asks for that. */
  readonly ssoUrl: string | undefined;
  /** The date of the answer, by the server's clock, in epoch ms. */
  readonly dateMs: number | undefined;

  constructor(
    kind: RequestErrorKind,
    about: Pick<RequestError, "request" | "purpose" | "answer"> &
      Partial<Pick<RequestError, "status" | "code" | "requestId" | "retryAfterMs" | "isForeign" | "dateMs" | "ssoUrl">>,
  ) {
    super(`${about.request}: ${about.status ?? about.code ?? kind} ${about.answer}`);
    this.kind = kind;
    this.request = about.request;
    this.purpose = about.purpose;
    this.answer = about.answer;
    this.status = about.status;
    this.code = about.code;
    this.requestId = about.requestId;
    this.retryAfterMs = about.retryAfterMs;
    this.isForeign = about.isForeign ?? false;
    this.dateMs = about.dateMs;
    this.ssoUrl = about.ssoUrl;
  }

  /** The status, else the system's code, else the kind. */
  get inAWord(): string {
    return String(this.status ?? this.code ?? this.kind);
  }
}

/** Says whether asking again may give another answer. */
export function isRetryable(requestError: RequestError): boolean {
  return requestError.kind !== "rejected" && requestError.kind !== "untrusted";
}

/**
 * Whether GitHub acted on a request that ended in `fault`. `maybe` is the dangerous one: a client that sent a dispatch again
 * after every 5xx started some fifty runs instead of one (docs/platform.md#no-idempotency).
 */
export function acted(requestError: RequestError): "no" | "maybe" | "yes" {
  // No token, no dispatch.
  if (requestError.purpose.about === "app") return "no";
  switch (requestError.kind) {
    case "unreachable":
    case "untrusted":
    case "limited":
    case "rejected":
      return "no";
    case "lost":
    case "server_error":
      return "maybe";
    case "unreadable":
      return "yes";
  }
}

/** The parts of an error response that show what went wrong. Header names are in lower case. */
interface FailedAnswer {
  status: number;
  headers: Readonly<Record<string, string | number | undefined>>;
  message: string;
}

/** Classifies an answer with a status of 400 or more. */
export function kindOfResponse({ status, headers, message }: FailedAnswer): RequestErrorKind {
  if (isRateLimit(status, headers, message)) return "limited";
  if (status >= 500 || status === 408) return "server_error";
  return "rejected";
}

/** The page that `x-github-sso` leads to: `required; url=https://github.com/orgs/…`. */
export function ssoUrlOf(headers: FailedAnswer["headers"]): string | undefined {
  return /\burl=(https:\/\/[\x21-\x7e]+)/.exec(String(headers["x-github-sso"]))?.[1];
}

/** A proxy has opened no tunnel to the server, so nothing of the request was sent. */
export class NoTunnel extends Error {
  override readonly name = "NoTunnel";
  /** e.g. `PROXY_407`, where the proxy has answered. */
  readonly code: string | undefined;

  constructor(cause: unknown, status?: number) {
    super("the proxy opened no tunnel", { cause });
    this.code = status === undefined ? undefined : `PROXY_${status}`;
  }
}

/** The server speaks no TLS, or no version of it that Node accepts, which shows before anything is sent. Codes of OpenSSL 3. */
const NO_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW|SSLV3_ALERT_HANDSHAKE_FAILURE|TLSV1_ALERT_PROTOCOL_VERSION|TLSV1_UNRECOGNIZED_NAME|UNEXPECTED_MESSAGE)$/;

/** Node refuses the address, so nothing is sent. */
const NO_ADDRESS = /^(ERR_SOCKET_BAD_PORT|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS)$/;

/** `fetch` gives no code for a port that it refuses, such as 6000 (https://fetch.spec.whatwg.org/#port-blocking). */
const BAD_PORT = { message: "bad port", code: "ERR_SOCKET_BAD_PORT" };

/** Classifies an error that came instead of an answer, by the system's error codes in its chain of causes. */
export function kindOfError(error: unknown): {
  kind: "unreachable" | "untrusted" | "lost";
  code: string | undefined;
} {
  let code: string | undefined;
  let kind: "unreachable" | "lost" = "lost";
  for (const cause of causes(error)) {
    if (cause instanceof NoTunnel) kind = "unreachable";
    const { code: given, syscall, message } = cause as { code?: unknown; syscall?: unknown; message?: unknown };
    const own = given ?? (message === BAD_PORT.message ? BAD_PORT.code : undefined);
    if (typeof own !== "string") continue;
    code = own;
    if (/CERT|UNABLE_TO_|^PROXY_40[37]$/.test(own) || NO_TLS.test(own) || NO_ADDRESS.test(own))
      return { kind: "untrusted", code };
    // Only these calls are certain to fail before a byte is sent; ETIMEDOUT or EHOSTUNREACH may come while reading as well.
    if (syscall === "connect" || syscall === "getaddrinfo" || own === "UND_ERR_CONNECT_TIMEOUT") {
      return { kind: "unreachable", code };
    }
  }
  return { kind, code };
}

function* causes(error: unknown): Generator<object> {
  for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 8; depth++) {
    yield at;
    // Node tries every address of a host, and wraps the failures in one error.
    if (at instanceof AggregateError) for (const each of at.errors) if (typeof each === "object" && each) yield each;
    at = (at as { cause?: unknown }).cause;
  }
}
