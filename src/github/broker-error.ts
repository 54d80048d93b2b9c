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
  /** Who was asked, e.g. `https://octo-sts.dev`, or GitHub's OIDC provider where `claims` are undefined. */
  readonly origin: string;
  /** What was sent to the broker. */
  readonly claims: Claims | undefined;

  constructor(error: RequestError, answer: string, origin: string, claims: Claims | undefined) {
    const { kind, request, purpose, status, code = status && String(status), retryAfterMs, isForeign, dateMs } = error;
    // Only 429 is a limit here: a policy's refusal (403) quotes names, which may have any words.
    const own = kind === "limited" && status !== 429 ? "rejected" : kind;
    super(own, { request, purpose, answer, code: code || undefined, retryAfterMs, isForeign, dateMs });
    this.origin = origin;
    this.claims = claims;
  }
}
