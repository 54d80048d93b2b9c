/** The bundle with a status on the caller's commit: two servers, two tokens, and every connection looked at. */

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, vi } from "vitest";
import { tokensUsed } from "../support/app-stage.ts";
import { setProcessStage, TOKEN } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";
import { CALLER } from "../support/step.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const STATUS_TOKEN = "ghs_9zYxW8vUtSrQpOnMlKjI";
const HEAD = "1234567890123456789012345678901234567890";

/** Target and caller, each on a server of its own. */
async function setTwo(behaviour = {}) {
  const target = await setProcessStage({ "octo/target": { "deploy.yml": WORKFLOW } }, { behaviour });
  const { github: caller } = await setProcessStage({ [CALLER.repository]: {} });
  const permissions = { statuses: "write" } as const;
  caller.addToken(STATUS_TOKEN, { kind: "integration", permissions, repositories: [CALLER.repository] });
  const given = {
    api_url: target.github.apiUrl,
    repo: "octo/target",
    workflow: "deploy.yml",
    ref: "main",
    wait_for: "completed",
    status_context: "remote",
    status_token: STATUS_TOKEN,
  };
  const env = { GITHUB_API_URL: caller.apiUrl };
  return { ...target, caller, given, env, states: () => caller.statuses(CALLER.repository).map(({ state }) => state) };
}

describe.concurrent("a commit status", () => {
  test("goes to the caller's server alone, by a token that no other server sees", async ({ expect }) => {
    const { github, caller, run, given, env, states } = await setTwo();
    const ran = await run(given, env);
    expect(ran.exitCode).toBe(0);
    expect(states()).toEqual(["pending", "success"]);
    expect(tokensUsed(github.requests)).toEqual([TOKEN]);
    expect(tokensUsed(caller.requests)).toEqual([STATUS_TOKEN]);
    expect(github.requests.filter(({ path }) => path.includes("/statuses/"))).toEqual([]);
    expect(caller.requests.filter(({ path }) => !path.includes("/statuses/"))).toEqual([]);
    expect(ran.stdout).toContain(`::add-mask::${STATUS_TOKEN}`);
    expect(ran.stdout.replaceAll(`::add-mask::${STATUS_TOKEN}`, "")).not.toContain(STATUS_TOKEN);
  });

  test("is on the head of a pull request", async ({ expect }) => {
    const { caller, run, given, env } = await setTwo();
    const event = join(mkdtempSync(join(tmpdir(), "tracked-dispatch-")), "event.json");
    writeFileSync(event, JSON.stringify({ repository: { private: true }, pull_request: { head: { sha: HEAD } } }));
    await run(given, { ...env, GITHUB_EVENT_PATH: event, GITHUB_EVENT_NAME: "pull_request" });
    expect(caller.statuses(CALLER.repository).map(({ sha }) => sha)).toEqual([HEAD, HEAD]);
  });

  test("of a step that was killed is ended by `post`", async ({ expect }) => {
    const { start, runPost, given, env, states } = await setTwo({ queuedMs: 600_000 });
    const step = start(given, env);
    step.onLine((line) => {
      if (line.includes("The run is queued"))
        void vi.waitUntil(() => states().length > 0).then(() => step.kill("SIGKILL"));
    });
    const killed = await step.ended;
    expect(states()).toEqual(["pending"]);
    const ended = await runPost(given, killed, env);
    expect(ended.exitCode).toBe(0);
    expect(states()).toEqual(["pending", "error"]);
  });
});
