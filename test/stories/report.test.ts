/** The receiver's half tells the caller what has become of a run that nobody waits for. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import {
  addCallersRun,
  CALLERS_RUN,
  CONTEXT,
  eventOf,
  MINUTE,
  type ReportStage,
  setReportStage,
} from "../support/report-stage.ts";
import { asked } from "../support/stage.ts";
import { CALLER } from "../support/step.ts";

const ended = (conclusion: string): Behaviour => ({ ...MINUTE, conclusion });
const LEFT = "pending: The remote run continues";
const BEGUN = "pending: The remote run is in progress";
const GREEN = "success: The remote run ended as success";

/** What both servers were asked since, in short. */
function requestsSince({ github, caller }: ReportStage, before: readonly [number, number]): string[] {
  const all = [...caller.requests.slice(before[1]), ...github.requests.slice(before[0])];
  return all.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{40}/, "SHA").replace(/^\/repos\//, "")}`);
}

describe("a run that nobody waits for", () => {
  test("is told of when it is in progress, and when it has ended", async () => {
    const { github, clock, leave, tell, told, statuses } = await setReportStage();
    const { id, failure, warnings } = await leave();
    expect([failure, warnings]).toEqual([undefined, []]);
    await tell(id);
    expect(told()).toEqual([LEFT]);
    await clock.sleep(20_000);
    await tell(id);
    await clock.sleep(60_000);
    const last = await tell(id);
    expect(last.failure).toBeUndefined();
    expect(last.log).toEqual([
      `Told octo/the-app: \`${CONTEXT}\` of 9f3c2a7 is success (The remote run ended as success).`,
    ]);
    expect(told()).toEqual([LEFT, BEGUN, GREEN]);
    const url = `${github.apiUrl}/octo/target/actions/runs/${id}`;
    expect(statuses().at(-1)).toMatchObject({ sha: CALLER.sha, context: CONTEXT, url });
  });

  test("is ended by four requests", async () => {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.clock.sleep(80_000);
    const before = [on.github.requests.length, on.caller.requests.length] as const;
    await on.tell(id);
    expect(requestsSince(on, before)).toEqual([
      `GET octo/the-app/actions/runs/${CALLERS_RUN}`,
      "GET octo/the-app/commits/SHA/status",
      "POST octo/the-app/statuses/SHA",
      `GET octo/target/actions/runs/${id}`,
    ]);
  });

  test.each<[string, Record<string, string>, string]>([
    ["failure", {}, "failure: The remote run ended as failure"],
    ["failure", { success_conclusions: "success, failure" }, "success: The remote run ended as failure"],
    ["timed_out", {}, "failure: The remote run ended as timed_out"],
    ["cancelled", {}, "failure: The remote run ended as cancelled"],
    ["skipped", { success_conclusions: "any" }, "success: The remote run ended as skipped"],
    ["novelty", {}, "failure: The remote run ended as novelty"],
  ])("and ended as %s with %j is told as it is", async (conclusion, given, last) => {
    const { clock, leave, tell, told } = await setReportStage({ behaviour: ended(conclusion) });
    const { id } = await leave();
    await clock.sleep(80_000);
    expect((await tell(id, given)).failure).toBeUndefined();
    expect(told()).toEqual([LEFT, last]);
  });

  test("and has no conclusion is red, with `any` as well", async () => {
    const { clock, leave, tell, told } = await setReportStage({ behaviour: { ...MINUTE, conclusion: null } });
    const { id } = await leave();
    await clock.sleep(80_000);
    await tell(id, { success_conclusions: "any" });
    expect(told().at(-1)).toBe("failure: The remote run ended without a conclusion");
  });
});

describe("the id is read from", () => {
  test.each(["run-name", "job", "step"] as const)("a %s", async (sign) => {
    const on = await setReportStage({ workflow: receiver("workflow_dispatch", sign) });
    const { id } = await on.leave();
    await on.clock.sleep(80_000);
    await on.tell(id);
    expect(on.told()).toEqual([LEFT, GREEN]);
    expect(asked(on.github, "GET").filter((line) => line.includes("/jobs"))).toHaveLength(sign === "run-name" ? 0 : 1);
  });

  test("nowhere: a notice, and no caller is asked", async () => {
    const on = await setReportStage({ workflow: receiver("workflow_dispatch", undefined) });
    const { id } = await on.leave();
    const before = on.caller.requests.length;
    const { failure, notices } = await on.tell(id);
    expect(failure).toBeUndefined();
    expect(notices).toEqual([`Run ${id} shows no id of a caller: nobody waits for it.`]);
    expect(on.caller.requests).toHaveLength(before);
  });
});

