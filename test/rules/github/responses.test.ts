import { describe, expect, test } from "vitest";
import { readPendingDeployments } from "../../../src/github/pending-deployments.ts";
import { InvalidResponse } from "../../../src/github/response-fields.ts";
import {
  readAnnotations,
  readDispatched,
  readFile,
  readJobs,
  readRepository,
  readRun,
  readRuns,
  readWorkflow,
  readWorkflows,
} from "../../../src/github/responses.ts";

const api = "https://api.github.com/repos/octo/target/actions";
const html = "https://github.com/octo/target/actions/runs/30433642";

/** As GitHub's documentation shows them, with a few of the fields that nobody here reads. */
const runAnswer = {
  id: 30433642,
  node_id: "MDEyOldvcmtmbG93IFJ1bjI2OTI4OQ==",
  name: "Deploy [run-1]",
  display_title: "Deploy [run-1]",
  event: "repository_dispatch",
  path: ".github/workflows/deploy.yml",
  workflow_id: 159038,
  status: "completed",
  conclusion: "success",
  run_number: 812,
  run_attempt: 2,
  head_branch: "main",
  created_at: "2026-11-20T12:00:00Z",
  run_started_at: "2026-11-20T12:03:00Z",
  updated_at: "2026-11-20T12:05:00Z",
  html_url: html,
  jobs_url: `${api}/runs/30433642/jobs`,
  pull_requests: [],
  repository: { id: 1296269, full_name: "octo/target", private: true },
};
const run = {
  id: 30433642,
  name: "Deploy [run-1]",
  displayTitle: "Deploy [run-1]",
  event: "repository_dispatch",
  path: ".github/workflows/deploy.yml",
  workflowId: 159038,
  status: "completed",
  conclusion: "success",
  runNumber: 812,
  runAttempt: 2,
  headBranch: "main",
  createdAtMs: Date.UTC(2026, 10, 20, 12),
  startedAtMs: Date.UTC(2026, 10, 20, 12, 3),
  updatedAtMs: Date.UTC(2026, 10, 20, 12, 5),
  htmlUrl: html,
  jobsUrl: `${api}/runs/30433642/jobs`,
  isPrivate: true,
};
const workflowAnswer = { id: 161335, name: "Deploy", path: ".github/workflows/deploy.yml", state: "active" };
const workflow = { id: 161335, name: "Deploy", path: ".github/workflows/deploy.yml", state: "active" };
const jobAnswer = {
  id: 399444496,
  run_id: 30433642,
  name: "build",
  status: "completed",
  conclusion: "failure",
  html_url: `${html}/job/399444496`,
  started_at: "2026-11-20T12:00:10Z",
  completed_at: "2026-11-20T12:00:50Z",
  steps: [
    {
      name: "Set up job",
      status: "completed",
      conclusion: "success",
      number: 1,
      started_at: "2026-11-20T12:00:10Z",
      completed_at: "2026-11-20T12:00:12Z",
    },
    { name: "make", status: "completed", conclusion: "failure", number: 2 },
    { name: "upload", status: "queued", conclusion: null, number: 3 },
  ],
};
const noTimes = { startedAtMs: undefined, completedAtMs: undefined };
const job = {
  id: 399444496,
  name: "build",
  status: "completed",
  conclusion: "failure",
  htmlUrl: `${html}/job/399444496`,
  startedAtMs: Date.UTC(2026, 10, 20, 12, 0, 10),
  completedAtMs: Date.UTC(2026, 10, 20, 12, 0, 50),
  steps: [
    {
      name: "Set up job",
      status: "completed",
      conclusion: "success",
      startedAtMs: Date.UTC(2026, 10, 20, 12, 0, 10),
      completedAtMs: Date.UTC(2026, 10, 20, 12, 0, 12),
    },
    { name: "make", status: "completed", conclusion: "failure", ...noTimes },
    { name: "upload", status: "queued", conclusion: null, ...noTimes },
  ],
};

const noObjects: unknown[] = [undefined, null, "", "<html>busy</html>", 7, true, [], {}];

describe("the answer to a dispatch", () => {
  const full = { workflow_run_id: 30433642, run_url: `${api}/runs/30433642`, html_url: html };
  const found = { id: 30433642, htmlUrl: html, jobsUrl: `${api}/runs/30433642/jobs` };

  test.each([
    ["all", full, found],
    ["more than today", { ...full, tomorrow: 1 }, found],
    ["an id beyond 2^32", { ...full, workflow_run_id: 2 ** 40 }, { ...found, id: 2 ** 40 }],
    ["an id beyond 2^53", { ...full, workflow_run_id: 2n ** 60n }, { ...found, id: 2n ** 60n }],
    ["an id alone", { workflow_run_id: 30433642 }, { id: 30433642, htmlUrl: "", jobsUrl: "" }],
    [
      "an id with addresses that are none",
      { workflow_run_id: 30433642, run_url: null, html_url: 5 },
      { id: 30433642, htmlUrl: "", jobsUrl: "" },
    ],
  ])("names the run with %s", (_, data, wanted) => {
    expect(readDispatched(data)).toEqual({ started: wanted });
  });

  test.each([
    ...noObjects,
    ...["30433642", null, 0, -1, 1.5, Number.NaN].map((id) => ({ ...full, workflow_run_id: id })),
  ])("names no run, and is no error, as %j", (data) => {
    expect(readDispatched(data)).toEqual({ started: undefined });
  });
});

