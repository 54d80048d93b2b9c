/** The bundle's process, ended by real signals at every stage of its story, and what its `post` step does after that. */

import { describe, type ExpectStatic, test } from "vitest";
import type { Fault, FaultRequest, RunTruth } from "../simulator/index.ts";
import type { Ran } from "../support/bundle.ts";
import { annotations, type ProcessStage, setProcessStage } from "../support/process-stage.ts";
import { type EventName, receiver } from "../support/receivers.ts";

const TARGET = "octo/target";

/** A stage of the story at which the signal comes. */
interface Moment {
  event: EventName;
  /** The request that the step has just made at this moment, or that of a line in its log. */
  comes: (request: FaultRequest) => boolean;
  /** What goes wrong with that request, so that the signal finds the step waiting for its answer. */
  fault?: Fault;
  line?: RegExp;
  /** The outputs that a step has set when it is killed at this moment. */
  known: string[];
}

const RUN = ["html_url", "jobs_url", "runId", "run_attempt", "disposition"];
const isDispatch = ({ path }: FaultRequest) => path.endsWith("/dispatches");
/** The first one comes before the dispatch. */
const isListAfter = ({ path, nth }: FaultRequest) => path.endsWith("/actions/runs") && nth > 1;
const never = () => false;
/** It takes effect at once, and its answer is late. */
const LATE: Fault = { kind: "delay", ms: 1000, when: "after" };

const MOMENTS = {
  "before the answer to its workflow_dispatch": {
    event: "workflow_dispatch",
    comes: isDispatch,
    fault: LATE,
    known: ["distinct_id", "ref"],
  },
  "before the answer to its repository_dispatch": {
    event: "repository_dispatch",
    comes: isDispatch,
    fault: LATE,
    known: ["distinct_id", "ref"],
  },
  "between dispatch and find": { event: "repository_dispatch", comes: isListAfter, known: ["distinct_id", "ref"] },
  "while it waits for the run's end": {
    event: "workflow_dispatch",
    comes: never,
    line: /^The run is queued/,
    known: ["distinct_id", "ref", ...RUN, "status", "workflow_id", "run_number"],
  },
} satisfies Record<string, Moment>;

const moments = Object.entries(MOMENTS) as [string, Moment][];

const FOLLOW = { wait_for: "completed", cancel_run_on: "cancel", poll_interval_seconds: "1" };

interface Ended {
  ran: Ran;
  stage: ProcessStage;
  given: Record<string, string>;
  /** By the server's clock, as the next. */
  signalledAtMs: number;
  endedAtMs: number;
}

/** Runs a step that sees no end of its run, and sends it these signals, 100 ms apart, from the moment on. */
async function end(
  { event, comes, fault, line }: Moment,
  signals: NodeJS.Signals[],
  cancelFault?: Fault,
): Promise<Ended> {
  const given: Record<string, string> = {
    ...FOLLOW,
    repo: TARGET,
    ...(event === "workflow_dispatch" ? { workflow: "deploy.yml", ref: "main" } : { event_type: "deploy" }),
  };
  const workflows = { [TARGET]: { "deploy.yml": receiver(event, "run-name") } };
  const behaviour = { visibleAfterMs: 1500, freshRun404Ms: 0, queuedMs: 3_600_000, cancelTakesMs: 200 };
  const stage = await setProcessStage(workflows, { behaviour });
  const { github } = stage;
  let signalledAtMs = Number.NaN;
  const signal = () => {
    if (!Number.isNaN(signalledAtMs)) return;
    signalledAtMs = github.nowMs();
    for (const [index, each] of signals.entries()) setTimeout(() => step.kill(each), index * 100);
  };
  github.fault = (request) => {
    if (request.path.endsWith("/cancel")) return cancelFault;
    if (!comes(request)) return undefined;
    signal();
    return fault;
  };
  const step = stage.start(given);
  step.onLine((shown) => {
    if (line?.test(shown)) signal();
  });
  const ran = await step.ended;
  const endedAtMs = github.nowMs();
  github.fault = undefined;
  return { ran, stage, given, signalledAtMs, endedAtMs };
}

