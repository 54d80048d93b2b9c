/** The story of a step that its caller cancels, and of the `post` step behind it. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const FOLLOW = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const EVENT = { event_type: "deploy" };
const CANCEL = { cancel_run_on: "cancel" };
const LONG: Behaviour = { queuedMs: 7_200_000 };
const CANCEL_REQUEST = /^POST .*\/cancel → 202$/;

const followed = (behaviour: Behaviour = {}) =>
  setStage(
    { "deploy.yml": receiver("workflow_dispatch", "run-name") },
    { behaviour: { ...LONG, freshRun404Ms: 0, ...behaviour } },
  );
const sought = (behaviour: Behaviour = {}) =>
  setStage({ "deploy.yml": receiver("repository_dispatch", "run-name") }, { behaviour: { ...LONG, ...behaviour } });

describe("a signal", () => {
  test("ends the wait at once, and leaves the remote run alone", async () => {
    const { github, play } = await followed();
    const { failure, tookMs, outputs } = await play(FOLLOW, { cancelAfterMs: 33_333 });
    expect(tookMs).toBe(33_333);
    expect(outputs).toMatchObject({ runId: String(github.runs(TARGET)[0]?.id), status: "queued" });
    expect(failure).toMatch(
      /^The step was cancelled \(SIGINT\)\. The remote run continues \(see `cancel_run_on`\): http/,
    );
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("has the remote run cancelled when that was asked for", async () => {
    const { github, play } = await followed();
    const { failure, tookMs } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    expect(tookMs).toBe(33_333);
    expect(failure).toContain("The remote run is being cancelled: http");
    expect(asked(github, "POST").at(-1)).toMatch(CANCEL_REQUEST);
  });

  test("has the cancellation asked for again when GitHub falters", async () => {
    const { github, play } = await followed();
    github.fault = ({ path, nth }) =>
      path.endsWith("/cancel") && nth === 1 ? { when: "before", kind: "status", status: 502 } : undefined;
    const { failure, tookMs } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    expect(failure).toContain("The remote run is being cancelled: http");
    expect(tookMs).toBeLessThan(33_333 + 9000);
  });

  test("has a new run cancelled that is listed already, and whose own address still answers 404", async () => {
    const { github, play } = await sought({ visibleAfterMs: 1000, freshRun404Ms: 8000 });
    const { failure } = await play({ ...EVENT, ...CANCEL, wait_for: "completed" }, { cancelAfterMs: 4000 });
    const answers = asked(github, "POST").filter((line) => line.includes("/cancel"));
    expect(answers[0]).toMatch(/\/cancel → 404$/);
    expect(answers.at(-1)).toMatch(CANCEL_REQUEST);
    expect(failure).toContain("The remote run is being cancelled: http");
  });

  test("gives up on a cancellation that GitHub never answers, before the runner kills the step", async () => {
    const { github, play } = await followed();
    github.fault = ({ path }) => (path.endsWith("/cancel") ? { when: "before", kind: "hang" } : undefined);
    const { failure, tookMs } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    expect(failure).toContain("The remote run could not be cancelled in time and continues: http");
    expect(tookMs).toBeLessThanOrEqual(33_333 + 9000);
  });

  test("is told as too late when the run has just ended", async () => {
    const { github, clock, play } = await followed({ queuedMs: 15_000 });
    const startedAtMs = clock.nowMs();
    let isCancelling = false;
    github.fault = ({ path }) => {
      isCancelling ||= path.endsWith("/cancel");
      // Nobody sees the run's end before the signal.
      return isCancelling || clock.nowMs() < startedAtMs + 10_000 ? undefined : { when: "before", kind: "hang" };
    };
    const { failure } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 60_000 });
    expect(failure).toContain("The remote run was not cancelled (409): it had ended as success: http");
  });

  test("says what was seen of a run that GitHub refuses to cancel although it has not ended", async () => {
    const { play } = await followed({ cancel: "409" });
    const { failure } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    expect(failure).toContain("GitHub cannot cancel the remote run (409), although it is queued: http");
  });

  test("says that a server cannot cancel which shows the run and knows no such request", async () => {
    const { github, play } = await followed();
    github.fault = ({ path }) =>
      path.endsWith("/cancel") ? { when: "before", kind: "status", status: 404 } : undefined;
    const { failure, tookMs } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 3333 });
    expect(failure).toContain("this server shows it, but returns 404 for cancelling it: http");
    expect(asked(github, "POST").filter((line) => line.includes("/cancel"))).toHaveLength(2);
    expect(tookMs).toBeLessThan(3333 + 3000);
  });

  test("before anything was sent says so, and nothing is sent after it", async () => {
    const { github, play } = await followed();
    github.fault = ({ method }) => (method === "GET" ? { kind: "delay", ms: 10_000 } : undefined);
    const { failure, tookMs } = await play({ ...FOLLOW, ref: "", ...CANCEL }, { cancelAfterMs: 4000 });
    expect(failure).toBe("The step was cancelled (SIGINT). Nothing was sent.");
    expect(tookMs).toBe(4000);
    expect(github.runs(TARGET)).toEqual([]);
  });

  test("while a limit holds the dispatch back says that nothing was sent", async () => {
    const { github, play, playPost } = await sought();
    const headers = { "retry-after": "60" };
    github.fault = ({ method }) =>
      method === "POST" ? { when: "before", kind: "status", status: 429, headers } : undefined;
    const { failure, trace } = await play({ ...EVENT, ...CANCEL }, { cancelAfterMs: 4000 });
    expect(failure).toBe("The step was cancelled (SIGINT). Nothing was sent.");
    const requests = github.requests.length;
    await playPost({ ...EVENT, ...CANCEL }, trace);
    expect(github.requests).toHaveLength(requests);
  });

  test("before the dispatch's answer waits two seconds for it, since it may be the only trace of the run", async () => {
    const { github, play } = await followed();
    github.fault = ({ path }) =>
      path.endsWith("/dispatches") ? { kind: "delay", ms: 3000, when: "after" } : undefined;
    const { failure, tookMs, outputs } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 1500 });
    expect(tookMs).toBe(3000);
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
    expect(failure).toContain("The remote run is being cancelled: http");
  });

  test("before the dispatch's answer that never comes looks for the run, and cancels it within five seconds", async () => {
    const { github, play } = await sought();
    github.fault = ({ path }) => (path.endsWith("/dispatches") ? { when: "after", kind: "hang" } : undefined);
    const { failure } = await play({ ...EVENT, ...CANCEL }, { cancelAfterMs: 1000 });
    expect(failure).toContain("The remote run is being cancelled: http");
    const cancel = github.requests.find(({ path }) => path.endsWith("/cancel"));
    expect((cancel?.atMs ?? 0) - Date.parse("2026-11-20T12:00:01Z")).toBeLessThanOrEqual(5000);
  });

  test("between dispatch and find looks for the run up to six seconds after it", async () => {
    const { github, play } = await sought({ visibleAfterMs: 8000 });
    const { failure, tookMs } = await play({ ...EVENT, ...CANCEL }, { cancelAfterMs: 4000 });
    expect(failure).toContain("The remote run is being cancelled: http");
    expect(tookMs).toBeLessThanOrEqual(10_000);
    expect(github.runs(TARGET)[0]?.cancelRequestedAtMs).toBeDefined();
  });

  test("during a dispatch that nothing waits for still has its run cancelled", async () => {
    const { github, play } = await followed();
    github.fault = ({ path }) =>
      path.endsWith("/dispatches") ? { kind: "delay", ms: 2000, when: "after" } : undefined;
    const { failure } = await play({ ...FOLLOW, ...CANCEL, wait_for: "nothing" }, { cancelAfterMs: 500 });
    expect(failure).toContain("The remote run is being cancelled: http");
    expect(asked(github, "POST").at(-1)).toMatch(CANCEL_REQUEST);
  });
});

describe("the post step", () => {
  test("cancels a run that became visible only after the step was killed", async () => {
    const { github, play, playPost } = await sought({ visibleAfterMs: 13_000 });
    const { failure, trace } = await play({ ...EVENT, ...CANCEL }, { cancelAfterMs: 4000 });
    expect(failure).toContain("A run may have started in octo/target");
    const { log } = await playPost({ ...EVENT, ...CANCEL }, trace);
    expect(log.at(-1)).toBe("The remote run has ended as cancelled.");
    expect(github.runs(TARGET)).toMatchObject([{ status: "completed", conclusion: "cancelled" }]);
  });

  test("cancels the run of a step that was killed without a signal", async () => {
    const { github, play, playPost } = await followed();
    const { trace } = await play({ ...FOLLOW, ...CANCEL, wait_for: "found" });
    const killed = trace.replace('"phase":"ended"', '"phase":"sent"');
    expect(killed).not.toBe(trace);
    await playPost({ ...FOLLOW, ...CANCEL }, killed);
    expect(github.runs(TARGET)).toMatchObject([{ status: "completed", conclusion: "cancelled" }]);
  });

  test("leaves the run of a killed step alone when nobody asked for its cancellation", async () => {
    const { github, play, playPost } = await followed();
    const { trace } = await play({ ...FOLLOW, wait_for: "found" });
    const requests = github.requests.length;
    await playPost(FOLLOW, trace.replace('"phase":"ended"', '"phase":"sent"'));
    expect(github.requests).toHaveLength(requests);
  });

  test.each(["found", "nothing", "completed"])("cancels nothing behind a step that has ended: %s", async (wait_for) => {
    const { github, play, playPost } = await followed({ queuedMs: 5000 });
    const { trace, failure } = await play({ ...FOLLOW, ...CANCEL, wait_for });
    expect(failure).toBeUndefined();
    const requests = github.requests.length;
    await playPost({ ...FOLLOW, ...CANCEL }, trace);
    expect(github.requests).toHaveLength(requests);
  });

  test("forces a run that ignores its cancellation, after ten seconds", async () => {
    const { github, play, playPost } = await followed({ cancel: "ignored" });
    const { trace } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    const { log, tookMs } = await playPost({ ...FOLLOW, ...CANCEL }, trace);
    expect(log).toContain("The remote run ignores its cancellation; force-cancelling it.");
    expect(asked(github, "POST").at(-1)).toMatch(/\/force-cancel → 202$/);
    expect(github.runs(TARGET)).toMatchObject([{ status: "completed" }]);
    expect(tookMs).toBeGreaterThanOrEqual(10_000);
    expect(tookMs).toBeLessThanOrEqual(20_000);
  });

  test("does not force a run whose jobs move on, as their last steps do", async () => {
    const steps = Array.from({ length: 40 }, (_, index) => `step ${index + 1}`);
    const { github, play, playPost } = await followed({
      cancel: "ignored",
      queuedMs: 1000,
      jobs: { identify: { steps, durationMs: 200_000 } },
    });
    const { trace } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    const { log } = await playPost({ ...FOLLOW, ...CANCEL }, trace);
    expect(log).toContainEqual(expect.stringMatching(/^The remote run is already ending: http/));
    expect(asked(github, "POST").filter((line) => line.includes("force-cancel"))).toEqual([]);
  });

  test("cancels although the look before it hangs", async () => {
    const { github, play, playPost } = await followed({ cancelTakesMs: 0 });
    const { trace } = await play({ ...FOLLOW, cancel_run_on: "cancel" }, { cancelAfterMs: 33_333 });
    github.rerun(github.runs(TARGET)[0]?.id ?? 0);
    const cancels = () => asked(github, "POST").filter((line) => line.endsWith("/cancel → 202")).length;
    const before = cancels();
    github.fault = ({ method }) => (method === "GET" ? { when: "before", kind: "hang" } : undefined);
    await playPost({ ...FOLLOW, ...CANCEL }, trace);
    expect(cancels()).toBe(before + 1);
  });

  test("is not ended by another signal", async () => {
    const { github, play, playPost } = await followed({ cancelTakesMs: 4000 });
    const { trace } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    const { log, failure } = await playPost({ ...FOLLOW, ...CANCEL }, trace, { cancelAfterMs: 500 });
    expect(failure).toBeUndefined();
    expect(log.at(-1)).toBe("The remote run has ended as cancelled.");
    expect(github.runs(TARGET)).toMatchObject([{ status: "completed" }]);
  });

  test("asks no more of a run that has ended", async () => {
    const { github, play, playPost } = await followed({ cancelTakesMs: 0 });
    const { trace } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    const posts = asked(github, "POST").length;
    const { log } = await playPost({ ...FOLLOW, ...CANCEL }, trace);
    expect(log).toEqual([expect.stringMatching(/^The remote run has ended: http/)]);
    expect(asked(github, "POST")).toHaveLength(posts);
  });

  test("cancels again at a time-out that cancels", async () => {
    const { github, play, playPost } = await followed({ cancel: "ignored" });
    const given = { ...FOLLOW, timeout_seconds: "60", cancel_run_on: "timeout" };
    const { trace } = await play(given);
    await playPost(given, trace);
    expect(github.runs(TARGET)).toMatchObject([{ status: "completed" }]);
  });

  test("ends after 20 s in which GitHub does not answer, with a warning", async () => {
    const { github, play, playPost } = await followed();
    const { trace } = await play({ ...FOLLOW, ...CANCEL }, { cancelAfterMs: 33_333 });
    github.fault = () => ({ when: "before", kind: "hang" });
    const { warnings, failure, tookMs } = await playPost({ ...FOLLOW, ...CANCEL }, trace);
    expect(tookMs).toBe(20_000);
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/^The remote run may not have ended; check it: http/)]);
  });

  test("does not cancel an older run that carries the same id of the caller's", async () => {
    const { github, play, playPost } = await sought({ visibleAfterMs: 60_000 });
    const older = github.startRun(TARGET, "deploy.yml", {
      event: "repository_dispatch",
      action: "deploy",
      payload: { distinct_id: "mine" },
      createdAtMs: github.nowMs() - 20_000,
      behaviour: LONG,
    });
    const given = { ...EVENT, ...CANCEL, distinct_id: "mine" };
    const { trace } = await play(given, { cancelAfterMs: 4000 });
    const { warnings } = await playPost(given, trace);
    expect(warnings).toEqual([expect.stringMatching(/^No run with the step's id is visible/)]);
    expect(github.runs(TARGET).find(({ id }) => id === older)?.cancelRequestedAtMs).toBeUndefined();
  });
});
