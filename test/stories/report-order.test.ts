/** Each event is only a reason to look: neither their order, nor doubles, nor lost ones do any harm. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { CONTEXT, eventOf, MINUTE, type ReportStage, setReportStage } from "../support/report-stage.ts";

const LEFT = "pending: The remote run continues";
const BEGUN = "pending: The remote run is in progress";
const GREEN = "success: The remote run ended as success";
const RED = "failure: The remote run ended as failure";
const RED_THEN_GREEN: Behaviour = { ...MINUTE, conclusion: "failure" };

/** Leaves a status, and takes the events of a run of 64 s as GitHub sends them. */
async function events(on: ReportStage) {
  const { id } = await on.leave();
  const requested = eventOf(on.github, id);
  await on.clock.sleep(20_000);
  const inProgress = eventOf(on.github, id);
  await on.clock.sleep(60_000);
  return { id, requested, inProgress, completed: eventOf(on.github, id) };
}

type Name = "requested" | "inProgress" | "completed";

describe("once the run has ended, the end alone is told", () => {
  test.each<Name[][]>([
    [["requested", "inProgress", "completed"]],
    [["completed", "inProgress", "requested"]],
    [["inProgress", "completed", "completed", "completed"]],
    [["completed"]],
    [["inProgress"]],
    [["requested"]],
  ])("whichever of its events come: %j", async (order) => {
    const on = await setReportStage();
    const came = await events(on);
    for (const name of order) expect((await on.tellOf(came[name])).failure).toBeUndefined();
    expect(on.told()).toEqual([LEFT, GREEN]);
  });

  test("though they come at once", async () => {
    const on = await setReportStage();
    const { requested, inProgress, completed } = await events(on);
    await Promise.all([inProgress, completed, requested].map((each) => on.tellOf(each)));
    expect(on.told()[0]).toBe(LEFT);
    expect(new Set(on.told().slice(1))).toEqual(new Set([GREEN]));
  });

  test("though a write of its progress is late", async () => {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.clock.sleep(20_000);
    const payload = eventOf(on.github, id);
    on.caller.fault = ({ method }) => {
      if (method !== "POST") return undefined;
      on.caller.fault = undefined;
      return { kind: "delay", ms: 15_000 };
    };
    await on.clock.sleep(35_000);
    const late = on.tellOf(payload);
    await on.clock.sleep(10_000);
    await on.tell(id);
    expect(on.told()).toEqual([LEFT, GREEN]);
    await late;
    // Its own progress came on top, and then the end again.
    expect(on.told()).toEqual([LEFT, GREEN, BEGUN, GREEN]);
  });

  test("though the server that is asked after it lags", async () => {
    const on = await setReportStage();
    const { id } = await on.leave();
    await on.clock.sleep(70_000);
    on.github.fault = ({ path }) => (path.endsWith(`/runs/${id}`) ? { kind: "stale", ms: 30_000 } : undefined);
    await on.tell(id);
    expect(on.told()).toEqual([LEFT, GREEN]);
  });
});

test("what is told twice is written once", async () => {
  const on = await setReportStage();
  const { completed } = await events(on);
  await on.tellOf(completed);
  const { log } = await on.tellOf(completed);
  expect(log).toEqual(["octo/the-app knows that already."]);
  expect(on.told()).toEqual([LEFT, GREEN]);
});

test("a run that has yet to begin says nothing new", async () => {
  const on = await setReportStage({ behaviour: { ...MINUTE, queuedMs: 100_000 } });
  const { id } = await on.leave();
  await on.tell(id);
  await on.clock.sleep(50_000);
  await on.tell(id);
  expect(on.told()).toEqual([LEFT]);
});

describe("a re-run", () => {
  test("makes the status pending again, and ends it anew", async () => {
    const on = await setReportStage({ behaviour: RED_THEN_GREEN });
    const { id, completed } = await events(on);
    await on.tellOf(completed);
    on.github.rerun(id, MINUTE);
    await on.clock.sleep(20_000);
    await on.tell(id);
    await on.clock.sleep(60_000);
    await on.tell(id);
    expect(on.told()).toEqual([
      LEFT,
      RED,
      "pending: The remote run is in progress (attempt 2)",
      "success: The remote run ended as success (attempt 2)",
    ]);
    expect(new Set(on.statuses().map(({ context }) => context))).toEqual(new Set([CONTEXT]));
  });

  test("that has not begun yet makes it pending as well", async () => {
    const on = await setReportStage();
    const { id, completed } = await events(on);
    await on.tellOf(completed);
    on.github.rerun(id, { ...MINUTE, queuedMs: 100_000 });
    await on.tell(id);
    expect(on.told().at(-1)).toBe("pending: The remote run is queued (attempt 2)");
  });

  test("is not ended by a late event of the attempt before", async () => {
    const on = await setReportStage();
    const { id, completed } = await events(on);
    await on.tellOf(completed);
    on.github.rerun(id);
    await on.clock.sleep(10_000);
    await on.tell(id);
    // Within a minute of the end that it tells of.
    await on.tellOf(completed);
    expect(on.told()).toEqual([LEFT, GREEN, "pending: The remote run is in progress (attempt 2)"]);
  });

  test("that has begun before the first end is told ends pending", async () => {
    const on = await setReportStage();
    const { id, completed } = await events(on);
    on.github.rerun(id);
    await on.clock.sleep(10_000);
    await on.tellOf(completed);
    expect(on.told().at(-1)).toBe("pending: The remote run is in progress (attempt 2)");
    await on.clock.sleep(80_000);
    await on.tell(id);
    expect(on.told().at(-1)).toBe("success: The remote run ended as success (attempt 2)");
  });

  test("that has ended by then is told by a late event of the attempt before", async () => {
    const on = await setReportStage();
    const { id, completed } = await events(on);
    on.github.rerun(id, { ...MINUTE, jobs: { identify: { durationMs: 5000 } }, conclusion: "failure" });
    await on.clock.sleep(4000);
    await on.tell(id);
    await on.clock.sleep(10_000);
    await on.tellOf(completed);
    expect(on.told()).toEqual([
      LEFT,
      "pending: The remote run is in progress (attempt 2)",
      "failure: The remote run ended as failure (attempt 2)",
    ]);
  });

  test("is told of by a second event of the end before", async () => {
    const on = await setReportStage();
    const { id, completed } = await events(on);
    await on.tellOf(completed);
    on.github.rerun(id);
    await on.clock.sleep(10_000);
    await on.tellOf(completed);
    expect(on.told()).toEqual([LEFT, GREEN, "pending: The remote run is in progress (attempt 2)"]);
  });

  test("is not ended by a server that has yet to hear of it", async () => {
    const on = await setReportStage();
    const { id, completed } = await events(on);
    on.github.rerun(id, { ...MINUTE, jobs: { identify: { durationMs: 300_000 } } });
    await on.clock.sleep(80_000);
    await on.tell(id);
    on.github.fault = ({ path }) => (path.endsWith(`/runs/${id}`) ? { kind: "stale", ms: 90_000 } : undefined);
    await on.tellOf(completed);
    expect(on.told()).toEqual([LEFT, "pending: The remote run is in progress (attempt 2)"]);
  });
});
