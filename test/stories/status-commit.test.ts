/** On which commit the status goes, and which inputs and events a status that the target ends cannot have. */

import { describe, expect, test } from "vitest";
import type { Fault } from "../simulator/index.ts";
import { CONTEXT, MINUTE, STATUS_TOKEN, setReportStage } from "../support/report-stage.ts";
import { CALLER } from "../support/step.ts";

const HEAD = "4".repeat(40);
const COMPLETED = { wait_for: "completed" };

describe("the head of a pull request that was commented on", () => {
  const commit = { ofPullRequest: 7 };

  test("is read once, and has the status", async () => {
    const on = await setReportStage();
    on.caller.setPullRequest(CALLER.repository, { number: 7, headSha: HEAD });
    on.caller.addToken(STATUS_TOKEN, { permissions: { statuses: "write", pull_requests: "read" } });
    const { failure, warnings } = await on.leave(COMPLETED, { commit });
    expect([failure, warnings]).toEqual([undefined, []]);
    expect(on.statuses().map(({ sha, state }) => [sha, state])).toEqual([
      [HEAD, "pending"],
      [HEAD, "success"],
    ]);
    expect(on.caller.requests.filter(({ path }) => path.endsWith("/pulls/7"))).toHaveLength(1);
  });

  test.each<[string, { pull_requests?: "read" }, string]>([
    ["may not be read", {}, "403: Resource not accessible by personal access token"],
    ["is not there", { pull_requests: "read" }, "404: Not Found"],
  ])("that %s is a warning, and there is no status", async (_, more, why) => {
    const on = await setReportStage();
    on.caller.addToken(STATUS_TOKEN, { permissions: { statuses: "write", ...more } });
    const { failure, warnings, trace } = await on.leave(COMPLETED, { commit });
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([
      `No commit status \`${CONTEXT}\` is set: the head of pull request #7 of octo/the-app, which the event is about, could not be read (${why}). \`status_token\` needs \`pull_requests: read\` there.`,
    ]);
    expect(on.statuses()).toEqual([]);
    const { length } = on.caller.requests;
    await on.playPost({ status_token: STATUS_TOKEN }, trace);
    expect(on.caller.requests).toHaveLength(length);
  });

  test("that is unknown when the run was not found is read for the error", async () => {
    const on = await setReportStage();
    on.caller.setPullRequest(CALLER.repository, { number: 7, headSha: HEAD });
    on.caller.addToken(STATUS_TOKEN, { permissions: { statuses: "write", pull_requests: "read" } });
    await on.leave({ ...COMPLETED, workflow: "gone.yml" }, { commit });
    expect(on.statuses()).toMatchObject([{ sha: HEAD, state: "error" }]);
  });

  test.each<[string, Fault | undefined]>([
    ["before it was needed", undefined],
    ["while it was being read", { kind: "delay", ms: 3000 }],
  ])("is read for the last status of a step that is cancelled %s", async (_, fault) => {
    const on = await setReportStage({ behaviour: { ...MINUTE, ...(!fault && { visibleAfterMs: 60_000 }) } });
    on.caller.setPullRequest(CALLER.repository, { number: 7, headSha: HEAD });
    on.caller.addToken(STATUS_TOKEN, { permissions: { statuses: "write", pull_requests: "read" } });
    on.caller.fault = () => {
      on.caller.fault = undefined;
      return fault;
    };
    if (!fault) on.github.fault = ({ path }) => (path.includes("/runs") ? { kind: "hang", when: "before" } : undefined);
    const { failure, trace } = await on.leave(COMPLETED, { commit, cancelAfterMs: fault ? 1700 : 500 });
    expect(failure).toMatch(/^The step was cancelled \(SIGINT\)\. /);
    expect(on.statuses()).toMatchObject([{ sha: HEAD, state: "error" }]);
    expect(trace).not.toContain("The waiting step ended before the remote run");
  });

  test("is ended by `post` for a step that was killed before it was read", async () => {
    const on = await setReportStage();
    on.caller.setPullRequest(CALLER.repository, { number: 7, headSha: HEAD });
    on.caller.addToken(STATUS_TOKEN, { permissions: { statuses: "write", pull_requests: "read" } });
    on.caller.fault = () => ({ kind: "hang", when: "before" });
    const traces: string[] = [];
    await on.leave(COMPLETED, { commit, onTrace: (trace) => traces.push(trace) });
    on.caller.fault = undefined;
    const killed = traces.findLast((trace) => trace.includes("The waiting step ended before the remote run")) ?? "";
    await on.playPost({ status_token: STATUS_TOKEN }, killed);
    expect(on.statuses()).toMatchObject([{ sha: HEAD, state: "error" }]);
  });

  test("matters no more where `status_sha` says another", async () => {
    const on = await setReportStage();
    await on.leave({ ...COMPLETED, status_sha: HEAD }, { commit });
    expect(on.statuses().map(({ sha }) => sha)).toEqual([HEAD, HEAD]);
    expect(on.caller.requests.every(({ method }) => method === "POST")).toBe(true);
  });
});

