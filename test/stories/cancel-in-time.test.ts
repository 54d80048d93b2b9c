/** At whatever moment its caller cancels it, a step has done its duty before the runner kills it, 7.5 s later. */

import { describe, expect, test } from "vitest";
import type { Fault, FaultHook } from "../simulator/index.ts";
import { type EventName, receiver } from "../support/receivers.ts";
import { setStage, TARGET } from "../support/stage.ts";

/** It takes effect at once, and its answer is late. */
const LATE: Fault = { kind: "delay", ms: 1000, when: "after" };

const MOMENTS: [string, EventName, number, Fault | undefined][] = [
  ["before the answer to its workflow_dispatch", "workflow_dispatch", 500, LATE],
  ["before the answer to its repository_dispatch", "repository_dispatch", 500, LATE],
  ["between dispatch and find", "repository_dispatch", 1200, undefined],
  ["while it waits for the run's end", "workflow_dispatch", 33_333, undefined],
];

describe.each(MOMENTS)("a step that is cancelled %s", (_, event, cancelAfterMs, fault) => {
  /** The times are those from the signal on. */
  async function cancel(cancelFault?: Fault) {
    const { github, play } = await setStage(
      { "deploy.yml": receiver(event, "run-name") },
      { behaviour: { visibleAfterMs: 1500, freshRun404Ms: 0, queuedMs: 7_200_000 } },
    );
    const signalledAtMs = github.nowMs() + cancelAfterMs;
    const hook: FaultHook = ({ path }) =>
      path.endsWith("/cancel") ? cancelFault : path.endsWith("/dispatches") ? fault : undefined;
    github.fault = hook;
    const start = event === "workflow_dispatch" ? { workflow: "deploy.yml", ref: "main" } : { event_type: "deploy" };
    const given = { ...start, wait_for: "completed", cancel_run_on: "cancel" };
    const { tookMs } = await play(given, { cancelAfterMs });
    const [run] = github.runs(TARGET);
    return {
      endedMs: tookMs - cancelAfterMs,
      cancelledMs: (run?.cancelRequestedAtMs ?? Number.NaN) - signalledAtMs,
    };
  }

  test("has its run cancelled within 5 s", async () => {
    expect((await cancel()).cancelledMs).toBeLessThan(5000);
  });

  // By `cancel:` of a parallel step nothing else tells the step that its job is healthy and goes on after 7.5 s.
  test("has its run cancelled and has ended within 7 s, though the answer to that is late", async () => {
    const { cancelledMs, endedMs } = await cancel(LATE);
    expect(cancelledMs).toBeLessThan(7000);
    expect(endedMs).toBeLessThan(7000);
  });
});
