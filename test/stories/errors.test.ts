/** Every row of the error table, through the story: the message as the reader sees it, and that nothing was started. */

import { describe, expect, test } from "vitest";
import type { Permission } from "../simulator/world.ts";
import { BUSY, receiver } from "../support/receivers.ts";
import { asked, type Stage, setStage, TARGET } from "../support/stage.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const EVENT = receiver("repository_dispatch", "run-name");
const CHOICE = WORKFLOW.replace(
  "      fail:\n        required: false",
  "      color:\n        type: choice\n        required: true\n        options: [red, green]",
);
const BY_WORKFLOW = { workflow: "deploy.yml", ref: "main" };
const BY_EVENT = { event_type: "deploy" };

function messageOf(stage: Stage, given: Record<string, string>): Promise<string | undefined> {
  return stage
    .play(given)
    .then(({ failure }) =>
      failure?.replaceAll(stage.github.apiUrl, "https://github.test").replace(/A1B2:\d+/, "A1B2:…"),
    );
}

const stage = (workflow = WORKFLOW) =>
  setStage({ "deploy.yml": workflow, "busy.yml": BUSY }, { repository: { disabled: [] } });

describe("a token", () => {
  test("that is empty is told as a secret that is not there, and nothing is sent", async () => {
    const on = await stage();
    expect(await messageOf(on, { ...BY_WORKFLOW, token: "" })).toMatchInlineSnapshot(`
      "There is a problem with the inputs, so nothing was sent:
      - \`token\` is empty: the secret it is read from is not set, or this run gets no secrets (runs from forks and from Dependabot get none). Check the secret's name, and that the event gives secrets to this run."
    `);
    expect(on.github.requests).toEqual([]);
  });

  test("that GitHub does not know is told as bad or expired", async () => {
    const on = await stage();
    expect(await messageOf(on, { ...BY_WORKFLOW, token: "ghp_unknown" })).toMatchInlineSnapshot(`
      "GitHub does not accept the token (401 Bad credentials).
      It is wrong, expired or revoked, or belongs to another server: create a new one and store it in the secret that \`token\` reads."
    `);
    expect(on.github.requests).toHaveLength(1);
  });

  test("that ends during the wait is told as one that has ended", async () => {
    const on = await stage();
    on.github.addToken("ghs_onehour", {
      permissions: { actions: "write" },
      expiresAtMs: on.github.nowMs() + 3_600_000,
    });
    on.github.behaviour(TARGET, "deploy.yml", { queuedMs: 7_200_000 });
    const given = { ...BY_WORKFLOW, token: "ghs_onehour", wait_for: "completed", timeout_seconds: "7200" };
    expect(await messageOf(on, given)).toMatchInlineSnapshot(`
      "GitHub no longer accepts the token (401 Bad credentials): it stopped working during the wait.
      The run itself continues: https://github.test/octo/target/actions/runs/30000000011
      A GitHub App's token expires after one hour: set \`app_id\` and \`app_private_key\` instead of \`token\`, and it is renewed; a personal token was revoked or has expired."
    `);
    expect(on.clock.nowMs()).toBeLessThan(3_630_000);
  });

  test("that cannot see the repository is told so", async () => {
    const on = await stage();
    on.github.addToken("ghp_elsewhere", { permissions: { actions: "write" }, repositories: ["octo/other"] });
    expect(await messageOf(on, { ...BY_WORKFLOW, token: "ghp_elsewhere" })).toMatchInlineSnapshot(`
      "The token cannot see the repository octo/target (404).
      If \`token\` is the job's own \`GITHUB_TOKEN\` (the default), it can access only its own repository: use a token for the target. Check \`owner\` and \`repo\`, and that the token can access this repository; GitHub also returns 404 for a private repository that the token cannot access."
    `);
  });

  test.each([
    ["a workflow_dispatch", BY_WORKFLOW, "personal", { contents: "write", actions: "read" }],
    ["a workflow_dispatch", BY_WORKFLOW, "integration", { contents: "write", actions: "read" }],
    ["a repository_dispatch", BY_EVENT, "personal", { contents: "read", actions: "write" }],
    ["a repository_dispatch", BY_EVENT, "integration", { contents: "read", actions: "write" }],
  ] as const)("that lacks the permission for %s is told which (%#)", async (_, given, kind, permissions) => {
    const on = await stage();
    on.github.addToken("lacking", {
      permissions: permissions as Partial<Record<Permission, "read" | "write">>,
      kind,
    });
    expect(await messageOf(on, { ...given, token: "lacking" })).toMatchSnapshot();
    expect(on.github.runs(TARGET)).toEqual([]);
  });

  test("that may dispatch and may not read the runs is told which permission finding needs", async () => {
    const on = await stage(EVENT);
    on.github.addToken("lacking", { permissions: { contents: "write" } });
    expect(await messageOf(on, { ...BY_EVENT, token: "lacking" })).toMatchInlineSnapshot(`
      "The token cannot read the runs of octo/target (403 Resource not accessible by personal access token), so nothing was sent.
      It needs \`contents: write\` and \`actions: read\` for octo/target: a fine-grained token "Contents: Read and write" and "Actions: Read-only" with that repository selected, a classic one the scope \`repo\`."
    `);
  });
});

