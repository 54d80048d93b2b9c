/** The runner evaluates `with:` and `env:` anew for the `post` step, so it acts on what the step has saved, and on no input but a token. */

import { describe, test, vi } from "vitest";
import { tokensUsed } from "../support/app-stage.ts";
import type { Ran } from "../support/bundle.ts";
import { annotations, type ProcessStage, setProcessStage, TOKEN } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";
import { CALLER, GITHUB_TOKEN } from "../support/step.ts";

const TARGET = "octo/target";
const OTHER = "octo/other";
const DEPLOY = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
const LISTEN = { "listen.yml": receiver("repository_dispatch", "run-name") };
const BEHAVIOUR = { freshRun404Ms: 0, queuedMs: 120_000, cancelTakesMs: 200 };

const WAIT = { wait_for: "completed", cancel_run_on: "cancel", poll_interval_seconds: "1", repo: TARGET };
const GIVEN = { ...WAIT, workflow: "deploy.yml", ref: "main" };

/** Starts a run, and kills the step at that line of its log. */
async function killed(
  given: Record<string, string>,
  at = /^The run is queued/,
  { env = {}, behaviour = BEHAVIOUR, until = (): boolean => true } = {},
) {
  const stage = await setProcessStage({ [TARGET]: { ...DEPLOY, ...LISTEN }, [OTHER]: DEPLOY }, { behaviour });
  const step = stage.start(given, env);
  step.onLine((line) => {
    if (at.test(line)) void vi.waitUntil(until).then(() => step.kill("SIGKILL"));
  });
  return { ...stage, ran: await step.ended };
}

