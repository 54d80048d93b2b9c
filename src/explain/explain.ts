/**
 * One place turns an error into advice: what happened, which input or permission is at fault, what to do.
 * No message holds a token or a payload value.
 */

import { timeOfDay } from "../edges/durations.ts";
import type { Fault } from "../github/fault.ts";
import { explainApp } from "./app.ts";
import { explainNetwork } from "./network.ts";
import { explainRefusal } from "./refusal.ts";
import type { Advice, Situation } from "./situation.ts";
import { explainUnprocessable } from "./unprocessable.ts";

/** The advice for a fault, in at most three lines, the first of them the event itself; and the lines to add, if any. */
export function explain(fault: Fault, situation: Situation): string {
  const { lines, add } = advise(fault, situation);
  const { started } = situation;
  const footer = fault.requestId ? [`GitHub's request id: ${fault.requestId}.`] : [];
  if (started && !(fault.status === 404 && fault.purpose.about === "run"))
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
