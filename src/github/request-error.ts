import { excerpt } from "../text/foreign-text.ts";
import { isForToken, type Purpose } from "./purposes.ts";
import { isRateLimit, type ResponseHeaders } from "./rate-limit.ts";

/** Inputs that the workflow does not declare; empty for any other error. */
export function unexpectedInputs(requestError: RequestError): string[] {
  if (requestError.status !== 422) return [];
  const list = requestError.answer.match(/Unexpected inputs provided: \[([^[\]]*)\]/)?.[1] ?? "";
  return [...list.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
}

export type RequestErrorKind =
  | "unreachable" // No connection: refused, DNS, no route.
  | "untrusted" // No connection, now or later: the certificate, the proxy's refusal, or a forbidden address.
  | "lost" // The connection broke or timed out, perhaps after the request was sent.
  | "server_error" // 5xx or 408.
  | "limited" // A rate limit.
  | "unreadable" // A success, but the body does not match GitHub's schema.
  | "stale" // A success, but older than an answer before.
  | "rejected"; // Any other status.

/** Far longer than any message of GitHub's, which may name each of 25 inputs. */
const MAX_ANSWER_LENGTH = 10_000;

export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly kind: RequestErrorKind;
  /** Who was asked: `GitHub`, or an origin. */
  readonly server: string = "GitHub";
  /** e.g. `POST /repos/octo/target/dispatches`. */
  readonly request: string;
  readonly purpose: Purpose;
  readonly status: number | undefined;
  /** System or TLS error code, e.g. `ECONNREFUSED`, if no response came. */
  readonly code: string | undefined;
  /** GitHub's message, unredacted: it may repeat what was sent (errors/advice.ts). The beginning, if it is very long. */
  readonly answer: string;
  /** Of the whole message. */
  readonly answerLength: number;
  readonly requestId: string | undefined;
  /** For `unreadable`: the response is an object, as an API's is, and not a proxy's page. */
  readonly isForeign: boolean;
  /** For `limited`; undefined if GitHub gives no time. */
  readonly retryAfterMs: number | undefined;
  /** Where to authorise the token for the organisation's single sign-on. */
  readonly ssoUrl: string | undefined;
  /** Of the response, by the server's clock, in epoch ms. */
  readonly dateMs: number | undefined;

  constructor(
    kind: RequestErrorKind,
    about: Pick<RequestError, "request" | "purpose" | "answer"> &
      Partial<Pick<RequestError, "status" | "code" | "requestId" | "retryAfterMs" | "isForeign" | "dateMs" | "ssoUrl">>,
  ) {
    const answer = about.answer.slice(0, MAX_ANSWER_LENGTH);
    super(`${about.request}: ${about.status ?? about.code ?? kind} ${answer}`);
    this.kind = kind;
    this.request = about.request;
    this.purpose = about.purpose;
    this.answer = answer;
    this.answerLength = about.answer.length;
    this.status = about.status;
    this.code = about.code;
    this.requestId = about.requestId;
    this.retryAfterMs = about.retryAfterMs;
    this.isForeign = about.isForeign ?? false;
    this.dateMs = about.dateMs;
    this.ssoUrl = about.ssoUrl;
  }

  /** The status, else why there is none. */
  get outcome(): string {
    return String(this.status ?? this.code ?? this.kind);
  }

  get inAWord(): string {
    return this.server === "GitHub" ? this.outcome : `${this.outcome} from ${this.server}`;
  }

  /** A refusal that may pass, although nothing tells. */
  get isUnsure(): boolean {
    return false;
  }

  /** With GitHub's words, e.g. `403: Resource not accessible`. */
  get inWords(): string {
    return this.answer === "" ? this.inAWord : `${this.inAWord}: ${excerpt(this.answer, this.answerLength)}`;
  }
}

export function isRetryable(requestError: RequestError): boolean {
  return requestError.kind !== "rejected" && requestError.kind !== "untrusted";
}

/** `maybe` is dangerous: a client that resent a dispatch after every 5xx started some fifty runs (docs/platform.md#no-idempotency). */
export function acted(requestError: RequestError): "no" | "maybe" | "yes" {
  // Without a token, nothing was dispatched.
  if (isForToken(requestError.purpose)) return "no";
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
    case "stale":
      return "yes";
  }
}

/** GitHub certainly did not act, and may at another try. */
export function mayBeResent(requestError: RequestError): boolean {
  return isRetryable(requestError) && acted(requestError) === "no";
}

interface FailedResponse {
  status: number;
  headers: ResponseHeaders;
  message: string;
}

/** For a status from 400. */
export function kindOfResponse({ status, headers, message }: FailedResponse): RequestErrorKind {
  if (isRateLimit(status, headers, message)) return "limited";
  if (status >= 500 || status === 408) return "server_error";
  return "rejected";
}

/** Of `x-github-sso: required; url=https://github.com/orgs/…`. */
export function ssoUrlOf(headers: ResponseHeaders): string | undefined {
  return /\burl=(https:\/\/[\x21-\x7e]+)/.exec(String(headers["x-github-sso"]))?.[1];
}

/** Nothing of the request was sent. */
export class NoTunnel extends Error {
  override readonly name = "NoTunnel";
  /** e.g. `PROXY_407`, if the proxy responded. */
  readonly code: string | undefined;

  constructor(cause: unknown, status?: number) {
    super("the proxy opened no tunnel", { cause });
    this.code = status === undefined ? undefined : `PROXY_${status}`;
  }
}

/** No TLS, or no version that Node accepts: fails before anything is sent. Codes of OpenSSL 3. */
const NO_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW|SSLV3_ALERT_HANDSHAKE_FAILURE|TLSV1_ALERT_PROTOCOL_VERSION|TLSV1_UNRECOGNIZED_NAME|UNEXPECTED_MESSAGE)$/;

/** Node refuses the address, or a header, so nothing is sent. */
const NOT_SENDABLE =
  /^(ERR_SOCKET_BAD_PORT|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS|ERR_INVALID_CHAR)$/;

/** `fetch` gives no code for a port that it refuses, such as 6000 (https://fetch.spec.whatwg.org/#port-blocking). */
const BAD_PORT = { message: "bad port", code: "ERR_SOCKET_BAD_PORT" };

/** By the system's error codes in the chain of causes. */
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
    if (/CERT|UNABLE_TO_|^PROXY_40[37]$/.test(own) || NO_TLS.test(own) || NOT_SENDABLE.test(own))
      return { kind: "untrusted", code };
    // Only these are certain to fail before a byte is sent; ETIMEDOUT or EHOSTUNREACH may come while reading, too.
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
