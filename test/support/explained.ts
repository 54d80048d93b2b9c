/** What is said of a fault, in one situation. */

import { expect } from "vitest";
import { explainRequestError } from "../../src/errors/explain.ts";
import type { Situation } from "../../src/errors/situation.ts";
import type { RequestError } from "../../src/github/request-error.ts";
import { aFault } from "./faults.ts";

export const workflowDispatch = "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches";
export const eventDispatch = "POST /repos/octo/target/dispatches";

const situation: Situation = {
  repository: "octo/target",
  apiUrl: "https://api.github.com",
  isOwnTarget: false,
  event: "workflow_dispatch",
  workflow: "deploy.yml",
  ref: "release/1",
  key: "distinct_id",
  sentValues: ["s3cret", "5", "a.b"],
  tokenHasWorked: false,
  hasProxyFor: () => false,
};

/** What is other for a repository_dispatch. */
export const anEvent: Partial<Situation> = {
  event: "repository_dispatch",
  eventType: "deploy",
  workflow: undefined,
  ref: undefined,
};

export function rejected(status: number, answer: string, request = workflowDispatch): RequestError {
  return aFault("rejected", { request, status, answer });
}

/** Says it, and makes sure that it is short and that no value that was sent is in it. */
export function say(fault: RequestError, about: Partial<Situation> = {}): string {
  const text = explainRequestError(fault, { ...situation, ...about });
  expect(text).not.toContain("s3cret");
  // What happened, what to do, and what else to know; the lines to add to a file come on top.
  expect(text.split(/\n(?=run-name: |on:\n)/)[0]?.split("\n").length).toBeLessThanOrEqual(3);
  return text;
}