describe("a run", () => {
  test.each([
    ["all", runAnswer, run],
    [
      "no conclusion yet",
      { ...runAnswer, status: "queued", conclusion: null },
      { ...run, status: "queued", conclusion: null },
    ],
    [
      "words of tomorrow",
      { ...runAnswer, status: "resting", conclusion: "fine" },
      { ...run, status: "resting", conclusion: "fine" },
    ],
    ["an id beyond 2^53", { ...runAnswer, id: 2n ** 60n }, { ...run, id: 2n ** 60n }],
    ["no status yet", { ...runAnswer, status: null }, { ...run, status: "" }],
    ["no name", { ...runAnswer, name: null }, { ...run, name: "" }],
    ["a ref behind its path", { ...runAnswer, path: `${run.path}@refs/heads/a.b/deploy.yaml` }, run],
    [
      "only what is needed",
      { id: 30433642, status: "queued", created_at: "2026-11-20T12:00:00Z" },
      {
        ...run,
        name: "",
        displayTitle: "",
        event: "",
        path: "",
        workflowId: undefined,
        status: "queued",
        conclusion: null,
        runNumber: undefined,
        runAttempt: 1,
        headBranch: null,
        startedAtMs: undefined,
        updatedAtMs: undefined,
        htmlUrl: "",
        jobsUrl: "",
        isPrivate: undefined,
      },
    ],
    [
      "values of another kind",
      {
        ...runAnswer,
        name: 5,
        path: [],
        workflow_id: "x",
        conclusion: {},
        run_number: "8",
        run_attempt: "2",
        html_url: null,
      },
      {
        ...run,
        name: "",
        path: "",
        workflowId: undefined,
        conclusion: null,
        runNumber: undefined,
        runAttempt: 1,
        htmlUrl: "",
      },
    ],
  ])("is read with %s", (_, data, wanted) => {
    expect(readRun(data)).toEqual(wanted);
  });

  test.each([
    ...noObjects,
    { ...runAnswer, id: "30433642" },
    { ...runAnswer, id: null },
    ...[undefined, 5, true, {}, []].map((status) => ({ ...runAnswer, status })),
    { ...runAnswer, created_at: "yesterday" },
    { ...runAnswer, created_at: null },
  ])("is unreadable as %j", (data) => {
    expect(() => readRun(data)).toThrow(InvalidResponse);
  });

  test("is one of a list", () => {
    const all = { totalCount: 1000, unreadable: [] };
    expect(readRuns({ total_count: 1000, workflow_runs: [runAnswer, runAnswer] })).toEqual({
      ...all,
      items: [run, run],
    });
    expect(readRuns({ workflow_runs: [] })).toEqual({ totalCount: undefined, items: [], unreadable: [] });
  });
});

describe("a job", () => {
  const queued = { id: 399444496, name: "build", status: "queued", conclusion: null, started_at: null };

  test.each([
    ["all", jobAnswer, job],
    ["a number of a run beyond 2^53", { ...jobAnswer, id: 2n ** 60n }, { ...job, id: 2n ** 60n }],
    [
      "no word of steps",
      queued,
      {
        ...job,
        status: "queued",
        conclusion: null,
        htmlUrl: "",
        startedAtMs: undefined,
        completedAtMs: undefined,
        steps: [],
        hidesSteps: true,
        runAttempt: undefined,
      },
    ],
    ["steps that are none", { ...jobAnswer, steps: "none" }, { ...job, steps: [], hidesSteps: true }],
    [
      "a step that is none",
      { ...jobAnswer, steps: [null, { name: 5 }] },
      { ...job, steps: Array(2).fill({ name: "", status: "", conclusion: null, ...noTimes }) },
    ],
  ])("is read with %s", (_, data, wanted) => {
    expect(readJobs({ total_count: 1, jobs: [data] }).items).toEqual([wanted]);
  });

  test.each([...noObjects, { ...jobAnswer, id: "x" }, { ...jobAnswer, name: null }])("is unreadable as %j", (data) => {
    expect(() => readJobs({ jobs: [data] })).toThrow(InvalidResponse);
  });
});

describe("a workflow", () => {
  test("is read alone and in a list", () => {
    expect(readWorkflow(workflowAnswer)).toEqual(workflow);
    expect(readWorkflows({ total_count: 1, workflows: [workflowAnswer] }).items).toEqual([workflow]);
    expect(readWorkflow({ id: 5, name: null })).toEqual({ id: 5, name: "", path: "", state: "" });
  });

  test.each([...noObjects, { ...workflowAnswer, id: "161335" }])("is unreadable as %j", (data) => {
    expect(() => readWorkflow(data)).toThrow(InvalidResponse);
  });
});

