/**
 * One place turns an error into advice: what happened, which input or permission is at fault, what to do.
 * No message holds a token or a payload value.
 */

import { timeOfDay } from "../asking/retry.ts";
import { type Fault, isAboutOneRun } from "../github/fault.ts";
import type { Permissions } from "../inputs/permissions.ts";
import { explainApp } from "./app.ts";
import { explainNetwork } from "./network.ts";
import { explainRefusal } from "./refusal.ts";
import { explainUnprocessable } from "./unprocessable.ts";

/** What the advice depends on, beside the fault. */
export interface Situation {
  /** `owner/name` */
  repository: string;
  apiUrl: string;
  event: "repository_dispatch" | "workflow_dispatch";
  eventType?: string | undefined;
  /** File name, id or display name. */
  workflow?: string | undefined;
  ref?: string | undefined;
  /** Name under which the id is sent. */
  key?: string | undefined;
  /** What GitHub may repeat in its answer and nobody may print. */
  sentValues: readonly string[];
  /** The token worked before. */
  tokenHasWorked: boolean;
  /** The server is reached through a proxy. */
  hasProxy: boolean;
  /** The permissions that a GitHub App was asked for; undefined with a plain `token`. */
  appPermissions?: Permissions | undefined;
  /** After a 404: what the token can see. */
  visible?: Visible | undefined;
  /** GitHub had acted on the dispatch before: the page of its run, or nothing but that. */
  started?: { htmlUrl: string | undefined } | undefined;
}

/** What the token can see of the target; undefined where it was not looked at. */
export interface Visible {
  repository?: boolean | undefined;
  workflow?: boolean | undefined;
  ref?: boolean | undefined;
}

/** What is said of a fault: what happened, what to do, and the lines to add to a file, if that is what to do. */
export interface Advice {
  lines: string[];
  /** YAML; the last of `lines` leads to it. */
  add?: string;
}

/** The advice for a fault, in at most three lines, the first of them the event itself; and the lines to add, if any. */
export function explain(fault: Fault, situation: Situation): string {
  const { lines, add } = advise(fault, situation);
  const { started } = situation;
  const footer = fault.requestId ? [`GitHub's request id: ${fault.requestId}.`] : [];
  if (started && !(fault.status === 404 && isAboutOneRun(fault)))
    footer.push(
      started.htmlUrl
        ? `The run itself goes on: ${started.htmlUrl}`
        : "The dispatch had been accepted before this: its run goes on, unseen from here.",
    );
  const last = footer.length > 0 ? [footer.join(" ")] : [];
  if (add === undefined) return [...lines, ...last].join("\n");
  return [...lines.slice(0, -1), ...last, ...lines.slice(-1), add].join("\n");
}

function advise(fault: Fault, situation: Situation): Advice {
  switch (fault.kind) {
    case "unreachable":
    case "untrusted":
    case "lost":
      return { lines: explainNetwork(fault, situation) };
    case "limited":
      return { lines: explainLimit(fault) };
    case "server_error":
    case "unreadable": {
      const how = fault.kind === "unreadable" ? ", but unreadably" : "";
      return {
        lines: [
          `GitHub answered ${fault.request} with ${fault.status}${how}, up to the deadline.`,
          "That is a fault of the server (see its status page); try again later.",
        ],
      };
    }
    case "rejected":
      break;
  }
  const { appPermissions, repository } = situation;
  const aboutApp = appPermissions && explainApp(fault, repository, appPermissions);
  if (aboutApp) return { lines: aboutApp };
  if (fault.status === 422) return explainUnprocessable(fault, situation);
  return { lines: explainRefusal(fault, situation) };
}

function explainLimit(fault: Fault): string[] {
  return [
    `GitHub's rate limit for this token is reached${limitEnd(fault)} (${fault.status} to ${fault.request}).`,
    "Start fewer requests with this token, raise `poll_interval_seconds`, or allow more time (`find_timeout_seconds`, `timeout_seconds`).",
  ];
}

function limitEnd({ dateMs = Number.NaN, retryAfterMs = Number.NaN }: Fault): string {
  const endMs = dateMs + retryAfterMs;
  return Number.isFinite(endMs)
    ? ` until ${timeOfDay(endMs)}, which is after the deadline`
    : ", and was still in force at the deadline";
}
