/** What `report` says where it cannot tell: refusals, troubles of the network, bad inputs; with an App's credentials as well. */

import { describe, expect, test } from "vitest";
import { APP_ID, CLIENT_ID, PRIVATE_KEY, PUBLIC_KEY, tokensUsed } from "../support/app-stage.ts";
import { receiver } from "../support/receivers.ts";
import {
  addCallersRun,
  CONTEXT,
  eventOf,
  MINUTE,
  OWN_TOKEN,
  playReport,
  REPORT_TOKEN,
  setReportStage,
} from "../support/report-stage.ts";
import { CALLER } from "../support/step.ts";

/** A run that has ended, and whose status waits. */
async function ended(options: Parameters<typeof setReportStage>[0] = {}) {
  const on = await setReportStage(options);
  const { id } = await on.leave();
  await on.clock.sleep(80_000);
  return { ...on, id };
}

describe("a token that is refused is an error that names the permission", () => {
  test.each<[string, object, string]>([
    [
      "runs of the caller",
      { statuses: "write" },
      "Could not read octo/the-app: 403: Resource not accessible by personal access token. `token` needs `actions: read` there.",
    ],
    [
      "statuses",
      { actions: "read" },
      "Could not read the statuses of octo/the-app: 403: Resource not accessible by personal access token. `token` needs `statuses: read` there.",
    ],
    [
      "setting them",
      { actions: "read", statuses: "read" },
      `Could not set the commit status \`${CONTEXT}\` in octo/the-app: 403: Resource not accessible by personal access token. \`token\` needs \`statuses: write\` there.`,
    ],
  ])("for %s", async (_, permissions, message) => {
    const { caller, id, tell } = await ended();
    caller.addToken("ghp_less", { permissions });
    const { failure } = await tell(id, { token: "ghp_less" });
    expect(failure).toBe(message);
  });

  test("or that is unknown", async () => {
    const { id, tell } = await ended();
    const { failure } = await tell(id, { token: "ghp_unknown" });
    expect(failure).toBe(
      "Could not read octo/the-app: 401: Bad credentials. The token is wrong, expired or revoked, or belongs to another server.",
    );
  });

  test.each(["job", "run-name"] as const)("for runs of this repository, whose id is in a %s", async (sign) => {
    const { github, id, tell } = await ended({ workflow: receiver("workflow_dispatch", sign) });
    github.addToken("ghs_less", { kind: "integration", permissions: {} });
    const { failure } = await tell(id, { own_token: "ghs_less" });
    const what = sign === "job" ? `the jobs of run ${id}` : `run ${id}`;
    expect(failure).toBe(
      `Could not read ${what}: 403: Resource not accessible by integration. \`own_token\` needs \`actions: read\` here.`,
    );
  });

  test("unless another caller has the run", async () => {
    const { caller, id, tell, told } = await ended();
    addCallersRun(caller, "octo/closed", { id: 7 });
    caller.addToken("ghp_one", {
      permissions: { actions: "read", statuses: "write" },
      repositories: [CALLER.repository],
    });
    caller.fault = ({ path }) =>
      path.includes("octo/closed") ? { kind: "status", when: "before", status: 403 } : undefined;
    const { failure } = await tell(id, { callers: "closed, the-app", token: "ghp_one" });
    expect(failure).toBeUndefined();
    expect(told().at(-1)).toMatch(/^success/);
    expect((await tell(id, { callers: "closed", token: "ghp_one" })).failure).toContain(
      "Could not read octo/closed: 403",
    );
  });
});

describe("trouble that passes is waited out", () => {
  test.each<[string, object]>([
    ["an outage", { kind: "status", status: 502, when: "before" }],
    ["a status that was set, with its answer lost", { kind: "status", status: 502, when: "after" }],
    ["a limit", { kind: "status", status: 429, when: "before", headers: { "retry-after": "20" } }],
    ["a reset", { kind: "reset", when: "before" }],
  ])("such as %s", async (_, fault) => {
    const { caller, id, tell, told } = await ended();
    let nth = 0;
    caller.fault = () => (++nth % 2 === 1 ? (fault as never) : undefined);
    const { failure } = await tell(id);
    expect(failure).toBeUndefined();
    expect(new Set(told().slice(1))).toEqual(new Set(["success: The remote run ended as success"]));
  });

  test("for two minutes", async () => {
    const { caller, id, tell } = await ended();
    caller.fault = () => ({ kind: "status", status: 502, when: "before" });
    const { failure, tookMs } = await tell(id);
    expect(failure).toMatch(/^Could not read octo\/the-app: 502/);
    expect(tookMs).toBeLessThanOrEqual(121_000);
  });
});