describe("a repository", () => {
  test("is read by its name and default branch", () => {
    expect(readRepository({ id: 1, full_name: "octo/target", default_branch: "trunk" })).toEqual({
      fullName: "octo/target",
      defaultBranch: "trunk",
      isArchived: false,
    });
    const archived = readRepository({ full_name: "octo/target", default_branch: "trunk", archived: true });
    expect(archived.isArchived).toBe(true);
  });

  test.each([
    ...noObjects,
    { full_name: "octo/target" },
    { full_name: "octo/target", default_branch: "" },
    { default_branch: "main" },
    { full_name: "target", default_branch: "main" },
    { full_name: "a/b/c", default_branch: "main" },
    { full_name: 5, default_branch: "main" },
  ])("is unreadable as %j", (data) => {
    expect(() => readRepository(data)).toThrow(InvalidResponse);
  });
});

test("pending deployments are read as environment, reviewers and the end of a wait timer", () => {
  const none = { reviewers: [], timerEndsAtMs: undefined };
  const startedAt = "2026-11-20T12:00:00Z";
  const answer = [
    { environment: { id: 1, name: "live" }, current_user_can_approve: false },
    {
      environment: { name: "eu\nwest" },
      wait_timer: 30,
      wait_timer_started_at: startedAt,
      reviewers: [
        { type: "User", reviewer: { login: "octocat" } },
        { type: "Team", reviewer: { name: "o\nps" } },
        null,
        {},
      ],
    },
    { environment: null, wait_timer: 0, wait_timer_started_at: startedAt, reviewers: "x" },
    { environment: { name: "us" }, wait_timer: 30, wait_timer_started_at: null },
  ];
  expect(readPendingDeployments(answer)).toEqual([
    { environment: "live", ...none },
    {
      environment: "eu west",
      reviewers: ["octocat", "the team o ps"],
      timerEndsAtMs: Date.UTC(2026, 10, 20, 12, 30),
    },
    { environment: "", ...none },
    { environment: "us", ...none },
  ]);
  expect(readPendingDeployments([])).toEqual([]);
});

test("a file is read as its text", () => {
  // GitHub breaks the lines of its base64.
  const content = Buffer.from("näme: Deploy\n").toString("base64").replace(/.{6}/, "$&\n");
  expect(readFile({ type: "file", encoding: "base64", content })).toBe("näme: Deploy\n");
  expect(readFile({ type: "file", encoding: "none", content: "" })).toBeUndefined();
  expect(() => readFile({ type: "file", encoding: "utf-8", content })).toThrow(InvalidResponse);
  expect(() => readFile([{ type: "file" }])).toThrow(InvalidResponse);
});

test("annotations are read as place, level and message", () => {
  const answer = {
    path: "src/app.ts",
    start_line: 12,
    end_line: 13,
    annotation_level: "failure",
    message: "two\nlines",
  };
  expect(readAnnotations([answer, { path: 5 }])).toEqual([
    { path: "src/app.ts", line: 12, level: "failure", message: "two lines" },
    { path: "", line: 1, level: "", message: "" },
  ]);
  expect(() => readAnnotations({ message: "no" })).toThrow(InvalidResponse);
});

describe("a list", () => {
  test.each(noObjects.filter((data) => !Array.isArray(data)))("is unreadable as %j", (data) => {
    expect(() => readRuns(data)).toThrow(InvalidResponse);
    expect(() => readRuns({ workflow_runs: data })).toThrow(InvalidResponse);
    expect(() => readJobs(data)).toThrow(InvalidResponse);
    expect(() => readJobs({ jobs: data })).toThrow(InvalidResponse);
    expect(() => readWorkflows(data)).toThrow(InvalidResponse);
    expect(() => readWorkflows({ workflows: data })).toThrow(InvalidResponse);
    expect(() => readPendingDeployments(data)).toThrow(InvalidResponse);
  });

  test("is read without what cannot be read of it, which is named with the field at fault", () => {
    const bad = { ...runAnswer, id: 7, created_at: "yesterday" };
    expect(readRuns({ total_count: 3, workflow_runs: [bad, runAnswer, null] })).toEqual({
      items: [run],
      totalCount: 3,
      unreadable: [
        "7: it has no such field `created_at` as a workflow-run has",
        "without an id: it is no workflow-run",
      ],
    });
  });

  test("is unreadable where nothing of it can be read, by the field at fault", () => {
    const bad = { ...runAnswer, status: 5 };
    const field = "it has no such field `status` as a workflow-run has";
    expect(() => readRuns({ workflow_runs: [bad] })).toThrow(new InvalidResponse("workflow-run", "status"));
    expect(() => readRuns({ workflow_runs: [bad, bad] })).toThrow(field);
    expect(() => readRuns({ runs: [] })).toThrow("it has no such field `workflow_runs` as a list has");
  });
});
