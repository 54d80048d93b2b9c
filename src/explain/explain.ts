/**
 * One place turns an error into advice: what happened, which input or permission is at fault, what to do
 * (docs/design.md#errors). No message holds a token or a payload value.
 */

import { timeOfDay } from "../edges/durations.ts";
import type { Fault } from "../github/fault.ts";
import type { Advice } from "./advice.ts";
import { explainApp } from "./app.ts";
import { explainNetwork } from "./network.ts";
import { explainRefusal } from "./refusal.ts";
import { type Situation, serverInWords } from "./situation.ts";
import { endOfLimitMs } from "./trouble.ts";

/** The advice for a fault, in at most three lines, the first of which says what happened; then the lines to add, if any. */
export function explain(fault: Fault, situation: Situation): string {
  const [what, remedy, lines] = advise(fault, situation);
  const notes = [fault.requestId && `GitHub's request id: ${fault.requestId}.`, whereTheRunIs(fault, situation)];
  const last = notes.filter(Boolean).join(" ");
  // The remedy ends with a colon where lines to add follow.
  const parts = lines === undefined ? [what, remedy, last] : [what, last, remedy, lines];
  return parts.filter((part) => part !== "").join("\n");
}

/** Where to find the run that was started before the fault; undefined where there is none to find. */
function whereTheRunIs({ status, purpose }: Fault, { started, namedRunId }: Situation): string | undefined {
  const isUnseen = status === 404 && purpose.about === "run";
  if (isUnseen && namedRunId !== undefined && started?.htmlUrl) return `Its page: ${started.htmlUrl}`;
  if (!started || isUnseen) return undefined;
  const how = started.hasEnded ? "has ended" : "goes on";
  return started.htmlUrl
    ? `The run itself ${how}: ${started.htmlUrl}`
    : "The dispatch had been accepted before this: its run goes on, unseen from here.";
}

function advise(fault: Fault, situation: Situation): Advice {
  const { kind, request, status } = fault;
  switch (kind) {
    case "unreachable":
    case "untrusted":
    case "lost":
      return explainNetwork(fault, situation);
    case "limited":
      return [
        `GitHub's rate limit for this token is reached${limitEnd(fault)} (${status} to ${request}).`,
        "Start fewer requests with this token, raise `poll_interval_seconds`, or allow more time (`find_timeout_seconds`, `timeout_seconds`).",
      ];
    case "unreadable":
      return [
        `The answer of ${situation.apiUrl} to ${request} cannot be read: ${fault.answer} (${status}).`,
        `Check ${serverInWords(situation)}: the server there is not GitHub, or a version of it that this action cannot read, or a proxy answers in its place.`,
      ];
    case "server_error":
      return [
        `GitHub answered ${request} with ${status}, up to the deadline.`,
        "That is a fault of the server (see its status page); try again later.",
      ];
    case "rejected":
      return explainApp(fault, situation) ?? explainRefusal(fault, situation);
  }
}

function limitEnd(fault: Fault): string {
  const endMs = endOfLimitMs(fault);
  return endMs === undefined
    ? ", and was still in force at the deadline"
    : ` until ${timeOfDay(endMs)}, which is after the deadline`;
}
