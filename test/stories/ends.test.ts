/** Ends that no failed job explains: what is known of them is told, and nothing else. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const WORKFLOW = receiver("workflow_dispatch", "run-name");
const AT_ONCE = { freshRun404Ms: 0, visibleAfterMs: 0, queuedMs: 0 };

function stage(behaviour: Behaviour, workflow = WORKFLOW) {
  return setStage({ "deploy.yml": workflow }, { behaviour: { ...AT_ONCE, ...behaviour } });
}

const skip = (workflow: string) => workflow.replace("runs-on:", "if: false\n    runs-on:");

describe("a full queue", () => {
  async function full(more: number, ours: Behaviour = {}) {
    const max = WORKFLOW.replace("jobs:\n", "concurrency: { group: deploy, queue: max }\njobs:\n");
    const set = await stage({}, max);
    for (let run = 0; run <= more; run++)
      set.github.startRun(TARGET, "deploy.yml", {
        event: "workflow_dispatch",
        inputs: {},
        behaviour: { ...AT_ONCE, jobs: { identify: { durationMs: 3_600_000 } } },
      });
    set.github.behaviour(TARGET, "deploy.yml", { ...AT_ONCE, ...ours });
    return set;
  }

  test("that cancels the run is named, and nobody is blamed", async () => {
    const { play } = await full(100);
    const { failure } = await play(START);
    expect(failure).toContain(
      "It was cancelled before any job had started: its concurrency group is full, and GitHub cancels what comes when 100 wait (`queue: max`).",
    );
    expect(failure).not.toContain("by somebody");
  });

  test("may have been the reason where it is not full any more", async () => {
    const { play, github, clock } = await full(3);
    const sinceMs = clock.nowMs();
    void clock.sleep(5000).then(() => github.cancelRun(github.runs(TARGET).at(-1)?.id ?? 0));
    github.behaviour(TARGET, "deploy.yml", AT_ONCE);
    // Nothing of the queue is seen before the end.
    github.fault = ({ path }) =>
      clock.nowMs() < sinceMs + 5500 && path.includes("concurrency_groups")
        ? { when: "before", kind: "status", status: 502 }
        : undefined;
    const { failure } = await play(START);
    expect(failure).toContain("by somebody, or because 100 were waiting in its concurrency group (`queue: max`)");
  });

  test("is among the causes of a run that failed without a job, and so is a deadlock", async () => {
    const { play } = await stage({ zeroJobs: true, conclusion: "failure" });
    const { failure } = await play(START);
    expect(failure).toContain("It has no jobs. Possibly the workflow file");
    expect(failure).toContain("a full queue (100 wait at most with `queue: max`)");
    expect(failure).toContain("a run and a job of it in one group, which is a deadlock");
  });

  test("is named as the cause of a run that failed without a job, where it is full", async () => {
    const { play, github } = await full(100);
    const ours = () => github.runs(TARGET).at(-1)?.id;
    const rewrite = (run: unknown) => ({ ...(run as object), conclusion: "failure" });
    const none = () => ({ total_count: 0, jobs: [] });
    github.fault = ({ path }) =>
      path.endsWith(`/runs/${ours()}`)
        ? { kind: "rewrite", when: "after", rewrite }
        : path.endsWith(`/runs/${ours()}/jobs`)
          ? { kind: "rewrite", when: "after", rewrite: none }
          : undefined;
    const { failure } = await play(START);
    expect(failure).toContain("its concurrency group is full");
  });
});

describe("a run that failed although its jobs did not", () => {
  const behaviour = { conclusion: "failure" };

  test("is told to have failed without a job", async () => {
    const { play } = await stage(behaviour);
    const { failure } = await play(START);
    expect(failure?.split("\n")).toEqual([
      expect.stringMatching(/^The run ended as failure: http/),
      "All jobs that GitHub shows of it ended well: a job could not be made, probably, such as one whose matrix came out empty. The run's page says which.",
    ]);
  });

  test("has nothing to run again", async () => {
    const { github, play } = await stage(behaviour);
    const { failure, outputs } = await play({ ...START, rerun_failed: "2" });
    expect(asked(github, "POST").filter((line) => line.includes("rerun"))).toEqual([]);
    expect(failure).toContain("\nThe failed jobs were not re-run: no job has failed.\n");
    expect(outputs.conclusion).toBe("failure");
  });

  test("may be run again by somebody else", async () => {
    const { play } = await stage(behaviour);
    const { log } = await play({ ...START, rerun_grace_seconds: "60" });
    expect(log.join("\n")).toContain("Waiting 1 min for someone else to start another attempt");
  });

  test("is told so with `jobs` that it lacks", async () => {
    const { play } = await stage(behaviour);
    const { failure } = await play({ ...START, jobs: "test (linux)" });
    expect(failure).toContain("no job is called `test (linux)`");
    expect(failure).toContain("All jobs that GitHub shows of it ended well");
  });
});

describe("a run of which all jobs were skipped", () => {
  const WORDS = "All its jobs were skipped: no `if` of theirs was met.";

  test("says so where that is red", async () => {
    const { play } = await stage({}, skip(WORKFLOW));
    const { failure } = await play(START);
    expect(failure?.split("\n")).toEqual([expect.stringMatching(/^The run ended as skipped: http/), WORDS]);
  });

  test("says so where that is green", async () => {
    const { play } = await stage({ conclusion: "success" }, skip(WORKFLOW));
    const { failure, log } = await play(START);
    expect(failure).toBeUndefined();
    expect(log).toContain(WORDS);
  });

  test("is not said of one that has run a job", async () => {
    const { play } = await stage(
      {},
      `${WORKFLOW}\n  other:\n    if: false\n    runs-on: x\n    steps: [{ run: make }]`,
    );
    const { failure, log } = await play(START);
    expect(failure).toBeUndefined();
    expect(log.join("\n")).not.toContain("All its jobs");
  });
});

describe("a superseded run whose jobs decide", () => {
  const early = { statuses: [{ status: "pending", forMs: 60_000 }], conclusion: "cancelled" };

  test.each([
    ["no job", { zeroJobs: true }],
    ["other jobs", { jobs: { identify: { neverStarts: true } } }],
  ])("is green with %s where `cancelled` is accepted", async (_, more) => {
    const { play } = await stage({ ...early, ...more });
    const given = { ...START, jobs: "identify\nlater", success_conclusions: "success, cancelled" };
    const { failure, outputs } = await play(given);
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("cancelled");
  });

  test("is red where it is not", async () => {
    const { play } = await stage({ ...early, zeroJobs: true });
    const { failure } = await play({ ...START, jobs: "identify" });
    expect(failure).toContain("no job is called `identify`");
    expect(failure).toContain("It was cancelled before any job had started");
  });

  test("is red for a job that failed before", async () => {
    const { play } = await stage({ jobs: { identify: { failedStep: "Deploy" } }, conclusion: "cancelled" });
    const { failure } = await play({ ...START, jobs: "identify\nlater", success_conclusions: "success, cancelled" });
    expect(failure).toContain("- identify: failure");
  });
});

describe("names in `jobs`", () => {
  test("stand for a matrix that was skipped as a whole, as skipped", async () => {
    const matrix = [
      "  test:",
      "    name: test (${{ matrix.os }})",
      "    if: false",
      "    strategy: { matrix: { os: [linux, windows] } }",
      "    runs-on: x",
      "    steps: [{ run: make }]",
    ];
    const { play } = await stage({}, `${WORKFLOW}\n${matrix.join("\n")}`);
    const jobs = "identify\ntest (linux)";
    const { failure } = await play({ ...START, jobs });
    expect(failure).toMatch(/^Of the deciding jobs \(`jobs`\), 1 of 2 ended red/);
    expect(failure).toContain("- test (${{ matrix.os }}): skipped, http");
    const accepted = await play({ ...START, jobs, success_conclusions: "success, skipped" });
    expect(accepted.failure).toBeUndefined();
    expect(accepted.outputs.conclusion).toBe("skipped");
  });

  test("above 100 characters stand for the job as GitHub cuts its name", async () => {
    const name = `deploy (${"a".repeat(60)}, ${"b".repeat(60)})`;
    const { play } = await stage({}, WORKFLOW.replace("  identify:\n", `  identify:\n    name: ${name}\n`));
    const { failure, outputs } = await play({ ...START, jobs: name });
    expect(failure).toBeUndefined();
    expect(outputs.conclusion).toBe("success");
  });
});
