/** What a report says where GitHub refuses something, or does not answer in time. */

import { mayLackPermission } from "../github/refusal-words.ts";
import type { RequestError } from "../github/request-error.ts";
import { type OutOfTime, requestErrorIn } from "../github/retry.ts";
import { StepError } from "../runner/step-error.ts";
import type { ReportInputs } from "./report-inputs.ts";

/** With which the callers are asked. */
export function credentialsOf({ credentials }: Pick<ReportInputs, "credentials">): string {
  return "app" in credentials ? "the App" : "`token`";
}

export function unreadable(what: string, failure: RequestError | OutOfTime, needs: string): StepError {
  return refused("read", what, failure, needs);
}

/** `needs`: e.g. "`token` needs `actions: read` there". */
export function refused(
  verb: "read" | "set",
  what: string,
  failure: RequestError | OutOfTime,
  needs: string,
): StepError {
  const requestError = requestErrorIn(failure);
  const why = requestError ? `: ${requestError.inWords.replace(/\.$/, "")}` : " in time";
  const { status = 0, purpose } = requestError ?? {};
  const isOfApp = purpose?.about === "app" && status >= 400 && status < 500;
  const advice = isOfApp
    ? " Install the App there with `actions: read` and `statuses: write`, and check its key."
    : status === 401
      ? " The token is wrong, expired or revoked, or belongs to another server."
      : requestError && mayLackPermission(requestError)
        ? ` ${needs.charAt(0).toUpperCase()}${needs.slice(1)}.`
        : "";
  return new StepError(`${SAID[verb]} ${what}${why}.${advice}`);
}

const SAID = { read: "Could not read", set: "Could not set" };