describe("with `wait_for: found` it is a problem", () => {
  const elsewhere = { sha: HEAD, isOfCallersRun: false };

  test.each<[string, Record<string, string>, object, string]>([
    ["`status_sha`", { status_sha: HEAD }, {}, "`status_sha` leads elsewhere"],
    ["a given `distinct_id`", { distinct_id: "mine" }, {}, "`distinct_id` leads elsewhere"],
    [
      "a given id among the inputs",
      { workflow_inputs: '{"distinct_id": "mine"}' },
      {},
      "`distinct_id` among the values is another id",
    ],
    [
      "a given id in the payload",
      { workflow: "", ref: "", event_type: "deploy", client_payload: '{"distinct_id": "mine"}' },
      {},
      "`distinct_id` among the values is another id",
    ],
    ["`run_id`", { run_id: "5", workflow: "", ref: "" }, {}, "`run_id` leads elsewhere"],
    ["`reuse`", { reuse: "running" }, {}, "`reuse` takes a run with another's id"],
    ["an empty `distinct_id_key`", { distinct_id_key: "" }, {}, "`distinct_id_key` is empty, so no id is sent"],
    ["an event about another commit", {}, { commit: elsewhere }, "this event is about another commit"],
    ["a comment on a pull request", {}, { commit: { ofPullRequest: 7 } }, "this event is about another commit"],
  ])("to have %s", async (_, given, play, problem) => {
    const on = await setReportStage();
    const { failure } = await on.leave(given, play);
    expect(failure).toMatch(/^There is a problem with the inputs, so nothing was sent:\n/);
    expect(failure).toContain(
      `\`status_context\` with \`wait_for: found\` is ended by the target, which finds the commit by the generated id: ${problem}`,
    );
    expect([...on.github.requests, ...on.caller.requests]).toEqual([]);
    // Nor is it one for a step that waits, or has no status.
    for (const other of [
      { ...given, ...COMPLETED },
      { ...given, status_context: "", status_sha: "" },
    ]) {
      const { failure: none = "" } = await on.leave(other, play);
      expect(none).not.toContain("is ended by the target");
    }
  });

  test("all at once, in one message", async () => {
    const on = await setReportStage();
    const { failure } = await on.leave(
      { status_sha: HEAD, distinct_id: "mine", distinct_id_key: "", reuse: "running" },
      { commit: elsewhere },
    );
    expect(failure?.match(/is ended by the target/g)).toHaveLength(4);
  });
});

test.each<[Record<string, string>, string]>([
  [{ wait_for: "nothing" }, "`status_context` shows what becomes of the run, which `wait_for: nothing` never knows."],
  [{ ...COMPLETED, status_sha: "main" }, "`status_sha` is not a commit's full SHA (40 hex digits)."],
  [
    { ...COMPLETED, status_context: "", status_sha: HEAD },
    "`status_sha` requires `status_context`: set both or neither.",
  ],
])("a problem: %j", async (given, problem) => {
  const on = await setReportStage();
  expect((await on.leave(given)).failure).toContain(problem);
  expect(on.statuses()).toEqual([]);
});

test("an event without a commit is a problem that names the way out", async () => {
  const on = await setReportStage();
  const { failure } = await on.leave(COMPLETED, { commit: { sha: "", isOfCallersRun: true } });
  expect(failure).toContain("set `status_sha`, or leave it out here");
  await on.leave({ ...COMPLETED, status_sha: HEAD }, { commit: { sha: "", isOfCallersRun: true } });
  expect(on.statuses().at(-1)).toMatchObject({ sha: HEAD, state: "success" });
});
