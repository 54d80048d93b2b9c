import { RequestError } from "./request-error.ts";

export interface Broker {
  /** With a port, if need be. */
  host: string;
  identity: string;
}

/** Of the job's OIDC token, as they may be shown; empty: it has none. */
export interface Claims {
  issuer: string;
  audience: string;
  subject: string;
}

/**
 * No token came from the broker. `status` stays undefined, since it is not GitHub's: a broker's 404 says nothing about the target.
 * `code` has the number.
 */
export class BrokerError extends RequestError {
  /** The origin, e.g. `https://octo-sts.dev`, or that of GitHub's OIDC provider where `claims` are undefined. */
  override readonly server: string;
  /** What was sent to the broker. */
  readonly claims: Claims | undefined;

  constructor(error: RequestError, answer: string, server: string, claims: Claims | undefined) {
    const { kind, request, purpose, status, code = status && String(status), retryAfterMs, isForeign, dateMs } = error;
    // Only 429 is a limit here: a policy's refusal (403) quotes names, which may have any words.
    const own = kind === "limited" && status !== 429 ? "rejected" : kind;
    super(own, { request, purpose, answer, code: code || undefined, retryAfterMs, isForeign, dateMs });
    this.server = server;
    this.claims = claims;
  }

  /** The same limit, which lasts so long yet. */
  lasting(leftMs: number): BrokerError {
    const { request, purpose, answer, server, claims, retryAfterMs = leftMs, dateMs = Number.NaN } = this;
    const now = { dateMs: dateMs + retryAfterMs - leftMs, retryAfterMs: leftMs };
    const error = new RequestError("limited", { request, purpose, answer, status: 429, ...now });
    return new BrokerError(error, answer, server, claims);
  }

  /** octo-sts says so, too, where GitHub did not let it read the policy (docs/platform.md#oidc-brokers). */
  override get isUnsure(): boolean {
    return this.code === "404" && /unable to find/i.test(this.answer);
  }
}