describe("a 404", () => {
  test("for a workflow that is not on the default branch says so", async () => {
    const on = await stage();
    expect(await messageOf(on, { workflow: "deplyo.yml", ref: "main" })).toMatchInlineSnapshot(`
      "octo/target has no workflow \`deplyo.yml\` on its default branch (404).
      Check the input \`workflow\` (the file's name, e.g. \`deploy.yml\`), and merge the file into the default branch: GitHub starts no workflow that is only on another branch. Did you mean \`deploy.yml\`? The files there: deploy.yml (Deploy), busy.yml (Busy)."
    `);
    expect(on.github.runs(TARGET)).toEqual([]);
  });

  test("for a workflow that is not there names none where the token may not list them", async () => {
    const on = await stage();
    on.github.fault = ({ path }) =>
      /\/actions\/workflows$/.test(path) ? { when: "before", kind: "status", status: 403 } : undefined;
    const message = await messageOf(on, { workflow: "deplyo.yml", ref: "main" });
    expect(message).toContain("has no workflow `deplyo.yml`");
    expect(message).not.toContain("The files there");
  });

  test("for a repository that does not exist says so", async () => {
    const on = await stage();
    expect(await messageOf(on, { ...BY_EVENT, repo: "octo/targte" })).toMatchInlineSnapshot(`
      "The token cannot see the repository octo/targte (404).
      If \`token\` is the job's own \`GITHUB_TOKEN\` (the default), it can access only its own repository: use a token for the target. Check \`owner\` and \`repo\`, and that the token can access this repository; GitHub also returns 404 for a private repository that the token cannot access."
    `);
  });

  test("for a repository whose default branch is asked for first says so as well", async () => {
    const on = await stage();
    expect(await messageOf(on, { workflow: "deploy.yml", repo: "octo/targte" })).toContain(
      "The token cannot see the repository octo/targte (404).",
    );
    expect(asked(on.github, "POST")).toEqual([]);
  });

  test("does not blame the ref where a look at it has no answer", async () => {
    const on = await stage();
    on.github.fault = ({ method, path }) => {
      if (method === "POST") return { when: "before", kind: "status", status: 404 };
      return path.includes("/git/ref/heads/") ? { when: "before", kind: "status", status: 502 } : undefined;
    };
    expect(await messageOf(on, BY_WORKFLOW)).toMatch(
      /^GitHub returned 404 for POST .*\/dispatches, although the token can see octo\/target\.\n/,
    );
  });
});

