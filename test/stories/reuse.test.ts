/** One run instead of two: an equal one that is there is taken (`reuse`). */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { asked, type StageOptions, setStage, TARGET } from "../support/stage.ts";

const WORKFLOW = `name: Build
run-name: Build \${{ inputs.site }} (\${{ inputs.distinct_id }})
on:
  workflow_dispatch:
    inputs:
      site: {}
      distinct_id: {}
jobs:
  build:
    runs-on: x
    steps: [{ name: Build, run: make }]
`;
const EVENT = `name: Build
run-name: Build (\${{ github.event.client_payload.distinct_id }})
on:
  repository_dispatch:
    types: [build]
jobs:
  build:
    runs-on: x
    steps: [{ name: Build, run: make }]
`;
const START = { workflow: "build.yml", ref: "main", workflow_inputs: "site: blog" };
const QUEUED = { ...START, reuse: "queued" };
const RUNNING = { ...START, reuse: "running" };
const SUCCESS = { ...START, reuse: "success" };
const LONG: Behaviour = { freshRun404Ms: 0, queuedMs: 60_000, jobs: { build: { durationMs: 600_000 } } };

const stage = (behaviour: Behaviour = LONG, options: StageOptions = {}) =>
  setStage({ "build.yml": WORKFLOW, "by-event.yml": EVENT }, { behaviour, ...options });
const dispatches = (lines: string[]) => lines.filter((line) => line.includes("/dispatches"));

describe("an equal run that is there", () => {
  test.each([
    ["queued", 20_000, "has not begun", true],
    ["queued", 120_000, "goes on", false],
    ["running", 20_000, "has not begun", true],
    ["running", 120_000, "goes on", true],
    ["running", 900_000, "has ended green", false],
    ["success", 120_000, "goes on", true],
    ["success", 900_000, "has ended green", true],
  ])("is taken by `%s` %i ms later, when it %s: %s", async (reuse, laterMs, _, isTaken) => {
    const { github, clock, play } = await stage();
    const first = await play({ ...START, reuse });
    await clock.sleep(laterMs);
    const second = await play({ ...START, reuse });
    expect(second.failure).toBeUndefined();
    expect(github.runs(TARGET)).toHaveLength(isTaken ? 1 : 2);
    expect(second.outputs.runId === first.outputs.runId).toBe(isTaken);
    expect(second.outputs.disposition).toBe(isTaken ? "reused" : "created");
    expect(second.warnings).toEqual([]);
    if (!isTaken) return;
    expect(second.outputs.distinct_id).toBe(first.outputs.distinct_id);
    expect(second.log.join("\n")).toMatch(
      /Reusing run \d+ \(\w+\), started by run 1658821493 \(attempt 1\), key [0-9a-f]{10}: http/,
    );
  });

  test("is followed and judged as one's own", async () => {
    const { clock, play } = await stage({ ...LONG, jobs: { build: { durationMs: 600_000, conclusion: "failure" } } });
    await play(QUEUED);
    await clock.sleep(20_000);
    const { failure, outputs, log } = await play({ ...QUEUED, wait_for: "completed" });
    expect(failure).toMatch(/^The run ended as failure: /);
    expect(outputs).toMatchObject({ conclusion: "failure", disposition: "reused" });
    expect(log.join("\n")).toContain("Job build has started.");
  });

  test("is the newest of several", async () => {
    const { github, clock, play } = await stage();
    await play(RUNNING);
    const id = github.runs(TARGET)[0];
    github.startRun(TARGET, "build.yml", { event: "workflow_dispatch", inputs: id?.inputs ?? {} });
    await clock.sleep(20_000);
    const { outputs } = await play(RUNNING);
    expect(outputs.runId).toBe(String(github.runs(TARGET).at(-1)?.id));
  });

  test.each(["nothing", "found", "completed"])("is taken with `wait_for: %s`", async (wait_for) => {
    const { github, clock, play } = await stage();
    await play(RUNNING);
    await clock.sleep(20_000);
    const { outputs, failure } = await play({ ...RUNNING, wait_for });
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ disposition: "reused", runId: String(github.runs(TARGET)[0]?.id) });
  });

  test("is taken by an event as well, whatever the workflow of its run", async () => {
    const { github, clock, play } = await stage();
    const given = { event_type: "build", client_payload: "site: blog", reuse: "running" };
    await play(given);
    await clock.sleep(20_000);
    expect((await play(given)).outputs.disposition).toBe("reused");
    expect(github.runs(TARGET)).toHaveLength(1);
  });

  test("that somebody deletes between the list and the look at its jobs is there no more", async () => {
    const { github, clock, play } = await stage();
    await play(QUEUED);
    await clock.sleep(20_000);
    const [gone] = github.runs(TARGET);
    github.fault = ({ path }) =>
      path.endsWith(`/runs/${gone?.id}/jobs`)
        ? { when: "before", kind: "status", status: 404, body: { message: "Not Found" } }
        : undefined;
    const { failure, outputs } = await play(QUEUED);
    expect(failure).toBeUndefined();
    expect(outputs.disposition).toBe("created");
    expect(github.runs(TARGET)).toHaveLength(2);
  });

  test("that looks queued between two jobs has begun", async () => {
    const two = WORKFLOW.replace(
      "jobs:\n",
      "jobs:\n  check:\n    runs-on: x\n    steps: [{ name: Check, run: make check }]\n",
    ).replace("  build:\n    runs-on", "  build:\n    needs: check\n    runs-on");
    const behaviour = { ...LONG, queuedMs: 1000, jobs: { build: { queuedMs: 300_000 } }, statuses: [] };
    const { github, clock, play } = await setStage({ "build.yml": two }, { behaviour });
    await play(QUEUED);
    await clock.sleep(30_000);
    // GitHub says so of the run, too.
    github.fault = ({ path }) =>
      /\/actions\/runs(\?|$)/.test(path)
        ? {
            kind: "rewrite",
            when: "after",
            rewrite: (body) => {
              const { workflow_runs } = body as { workflow_runs: object[] };
              return { ...(body as object), workflow_runs: workflow_runs.map((run) => ({ ...run, status: "queued" })) };
            },
          }
        : undefined;
    expect((await play(QUEUED)).outputs.disposition).toBe("created");
  });
});

