/** A step that does not wait (`wait_for: found`) leaves a pending status, which the target ends. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver, SILENT } from "../support/receivers.ts";
import { CONTEXT, MINUTE, type ReportStage, STATUS_TOKEN, setReportStage } from "../support/report-stage.ts";
import { TARGET, TOKEN } from "../support/stage.ts";
import { CALLER, playPost } from "../support/step.ts";

const LEFT = "pending: The remote run continues";
const STAYS = `The commit status \`${CONTEXT}\` stays pending: \`tracked-dispatch/report\` in octo/target ends it.`;
const NAMELESS = /^The name of run \d+ does not show the id\./;
const QUICK: Behaviour = {
  freshRun404Ms: 0,
  queuedMs: 0,
  setupMs: 0,
  stepMs: 0,
  jobs: { identify: { durationMs: 500 } },
};

const post = (on: ReportStage, trace: string) =>
  playPost(on.github, { token: TOKEN, repo: TARGET, status_token: STATUS_TOKEN }, trace, { clock: on.clock });

describe("the pending status", () => {
  test("is left with the run's link, and the log and the summary say who ends it", async () => {
    const on = await setReportStage();
    const { id, failure, warnings, log, summary, tookMs } = await on.leave();
    expect([failure, warnings]).toEqual([undefined, []]);
    expect(on.statuses()).toEqual([
      {
        sha: CALLER.sha,
        state: "pending",
        context: CONTEXT,
        description: "The remote run continues",
        url: `${on.github.apiUrl}/${TARGET}/actions/runs/${id}`,
      },
    ]);
    expect(log).toContain(STAYS);
    expect(summary).toContain("stays pending");
    expect(tookMs).toBeLessThan(5000);
  });

  test("costs one request there and one more here", async () => {
    const on = await setReportStage();
    await on.leave();
    const { length } = on.github.requests;
    const plain = await setReportStage();
    await plain.leave({ status_context: "" });
    expect(on.caller.requests.map(({ method }) => method)).toEqual(["POST"]);
    expect([length - plain.github.requests.length, plain.caller.requests.length]).toEqual([1, 0]);
  });

  test("is not ended by `post`", async () => {
    const on = await setReportStage();
    const { trace } = await on.leave();
    await post(on, trace);
    expect(on.told()).toEqual([LEFT]);
  });

  test("stays where the look after it fails", async () => {
    const on = await setReportStage();
    let looks = 0;
    on.github.fault = ({ path }) =>
      /\/runs\/\d+$/.test(path) && ++looks > 1 ? { kind: "status", when: "before", status: 502 } : undefined;
    const { failure, log } = await on.leave();
    expect(failure).toBeUndefined();
    expect(log).toContain(STAYS);
    expect(on.told()).toEqual([LEFT]);
  });
});

describe("a run whose name does not show the id", () => {
  test.each([
    ["run-name", 0],
    ["job", 1],
    ["step", 1],
  ] as const)("but whose %s does leads to %i warnings", async (sign, count) => {
    const on = await setReportStage({ workflow: receiver("workflow_dispatch", sign) });
    const { warnings } = await on.leave();
    expect(warnings.filter((each) => NAMELESS.test(each))).toHaveLength(count);
    expect(on.told()).toEqual([LEFT]);
  });

  test("nor takes one leads to the warning as well", async () => {
    const on = await setReportStage({ workflow: SILENT, behaviour: { freshRun404Ms: 0 } });
    const { warnings, log } = await on.leave();
    expect(warnings.filter((each) => NAMELESS.test(each))).toHaveLength(1);
    expect(log).toContain(STAYS);
  });

  test.each<[string, string, string | undefined]>([
    ["run-name", receiver("workflow_dispatch", "run-name"), undefined],
    ["step", receiver("workflow_dispatch", "step"), undefined],
    ["nothing", receiver("workflow_dispatch", undefined), "does not show the id"],
    ["no input", SILENT, "does not declare the input `distinct_id`"],
  ])("is told of by the dry run: %s", async (_, workflow, problem) => {
    const on = await setReportStage({ workflow, behaviour: { freshRun404Ms: 0 } });
    const { failure } = await on.leave({ dry_run: "true" });
    expect(on.statuses()).toEqual([]);
    if (problem === undefined) return expect(failure).toBeUndefined();
    expect(failure).toContain(
      `${problem}, so \`report\` there would not find the caller, and the commit status would stay pending.`,
    );
    expect((await on.leave({ dry_run: "true", status_context: "" })).failure).toBeUndefined();
  });
});

describe("a run that has ended meanwhile is ended by the step itself", () => {
  test.each<[string | null, Record<string, string>, string]>([
    ["success", {}, "success: The remote run ended as success"],
    ["failure", {}, "failure: The remote run ended as failure"],
    ["failure", { success_conclusions: "any" }, "success: The remote run ended as failure"],
    [null, { success_conclusions: "any" }, "failure: The remote run ended without a conclusion"],
  ])("as %s, with %j", async (conclusion, given, last) => {
    const on = await setReportStage({ behaviour: { ...QUICK, conclusion } });
    on.caller.fault = ({ nth }) => (nth === 1 ? { kind: "delay", ms: 3000 } : undefined);
    const { failure, log, outputs } = await on.leave(given);
    // Whatever the run's end is: the step was to find it.
    expect(failure).toBeUndefined();
    expect(on.told()).toEqual([LEFT, last]);
    expect(log).not.toContain(STAYS);
    expect(outputs).toMatchObject({ status: "completed", conclusion: conclusion ?? "" });
  });
});

describe("what was not found", () => {
  test("is an error", async () => {
    const on = await setReportStage({
      runDetails: "rejected",
      behaviour: { ...MINUTE, visibleAfterMs: 600_000 },
    });
    const { failure } = await on.leave({ find_timeout_seconds: "30" });
    expect(failure).toBeDefined();
    expect(on.statuses()).toMatchObject([{ state: "error", url: "" }]);
  });

  test("such as the workflow", async () => {
    const on = await setReportStage();
    await on.leave({ workflow: "deplyo.yml" });
    expect(on.statuses()).toMatchObject([{ state: "error", url: "" }]);
  });
});

describe("a status that cannot be set", () => {
  test.each([403, 404, 422])("is one warning (%i), and is not said to stay", async (status) => {
    const on = await setReportStage();
    on.caller.fault = () => ({ kind: "status", when: "before", status });
    const { failure, warnings, log, summary, trace } = await on.leave();
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(`\`${CONTEXT}\` could not be set in octo/the-app (${status}`)]);
    expect(log).not.toContain(STAYS);
    expect(summary).not.toContain("stays pending");
    const { length } = on.caller.requests;
    await post(on, trace);
    expect(on.caller.requests).toHaveLength(length);
  });

  test("for lack of an answer is a warning within ten seconds", async () => {
    const on = await setReportStage();
    on.caller.fault = () => ({ kind: "hang", when: "before" });
    const { failure, warnings, log, tookMs } = await on.leave();
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("could not be set in octo/the-app")]);
    expect(log).not.toContain(STAYS);
    expect(tookMs).toBeLessThan(12_000);
  });

  test("at once is set a little later", async () => {
    const on = await setReportStage();
    on.caller.fault = ({ nth }) => (nth === 1 ? { kind: "delay", ms: 8000 } : undefined);
    const { warnings, log } = await on.leave();
    expect(warnings).toEqual([]);
    expect(log).toContain(STAYS);
    expect(on.told()).toEqual([LEFT]);
  });
});

describe("a step that is cut short", () => {
  test.each([300, 1000, 3000])("after %i ms never leaves a status that nobody ends", async (cancelAfterMs) => {
    const on = await setReportStage({ behaviour: { ...MINUTE, freshRun404Ms: 800 }, latencyMs: 250 });
    on.caller.fault = () => ({ kind: "delay", ms: 2000 });
    const { trace, tookMs, id } = await on.leave({}, { cancelAfterMs });
    await post(on, trace);
    expect(tookMs - cancelAfterMs).toBeLessThan(7500);
    const [last] = on.told().slice(-1);
    // Pending is what the run's end will make an end of.
    if (last?.startsWith("pending")) expect(on.statuses().at(-1)?.url).toContain(String(id));
    else expect(last).toMatch(/^error/);
    await on.clock.sleep(80_000);
    if (id > 0 && on.statuses().at(-1)?.url !== "") {
      await on.tell(id);
      expect(on.told().at(-1)).toBe("success: The remote run ended as success");
    }
  });

  test("or killed while it sets the status has it ended by `post`, and by the run's end", async () => {
    const on = await setReportStage();
    on.caller.fault = () => ({ kind: "delay", ms: 5000 });
    const traces: string[] = [];
    const { id } = await on.leave({}, { onTrace: (trace) => traces.push(trace) });
    on.caller.fault = undefined;
    const killed = traces.findLast((trace) => trace.includes("The step ended before the remote run"));
    expect(killed).toBeDefined();
    await post(on, killed ?? "");
    expect(on.told().at(-1)).toBe("error: The step ended before the remote run");
    await on.clock.sleep(80_000);
    await on.tell(id);
    expect(on.told().at(-1)).toBe("success: The remote run ended as success");
  });
});