describe("a 422", () => {
  test.each([
    ["a ref that does not exist", WORKFLOW, { workflow: "deploy.yml", ref: "mian" }],
    ["a workflow without the trigger", WORKFLOW, { workflow: "busy.yml", ref: "main" }],
    ["an input that is not declared", WORKFLOW, { ...BY_WORKFLOW, workflow_inputs: "colour: s3cr3t-red" }],
    ["a required input that is missing", CHOICE, BY_WORKFLOW],
    ["a value that is not allowed", CHOICE, { ...BY_WORKFLOW, workflow_inputs: "color: s3cr3t-blue" }],
  ])("for %s says what to change", async (_, workflow, given) => {
    const on = await stage(workflow);
    const message = await messageOf(on, given);
    expect(message).toMatchSnapshot();
    expect(message).not.toContain("s3cr3t");
    expect(on.github.runs(TARGET)).toEqual([]);
  });

  test("for a disabled workflow says what to change", async () => {
    const on = await setStage({ "deploy.yml": WORKFLOW }, { repository: { disabled: ["deploy.yml"] } });
    expect(await messageOf(on, BY_WORKFLOW)).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target is disabled (422); nothing was started.
      Enable it on the target's Actions page, or with \`gh workflow enable\`."
    `);
  });

  test("for a workflow that GitHub cannot read names the mistake in the file, and no lines that it has", async () => {
    const text = WORKFLOW.replace("name: Deploy", "name: Deploy\ndescription: Which input (default: x)");
    const on = await setStage({ "deploy.yml": text }, { repository: { unreadable: ["deploy.yml"] } });
    expect(await messageOf(on, BY_WORKFLOW)).toMatchInlineSnapshot(`
      "GitHub sees no \`workflow_dispatch\` trigger in \`deploy.yml\` of octo/target on the ref \`main\` (422), because the file is not valid YAML (line 2): a text with \`: \` in it needs quotes; nothing was started.
      Fix the file: until then, GitHub does not start it, whatever its \`on:\` says."
    `);
  });

  test("that nobody knows is told in GitHub's words, without the values that were sent", async () => {
    const on = await stage(EVENT);
    const body = {
      message: "Validation Failed: s3cr3t-value is odd",
      errors: [{ message: "so is 42-s3cr3t" }],
    };
    on.github.fault = () => ({ when: "before", kind: "status", status: 422, body });
    const client_payload = '{"deep": [{"a": "s3cr3t-value"}], "b": "42-s3cr3t"}';
    expect(await messageOf(on, { ...BY_EVENT, client_payload })).toMatchInlineSnapshot(`
      "GitHub rejected the dispatch of the event \`deploy\` (422 Validation Failed: *** is odd: so is ***); nothing was started.
      Check \`event_type\` and \`client_payload\` against GitHub's message."
    `);
  });
});

test("a limit that lasts beyond the deadline fails at the deadline, and says so", async () => {
  const on = await stage(EVENT);
  const headers = {
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(on.github.nowMs() / 1000 + 1800),
  };
  const body = { message: "API rate limit exceeded for user ID 1." };
  on.github.fault = () => ({ when: "before", kind: "status", status: 403, headers, body });
  const played = await on.play(BY_EVENT);
  expect(played.tookMs).toBe(300_000);
  expect(played.failure).toMatchInlineSnapshot(`
    "GitHub's rate limit for this token is reached until 12:30:00 UTC, which is after the deadline (403 to GET /repos/octo/target/actions/runs).
    Send fewer requests with this token, or increase \`poll_interval_seconds\`, \`find_timeout_seconds\` or \`timeout_seconds\`."
  `);
  expect(played.log.filter((line) => line.includes("Rate limit"))).toMatchInlineSnapshot(`
    [
      "Rate limit reached until 12:30:00 UTC, which is after the deadline.",
    ]
  `);
  expect(on.github.requests).toHaveLength(1);
});