const posts = ({ github }: ProcessStage) =>
  github.requests.filter(({ method }) => method === "POST").map(({ path }) => path.replace(/^.*\//, ""));

/** Between signal and end. How soon, test/stories/cancel-in-time.test.ts holds on virtual time. */
function expectCancelled(run: RunTruth | undefined, signalledAtMs: number, endedAtMs: number, expect: ExpectStatic) {
  expect(run?.cancelRequestedAtMs).toBeGreaterThanOrEqual(signalledAtMs);
  expect(run?.cancelRequestedAtMs).toBeLessThanOrEqual(endedAtMs);
}

describe.skipIf(process.platform === "win32").concurrent("a step that is cancelled", () => {
  const cases = moments.flatMap(([when, moment]) =>
    (["SIGINT", "SIGTERM"] as const).map((signal) => ({ signal, when, moment })),
  );

  test.for(cases)("by $signal $when has its run cancelled, and says which", async ({ signal, moment }, { expect }) => {
    const { ran, stage, signalledAtMs, endedAtMs } = await end(moment, [signal]);
    expect(ran).toMatchObject({ exitCode: 1, stderr: "" });
    const [run, ...others] = stage.github.runs(TARGET);
    expect(others).toEqual([]);
    expectCancelled(run, signalledAtMs, endedAtMs, expect);
    expect(ran.outputs.distinct_id).toBe(run?.payload.distinct_id ?? run?.inputs.distinct_id);
    expect(ran.outputs.runId).toBe(String(run?.id));
    expect(Object.keys(ran.outputs)).toEqual(expect.arrayContaining([...moment.known, ...RUN]));
    expect(posts(stage)).toEqual(["dispatches", "cancel"]);
    expect(annotations(ran, "error")).toEqual([
      `The step was cancelled (${signal}). The remote run is being cancelled: ${ran.outputs.html_url}`,
    ]);
  });

  test.for(moments)("%s, and then once more, finishes what the first signal began", async ([, moment], { expect }) => {
    const { ran, stage, signalledAtMs, endedAtMs } = await end(moment, ["SIGINT", "SIGTERM", "SIGINT"], LATE);
    expect(ran).toMatchObject({ exitCode: 1, stderr: "" });
    const [run] = stage.github.runs(TARGET);
    expectCancelled(run, signalledAtMs, endedAtMs, expect);
    expect(posts(stage)).toEqual(["dispatches", "cancel"]);
    // It has waited for the late answer, and says what it was.
    expect(annotations(ran, "error")).toEqual([
      `The step was cancelled (SIGINT). The remote run is being cancelled: ${ran.outputs.html_url}`,
    ]);
  });

  test.for(moments)(
    "%s by `cancel:` of its job has its run cancelled, its outputs set, and ends",
    async ([, moment], { expect }) => {
      const { ran, stage, signalledAtMs, endedAtMs } = await end(moment, ["SIGINT"], LATE);
      const [run] = stage.github.runs(TARGET);
      expectCancelled(run, signalledAtMs, endedAtMs, expect);
      expect(ran.exitCode).toBe(1);
      expect(Object.keys(ran.outputs)).toEqual(expect.arrayContaining([...moment.known, ...RUN]));
    },
  );

  test("leaves to its post step only to see that the run has ended", async ({ expect }) => {
    const { ran, stage, given } = await end(MOMENTS["while it waits for the run's end"], ["SIGTERM"]);
    const post = await stage.runPost(given, ran);
    expect(post).toMatchObject({ exitCode: 0, stderr: "", outputs: {} });
    expect(post.stdout).toMatch(/The remote run has ended/);
    expect(stage.github.runs(TARGET)).toMatchObject([{ status: "completed", conclusion: "cancelled" }]);
  });
});

// No signal has come before: so it is with `if: always()` at the step, to which the runner sends none.
describe.skipIf(process.platform === "win32").concurrent("a step that is killed", () => {
  test.for(moments)("%s keeps its outputs, and its post step cancels the run", async ([, moment], { expect }) => {
    const { ran, stage, given } = await end(moment, ["SIGKILL"]);
    expect(ran.exitCode).toBeNull();
    expect(Object.keys(ran.outputs).sort()).toEqual([...moment.known].sort());
    expect(stage.github.runs(TARGET)).toMatchObject([{ cancelRequestedAtMs: undefined }]);

    const post = await stage.runPost(given, ran);
    expect(post).toMatchObject({ exitCode: 0, stderr: "", outputs: {}, state: {} });
    expect(annotations(post, "error")).toEqual([]);
    expect(posts(stage)).toEqual(["dispatches", "cancel"]);
    expect(stage.github.runs(TARGET)).toMatchObject([{ status: "completed", conclusion: "cancelled" }]);
  });
});

describe.concurrent("the post step asks for nothing", () => {
  const WORKFLOW = { [TARGET]: { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
  const given = { ...FOLLOW, repo: TARGET, workflow: "deploy.yml", ref: "main" };

  test.for([
    ["that was green", undefined, 0],
    ["that failed because its run did", "failure", 1],
  ] as const)("after a step %s", async ([, conclusion, exitCode], { expect }) => {
    const jobs = conclusion && { identify: { conclusion } };
    const { github, run, runPost } = await setProcessStage(WORKFLOW, { behaviour: jobs ? { jobs } : {} });
    const ran = await run(given);
    expect(ran).toMatchObject({ exitCode, outputs: { status: "completed" } });
    const before = github.requests.length;
    const post = await runPost(given, ran);
    expect(post).toMatchObject({ exitCode: 0, outputs: {}, state: {}, stderr: "" });
    expect(github.requests).toHaveLength(before);
  });

  test("after a step that had bad inputs, and does not repeat their error", async ({ expect }) => {
    const { github, run, runPost } = await setProcessStage(WORKFLOW);
    const bad = { ...given, workflow_inputs: "{" };
    const ran = await run(bad);
    expect(ran).toMatchObject({ exitCode: 1, state: { isPost: "true" } });
    const post = await runPost(bad, ran);
    expect(annotations(post, "error")).toEqual([]);
    expect(post.exitCode).toBe(0);
    expect(github.requests).toEqual([]);
  });

  // Else it would take itself for the step, and dispatch.
  test.for([
    ["before it had saved anything", {}],
    ["before it had begun", { isPost: "true" }],
  ] as const)("after a step that was killed %s", async ([, state], { expect }) => {
    const { github, runPost } = await setProcessStage(WORKFLOW);
    const post = await runPost(given, { state });
    expect(post).toMatchObject({ exitCode: 0, outputs: {}, stderr: "" });
    expect(github.requests).toEqual([]);
  });
});