test("each token goes to its own server alone", async () => {
  const { github, caller, clock, id, tellOf } = await ended({ workflow: receiver("workflow_dispatch", "job") });
  const before = [github.requests.length, caller.requests.length];
  await tellOf(eventOf(github, id));
  await clock.sleep(1000);
  expect(tokensUsed(github.requests.slice(before[0]))).toEqual([OWN_TOKEN]);
  expect(tokensUsed(caller.requests.slice(before[1]))).toEqual([REPORT_TOKEN]);
});

describe("an App", () => {
  const credentials = { token: "", app_id: String(APP_ID), app_private_key: PRIVATE_KEY };
  const permissions = { actions: "read", statuses: "write" } as const;

  async function withApp(installed = [CALLER.repository], granted: object = permissions) {
    const on = await ended();
    addCallersRun(on.caller, "octo/other", { id: 7 });
    const installation = { id: 4711, account: "octo", repositories: installed, permissions: granted };
    on.caller.addApp({ appId: APP_ID, clientId: CLIENT_ID, publicKey: PUBLIC_KEY, installations: [installation] });
    return on;
  }

  test("tells the caller", async () => {
    const { id, tell, told } = await withApp();
    const { failure } = await tell(id, credentials);
    expect(failure).toBeUndefined();
    expect(told().at(-1)).toBe("success: The remote run ended as success");
  });

  test("tells one of several", async () => {
    const { id, tell, told } = await withApp([CALLER.repository, "octo/other"]);
    const { failure } = await tell(id, { ...credentials, callers: "other, the-app" });
    expect(failure).toBeUndefined();
    expect(told().at(-1)).toBe("success: The remote run ended as success");
  });

  test.each<[string, string[], object]>([
    ["is not installed there", ["octo/other"], permissions],
    ["may not set statuses", [CALLER.repository], { actions: "read" }],
  ])("that %s is an error", async (_, installed, granted) => {
    const { id, tell, told } = await withApp(installed, granted);
    const { failure } = await tell(id, credentials);
    expect(failure).toMatch(
      /^Could not read octo\/the-app: 4\d\d: [^.]+\. Install the App there with `actions: read` and `statuses: write`/,
    );
    expect(told()).toHaveLength(1);
  });
});

describe("bad inputs", () => {
  test("are all in one message, and nothing is asked", async () => {
    const { github, caller, clock, id } = await ended();
    const before = github.requests.length + caller.requests.length;
    const { failure } = await playReport(
      github,
      { callers: "a/b/c\n", token: "", own_token: "", success_conclusions: "green", dry_run: "maybe" },
      { clock, payload: eventOf(github, id), more: ["caller", "wait_for"] },
    );
    expect(failure?.split("\n")).toEqual([
      "There are 7 problems with the inputs, so nothing was sent:",
      expect.stringContaining("`caller` is not an input of `report`: if `callers` is meant"),
      expect.stringContaining("`wait_for` is not an input of `report`"),
      expect.stringContaining("`callers`"),
      expect.stringContaining("`own_token` is empty"),
      expect.stringContaining("`token` is empty"),
      expect.stringContaining("`success_conclusions`"),
      expect.stringContaining("`dry_run`"),
    ]);
    expect(github.requests.length + caller.requests.length).toBe(before);
  });

  test.each<[Record<string, string>, string]>([
    [{ callers: "" }, "`callers` is empty: name the repositories that may be told, one a line."],
    [
      { callers: Array.from({ length: 21 }, (_, nth) => `caller-${nth}`).join("\n") },
      "`callers` has 21 names; at most 20 can be told by one workflow.",
    ],
    [{ app_id: "1" }, "`app_private_key`"],
  ])("such as %j", async (given, problem) => {
    const { id, tell } = await ended();
    expect((await tell(id, given)).failure).toContain(problem);
  });

  test.each<[string, unknown]>([
    ["push", {}],
    ["workflow_run", {}],
    ["workflow_run", null],
    ["workflow_run", { workflow_run: { id: "x" } }],
    ["workflow_dispatch", { workflow_run: {} }],
  ])("and an event that tells of no run (%s, %j) are an error", async (event, payload) => {
    const { github, clock } = await setReportStage({ behaviour: MINUTE });
    const { failure } = await playReport(
      github,
      { callers: "the-app", token: REPORT_TOKEN },
      { clock, event, payload },
    );
    expect(failure).toBe(
      `\`report\` tells what becomes of the run that a \`workflow_run\` event is about, but the event is \`${event}\`: start its workflow \`on: workflow_run\` (docs/commit-status.md).`,
    );
  });
});
