/** The second table of docs/permissions.md, played: every request is listed, and none that is listed is never made. */

import { describe, expect, test, vi } from "vitest";
import type { EventCommit } from "../../src/inputs/target.ts";
import type { Behaviour, FaultHook, GitHub } from "../simulator/index.ts";
import { findRoute } from "../simulator/routes.ts";
import { APP_ID, PRIVATE_KEY, PUBLIC_KEY } from "../support/app-stage.ts";
import { setExample } from "../support/examples.ts";
import { endpointOf, endpoints } from "../support/permissions-tables.ts";
import { setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";
import { setStage, TARGET } from "../support/stage.ts";
import { CALLER, GITHUB_TOKEN } from "../support/step.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const EVENT = receiver("repository_dispatch", "step");
const START = { workflow: "deploy.yml", ref: "main", distinct_id: "run-7" };

/** The rows that were played. */
const made = new Set<string>();

/** Takes the requests of a play: each has its row, with the permission that GitHub wants for it. */
function take({ requests }: GitHub): void {
  for (const { method, path } of requests) {
    const row = endpointOf({ method, path });
    expect(row, `${method} ${path} is not in docs/permissions.md`).toBeDefined();
    if (!row) continue;
    made.add(row.request);
    const route = findRoute(method, path.replace(/^\/repositories\/\d+/, "/repos/octo/target"))?.route;
    const ownName =
      { "/installation/token": "the token itself" }[path] ??
      (/^\/(job-logs|artifact-files)\//.test(path) ? "its address" : "the App's signature");
    expect({ path, permission: row.permission }).toEqual({
      path,
      permission: route?.needs?.join(": ") ?? ownName,
    });
  }
}

interface Scene {
  workflow?: string;
  behaviour?: Behaviour;
  given?: Record<string, string>;
  fault?: FaultHook;
  change?: (github: GitHub) => unknown;
  cancelAfterMs?: number;
  commit?: EventCommit;
}

async function playScene(scene: Scene) {
  const { workflow = WORKFLOW, behaviour = {}, given, fault, change, cancelAfterMs, commit } = scene;
  const on = await setStage({ "deploy.yml": workflow }, { behaviour: { freshRun404Ms: 0, ...behaviour } });
  change?.(on.github);
  on.github.fault = fault;
  const inputs = { ...START, ...given };
  const played = await on.play(inputs, { ...(cancelAfterMs && { cancelAfterMs }), ...(commit && { commit }) });
  if (cancelAfterMs !== undefined) await on.playPost(inputs, played.trace);
  take(on.github);
  const page = (text: string | undefined) => text?.replaceAll(on.github.apiUrl, "").replace(/A1B2:\d+/, "A1B2:…");
  return { ...played, failure: page(played.failure), log: played.log.map(page) };
}

/** Refuses one kind of request, as for a token without its permission. */
const without =
  (pattern: RegExp): FaultHook =>
  ({ method, path }) =>
    pattern.test(`${method} ${path}`)
      ? {
          kind: "status",
          when: "before",
          status: 403,
          body: { message: "Resource not accessible by integration" },
        }
      : undefined;

/** The caller's repository, in which its job may set statuses. */
function addCaller(github: GitHub): void {
  github.addRepository(CALLER.repository);
  const permissions = { statuses: "write", pull_requests: "read" } as const;
  github.setPullRequest(CALLER.repository, { number: 42, headSha: CALLER.sha });
  github.addToken(GITHUB_TOKEN, { kind: "integration", permissions, repositories: [CALLER.repository] });
}

const WAITING: Scene = {
  given: { wait_for: "completed" },
  behaviour: { statuses: [{ status: "waiting", forMs: 60_000 }], environment: "production" },
};
const PENDING: Scene = {
  workflow: WORKFLOW.replace("jobs:\n", "concurrency: deploy\njobs:\n"),
  given: { wait_for: "completed" },
  change: (github) => github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch" }),
};
const NOT_THERE: Scene = { given: { workflow: "deplyo.yml" } };

describe("every request is listed, with its permission", () => {
  const scenes: Record<string, Scene> = {
    "of a run that is found by a step's name": {
      workflow: EVENT,
      given: { workflow: "", event_type: "deploy" },
    },
    "without a ref, for a workflow's display name": {
      given: { workflow: "Deploy", ref: "", wait_for: "completed" },
    },
    "of a run that waits for an approval": WAITING,
    "of a run that waits in a concurrency group": PENDING,
    "for a target that was renamed": {
      given: { repo: "octo/former" },
      change: (github) => {
        github.addRepository("octo/former", { workflows: { "deploy.yml": WORKFLOW } });
        github.renameRepository("octo/former", "octo/latter");
      },
    },
    "of a dry run": { given: { dry_run: "true" } },
    "of a dry run for an event": { given: { dry_run: "true", workflow: "", ref: "", event_type: "deploy" } },
    "of a run that is not found": {
      workflow: EVENT.replace("distinct_id", "another"),
      given: { workflow: "", ref: "", event_type: "deploy", find_timeout_seconds: "20" },
    },
    "after a 404": NOT_THERE,
    "after an unclear answer": {
      fault: ({ method, nth }) => (method === "POST" && nth === 1 ? { kind: "reset", when: "after" } : undefined),
    },
    "of a run that is deleted": {
      given: { wait_for: "completed" },
      fault: ({ path, nth }) =>
        /\/runs\/\d+$/.test(path) && nth > 2
          ? { kind: "status", when: "before", status: 404, body: { message: "Not Found" } }
          : undefined,
    },
    "of a run whose job fails": {
      behaviour: { jobs: { identify: { failedStep: "Deploy" } } },
      given: { wait_for: "completed" },
    },
    "of a run that has left values": {
      behaviour: { artifacts: [{ name: "values", text: "{}" }] },
      given: { wait_for: "completed", outputs_from: "values" },
    },
    "of a run that is red": { behaviour: { conclusion: "failure" }, given: { wait_for: "completed" } },
    "of a run that is run again": {
      behaviour: { jobs: { identify: { failedStep: "Deploy" } } },
      given: { wait_for: "completed", rerun_failed: "1" },
    },
    "of a run that is a commit's status": {
      given: { wait_for: "completed", status_context: "remote" },
      change: addCaller,
    },
    "of a run that is the status of a pull request with a comment": {
      given: { wait_for: "completed", status_context: "remote" },
      change: addCaller,
      commit: { ofPullRequest: 42 },
    },
    "at the deadline": {
      behaviour: { queuedMs: 600_000 },
      given: { wait_for: "completed", timeout_seconds: "30", cancel_run_on: "timeout" },
    },
    "of a step that is cancelled, and of its post step": {
      behaviour: { queuedMs: 600_000, cancel: "ignored" },
      given: { wait_for: "completed", cancel_run_on: "cancel" },
      cancelAfterMs: 20_000,
    },
  };
  test.each(Object.entries(scenes))("%s", async (_, scene) => {
    await playScene(scene);
  });

  test("of a GitHub App", async () => {
    const { github, run } = await setProcessStage({ [TARGET]: { "deploy.yml": WORKFLOW } });
    github.addApp({
      appId: APP_ID,
      clientId: "Iv23li",
      publicKey: PUBLIC_KEY,
      installations: [{ id: 1, account: "octo", repositories: "all", permissions: { actions: "write" } }],
    });
    const ran = await run({ ...START, repo: TARGET, app_id: String(APP_ID), app_private_key: PRIVATE_KEY });
    expect(ran.exitCode).toBe(0);
    take(github);
  });

  test("of `report`, and of its dry run", async () => {
    const stage = await setExample("leave-a-deployment", { behaviour: { stepMs: 2000 } });
    const { github, target, play, playReport } = stage;
    const left = await play();
    await vi.waitUntil(() => github.runs(target)[0]?.status === "in_progress");
    for (const { jobs } of [left, await playReport("in_progress"), await playReport("by hand")])
      expect(Object.values(jobs)).toMatchObject([{ result: "success" }]);
    expect(github.statuses("octo/the-app")).toMatchObject([{ state: "pending" }, { state: "pending" }]);
    await overtake(github, target);
    await playReport("in_progress");
    take(github);
  });

  test("and no row is left over", () => {
    expect([...made].sort()).toEqual(endpoints.map(({ request }) => request).sort());
  });
});

describe("what is only nice to have is left out quietly where the token may not read it", () => {
  test("such as the environment that a run waits for", async () => {
    const all = await playScene(WAITING);
    const less = await playScene({ ...WAITING, fault: without(/pending_deployments$/) });
    expect(less.failure).toBeUndefined();
    expect(less.warnings).toEqual([]);
    expect(less.outputs.conclusion).toBe("success");
    expect(all.log.join("\n")).toContain("production");
    expect(less.log.join("\n")).not.toContain("production");
    expect(less.log).toHaveLength(all.log.length);
    expect(less.log.join("\n")).not.toContain("403");
  });

  test.each([/\/runs\/\d+\/concurrency_groups$/, /\/concurrency_groups\/deploy$/])(
    "such as its place in a concurrency group (%s)",
    async (request) => {
      const all = await playScene(PENDING);
      const less = await playScene({ ...PENDING, fault: without(request) });
      expect(less).toMatchObject({ failure: undefined, warnings: [], outputs: { conclusion: "success" } });
      expect(all.log.join("\n")).toContain("second in line");
      expect(less.log.join("\n")).not.toMatch(/second in line|403/);
      expect(less.log).toContain("The run is pending: its concurrency group lets another run go first.");
    },
  );

  test.each([
    ["log", /\/jobs\/\d+\/logs$/, "The last lines of step"],
    ["annotations", /\/annotations$/, "Annotations of its jobs"],
  ])("such as a failed job's %s", async (_, request, words) => {
    const failing: Scene = {
      behaviour: {
        jobs: {
          identify: {
            failedStep: "Deploy",
            annotations: [{ path: "src/app.ts", line: 12, level: "failure", message: "broken" }],
          },
        },
      },
      given: { wait_for: "completed" },
    };
    const all = await playScene(failing);
    const less = await playScene({ ...failing, fault: without(request) });
    expect(all.failure).toContain(words);
    expect(less.failure).toMatch(/^The run ended as failure: /);
    expect(less.failure).not.toContain(words);
    expect(less.failure).not.toContain("403");
    expect(less).toMatchObject({ warnings: [], log: all.log, outputs: { conclusion: "failure" } });
  });

  test.each([
    ["ref", /\/git\/ref\//, "cannot look up the ref"],
    ["workflow's file", /\/contents\//, "cannot read the workflow files"],
    ["workflow", /GET .*\/workflows\//, "cannot see the workflows"],
  ])("but not the %s in a dry run, which cannot judge without it", async (_, request, words) => {
    const { failure, log } = await playScene({ given: { dry_run: "true" }, fault: without(request) });
    expect(failure).toMatch(/^The dry run could not check:\n\? /);
    expect(failure).toContain(words);
    expect(log.join("\n")).toContain(words);
  });

  test("such as the ref, after a 404", async () => {
    const [all, less] = [await playScene(NOT_THERE), await playScene({ ...NOT_THERE, fault: without(/\/git\/ref\//) })];
    expect(less).toMatchObject({ failure: all.failure, warnings: [], log: all.log });
  });

  test("such as the workflow, after a 404", async () => {
    const less = await playScene({ ...NOT_THERE, fault: without(/GET .*\/workflows\/deplyo\.yml$/) });
    expect(less.warnings).toEqual([]);
    expect(less.failure).toMatch(/^GitHub returned 404 for POST \S+, although the token can see octo\/target\./);
  });
});

describe("what the table calls told", () => {
  test("is a cancellation that is refused", async () => {
    const { failure } = await playScene({
      behaviour: { queuedMs: 600_000 },
      given: { wait_for: "completed", cancel_run_on: "cancel" },
      fault: without(/\/(force-)?cancel$/),
      cancelAfterMs: 20_000,
    });
    expect(failure).toMatch(/could not be cancelled \(403: the token needs `actions: write`\) and continues: /);
  });

  test("is a commit status that is refused", async () => {
    const { failure, warnings } = await playScene({
      given: { wait_for: "completed", status_context: "remote" },
      change: addCaller,
      fault: without(/\/statuses\//),
    });
    expect(failure).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("needs `statuses: write`")]);
  });

  test("is a further attempt that is refused", async () => {
    const { failure } = await playScene({
      behaviour: { jobs: { identify: { failedStep: "Deploy" } } },
      given: { wait_for: "completed", rerun_failed: "1" },
      fault: without(/\/rerun-failed-jobs$/),
    });
    expect(failure).toMatch(/The failed jobs were not re-run: GitHub refused \(403: .*it is `actions: write`\./);
  });

  test("is nothing else, and all else is needed but for what is left out", () => {
    const rowsOf = (word: string) =>
      endpoints.filter(({ whereRefused }) => whereRefused === word).map(({ request }) => request);
    expect(rowsOf("is told").map((request) => request.replace(/^.*\//, ""))).toEqual([
      "cancel",
      "rerun-failed-jobs",
      "force-cancel",
      "{sha}",
      "{pull_number}",
    ]);
    expect(rowsOf("is left out").map((request) => request.replace(/^.*\/([^/]+\/[^/]+)$/, "$1"))).toEqual([
      "workflows/{workflow_id}",
      "ref/{ref}",
      "contents/{path}",
      "{run_id}/pending_deployments",
      "{run_id}/concurrency_groups",
      "concurrency_groups/{group}",
      "{check_run_id}/annotations",
      "{job_id}/logs",
      "GET {log_address}",
      "installation/token",
    ]);
    expect(rowsOf("the step fails")).toHaveLength(endpoints.length - 15);
  });
});

/** Another run's report has written over the status that was left. */
async function overtake(github: GitHub, target: string): Promise<void> {
  github.addToken("ghp_late", { permissions: { statuses: "write" } });
  const { sha = "", context } = github.statuses("octo/the-app")[0] ?? {};
  const status = { context, state: "success", description: "The remote run ended as success" };
  const target_url = `${github.apiUrl}/${target}/actions/runs/1`;
  const answer = await fetch(`${github.apiUrl}/repos/octo/the-app/statuses/${sha}`, {
    method: "POST",
    headers: { authorization: "Bearer ghp_late" },
    body: JSON.stringify({ ...status, target_url }),
  });
  expect(answer.status).toBe(201);
}
