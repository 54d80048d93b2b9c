/** A commit status is set beside the wait: its trouble delays nothing, and is one warning. */

import { describe, expect, test } from "vitest";
import type { Behaviour, Fault, GitHub } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { setStage } from "../support/stage.ts";
import { START, withCaller } from "../support/status-stage.ts";

async function stage(durationMs: number, fault: Fault) {
  const behaviour: Behaviour = { freshRun404Ms: 0, queuedMs: 1000, jobs: { identify: { durationMs } } };
  const on = await setStage({ "deploy.yml": receiver("workflow_dispatch", "run-name") }, { behaviour });
  const stage = await withCaller(on);
  stage.caller.fault = () => fault;
  return stage;
}

const LIMITED: Fault = { kind: "status", when: "before", status: 429, headers: { "retry-after": "600" } };
const FAULTS: [string, Fault][] = [
  ["hangs", { kind: "hang", when: "before" }],
  ["hangs after it was set", { kind: "hang", when: "after" }],
  ["answers 500", { kind: "status", when: "before", status: 500 }],
  ["answers 502 after it was set", { kind: "status", when: "after", status: 502 }],
  ["is limited", LIMITED],
  ["is refused", { kind: "status", when: "before", status: 403 }],
];

describe.each(FAULTS)("a status that %s", (_, fault) => {
  test("leaves following and its time as they are, with one warning", async () => {
    const { github, play } = await stage(3_600_000, fault);
    const { failure, warnings, log } = await play({ ...START, timeout_seconds: "30" });
    const { github: other, play: playOther } = await stage(3_600_000, fault);
    const plain = await playOther({ ...START, timeout_seconds: "30", status_context: "" });
    expect(failure).toBe(plain.failure?.replaceAll(other.apiUrl, github.apiUrl));
    const times = ({ requests }: GitHub) => requests.map(({ atMs, path }) => `${atMs} ${path}`);
    expect(times(github)).toEqual(times(other));
    expect(warnings).toHaveLength(1);
    expect(log).toContain("The run is in progress.");
  });

  test("does not hold up the verdict for long", async () => {
    const { play } = await stage(60_000, fault);
    const { failure, warnings, tookMs } = await play(START);
    expect(failure).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(tookMs).toBeLessThan(63_000 + 11_000);
  });

  test("does not outlast a cancelled step", async () => {
    const { play } = await stage(3_600_000, fault);
    const { failure, warnings, tookMs } = await play(START, { cancelAfterMs: 4000 });
    expect(failure).toMatch(/^The step was cancelled/);
    expect(warnings.length).toBeLessThanOrEqual(1);
    expect(tookMs).toBeLessThan(4000 + 5000);
  });

  test("does not outlast the runner's grace either where cancelling the run has taken all of it", async () => {
    const { github, play } = await stage(3_600_000, fault);
    github.fault = ({ path }) => (path.endsWith("/cancel") ? { kind: "hang", when: "before" } : undefined);
    const { failure, tookMs } = await play({ ...START, cancel_run_on: "cancel" }, { cancelAfterMs: 4000 });
    expect(failure).toContain("could not be cancelled in time");
    expect(tookMs).toBeLessThanOrEqual(4000 + 9000);
  });
});

test("the last status hangs, and a signal comes: it ends in the runner's grace", async () => {
  const after = async (signalMs: number) => {
    const { caller, clock, play } = await stage(3000, { kind: "hang", when: "before" });
    const startMs = clock.nowMs();
    let nth = 0;
    let lastMs = Number.NaN;
    caller.fault = () => {
      if (++nth === 1) return undefined;
      lastMs = clock.nowMs() - startMs;
      return { kind: "hang", when: "before" };
    };
    const { tookMs } = await play(START, { cancelAfterMs: signalMs });
    return { lastMs, tookMs };
  };
  const { lastMs } = await after(60_000);
  const signalMs = lastMs + 200;
  expect(await after(signalMs)).toEqual({ lastMs, tookMs: signalMs + 2000 });
});

test("the last status is never overtaken by the first, which is late", async () => {
  const { caller, play, states } = await stage(3000, { kind: "delay", ms: 6000 });
  let nth = 0;
  caller.fault = () => (++nth === 1 ? { kind: "delay", ms: 6000 } : undefined);
  const { failure, warnings } = await play(START);
  expect(failure).toBeUndefined();
  expect(warnings).toEqual([]);
  expect(states()).toEqual(["pending", "success"]);
});

test("a first status that hangs costs the last one 5 s at most, and `post` sets that once more", async () => {
  const { caller, play, playPost, states } = await stage(1000, { kind: "hang", when: "before" });
  let nth = 0;
  caller.fault = () => (++nth === 1 ? { kind: "hang", when: "before" } : undefined);
  const { tookMs, trace } = await play(START);
  expect(tookMs).toBeLessThan(9000);
  expect(states()).toEqual(["success"]);
  await playPost(START, trace);
  expect(states()).toEqual(["success", "success"]);
});

test("a status that a limit keeps back for long is not waited for", async () => {
  const { play } = await stage(60_000, LIMITED);
  expect((await play(START)).tookMs).toBeLessThan(66_000);
});

test("a status that was refused is not left to `post`", async () => {
  const { caller, play, playPost } = await stage(60_000, { kind: "status", when: "before", status: 403 });
  let nth = 0;
  caller.fault = () => ({ kind: "status", when: "before", status: ++nth === 1 ? 502 : 403 });
  const { trace } = await play(START);
  const { length } = caller.requests;
  await playPost(START, trace);
  expect(caller.requests).toHaveLength(length);
});
