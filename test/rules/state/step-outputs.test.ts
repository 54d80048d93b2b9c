import { describe, expect, test } from "vitest";
import type { Run } from "../../../src/github/responses.ts";
import type { SentDispatch } from "../../../src/state/sent-dispatch.ts";
import { outputsOf } from "../../../src/state/step-outputs.ts";
import { job, step } from "../../support/conclusions.ts";
import { aRun } from "../../support/runs.ts";

const link = "https://github.com/octo/target/actions/runs";
const api = "https://api.github.com/repos/octo/target/actions/runs";

const run = aRun();

function ended(conclusion: string | null): Run {
  return { ...run, status: "completed", conclusion };
}

const sent: SentDispatch = {
  dispatch: { event: "repository_dispatch", eventType: "deploy", clientPayload: {}, workflow: undefined },
  distinctId: "run-1",
  atMs: 0,
  findDeadlineMs: 300_000,
  isAccepted: true,
  candidates: new Map(),
};

describe("the outputs", () => {
  const running = {
    distinct_id: "run-1",
    runId: "1",
    status: "in_progress",
    jobs_url: `${api}/1/jobs`,
    html_url: `${link}/1`,
    run_attempt: "1",
    disposition: "created",
    workflow_id: "7",
    run_number: "812",
  };

  const { workflow_id: _, run_number: __, ...bare } = running;

  test("are the id that was sent, before anything is known", () => {
    expect(outputsOf({ distinctId: "run-1" })).toEqual({ distinct_id: "run-1" });
    expect(outputsOf({ distinctId: "" })).toEqual({ distinct_id: "" });
  });

  test("tell the run that GitHub's answer names, before it is seen", () => {
    const started = { id: 2n ** 60n, htmlUrl: `${link}/1`, jobsUrl: `${api}/1/jobs` };
    const outputs = outputsOf({ distinctId: "run-1", sent: { ...sent, started } });
    expect(outputs).toMatchObject({
      distinct_id: "run-1",
      runId: "1152921504606846976",
      jobs_url: `${api}/1/jobs`,
      html_url: `${link}/1`,
      run_attempt: "1",
      disposition: "created",
    });
    expect(outputs).not.toHaveProperty("workflow_id");
    expect(outputs).not.toHaveProperty("run_number");
    expect(outputs).not.toHaveProperty("status");
    expect(outputs).not.toHaveProperty("conclusion");
  });

  test("tell the attempt of the run that is seen, and no more the one of GitHub's answer", () => {
    const started = { id: 9, htmlUrl: `${link}/9`, jobsUrl: `${api}/9/jobs` };
    const known = { distinctId: "run-1", sent: { ...sent, started }, run: { ...run, runAttempt: 3 } };
    expect(outputsOf(known)).toEqual({ ...running, ref: "", run_attempt: "3" });
  });

  test("tell a run that was given once it is seen, and nothing of one that may not be there", () => {
    const taken = { started: { id: 1, htmlUrl: `${link}/1`, jobsUrl: "" }, disposition: "given" as const };
    expect(outputsOf({ distinctId: "", taken })).toEqual({ distinct_id: "" });
    expect(outputsOf({ distinctId: "", taken, run })).toEqual({ ...running, distinct_id: "", disposition: "given" });
  });

  test("take back what was told of an attempt that another follows", () => {
    const ended = { ...run, status: "completed", conclusion: "failure" };
    const open = { conclusion: "", failed_jobs: "" };
    expect(outputsOf({ distinctId: "", run: ended, jobs: [] })).toMatchObject({
      conclusion: "failure",
      failed_jobs: "[]",
    });
    expect(outputsOf({ distinctId: "", run: ended, jobs: [], rerunOf: 1 })).toMatchObject(open);
    const earlierAttempts = [{ runAttempt: 1, conclusion: "failure", failedJobs: [] }];
    const again = { ...run, runAttempt: 2 };
    expect(outputsOf({ distinctId: "", run: again, jobs: [], rerunOf: 1, earlierAttempts })).toMatchObject(open);
    const green = { ...again, status: "completed", conclusion: "success" };
    expect(outputsOf({ distinctId: "", run: green, jobs: [], rerunOf: 1, earlierAttempts })).toMatchObject({
      conclusion: "success",
    });
  });

  test("have the values that the run has left, as they are", () => {
    const values = { text: ' {"a":\n1}\n', names: ["a"] };
    expect(outputsOf({ distinctId: "run-1", run, values })).toEqual({ ...running, outputs: ' {"a":\n1}\n' });
  });

  test("keep what GitHub's answer told where the run itself leaves it out", () => {
    const started = { id: 1, htmlUrl: `${link}/1`, jobsUrl: `${api}/1/jobs` };
    const bare = { ...run, htmlUrl: "", jobsUrl: "" };
    expect(outputsOf({ distinctId: "run-1", sent: { ...sent, started }, run: bare })).toEqual({ ...running, ref: "" });
  });

  test.each([
    ["runs", { run }, running],
    ["runs again", { run: { ...run, runAttempt: 2 } }, { ...running, run_attempt: "2" }],
    ["is in a state of tomorrow", { run: { ...run, status: "resting" } }, { ...running, status: "resting" }],
    [
      "tells neither its workflow nor its number",
      { run: { ...run, workflowId: undefined, runNumber: undefined } },
      bare,
    ],
    ["runs, with a job that failed", { run, jobs: [job(5, "failure")] }, running],
    [
      "is green",
      { run: ended("success"), jobs: [job(5, "success")] },
      { ...running, status: "completed", conclusion: "success", failed_jobs: "[]" },
    ],
    [
      "is red",
      {
        run: ended("failure"),
        jobs: [job(5, "failure", [step("Set up job", "success"), step("make", "failure")]), job(6, "skipped")],
      },
      {
        ...running,
        status: "completed",
        conclusion: "failure",
        failed_jobs: `[{"name":"job 5","conclusion":"failure","html_url":"${link}/1/job/5","failed_step":"make"}]`,
      },
    ],
    [
      "has ended without a conclusion",
      { run: ended(null), jobs: [] },
      { ...running, status: "completed", conclusion: "", failed_jobs: "[]" },
    ],
  ])("tell a run that %s", (_, known, outputs) => {
    expect(outputsOf({ distinctId: "run-1", ...known })).toEqual(outputs);
  });
});
