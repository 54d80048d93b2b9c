/** The outputs `results` and `failed_targets`. */

import { describe, expect, test } from "vitest";
import {
  allowsDependents,
  type EntryState,
  failedTargets,
  isAllowedFailure,
  isFailedEntry,
  isGreenEntry,
  type Result,
  resultsOf,
} from "../../../src/targets/results.ts";
import { aState, urlOf } from "../../support/fleet.ts";

describe("`results`", () => {
  test("has an object for each entry, in the list's order", () => {
    const ended = aState("octo/api", {
      outputs: {
        ...{ runId: "30433642", status: "completed", conclusion: "success", run_attempt: "1", disposition: "created" },
        ...{ ref: "main", failed_jobs: "[]", distinct_id: "1-1-0", jobs_url: "https://x" },
      },
    });
    const refused = aState("octo/web", { result: "error", problem: 'No "such" file.\nMore of it.' });
    const { text, leftOut } = resultsOf([ended, refused]);
    expect(leftOut).toEqual([]);
    const nothing = { runId: "", html_url: "", status: "", conclusion: "", run_attempt: "", disposition: "" };
    expect(JSON.parse(text)).toEqual([
      {
        ...{ name: "octo/api", repo: "octo/api", result: "success", runId: "30433642", html_url: urlOf("octo/api") },
        ...{ status: "completed", conclusion: "success", run_attempt: "1", disposition: "created", ref: "main" },
        ...{ known_failure: "", error: "", failed_jobs: [], outputs: {} },
      },
      {
        ...{ name: "octo/web", repo: "octo/web", result: "error", ...nothing, ref: "", known_failure: "" },
        ...{ error: 'No "such" file.', failed_jobs: [], outputs: {} },
      },
    ]);
  });

  test("has an open entry from the start, without a result", () => {
    const [open] = JSON.parse(resultsOf([{ ...aState("octo/api"), result: undefined }]).text);
    expect(open).toMatchObject({ name: "octo/api", result: "" });
  });

  test("has the outputs of a run as they were written", () => {
    const outputs = '{"version":1.10,"build":12345678901234567890}';
    expect(resultsOf([aState("octo/api", { outputs: { outputs } })]).text).toContain(`"outputs":${outputs}}]`);
  });

  describe("leaves out what has no room", () => {
    const failed_jobs = JSON.stringify(["é".repeat(500)]);
    const outputs = JSON.stringify({ log: "x".repeat(1000) });
    const states = [aState("octo/api", { outputs: { failed_jobs, outputs } }), aState("octo/web")];
    const empty = { failed_jobs: ',"failed_jobs":[]', outputs: ',"outputs":{}' };
    const whole = Buffer.byteLength(resultsOf(states).text);
    const withoutJobs = whole - Buffer.byteLength(`,"failed_jobs":${failed_jobs}${empty.failed_jobs}`);
    const least = withoutJobs - Buffer.byteLength(`,"outputs":${outputs}${empty.outputs}`);
    test.each([
      ["nothing", whole, [], whole],
      ["`failed_jobs` first", whole - 1, ["failed_jobs"], withoutJobs],
      ["`failed_jobs` alone", withoutJobs, ["failed_jobs"], withoutJobs],
      ["`outputs` then", withoutJobs - 1, ["failed_jobs", "outputs"], least],
      ["no more", 10, ["failed_jobs", "outputs"], least],
    ])("%s", (_, maxBytes, leftOut, bytes) => {
      const result = resultsOf(states, maxBytes);
      expect(result.leftOut).toEqual(leftOut);
      expect(Buffer.byteLength(result.text)).toBe(bytes);
      expect(JSON.parse(result.text)).toHaveLength(2);
    });

    test("only beyond 1 MiB", () => {
      const big = (bytes: number) => [aState("octo/api", { outputs: { failed_jobs: `["${"x".repeat(bytes)}"]` } })];
      const rest = Buffer.byteLength(resultsOf(big(0)).text);
      expect(resultsOf(big(1024 * 1024 - rest)).leftOut).toEqual([]);
      expect(resultsOf(big(1024 * 1024 - rest + 1)).leftOut).toEqual(["failed_jobs"]);
    });
  });
});

describe("an entry that ended as", () => {
  /** Green; the step is red for it; it is allowed to fail; what needs it starts. Last: the same with `continue_on_error`. */
  test.each<[Result | undefined, string, string]>([
    ["success", "green starts", "green starts"],
    ["started", "green starts", "green starts"],
    ["sent", "green starts", "green starts"],
    ["failure", "red", "allowed starts"],
    ["cancelled", "red", "allowed starts"],
    ["timed_out", "red", "allowed starts"],
    ["error", "red", "allowed starts"],
    ["skipped", "", ""],
    ["unfinished", "", ""],
    [undefined, "", ""],
  ])("%s is %s; with `continue_on_error` %s", (result, expected, expectedAllowed) => {
    const told = (continuesOnError: boolean) => {
      const state: EntryState = { ...aState("octo/api"), result, continuesOnError };
      const words = [
        isGreenEntry(state) && "green",
        isFailedEntry(state) && "red",
        isAllowedFailure(state) && "allowed",
        allowsDependents(state) && "starts",
      ];
      return words.filter(Boolean).join(" ");
    };
    expect([told(false), told(true)]).toEqual([expected, expectedAllowed]);
  });

  test("cancelled with the step is not red by itself", () => {
    const state = aState("octo/api", { result: "cancelled", isStopped: true });
    expect([isFailedEntry(state), isAllowedFailure({ ...state, continuesOnError: true })]).toEqual([false, false]);
  });
});

test("`failed_targets` has the names of those that made the step red", () => {
  const states = [
    aState("octo/api"),
    aState("octo/web", { name: "web", result: "failure" }),
    aState("octo/old", { result: "failure", continuesOnError: true }),
    aState("octo/cli", { result: "timed_out" }),
    aState("octo/ios", { result: "skipped" }),
  ];
  expect(failedTargets(states)).toEqual(["web", "octo/cli"]);
});
