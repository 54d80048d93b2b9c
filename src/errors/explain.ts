/** The one place that turns a request error into advice (docs/design.md#errors). No message holds a token or a payload value. */

import { BrokerError } from "../github/broker-error.ts";
import { rateLimitEndMs } from "../github/rate-limit.ts";
import type { RequestError } from "../github/request-error.ts";
import { describePermissions } from "../inputs/permissions.ts";
import { timeOfDay } from "../text/wording.ts";
import { type Advice, type AdviceRows, lookUp, redact } from "./advice.ts";
import { explainBroker } from "./broker.ts";
import { explainNetwork } from "./network.ts";
import { explainRefusal } from "./refusal.ts";
import { describeServer, type Situation } from "./situation.ts";

/** At most three lines: what happened, where the run is, if there is one, and what to do; then the lines to add, if any. */
export function explainRequestError(requestError: RequestError, situation: Situation): string {
  const [what, remedy, lines = ""] = advise(requestError, situation);
  const where = whereTheRunIs(requestError, situation);
  const requestId = forSupport(requestError);
  const last = where === "" ? [remedy, requestId] : [[remedy, requestId].filter((part) => part !== "").join(" ")];
  return [what, where, ...last, lines].filter((part) => part !== "").join("\n");
}

/** Where the server failed; a refusal is settled by the reader. */
function forSupport({ kind, status = 0, requestId }: RequestError): string {
  return requestId && (status >= 500 || kind === "unreadable") ? `GitHub's request id: ${requestId}.` : "";
}

/** Empty where no run was started before the error, or where it cannot be found. */
function whereTheRunIs({ status, purpose }: RequestError, { started, namedRunId }: Situation): string {
  const isUnseen = status === 404 && purpose.about === "run";
  if (isUnseen && namedRunId !== undefined && started?.htmlUrl) return `Its page: ${started.htmlUrl}`;
  if (!started || isUnseen) return "";
  const how = started.hasEnded ? "has ended" : "continues";
  return started.htmlUrl
    ? `The run itself ${how}: ${started.htmlUrl}`
    : "The dispatch was already accepted: its run continues without this step.";
}

function advise(requestError: RequestError, situation: Situation): Advice {
  const { kind, request, status } = requestError;
  if (requestError instanceof BrokerError) return explainBroker(requestError, situation);
  switch (kind) {
    case "unreachable":
    case "untrusted":
    case "lost":
      return explainNetwork(requestError, situation);
    case "limited":
      return [
        `GitHub's rate limit for this token is reached${limitEnd(requestError)} (${status} to ${request}).`,
        "Send fewer requests with this token, or increase `poll_interval_seconds`, `find_timeout_seconds` or `timeout_seconds`.",
      ];
    case "unreadable":
    case "stale":
      return [
        `The response of ${situation.apiUrl} to ${request} cannot be read: ${requestError.answer} (${status}).`,
        `${unsentInWords(requestError, situation)}Check ${describeServer(situation)}: the server is not GitHub, or a version that this action cannot read, or a proxy responds instead.`,
      ];
    case "server_error":
      return [
        `GitHub answered ${request} with ${status} until the deadline.`,
        "This is a server error (see its status page); try again later.",
      ];
    case "rejected":
      return explainApp(requestError, situation) ?? explainRefusal(requestError, situation);
  }
}

/** Empty, or ends with a space. */
function unsentInWords({ purpose }: RequestError, { repository, isUnsent }: Situation): string {
  return purpose.about === "app" && isUnsent ? `Nothing was sent to ${repository}. ` : "";
}

function limitEnd(requestError: RequestError): string {
  const endMs = rateLimitEndMs(requestError);
  return endMs === undefined
    ? ", and still was at the deadline"
    : ` until ${timeOfDay(endMs)}, which is after the deadline`;
}

export function describeLastError(requestError: RequestError | undefined): string[] {
  if (!requestError) return [];
  const { kind, answer, request, inAWord, server, outcome } = requestError;
  if (kind === "unreadable") return [`The last response cannot be read: ${answer} (${inAWord} to ${request}).`];
  if (kind !== "limited") return [`The last request failed: ${inAWord} to ${request}.`];
  const endMs = rateLimitEndMs(requestError);
  const end = endMs === undefined ? "had not ended by then" : `lasts until ${timeOfDay(endMs)}`;
  return [`The last request hit ${server}'s rate limit, which ${end} (${outcome} to ${request}).`];
}

/** Looked up by status and GitHub's words. */
const REFUSALS: AdviceRows<{ repository: string; answer: string; permissions: string }> = [
  [
    /^401 .*claim \('?(exp|iat)/is,
    ({ answer }) => `GitHub does not accept the time in the App's signature (401 ${answer}).`,
    "The runner's clock differs from the server's: set it by a time server.",
  ],
  [
    /^401 /,
    ({ answer }) => `GitHub does not accept the App's signature (401 ${answer}).`,
    "`app_id` and `app_private_key` do not match, the key was deleted in the App's settings, or the App is on another server.",
  ],
  [
    /^403 /,
    ({ repository, answer }) => `The App's installation on ${repository} cannot get a token (403 ${answer}).`,
    "It is usually suspended: the repository's owner can unsuspend it in the settings of installed Apps.",
  ],
  [
    /^404 .*Integration not found/s,
    "There is no GitHub App with this `app_id` on the server (404 Integration not found).",
    "Use the App's id or client id from its settings page; an App of another server does not work here.",
  ],
  [
    /^404 /,
    ({ repository }) => `The App is not installed on ${repository} (404), or there is no such repository.`,
    "Install the App there, and give it access to this repository; or check `owner` and `repo`.",
  ],
  [
    /^422 .*repository/is,
    ({ repository, answer }) => `The App's installation has no access to ${repository} (422 ${answer}).`,
    "Give the installation access to the repository.",
  ],
  [
    /^422 /,
    ({ repository, answer, permissions }) =>
      `The App's installation on ${repository} cannot get a token with ${permissions} for it (422 ${answer}).`,
    "Give the App these permissions in its settings, have the owner accept them in the installation, and give it access to this repository.",
  ],
];

/** Undefined for any request but an App's own, and where no row matches. */
export function explainApp(requestError: RequestError, situation: Situation): Advice | undefined {
  const { repository, appPermissions } = situation;
  const { purpose, status } = requestError;
  if (purpose.about !== "app" || !appPermissions) return undefined;
  const answer = redact(requestError, situation);
  const about = { repository, answer, permissions: describePermissions(appPermissions) };
  return lookUp(REFUSALS, `${status} ${requestError.answer}`, about);
}