describe("the callers", () => {
  test("are asked one after another until one has the run", async () => {
    const on = await setReportStage();
    for (const name of ["octo/one", "octo/two", "octo/last"]) addCallersRun(on.caller, name, { id: 7 });
    const { id } = await on.leave();
    await on.clock.sleep(80_000);
    const before = [on.github.requests.length, on.caller.requests.length] as const;
    const { failure } = await on.tell(id, { callers: "one\nocto/two\nthe-app\nlast" });
    expect(failure).toBeUndefined();
    expect(on.told()).toEqual([LEFT, GREEN]);
    expect(requestsSince(on, before).slice(0, 4)).toEqual([
      `GET octo/one/actions/runs/${CALLERS_RUN}`,
      `GET octo/two/actions/runs/${CALLERS_RUN}`,
      `GET octo/the-app/actions/runs/${CALLERS_RUN}`,
      "GET octo/the-app/commits/SHA/status",
    ]);
  });

  test("may be twenty", async () => {
    const on = await setReportStage();
    const others = Array.from({ length: 19 }, (_, nth) => `octo/caller-${nth}`);
    for (const name of others) addCallersRun(on.caller, name, { id: 7 });
    const { id } = await on.leave();
    await on.clock.sleep(80_000);
    await on.tell(id, { callers: [...others, CALLER.repository].join(", ") });
    expect(on.told()).toEqual([LEFT, GREEN]);
  });

  test("of whom none has the run are named in a notice", async () => {
    const on = await setReportStage();
    addCallersRun(on.caller, "octo/other", { id: 7 });
    const { id } = await on.leave();
    const { failure, notices } = await on.tell(id, { callers: "other\nthe-gone" });
    expect(failure).toBeUndefined();
    expect(notices).toEqual([
      `None of the \`callers\` (octo/other, octo/the-gone) has the run that started ${id}, as far as \`token\` can see: nobody is told.`,
    ]);
    expect(on.told()).toEqual([LEFT]);
  });

  test("have the status on the head of a pull request, where the run is of another commit", async () => {
    const HEAD = "4".repeat(40);
    const on = await setReportStage();
    addCallersRun(on.caller, "octo/other", { id: 99, headSha: "5".repeat(40), pullRequests: [7] });
    on.caller.setPullRequest("octo/other", { number: 7, headSha: HEAD });
    on.caller.addToken("ghs_other", { permissions: { statuses: "write" } });
    const caller = { repository: "octo/other", runId: "99" };
    const { id } = await on.leave({ status_token: "ghs_other" }, { caller, sha: HEAD });
    await on.clock.sleep(80_000);
    await on.tell(id, { callers: "other" });
    const statuses = on.caller.statuses("octo/other");
    expect(statuses.map(({ sha, state }) => [sha, state])).toEqual([
      [HEAD, "pending"],
      [HEAD, "success"],
    ]);
  });
});

describe("by `status_context`", () => {
  test.each([
    ["", [CONTEXT]],
    [CONTEXT, [CONTEXT]],
    [`other\n${CONTEXT}`, [CONTEXT]],
    ["other", []],
  ])("%j ends %j", async (status_context, ends) => {
    const on = await setReportStage();
    const { id } = await on.leave();
    // So long that nobody looks for one that is yet to come.
    await on.clock.sleep(200_000);
    await on.tell(id, { status_context });
    expect(on.statuses().flatMap(({ state, context }) => (state === "success" ? [context] : []))).toEqual(ends);
  });

  test("a context may have a comma in its name", async () => {
    const on = await setReportStage();
    const context = "remote / test (linux, 20)";
    const { id } = await on.leave({ status_context: context });
    await on.clock.sleep(200_000);
    await on.tell(id, { status_context: context });
    expect(on.statuses().at(-1)).toMatchObject({ context, state: "success" });
  });

  test("every context that waits for this run, on any page", async () => {
    const on = await setReportStage();
    for (let nth = 0; nth < 110; nth++) {
      await on.setStatus(`earlier ${nth}`, "https://example.com/1");
      await on.clock.sleep(1000);
    }
    const { id } = await on.leave();
    for (let nth = 0; nth < 70; nth++) {
      await on.setStatus(`later ${nth}`, "https://example.com/2");
      await on.clock.sleep(1000);
    }
    await on.tell(id);
    expect(on.statuses().at(-1)).toMatchObject({ context: CONTEXT, state: "success" });
    expect(eventOf(on.github, id).workflow_run.status).toBe("completed");
  });
});