describe("a run is another", () => {
  test.each<[string, Record<string, string>]>([
    ["with another value", { workflow_inputs: "site: shop" }],
    ["with a key of one's own", { reuse_key: "nightly" }],
    ["on another ref", { ref: "next" }],
  ])("%s", async (_, more) => {
    const { github, clock, play } = await stage(LONG, { repository: { branches: ["next"] } });
    await play(SUCCESS);
    await clock.sleep(20_000);
    expect((await play({ ...SUCCESS, ...more })).outputs.disposition).toBe("created");
    expect(github.runs(TARGET)).toHaveLength(2);
  });

  test("without the key in its name, whatever else is alike; and that is warned of", async () => {
    const { github, clock, play } = await setStage(
      { "build.yml": WORKFLOW.replace(/run-name.*\n/, "") },
      { behaviour: LONG },
    );
    const { warnings } = await play(RUNNING);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The name of run \d+ does not show the id, so no other step can reuse it \(`reuse: running`\): give its workflow a `run-name` with the input `distinct_id`\.$/,
      ),
    ]);
    await clock.sleep(20_000);
    expect((await play(RUNNING)).outputs.disposition).toBe("created");
    expect(github.runs(TARGET)).toHaveLength(2);
  });

  test("with a key of one's own that is equal, it is the same whatever is sent", async () => {
    const { github, clock, play } = await stage();
    await play({ ...RUNNING, reuse_key: "site" });
    await clock.sleep(20_000);
    await play({ ...RUNNING, reuse_key: "site", workflow_inputs: "site: shop" });
    expect(github.runs(TARGET)).toHaveLength(1);
  });
});

describe("a caller that is run again", () => {
  test.each([
    ["queued", 120_000, true],
    ["running", 120_000, true],
    ["success", 900_000, true],
    ["queued", 900_000, true],
    ["running", 900_000, true],
  ])("takes up what its first attempt has started, by `%s` %i ms later: %s", async (reuse, laterMs, isTaken) => {
    const { github, clock, play } = await stage();
    await play({ ...START, reuse });
    await clock.sleep(laterMs);
    const { outputs, log } = await play({ ...START, reuse }, { attempt: 2 });
    expect(github.runs(TARGET)).toHaveLength(isTaken ? 1 : 2);
    expect(outputs.disposition).toBe(isTaken ? "reused" : "created");
    expect(log.join("\n").includes("started by attempt 1 of this run, key ")).toBe(isTaken);
    expect(log.join("\n")).not.toContain("it dispatches again");
  });

  test.each(["queued", "running", "success"])(
    "starts another where the first has ended red, by `%s`",
    async (reuse) => {
      const { github, clock, play } = await stage({ ...LONG, jobs: { build: { conclusion: "failure" } } });
      await play({ ...START, reuse });
      await clock.sleep(900_000);
      expect((await play({ ...START, reuse }, { attempt: 2 })).outputs.disposition).toBe("created");
      expect(github.runs(TARGET)).toHaveLength(2);
    },
  );
});