describe("a server that imitates GitHub's", () => {
  test("is told with what works there, before anything is sent", async () => {
    const on = await stage();
    const api_url = `${on.github.apiUrl}/api/v1`;
    const inputs = { event_type: "deploy", wait_for: "completed", api_url };
    expect((await on.play(inputs)).failure).toMatch(/Set `workflow`[\s\S]*Set `wait_for: nothing`/);
    expect(on.github.requests).toEqual([]);
    expect((await on.play({ ...BY_WORKFLOW, wait_for: "nothing", api_url })).failure).toBeUndefined();
    expect(on.github.requests.map(({ method }) => method)).toEqual(["POST"]);
  });

  test("and is asked at another root is told with that root", async () => {
    const on = await stage();
    const api_url = `${on.github.apiUrl}/api/v3`;
    const message = await messageOf(on, { ...BY_WORKFLOW, repo: "octo/nowhere", api_url });
    expect(message).toContain(
      "The request went to https://github.test/api/v3, the default API URL of an Enterprise Server",
    );
  });
});

describe("a server that is not there", () => {
  test("is asked until the deadline, and the address that was tried is told", async () => {
    const on = await stage();
    await on.github.close();
    expect(await messageOf(on, { ...BY_WORKFLOW, find_timeout_seconds: "30" })).toMatchInlineSnapshot(`
      "No connection to https://github.test (ECONNREFUSED).
      Check \`api_url\`, and that the runner can connect to it. If the runner reaches it only through a proxy, set \`HTTPS_PROXY\` (and \`NO_PROXY\` for hosts reached directly)."
    `);
    expect(on.clock.nowMs()).toBe(30_000);
  });

  test("whose name nobody knows is told with the name", async () => {
    const on = await stage();
    const message = await messageOf(on, {
      ...BY_WORKFLOW,
      api_url: "http://ghe.invalid/api/v3",
      find_timeout_seconds: "5",
    });
    expect(message).toMatch(/^No connection to http:\/\/ghe\.invalid\/api\/v3 \((ENOTFOUND|EAI_AGAIN)\)\./);
  });
});

test("an answer with a status that is in no table is told in GitHub's words", async () => {
  const on = await stage(EVENT);
  const body = { message: "Repository unavailable" };
  on.github.fault = ({ method }) =>
    method === "POST" ? { when: "before", kind: "status", status: 451, body } : undefined;
  expect(await messageOf(on, BY_EVENT)).toMatchInlineSnapshot(`
    "GitHub has blocked access to octo/target (451 Repository unavailable).
    No token or permission changes that: the repository's page or its owner can tell why, and GitHub's support can lift it."
  `);
});

test("an archived repository is told so", async () => {
  const on = await stage(EVENT);
  const body = { message: "Repository was archived so is read-only." };
  on.github.fault = () => ({ when: "before", kind: "status", status: 403, body });
  expect(await messageOf(on, BY_EVENT)).toMatchInlineSnapshot(`
    "octo/target is archived (403), so nothing can be started in it.
    Unarchive it, or change \`repo\`."
  `);
});

test("single sign-on is told with the link that GitHub sends in a header", async () => {
  const on = await stage(EVENT);
  const headers = { "x-github-sso": "required; url=https://github.com/orgs/acme/sso?authorization_request=A1" };
  const body = { message: "Resource protected by organization SAML enforcement." };
  on.github.fault = ({ method }) =>
    method === "POST" ? { when: "before", kind: "status", status: 403, headers, body } : undefined;
  expect(await messageOf(on, BY_EVENT)).toMatchInlineSnapshot(`
    "The token cannot send a repository_dispatch to octo/target (403 Resource protected by organization SAML enforcement.).
    Authorise the token for the organisation's single sign-on: https://github.com/orgs/acme/sso?authorization_request=A1"
  `);
});

test("a repository of the caller's own that is not seen is told without a word of the job's own token", async () => {
  const on = await setStage({});
  expect(await messageOf(on, { ...BY_EVENT, repo: "octo/the-app" })).toMatch(/ \(404\)\.\nCheck `owner` and `repo`, /);
});
