/** A fault as a request of ours would have it. */

import { PURPOSES, type Purpose } from "../../src/github/purposes.ts";
import { RequestError, type RequestErrorKind } from "../../src/github/request-error.ts";

type About = ConstructorParameters<typeof RequestError>[1];

/** The first that fits decides. */
const BY_PATH: [RegExp, Purpose][] = [
  [/\/installation$|\/access_tokens$/, PURPOSES.getToken],
  [/\/workflows\/[^/]+\/dispatches$/, PURPOSES.dispatchWorkflow],
  [/\/dispatches$/, PURPOSES.dispatchEvent],
  [/\/cancel$/, PURPOSES.cancelRun],
  [/\/actions\/runs\/[^/]+/, PURPOSES.readRun],
  [/\/actions\/runs$/, PURPOSES.readRuns],
  [/\/actions\/workflows/, PURPOSES.readWorkflows],
];

/** A fault of `request`, with the purpose that such a request has. */
export function aFault(kind: RequestErrorKind, about: Omit<About, "purpose">): RequestError {
  const [, purpose = PURPOSES.read] = BY_PATH.find(([path]) => path.test(about.request)) ?? [];
  return new RequestError(kind, { ...about, purpose });
}

export const READ_RUN = "GET /repos/octo/target/actions/runs/1";

/** Of a request that reads a run, with no words of GitHub's. */
export function faultOfRead(kind: RequestErrorKind, about: Partial<Omit<About, "purpose">> = {}): RequestError {
  return aFault(kind, { request: READ_RUN, answer: "", ...about });
}

export const FAULTS = {
  unavailable: faultOfRead("server_error", { status: 503 }),
  refused: faultOfRead("unreachable", { code: "ECONNREFUSED" }),
  notFound: faultOfRead("rejected", { status: 404 }),
  unauthorized: faultOfRead("rejected", { status: 401 }),
  forbidden: faultOfRead("rejected", { status: 403 }),
  untoldLimit: faultOfRead("limited", { status: 403 }),
};

export function limitOf(ms: number): RequestError {
  return faultOfRead("limited", { status: 429, retryAfterMs: ms });
}
