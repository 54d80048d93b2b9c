/**
 * Whole stories on each server that the table has. Every request and every answer is held against that server's description, or
 * the nearest (test/support/stage.ts), so a story is green only where the server has all that it asks for, or is done without.
 */

import { describe, expect, test } from "vitest";
import { clientOf } from "../simulator/client.ts";
import type { Behaviour, ServerName } from "../simulator/index.ts";
import { servers } from "../simulator/servers-table.ts";
import { setAppStage } from "../support/app-stage.ts";
import { setFleet } from "../support/fleet-stage.ts";
import { receiver } from "../support/receivers.ts";
import { CONTEXT, setReportStage } from "../support/report-stage.ts";
import { asked, setStage, TARGET, TOKEN } from "../support/stage.ts";
import { START as WITH_STATUS, withCaller } from "../support/status-stage.ts";
import { START as WITH_VALUES, zipped } from "../support/values-stage.ts";

const BY_NAME = receiver("workflow_dispatch", "run-name");
const BY_STEP = receiver("workflow_dispatch", "step");
const OF_EVENT = receiver("repository_dispatch", "run-name");
const WORKFLOWS = { "deploy.yml": BY_NAME, "step.yml": BY_STEP, "event.yml": OF_EVENT };
const START = { workflow: "deploy.yml", ref: "main" };
const WAIT = { ...START, wait_for: "completed" };
const MINUTE: Behaviour = { freshRun404Ms: 0, jobs: { identify: { durationMs: 60_000 } } };
const RED: Behaviour = { freshRun404Ms: 0, jobs: { identify: { durationMs: 60_000, failedStep: "Deploy" } } };

describe.each(Object.keys(servers) as ServerName[])("on %s", (server) => {
  const { knowsRunDetails, hasDigest, hasConcurrencyGroups } = servers[server];
  const stage = (behaviour: Behaviour = MINUTE, workflows = WORKFLOWS) => setStage(workflows, { server, behaviour });

  test("a run is found by its number, its name or a step, and followed", async () => {
    for (const workflow of ["deploy.yml", "step.yml"]) {
      const { play } = await stage();
      const { failure, warnings, outputs } = await play({ ...WAIT, workflow });
      expect([failure, warnings, outputs.conclusion]).toEqual([undefined, [], "success"]);
    }
  });

  test("an event goes to the first of several refs that exists", async () => {
    const { github, play } = await stage();
    const { failure } = await play({ event_type: "deploy", ref: "next\nmain", wait_for: "completed" });
    expect(failure).toBeUndefined();
    expect(asked(github, `GET /repos/${TARGET}/git/ref/heads/`)).toHaveLength(2);
  });

  test("a status is set on the caller's commit, pending and then green", async () => {
    const { play, states, statuses } = await withCaller(await stage(), server);
    const { failure, warnings } = await play(WITH_STATUS);
    expect([failure, warnings, states()]).toEqual([undefined, [], ["pending", "success"]]);
    expect(statuses()[0]?.context).toBe(WITH_STATUS.status_context);
  });

  test("a status that is left is ended by the report", async () => {
    const { clock, leave, tell, told } = await setReportStage({ server });
    const { id, failure, warnings } = await leave();
    expect([failure, warnings]).toEqual([undefined, []]);
    await clock.sleep(80_000);
    const { failure: ofReport, log } = await tell(id);
    expect(ofReport).toBeUndefined();
    expect(log.join()).toContain(`\`${CONTEXT}\` of`);
    expect(told()).toEqual(["pending: The remote run continues", "success: The remote run ended as success"]);
  });

  test("values come back, with a digest or without", async () => {
    const { github, clock, play } = await stage({ ...MINUTE, artifacts: [zipped()] });
    const { failure, outputs } = await play(WITH_VALUES);
    expect([failure, JSON.parse(outputs.outputs ?? "{}")]).toEqual([
      undefined,
      expect.objectContaining({ version: "1.10" }),
    ]);
    const call = clientOf(clock, github.apiUrl, TOKEN);
    const { body } = await call("GET", `/repos/${TARGET}/actions/runs/${outputs.runId}/artifacts`);
    const [artifact] = (body as { artifacts: object[] }).artifacts;
    expect(artifact && "digest" in artifact).toBe(hasDigest);
  });

  test("a red run is told with its log and annotations, as new or known, and re-run", async () => {
    const { github, play } = await stage(RED);
    github.startRun(TARGET, "deploy.yml", {
      event: "workflow_dispatch",
      createdAtMs: github.nowMs() - 86_400_000,
      behaviour: RED,
    });
    const { failure, warnings } = await play({ ...WAIT, rerun_failed: "1" });
    expect(failure).toContain('failure in step "Deploy"');
    expect(warnings).toEqual([]);
    expect(asked(github, "POST").filter((line) => line.endsWith("rerun-failed-jobs → 201"))).toHaveLength(1);
  });

  test("a run that waits in a group is followed, and its place is told where the server tells it", async () => {
    const queued = BY_NAME.replace("\njobs:", "\nconcurrency: production\njobs:");
    const { github, play } = await stage(MINUTE, { ...WORKFLOWS, "deploy.yml": queued });
    github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch" });
    const { failure, log } = await play({ ...WAIT, poll_interval_seconds: "5" });
    expect(failure).toBeUndefined();
    expect(/production|in line|behind/.test(log.join("\n"))).toBe(hasConcurrencyGroups);
  });

  test("a run is cancelled with the step", async () => {
    const { github, play } = await stage({ ...MINUTE, queuedMs: 600_000 });
    const { failure } = await play({ ...WAIT, cancel_run_on: "cancel" }, { cancelAfterMs: 30_000 });
    expect(failure).toContain("The remote run is being cancelled");
    expect(asked(github, "POST").filter((line) => line.endsWith("/cancel → 202"))).toHaveLength(1);
  });

  test("an equal run is used again", async () => {
    const { github, clock, play } = await stage();
    const first = await play({ ...START, reuse: "running", reuse_key: "v1" });
    // Lists show a new run some seconds late.
    await clock.sleep(15_000);
    const second = await play({ ...START, reuse: "running", reuse_key: "v1" });
    expect([first.failure, second.failure]).toEqual([undefined, undefined]);
    expect(second.outputs.runId).toBe(first.outputs.runId);
    expect(github.runs(TARGET)).toHaveLength(1);
  });

  test("many targets are started and followed, each with its end", async () => {
    const { play } = await setFleet({ "octo/one": MINUTE, "octo/two": RED }, { server });
    const { ends, failure } = await play({ targets: "- octo/one\n- octo/two" });
    expect(ends).toEqual(["octo/one: success", "octo/two: failure"]);
    expect(failure).toBeDefined();
  });

  test("an App's token is made and used", async () => {
    const { github, play } = await setAppStage(WORKFLOWS, { server, behaviour: MINUTE });
    expect((await play(WAIT)).failure).toBeUndefined();
    expect(asked(github, "POST /app/installations/")).toHaveLength(1);
  });

  test("the run's number is asked for once, and not again of a server that does not know it", async () => {
    const { github, play } = await stage();
    await play(START);
    const dispatches = asked(github, "POST").filter((line) => line.includes("/dispatches"));
    expect(dispatches).toHaveLength(knowsRunDetails ? 1 : 2);
    expect(github.runs(TARGET)).toHaveLength(1);
  });
});
