/** Why a run ended as it did, as far as GitHub tells it, and no further. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const WORKFLOW = receiver("workflow_dispatch", "run-name");
const GUESS = "a newer run of its concurrency group probably replaced it";

/** A stage on which one run of `deploy.yml` goes as `behaviour` says. */
function stage(behaviour: Behaviour, workflow = WORKFLOW) {
  return setStage({ "deploy.yml": workflow }, { behaviour: { freshRun404Ms: 0, ...behaviour } });
}

const mark = (message: string) => ({ path: ".github", line: 1, level: "failure" as const, message });

describe("a cancelled run", () => {
  test("whose job was over its `timeout-minutes` is told by GitHub's words, and not as somebody's doing", async () => {
    const limited = WORKFLOW.replace("runs-on:", "timeout-minutes: 10\n    runs-on:");
    expect(limited).not.toBe(WORKFLOW);
    const { github, play } = await stage({ jobs: { identify: { durationMs: 3_600_000 } } }, limited);
    const { failure, log } = await play(START);
    expect(failure?.split("\n").slice(1)).toEqual([
      expect.stringMatching(/^- identify: cancelled in step ".*", http/),
      "Annotations of its jobs:",
      "- .github:1: The job has exceeded the maximum execution time of 10m0s",
    ]);
    expect(log.join("\n")).toMatch(/Job identify: cancelled in step ".*" after 10 min: http/);
    expect(asked(github, "GET").filter((line) => line.includes("/annotations"))).toHaveLength(1);
  });

  test.each([
    "Canceling since a higher priority waiting request for deploy exists",
    "The job was not acquired by Runner of type hosted even after multiple attempts",
    "The run was canceled by @octocat.",
  ])("that no runner had taken is told by what GitHub has marked: %s", async (message) => {
    const { play } = await stage({
      jobs: { identify: { neverStarts: true, queuedMs: 1_800_000, annotations: [mark(message)] } },
    });
    const { failure, log, summary } = await play(START);
    expect(failure?.split("\n").slice(1)).toEqual([
      "It was cancelled before any job had started.",
      expect.stringMatching(/^- identify: cancelled, never started, http/),
      "Annotations of its jobs:",
      `- .github:1: ${message}`,
    ]);
    expect(log.join("\n")).toMatch(/Job identify: cancelled, never started: http/);
    expect(log.join("\n")).not.toMatch(/Job identify: cancelled after/);
    expect(summary).toMatch(/\| 🚫.cancelled \| – \| – \|/);
  });

  test("that no runner had taken is said to have never started also without `checks: read`", async () => {
    const { github, play } = await stage({
      jobs: { identify: { neverStarts: true, queuedMs: 1_800_000, annotations: [mark("no runner")] } },
    });
    github.addToken("less", { permissions: { contents: "write", actions: "write" } });
    const { failure } = await play({ ...START, token: "less" });
    expect(failure).toContain(`It was cancelled before any job had started: ${GUESS}`);
    expect(failure).toContain("- identify: cancelled, never started, http");
    expect(failure).not.toContain("no runner");
  });

  test("is said nothing of by marks that say no more than that", async () => {
    const cancelled = mark("The operation was canceled.");
    const { play } = await stage({ jobs: { identify: { conclusion: "cancelled", annotations: [cancelled] } } });
    expect((await play(START)).failure).not.toContain("Annotations of its jobs");
  });
});

test("a failed job's marks come before those of the jobs that were cancelled for it", async () => {
  const jobs = `${WORKFLOW}\n  other:\n    runs-on: x\n    steps:\n      - run: make`;
  const why = 'The strategy configuration was canceled because "other" failed';
  const { play } = await stage(
    {
      jobs: {
        identify: { conclusion: "cancelled", annotations: [mark(why)] },
        other: { conclusion: "failure", annotations: [{ ...mark("broken"), path: "src/app.ts" }] },
      },
    },
    jobs,
  );
  expect((await play(START)).failure).toContain(
    `Annotations of its jobs:\n- src/app.ts:1: broken\n- .github:1: ${why}\n`,
  );
});

test("a run that has ended with a job still queued names that job", async () => {
  const { github, play } = await stage({ jobs: { identify: { failedStep: "Deploy" } } });
  const rewrite = (body: unknown) => {
    const { jobs } = body as { jobs: object[] };
    const ghost = {
      ...jobs[0],
      id: 7,
      name: "ghost",
      status: "queued",
      conclusion: null,
      completed_at: null,
      steps: [],
    };
    return { total_count: 2, jobs: [...jobs, ghost] };
  };
  github.fault = ({ path }) => (path.endsWith("/jobs") ? { kind: "rewrite", when: "after", rewrite } : undefined);
  const { failure } = await play(START);
  expect(failure).toMatch(/\n- ghost: still queued, although the run has ended, http/);
});

describe("a public caller with a private target", () => {
  const LEFT_OUT = "Its annotations and logs are omitted";

  test.each<[string, Record<string, string>, boolean, "private" | "public", boolean]>([
    ["hears", {}, true, "private", true],
    ["who asks for the lines does not hear", { failed_log_lines: "5" }, true, "private", false],
    ["who wants none does not hear", { failed_log_lines: "0" }, true, "private", false],
    ["that is private does not hear", {}, false, "private", false],
    ["with a public target does not hear", {}, true, "public", false],
  ])("%s that reasons are left out, and how to get them", async (_, given, callerIsPublic, visibility, isTold) => {
    const behaviour = { freshRun404Ms: 0, jobs: { identify: { failedStep: "Deploy" } } };
    const { play } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour, repository: { visibility } });
    const { failure = "" } = await play({ ...START, ...given }, { callerIsPublic });
    expect(failure.includes(LEFT_OUT)).toBe(isTold);
    expect(failure.includes("Set `failed_log_lines` to show them")).toBe(isTold);
  });

  test.each([{ fail_fast: "true" }, { jobs: "identify" }])("hears it with %j as well", async (given) => {
    const more = `${WORKFLOW}\n  other:\n    runs-on: x\n    steps:\n      - run: make`;
    const long = { durationMs: 600_000 };
    const { play } = await stage({ jobs: { identify: { failedStep: "Deploy" }, other: long } }, more);
    expect((await play({ ...START, ...given }, { callerIsPublic: true })).failure).toContain(LEFT_OUT);
  });

  test("hears nothing of the kind where no job has failed", async () => {
    const { play } = await stage({ zeroJobs: true });
    expect((await play(START, { callerIsPublic: true })).failure).not.toContain(LEFT_OUT);
  });
});

test("a run none of whose jobs a runner has begun is waited for no longer than `start_timeout_seconds`", async () => {
  const jobs = `${WORKFLOW}\n  other:\n    runs-on: x\n    steps:\n      - run: make`;
  const { github, play } = await stage(
    { jobs: { identify: { neverStarts: true, queuedMs: 10_000 }, other: { queuedMs: 7_200_000 } } },
    jobs,
  );
  // What GitHub calls such a run is not known: by its jobs it has not begun.
  const rewrite = (run: unknown) => ({ ...(run as object), status: "tomorrows_word" });
  github.fault = ({ path }) => (/\/runs\/\d+$/.test(path) ? { kind: "rewrite", when: "after", rewrite } : undefined);
  const { failure, tookMs } = await play({ ...START, start_timeout_seconds: "300" });
  expect(failure).toMatch(/^The run did not start within 300 s/);
  expect(tookMs).toBe(300_000);
  expect(github.runs(TARGET)).toHaveLength(1);
});
