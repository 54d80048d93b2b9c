/**
 * One fault at any request of a step: whichever it hits, the step ends as it would have without it. Each scene is played as often
 * as it has requests, with each kind of fault.
 */

import { expect, test } from "vitest";
import { type Behaviour, type Fault, type FaultHook, startGitHub } from "../simulator/index.ts";
import { type Stage, setStage, TARGET } from "../support/stage.ts";
import { CALLER, type Played } from "../support/step.ts";

const WORKFLOW = `name: Deploy
run-name: Deploy (\${{ inputs.distinct_id }})
on:
  workflow_dispatch:
    inputs:
      distinct_id: {}
jobs:
  deploy:
    runs-on: x
    steps: [{ name: Deploy, run: make deploy }]
  check:
    runs-on: x
    steps: [{ name: Check, run: make check }]
`;
const STATUS_TOKEN = "ghs_ofthecaller";
const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };
const GIVEN = { workflow: "", ref: "" };
const THEIRS = { event: "workflow_dispatch", inputs: { distinct_id: "theirs" } } as const;
const COMMON: Behaviour = { visibleAfterMs: 1500, freshRun404Ms: 0, queuedMs: 1000 };
const GREEN: Behaviour = { ...COMMON, jobs: { deploy: { durationMs: 20_000 }, check: { durationMs: 5000 } } };
const red = (checksMs: number): Behaviour => ({
  ...COMMON,
  jobs: {
    deploy: { durationMs: 20_000, failedStep: "Deploy", log: ["a failing line"] },
    check: { durationMs: checksMs },
  },
});

interface Scene {
  given: Record<string, string>;
  /** How the step ends, whether anything goes wrong on the way or not. */
  end: Partial<End>;
  behaviour?: Behaviour;
  /** Which attempt of the caller's run it is (the first). */
  attempt?: number;
  /** What is there already when the step begins; the inputs that come of it. */
  before?: (stage: Stage) => Promise<Record<string, string>>;
}

const SCENES: Record<string, Scene> = {
  "a green run": { given: {}, end: { conclusion: "success", disposition: "created" } },
  "a red run": { given: {}, end: { verdict: "The run ended as failure: URL" }, behaviour: red(5000) },
  "a run that is given": {
    given: GIVEN,
    end: { conclusion: "success", disposition: "given" },
    async before({ github, clock }) {
      const id = github.startRun(TARGET, "deploy.yml", { ...THEIRS, behaviour: { ...GREEN, visibleAfterMs: 0 } });
      await clock.sleep(5000);
      return { run_id: String(id) };
    },
  },
  "a run that is given, and run again by somebody": {
    given: { ...GIVEN, rerun_grace_seconds: "120", poll_interval_seconds: "30" },
    end: { conclusion: "success", disposition: "given", run_attempt: "2" },
    async before({ github, clock }) {
      const behaviour = { ...red(5000), visibleAfterMs: 0 };
      const id = github.startRun(TARGET, "deploy.yml", { ...THEIRS, behaviour });
      clock.sleep(50_000).then(() => github.rerun(id, GREEN));
      await clock.sleep(20_000);
      return { run_id: String(id) };
    },
  },
  "values that come back": {
    given: { outputs_from: "values" },
    end: { conclusion: "success", values: '{"a":"1"}' },
    behaviour: { ...GREEN, artifacts: [{ name: "values", files: [{ path: "outputs.json", text: '{"a":"1"}' }] }] },
  },
  "failed jobs that run again": {
    given: { rerun_failed: "1" },
    end: { conclusion: "success", run_attempt: "2" },
    behaviour: { ...red(5000), reruns: [GREEN] },
  },
  "jobs that decide": { given: { jobs: "deploy" }, end: { conclusion: "success" } },
  "a job that fails, and its run with it": {
    given: { fail_fast: "true", cancel_run_on: "failure" },
    end: { status: "in_progress", runs: ["1: cancelled"] },
    behaviour: red(600_000),
  },
  "an equal run": {
    given: { reuse: "running", wait_for: "found" },
    end: { disposition: "reused" },
    behaviour: red(600_000),
    async before({ play, clock }) {
      await play({ ...START, wait_for: "found", reuse: "running" });
      await clock.sleep(5000);
      return {};
    },
  },
  "a run that the attempt before has started": {
    given: { reuse: "success" },
    end: { conclusion: "success", disposition: "reused" },
    attempt: 2,
    async before({ play }) {
      await play({ ...START, reuse: "success" });
      return {};
    },
  },
  "a status on the commit": {
    given: { status_context: "remote", status_token: STATUS_TOKEN },
    end: { state: "success" },
  },
};

const FAULTS: Record<string, Fault> = {
  "a 502 after it took effect": { kind: "status", when: "after", status: 502 },
  "half an answer": { kind: "cut", when: "after" },
  "a limit": { kind: "status", when: "before", status: 429, headers: { "retry-after": "40" } },
};

interface End {
  /** The first line of the step's message; undefined when it is green. */
  verdict?: string;
  conclusion?: string;
  status?: string;
  disposition?: string;
  run_attempt?: string;
  /** The values that came back. */
  values?: string;
  /** Attempt and conclusion of each run of the target. */
  runs: string[];
  /** The last status on the caller's commit. */
  state?: string;
}

/** Plays the step and its `post` step, with the fault at the request of that number. */
async function playScene({ given, behaviour = GREEN, attempt = 1, before }: Scene, fault?: Fault, at = 0) {
  const stage = await setStage({ "deploy.yml": WORKFLOW }, { behaviour });
  const caller = await startGitHub({ clock: stage.clock });
  caller.addRepository(CALLER.repository);
  caller.addToken(STATUS_TOKEN, { permissions: { statuses: "write" }, repositories: [CALLER.repository] });
  const inputs = { ...START, ...given, ...(await before?.(stage)) };
  const requests: string[] = [];
  const hook: FaultHook = ({ method, path }) => {
    requests.push(`${method} ${path}`);
    return requests.length === at ? fault : undefined;
  };
  stage.github.fault = hook;
  caller.fault = hook;
  const played = await stage.play(inputs, { callerApiUrl: caller.apiUrl, attempt });
  await stage.playPost(inputs, played.trace, { callerApiUrl: caller.apiUrl, attempt });
  const state = caller.statuses(CALLER.repository).at(-1)?.state;
  const runs = stage.github.runs(TARGET).map(({ attempt, conclusion }) => `${attempt}: ${conclusion}`);
  await Promise.all([stage.github.close(), caller.close()]);
  expect(caller.breaches).toEqual([]);
  return { requests, end: { ...endOf(played), runs, state } };
}

function endOf({ failure, outputs }: Played) {
  const { conclusion, status, disposition, run_attempt, outputs: values } = outputs;
  const verdict = failure?.split("\n")[0]?.replace(/http\S+/, "URL");
  return { verdict, conclusion, status, disposition, run_attempt, values };
}

test.for(Object.entries(SCENES))("%s", { timeout: 60_000 }, async ([, scene]) => {
  const { requests, end } = await playScene(scene);
  expect(end).toMatchObject(scene.end);
  for (const [name, fault] of Object.entries(FAULTS))
    for (const [index, request] of requests.entries()) {
      const disturbed = await playScene(scene, fault, index + 1);
      expect(disturbed.end, `${name} at request ${index + 1}: ${request}`).toEqual(end);
    }
});
