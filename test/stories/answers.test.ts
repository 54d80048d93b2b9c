/** GitHub's refusals in its own words, each through a whole step: the advice is about its cause, and about no other. */

import { describe, expect, test } from "vitest";
import type { Behaviour, FaultHook, FaultRequest } from "../simulator/index.ts";
import { ANSWERS, type Asked, type GivenAnswer } from "../support/answers.ts";
import { setAppStage } from "../support/app-stage.ts";
import { receiver } from "../support/receivers.ts";
import { setReportStage } from "../support/report-stage.ts";
import { type Stage, setStage } from "../support/stage.ts";
import { START as WITH_STATUS, withCaller } from "../support/status-stage.ts";
import { zipped } from "../support/values-stage.ts";

const WORKFLOWS = {
  "deploy.yml": receiver("workflow_dispatch", "run-name"),
  "event.yml": receiver("repository_dispatch", "run-name"),
};
const START = { workflow: "deploy.yml", ref: "main" };
const EVENT = { event_type: "deploy" };
const WAIT = { ...START, wait_for: "completed" };

interface Scene {
  given: Record<string, string>;
  /** The request, by its method and path. */
  request: RegExp;
  cancelAfterMs?: number;
}

const SCENES: Record<Asked, Scene> = {
  dispatch: { given: START, request: /^POST .*\/workflows\/deploy\.yml\/dispatches$/ },
  event: { given: EVENT, request: /^POST .*\/target\/dispatches$/ },
  repository: { given: { workflow: "deploy.yml" }, request: /^GET \/repos\/octo\/target$/ },
  ref: { given: { ...EVENT, ref: "next\nmain" }, request: /^GET .*\/git\/ref\// },
  runs: { given: EVENT, request: /^GET .*\/actions\/runs$/ },
  run: { given: WAIT, request: /^GET .*\/actions\/runs\/\d+$/ },
  jobs: { given: { ...WAIT, jobs: "identify" }, request: /^GET .*\/jobs$/ },
  artifacts: { given: { ...WAIT, outputs_from: "values" }, request: /^GET .*\/artifacts$/ },
  download: { given: { ...WAIT, outputs_from: "values" }, request: /^GET .*\/artifacts\/\d+\/zip$/ },
  rerun: { given: { ...WAIT, rerun_failed: "1" }, request: /^POST .*\/rerun-failed-jobs$/ },
  cancel: { given: { ...WAIT, cancel_run_on: "cancel" }, request: /^POST .*\/cancel$/, cancelAfterMs: 20_000 },
  "callers run": { given: {}, request: /^GET .*\/the-app\/actions\/runs\/\d+$/ },
  "callers status": { given: {}, request: /^POST .*\/the-app\/statuses\// },
  status: { given: WITH_STATUS, request: /^POST .*\/statuses\// },
  installation: { given: START, request: /^GET .*\/installation$/ },
  token: { given: START, request: /^POST .*\/access_tokens$/ },
};

function faultOf(answer: GivenAnswer, request: RegExp): FaultHook {
  const { status, message, more, headers = {} } = answer;
  const body = { message, ...more, documentation_url: "https://docs.github.com/rest", status: String(status) };
  return ({ method, path }: FaultRequest) =>
    request.test(`${method} ${path}`) ? { kind: "status", when: "before", status, body, headers } : undefined;
}

/** All that a report says of a run that has ended. */
async function reportedOf(answer: GivenAnswer, request: RegExp): Promise<string> {
  const { clock, caller, leave, tell } = await setReportStage();
  const { id } = await leave();
  await clock.sleep(80_000);
  caller.fault = faultOf(answer, request);
  const { failure, warnings, log } = await tell(id);
  return [failure, ...warnings, ...log].join("\n");
}

/** All that the step says. */
async function saidOf(answer: GivenAnswer): Promise<string> {
  const { given, request, cancelAfterMs } = SCENES[answer.to];
  if (answer.to.startsWith("callers")) return reportedOf(answer, request);
  const isRed = answer.to === "rerun";
  const behaviour: Behaviour = {
    freshRun404Ms: 0,
    jobs: { identify: { durationMs: 60_000, ...(isRed && { failedStep: "Deploy" }) } },
    artifacts: [zipped()],
  };
  const isOfApp = answer.to === "installation" || answer.to === "token";
  const stage: Stage = await (isOfApp ? setAppStage : setStage)(WORKFLOWS, { behaviour });
  const on = answer.to === "status" ? await withCaller(stage) : { ...stage, caller: stage.github };
  on.caller.fault = faultOf(answer, request);
  const { failure, warnings, log } = await on.play(given, cancelAfterMs === undefined ? {} : { cancelAfterMs });
  return [failure, ...warnings, ...log].filter((each) => each !== undefined).join("\n");
}

describe.each(ANSWERS)("$to answered $status $message", (answer) => {
  test(`is explained by its cause (${answer.source})`, async () => {
    const said = await saidOf(answer);
    for (const each of answer.says) {
      if (typeof each === "string") expect(said).toContain(each);
      else expect(said).toMatch(each);
    }
    if (answer.not) expect(said).not.toMatch(answer.not);
  });
});

test("each has a public report or a page of GitHub's documentation", () => {
  expect(ANSWERS.length).toBeGreaterThanOrEqual(50);
  for (const { source } of ANSWERS) expect(source).toMatch(/^[\w.-]+\/[\w.-]+#\d+$|^https:\/\/docs\.github\.com\/\S+$/);
});
