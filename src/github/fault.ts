/** What can go wrong with one request, and what that means for what GitHub did and for asking again. */

import type { Purpose } from "./purpose.ts";

/**
 * - `unreachable`: no connection came about (refused, DNS, no route)
 * - `untrusted`: no connection came about, and none will: a certificate is not accepted, a proxy lets nobody through, or the
 *   address is one that no client asks
 * - `lost`: the connection broke or the time for an answer ran out after the request may have been sent
 * - `server_error`: 5xx or 408
 * - `limited`: GitHub refused because of a rate limit
 * - `unreadable`: a success whose body is not what GitHub's schema says
 * - `rejected`: GitHub refused for good (any other status)
 */
export type FaultKind = "unreachable" | "untrusted" | "lost" | "server_error" | "limited" | "unreadable" | "rejected";

/** A request that did not give its answer. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly kind: FaultKind;
  /** Method and path, e.g. `POST /repos/octo/target/dispatches`. */
  readonly request: string;
  /** What the request was for. */
  readonly purpose: Purpose;
  /** HTTP status, where an answer came. */
  readonly status: number | undefined;
  /** System or TLS error code, e.g. `ECONNREFUSED`, where no answer came. */
  readonly code: string | undefined;
  /** GitHub's own words, unredacted: they may repeat what was sent (explain/redact.ts). */
  readonly answer: string;
  /** GitHub's id of the request, for its support. */
  readonly requestId: string | undefined;
  /** For `unreadable`: what came is an object, as an API's answer is, and no page of a proxy. */
  readonly isForeign: boolean;
  /** For `limited`: how long GitHub says to wait; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** Where the token can be authorised for the organisation's single sign-on, if that is what GitHub asks for. */
  readonly ssoUrl: string | undefined;
  /** When that answer was given, by the server's clock, in epoch ms. */
  readonly dateMs: number | undefined;

  constructor(
    kind: FaultKind,
    about: {
      request: string;
      purpose: Purpose;
      answer: string;
      status?: number | undefined;
      code?: string | undefined;
      requestId?: string | undefined;
      retryAfterMs?: number | undefined;
      isForeign?: boolean;
      dateMs?: number | undefined;
      ssoUrl?: string | undefined;
    },
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
export function mayHeal(fault: Fault): boolean {
  return fault.kind !== "rejected" && fault.kind !== "untrusted";
}

/**
 * What GitHub did with a request that ended in `fault`. `maybe` is the dangerous one: a client that sends a dispatch
 * again on a 5xx has started some fifty runs for one (docs/platform.md#no-idempotency).
 */
export function acted(fault: Fault): "no" | "maybe" | "yes" {
  // No token, no dispatch.
  if (fault.purpose.about === "app") return "no";
  switch (fault.kind) {
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

/** The parts of an HTTP answer that tell a fault. Header names are lower case. */
export interface FailedAnswer {
  status: number;
  headers: Readonly<Record<string, string | number | undefined>>;
  message: string;
}

/** Classifies an answer that is no success. */
export function kindOfAnswer({ status, headers, message }: FailedAnswer): FaultKind {
  if (isRateLimit(status, headers, message)) return "limited";
  if (status >= 500 || status === 408) return "server_error";
  return "rejected";
}

function isRateLimit(status: number, headers: FailedAnswer["headers"], message: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  if (headers["retry-after"] !== undefined || /rate limit|abuse detection/i.test(message)) return true;
  // The last request that the limit allowed may be refused for lack of a permission: that is no limit.
  return (
    String(headers["x-ratelimit-remaining"]) === "0" &&
    !/not accessible|must have|denied|archived|\bsaml\b|\bsso\b|ip allow list|disabled|blocked|forbids|access restrictions|billing|suspended/i.test(
      message,
    )
  );
}

/**
 * How long a rate-limit answer asks to wait, in ms, or undefined when it does not say.
 * `retry-after` is in seconds (a date is also legal); `x-ratelimit-reset` is in epoch seconds and is compared with the
 * answer's own `Date`, since the runner's clock may be wrong.
 */
export function retryAfterMs(headers: FailedAnswer["headers"]): number | undefined {
  const date = Date.parse(String(headers.date));
  const after = headers["retry-after"];
  if (after !== undefined) {
    const seconds = Number(after);
    if (Number.isFinite(seconds)) return bounded(seconds * 1000);
    const until = Date.parse(String(after)) - date;
    if (Number.isFinite(until)) return bounded(until);
  }
  if (String(headers["x-ratelimit-remaining"]) !== "0") return undefined;
  const untilReset = Number(headers["x-ratelimit-reset"]) * 1000 - date;
  return Number.isFinite(untilReset) ? bounded(untilReset) : undefined;
}

/** The page that `x-github-sso` leads to: `required; url=https://github.com/orgs/…`. */
export function ssoUrlOf(headers: FailedAnswer["headers"]): string | undefined {
  return /\burl=(https:\/\/[\x21-\x7e]+)/.exec(String(headers["x-github-sso"]))?.[1];
}

/** A wait of less than a second would be a storm; one of more than the longest deadline is a broken server's. */
function bounded(ms: number): number {
  return Math.min(Math.max(ms, 1000), LONGEST_WAIT_MS);
}

const LONGEST_WAIT_MS = 31 * 24 * 3_600_000;

/** A proxy has opened no tunnel to the server, so that nothing of the request was sent. */
export class NoTunnel extends Error {
  override readonly name = "NoTunnel";
  /** `PROXY_407` where the proxy has answered. */
  readonly code: string | undefined;

  constructor(cause: unknown, status?: number) {
    super("the proxy opened no tunnel", { cause });
    this.code = status === undefined ? undefined : `PROXY_${status}`;
  }
}

/** What answers speaks no TLS, or no version of it that we accept: known before anything is sent. */
const NO_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW|SSLV3_ALERT_HANDSHAKE_FAILURE|TLSV1_ALERT_PROTOCOL_VERSION|TLSV1_UNRECOGNIZED_NAME|UNEXPECTED_MESSAGE)$/;

/** An address that is refused on this side: known before anything is sent. */
const NO_ADDRESS = /^(ERR_SOCKET_BAD_PORT|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS)$/;

/** `fetch` has no code for a port that it keeps away from, such as 6000 (https://fetch.spec.whatwg.org/#port-blocking). */
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
    // Only these calls fail before a byte is sent; ETIMEDOUT or EHOSTUNREACH while reading say nothing of the kind.
    if (syscall === "connect" || syscall === "getaddrinfo" || own === "UND_ERR_CONNECT_TIMEOUT") {
      return { kind: "unreachable", code };
    }
  }
  return { kind, code };
}

function* causes(error: unknown): Generator<object> {
  for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 8; depth++) {
    yield at;
    // Node tries every address of a host and wraps the failures, one for each.
    if (at instanceof AggregateError) for (const each of at.errors) if (typeof each === "object" && each) yield each;
    at = (at as { cause?: unknown }).cause;
  }
}