describe("looking for an equal run", () => {
  test("costs nothing where it is off", async () => {
    const { github, play } = await stage();
    await play(START);
    expect(asked(github, "GET").filter((line) => /\/actions\/runs(\?|$| )/.test(line))).toEqual([]);
  });

  test.each([403, 404])("that is refused (%i) starts nothing", async (status) => {
    const { github, play } = await stage();
    github.fault = ({ path }) =>
      /\/actions\/runs(\?|$)/.test(path) ? { when: "before", kind: "status", status } : undefined;
    const { failure } = await play(RUNNING);
    expect(failure).toContain("`actions: read`");
    expect(dispatches(github.transcript())).toEqual([]);
  });

  test("waits out a fault, and starts nothing before it is healed", async () => {
    const { github, clock, play } = await stage();
    await play(RUNNING);
    await clock.sleep(20_000);
    github.fault = ({ path, nth }) =>
      /\/actions\/runs(\?|$)/.test(path) && nth < 4 ? { when: "before", kind: "status", status: 502 } : undefined;
    expect((await play(RUNNING)).outputs.disposition).toBe("reused");
  });

  test("that has no answer in time starts nothing", async () => {
    const { github, play } = await stage();
    github.fault = ({ path }) => (/\/actions\/runs(\?|$)/.test(path) ? { when: "before", kind: "hang" } : undefined);
    const { failure } = await play({ ...RUNNING, find_timeout_seconds: "60" });
    expect(failure).toBeDefined();
    expect(dispatches(github.transcript())).toEqual([]);
  });

  test("goes back `max_runs` at most", async () => {
    const { github, clock, play } = await stage();
    await play(RUNNING);
    for (let more = 0; more < 150; more++)
      github.startRun(TARGET, "by-event.yml", { event: "repository_dispatch", action: "build", payload: {} });
    await clock.sleep(20_000);
    expect((await play({ ...RUNNING, max_runs: "120" })).outputs.disposition).toBe("created");
    expect((await play({ ...RUNNING, max_runs: "200" })).outputs.disposition).toBe("reused");
  });
});

describe("cancelled", () => {
  test("the caller leaves a reused run alone, or cancels it as one's own", async () => {
    for (const cancel_run_on of ["", "cancel"]) {
      const { github, clock, play, playPost } = await stage();
      await play(RUNNING);
      await clock.sleep(20_000);
      const given = { ...RUNNING, wait_for: "completed", cancel_run_on };
      const { failure, trace } = await play(given, { cancelAfterMs: 30_000 });
      await playPost(given, trace);
      expect(failure).toMatch(
        cancel_run_on ? /is being cancelled/ : /^The step was cancelled \(SIGINT\)\. The remote run continues/,
      );
      expect(github.runs(TARGET)[0]?.cancelRequestedAtMs !== undefined).toBe(cancel_run_on !== "");
    }
  });

  test("while it looks, the caller has sent nothing", async () => {
    const { github, play } = await stage();
    github.fault = ({ path }) => (/\/actions\/runs(\?|$)/.test(path) ? { kind: "delay", ms: 10_000 } : undefined);
    const { failure } = await play(RUNNING, { cancelAfterMs: 4000 });
    expect(failure).toBe("The step was cancelled (SIGINT). Nothing was sent.");
    expect(dispatches(github.transcript())).toEqual([]);
  });
});

describe("a dry run", () => {
  test.each([
    ["in its `run-name`", WORKFLOW, undefined],
    [
      "in a job's name only",
      WORKFLOW.replace(/run-name.*\n/, "").replace("  build:\n", "  build:\n    name: ${{ inputs.distinct_id }}\n"),
      "its `run-name`, so its runs could not be reused (`reuse`).",
    ],
  ])("says whether the receiver shows the id %s", async (_, workflow, words) => {
    const { github, play } = await setStage({ "build.yml": workflow });
    const { failure } = await play({ ...RUNNING, dry_run: "true" });
    if (words === undefined) expect(failure).toBeUndefined();
    else expect(failure).toContain(words);
    expect(dispatches(github.transcript())).toEqual([]);
  });
});