const postTo = ({ github }: Pick<ProcessStage, "github">) =>
  github.requests.filter(({ method }) => method === "POST").map(({ path }) => path.replace(/^.*\//, ""));

describe.skipIf(process.platform === "win32").concurrent("the post step of a killed step", () => {
  test.for<[string, Record<string, string>]>([
    ["`repo` has become another", { repo: OTHER }],
    ["`repo` has become empty", { repo: "" }],
    ["`repo` is none any more", { repo: "a b/c" }],
    ["`owner` has become another", { owner: "elsewhere", repo: "target" }],
    ["`run_id` is given now", { run_id: "5" }],
    ["`cancel_run_on` is gone", { cancel_run_on: "" }],
    ["`cancel_run_on` is no word any more", { cancel_run_on: "never" }],
    ["`workflow` has become empty", { workflow: "" }],
    ["`workflow_inputs` do not parse any more", { workflow_inputs: "{" }],
    ["`poll_interval_seconds` is no number any more", { poll_interval_seconds: "soon" }],
    ["`dry_run` is set now", { dry_run: "true" }],
  ])("cancels its run though %s", async ([, changed], { expect }) => {
    const { github, ran, runPost } = await killed(GIVEN);
    const post = await runPost({ ...GIVEN, ...changed }, ran);
    expect(post).toMatchObject({ exitCode: 0, stderr: "" });
    expect(annotations(post, "error")).toEqual([]);
    expect(annotations(post, "warning")).toEqual([]);
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "cancelled" }]);
    expect(github.requests.filter(({ path }) => path.includes(OTHER))).toEqual([]);
  });

  test("cancels no run where only the inputs of now ask for it", async ({ expect }) => {
    const { github, ran, runPost } = await killed({ ...GIVEN, cancel_run_on: "timeout" });
    const before = github.requests.length;
    const post = await runPost(GIVEN, ran);
    expect(post).toMatchObject({ exitCode: 0, stderr: "" });
    expect(github.requests).toHaveLength(before);
  });

  test("asks the saved server alone, whatever `api_url` and the environment say now", async ({ expect }) => {
    const { github, ran, runPost } = await killed(GIVEN);
    const { github: elsewhere } = await setProcessStage({ [TARGET]: DEPLOY });
    const post = await runPost({ ...GIVEN, api_url: elsewhere.apiUrl }, ran, {
      GITHUB_API_URL: elsewhere.apiUrl,
      GITHUB_REPOSITORY: OTHER,
      GITHUB_EVENT_PATH: "/nowhere",
    });
    expect(post).toMatchObject({ exitCode: 0, stderr: "" });
    expect(elsewhere.requests).toEqual([]);
    expect(tokensUsed(github.requests)).toEqual([TOKEN]);
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "cancelled" }]);
  });

  test.for<[string, Record<string, string>]>([
    ["`token` is empty", { token: "" }],
    ["`token` has a space", { token: "to ken" }],
    ["`app_id` is given without", { app_id: "1" }],
  ])("says in a warning that it has no token: %s", async ([says, changed], { expect }) => {
    const { github, ran, runPost } = await killed(GIVEN);
    const before = github.requests.length;
    const post = await runPost({ ...GIVEN, ...changed }, ran);
    expect(post).toMatchObject({ exitCode: 0, stderr: "" });
    expect(annotations(post, "error")).toEqual([]);
    expect(annotations(post, "warning")).toEqual([
      expect.stringMatching(/^The remote run could not be cancelled and may go on: http\S+\n/),
    ]);
    expect(annotations(post, "warning")[0]).toContain(says);
    expect(github.requests).toHaveLength(before);
  });

  test("uses the token that the inputs give now", async ({ expect }) => {
    const { github, ran, runPost } = await killed(GIVEN);
    github.addToken("ghp_another", { permissions: { actions: "write" } });
    const post = await runPost({ ...GIVEN, token: "ghp_another" }, ran);
    expect(post.exitCode).toBe(0);
    expect(tokensUsed(github.requests)).toEqual([TOKEN, "ghp_another"]);
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "cancelled" }]);
  });

  test("finds the run of the event that was sent, though all that named it has changed", async ({ expect }) => {
    const given = { ...WAIT, event_type: "deploy", workflow: "listen.yml", client_payload: "version: 7" };
    const behaviour = { ...BEHAVIOUR, visibleAfterMs: 3000 };
    const { github, ran, runPost } = await killed(given, /^GitHub accepted it/, { behaviour });
    expect(ran.outputs.runId).toBeUndefined();
    const changed = { repo: OTHER, event_type: "", workflow: "deploy.yml", client_payload: "a: b", distinct_id: "x" };
    const post = await runPost({ ...given, ...changed, max_runs: "1" }, ran);
    expect(post).toMatchObject({ exitCode: 0, stderr: "" });
    expect(annotations(post, "warning")).toEqual([]);
    expect(postTo({ github })).toEqual(["dispatches", "cancel"]);
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "cancelled" }]);
  });

  test.for<[string, Record<string, string>]>([
    ["another", { status_context: "another" }],
    ["none", { status_context: "" }],
    ["one for another commit", { status_context: "remote", wait_for: "found" }],
  ])(
    "ends the commit status that the step began, though `status_context` is now %s",
    async ([, changed], { expect }) => {
      const { github: caller } = await setProcessStage({ [CALLER.repository]: {}, [OTHER]: {} });
      caller.addToken(GITHUB_TOKEN, { permissions: { statuses: "write" } });
      const given = { ...GIVEN, cancel_run_on: "", status_context: "remote" };
      const env = { GITHUB_API_URL: caller.apiUrl };
      const { ran, runPost } = await killed(given, undefined, {
        env,
        until: () => caller.statuses(CALLER.repository).length > 0,
      });
      const post = await runPost({ ...given, ...changed }, ran, {
        ...env,
        GITHUB_REPOSITORY: OTHER,
        GITHUB_SHA: "0".repeat(40),
      });
      expect(post).toMatchObject({ exitCode: 0, stderr: "" });
      const statuses = caller.statuses(CALLER.repository);
      expect(statuses.map(({ state, context, sha }) => [state, context, sha])).toEqual([
        ["pending", "remote", CALLER.sha],
        ["error", "remote", CALLER.sha],
      ]);
      expect(caller.statuses(OTHER)).toEqual([]);
    },
  );
});

describe.concurrent("the post step with a state", () => {
  test.for(["{", "null", "[]", '"sent"', "{}", '{"phase":"sent"}', '{"phase":"sent","target":{"apiUrl":"x"}}'])(
    "that cannot be read says so in a warning: %s",
    async (postState, { expect }) => {
      const { github, runPost } = await setProcessStage({ [TARGET]: DEPLOY });
      const post = await runPost(GIVEN, { state: { isPost: "true", postState } });
      expect(post).toMatchObject({ exitCode: 0, stderr: "" });
      expect(annotations(post, "error")).toEqual([]);
      expect(annotations(post, "warning")).toEqual([
        expect.stringMatching(/^What the step saved for its end cannot be read, so nothing was done: /),
      ]);
      expect(github.requests).toEqual([]);
    },
  );

  test("gets a small one, without a secret or a value that was sent", async ({ expect }) => {
    const value = "v4lue".repeat(8000);
    const { ran } = await killed({ ...WAIT, event_type: "deploy", client_payload: JSON.stringify({ value }) });
    const state = JSON.stringify((ran as Ran).state);
    expect(state).toContain("phase");
    expect(state).not.toContain("v4lue");
    expect(state).not.toContain(TOKEN);
    expect(state.length).toBeLessThan(2000);
  });
});
