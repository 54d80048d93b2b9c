/** The result of an entry, by how its story ended. */

import { expect, test } from "vitest";
import { Cancelled } from "../../../src/runner/cancellation.ts";
import { StepError, TimedOut } from "../../../src/runner/step-error.ts";
import type { Known } from "../../../src/state/known.ts";
import { type Ended, resultOf } from "../../../src/targets/result-of.ts";

const failure = new StepError("no");
const red = (conclusion: string) => ({ verdict: { isGreen: false, conclusion } }) as Partial<Known>;
const sent = { sent: {} } as Partial<Known>;
const taken = { taken: {} } as Partial<Known>;
const cancelled = new Cancelled("SIGINT", 0);

test.each<[string, Partial<Known>, unknown, unknown, object]>([
  ["without a failure", sent, undefined, undefined, { result: "success" }],
  ["without a failure, although the step ended", sent, undefined, cancelled, { result: "success" }],
  ["with a red run", red("failure"), failure, undefined, { result: "failure" }],
  ["with a run that GitHub timed out", red("timed_out"), failure, undefined, { result: "failure" }],
  ["with a run that somebody cancelled", red("cancelled"), failure, undefined, { result: "cancelled" }],
  ["with a red run, although the step ended", red("failure"), failure, cancelled, { result: "failure" }],
  ["with our deadline", sent, new TimedOut("late"), undefined, { result: "timed_out" }],
  ["with a refusal", {}, failure, undefined, { result: "error" }],
  ["with a defect", sent, new TypeError("x"), undefined, { result: "error" }],
  ["stopped before anything was sent", {}, failure, cancelled, { result: "skipped", isStopped: true }],
  ["stopped after the dispatch", sent, failure, cancelled, { result: "unfinished", isStopped: true }],
  ["stopped with a run that it took", taken, failure, cancelled, { result: "unfinished", isStopped: true }],
  [
    "stopped while its run is cancelled",
    { ...sent, isCancelling: true } as Partial<Known>,
    failure,
    cancelled,
    { result: "cancelled", isStopped: true },
  ],
])("an entry that ends %s", (_, known, failed, reason, expected) => {
  expect(resultOf({ known, failure: failed } as Ended, { waitFor: "completed" }, reason)).toEqual(expected);
});

test.each([
  ["nothing", "sent"],
  ["found", "started"],
  ["completed", "success"],
] as const)("a green entry with `wait_for: %s` is %s", (waitFor, result) => {
  expect(resultOf({ known: {}, failure: undefined } as unknown as Ended, { waitFor }, undefined)).toEqual({ result });
});
