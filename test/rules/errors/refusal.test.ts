import { describe, expect, test } from "vitest";
import type { Situation } from "../../../src/errors/situation.ts";
import { mayLackPermission } from "../../../src/github/refusal-words.ts";
import { anEvent, eventDispatch, rejected, say, workflowDispatch } from "../../support/explained.ts";
import { aFault } from "../../support/faults.ts";

const target = "/repos/octo/target";
const oneRun = `GET ${target}/actions/runs/1`;
const runs = `GET ${target}/actions/runs`;
const workflows = `GET ${target}/actions/workflows`;
const cancel = `POST ${target}/actions/runs/1/cancel`;
const repository = `GET ${target}`;

describe("a 401 is explained", () => {
  const fault = rejected(401, "Bad credentials");

  test("as a bad or expired token at first", () => {
    expect(say(fault)).toMatchInlineSnapshot(`
      "GitHub does not accept the token (401 Bad credentials).
      It is wrong, expired or revoked, or belongs to another server: create a new one and store it in the secret that \`token\` reads."
    `);
  });

  test("as a token that has ended, and what lives longer, after it worked", () => {
    expect(say(fault, { tokenHasWorked: true })).toMatchInlineSnapshot(`
      "GitHub no longer accepts the token (401 Bad credentials): it stopped working during the wait.
      A GitHub App's token expires after one hour: set \`app_id\` and \`app_private_key\` instead of \`token\`, and it is renewed; a personal token was revoked or has expired."
    `);
  });
});

describe("a policy is not told as a missing permission", () => {
  const wrongAdvice = /It needs/;
  const classic =
    "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.";
  const fine =
    "`acme` forbids access via a personal access token with fine-grained permissions. Please use a GitHub App, or an OAuth App.";
  const longLived =
    "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days.";

  test.each([
    [
      "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions",
      "The token was created by an OAuth App",
    ],
    [longLived, "The token expires later than the organisation allows"],
    [fine, "The organisation forbids fine-grained tokens"],
    [classic, "The organisation forbids classic tokens"],
    ["The account is locked due to a billing issue.", "The account that owns octo/target, or the token's, is locked"],
    ["Sorry. Your account was suspended.", "The token's account is suspended"],
    ["Cannot trigger a 'workflow_dispatch' on a disabled workflow", "Enable it on the target's Actions page"],
    ["Actions has been disabled for this repository", "Enable it on the target's Actions page"],
    ["A word that nobody here knows", "GitHub's message says why."],
    ["Lassos and mosso are blocked", "GitHub's message says why."],
  ])("%s", (answer, remedy) => {
    const text = say(rejected(403, answer));
    expect(text).toContain(`(403 ${answer})`);
    expect(text.split("\n")[1]).toMatch(new RegExp(`^${remedy.replace(/[.()]/g, "\\$&")}`));
    expect(text).not.toMatch(wrongAdvice);
  });

  test.each(["", "Must have admin rights to Repository.", "Write access to repository not granted."])(
    "and what may be one, such as %j, is",
    (answer) => {
      expect(say(rejected(403, answer))).toMatch(/\nIt needs `actions: write` for octo\/target/);
    },
  );

  test("single sign-on comes with the link that GitHub has sent", () => {
    const ssoUrl = "https://github.com/orgs/acme/sso?authorization_request=A1";
    const about = { request: workflowDispatch, status: 403, answer: "Resource protected." };
    expect(say(aFault("rejected", { ...about, ssoUrl }))).toBe(
      "The token cannot send a workflow_dispatch to octo/target (403 Resource protected.).\n" +
        `Authorise the token for the organisation's single sign-on: ${ssoUrl}`,
    );
  });
});

test.each([{}, { tokenHasWorked: true }, { appPermissions: { actions: "write" as const } }])(
  "a 401 quotes GitHub's words, %j",
  (about) => {
    expect(say(rejected(401, "token is required"), about)).toContain("(401 token is required)");
    expect(say(rejected(401, ""), about)).toContain("(401)");
  },
);

describe("the job's own token", () => {
  const reachesNoOther =
    "If `token` is the job's own `GITHUB_TOKEN` (the default), it can access only its own repository: use a token for the target.";
  const refused: [string, ReturnType<typeof rejected>, Partial<Situation>][] = [
    ["a repository that is not seen", rejected(404, "Not Found"), { visible: { repository: false } }],
    ["an unclear 404", rejected(404, "Not Found"), {}],
    ["a 403", rejected(403, "Resource not accessible by integration"), {}],
  ];

  test.each(refused)("is said to reach no other repository, as a condition, for %s", (_, fault, about) => {
    expect(say(fault, about)).toContain(`\n${reachesNoOther} `);
  });

  test.each(refused)("is not said to where the target is its own, or the token an App's, for %s", (_, fault, about) => {
    expect(say(fault, { ...about, isOwnTarget: true })).not.toContain("(the default)");
    expect(say(fault, { ...about, appPermissions: { actions: "write" } })).not.toContain("(the default)");
  });

  test("is said to lack a permission where the target is its own", () => {
    expect(say(rejected(403, "Resource not accessible by integration"), { isOwnTarget: true })).toContain(
      "\nThe job's own `GITHUB_TOKEN` needs `permissions:` `actions: write` in the job.",
    );
  });
});

describe("a 403 is explained by the permission that is missing", () => {
  const byIntegration = "Resource not accessible by integration";
  const byToken = "Resource not accessible by personal access token";

  test("of GITHUB_TOKEN or an App for an event", () => {
    expect(say(rejected(403, byIntegration, eventDispatch), anEvent)).toMatchInlineSnapshot(`
      "The token cannot send a repository_dispatch to octo/target (403 Resource not accessible by integration).
      If \`token\` is the job's own \`GITHUB_TOKEN\` (the default), it can access only its own repository: use a token for the target. A GitHub App needs \`contents: write\` in its installation on octo/target."
    `);
  });

  test("of GITHUB_TOKEN or an App for a workflow", () => {
    expect(say(rejected(403, byIntegration))).toMatchInlineSnapshot(`
      "The token cannot send a workflow_dispatch to octo/target (403 Resource not accessible by integration).
      If \`token\` is the job's own \`GITHUB_TOKEN\` (the default), it can access only its own repository: use a token for the target. A GitHub App needs \`actions: write\` in its installation on octo/target."
    `);
  });

  test("of a personal token for an event", () => {
    expect(say(rejected(403, byToken, eventDispatch), anEvent)).toMatchInlineSnapshot(`
      "The token cannot send a repository_dispatch to octo/target (403 Resource not accessible by personal access token).
      It needs \`contents: write\` for octo/target: a fine-grained token "Contents: Read and write" with that repository selected, a classic one the scope \`repo\`."
    `);
  });

  test("of a personal token for a workflow", () => {
    expect(say(rejected(403, byToken))).toMatchInlineSnapshot(`
      "The token cannot send a workflow_dispatch to octo/target (403 Resource not accessible by personal access token).
      It needs \`actions: write\` for octo/target: a fine-grained token "Actions: Read and write" with that repository selected, a classic one the scope \`repo\`."
    `);
  });

  test.each([
    [eventDispatch, "send a repository_dispatch to", "contents: write", "Contents: Read and write"],
    [cancel, "cancel a run of", "actions: write", "Actions: Read and write"],
    [runs, "read the runs of", "actions: read", "Actions: Read-only"],
    [oneRun, "read the runs of", "actions: read", "Actions: Read-only"],
    [`${oneRun}/jobs`, "read the runs of", "actions: read", "Actions: Read-only"],
    [workflows, "read the workflows of", "actions: read", "Actions: Read-only"],
    [repository, "read", "metadata: read", "Metadata: Read-only"],
  ])("for %s", (request, what, permission, label) => {
    expect(say(rejected(403, byToken, request), anEvent)).toBe(
      `The token cannot ${what} octo/target (403 ${byToken}).\n` +
        `It needs \`${permission}\` for octo/target: a fine-grained token "${label}" with that repository selected, a classic one the scope \`repo\`.`,
    );
  });
});

describe("a 403 is explained by what else keeps the token out", () => {
  const mayNot = "The token cannot send a workflow_dispatch to octo/target";
  const saml = "Resource protected by organization SAML enforcement.";
  const ip =
    "Although you appear to have the correct authorization credentials, the organization has an IP allow list enabled";

  test.each([
    [
      "Repository was archived so is read-only.",
      "octo/target is archived (403), so nothing can be started in it.",
      "Unarchive it, or change `repo`.",
    ],
    [
      saml,
      `${mayNot} (403 ${saml}).`,
      "Authorise the token for the organisation's single sign-on (Settings → Developer settings → Configure SSO).",
    ],
    [
      ip,
      `${mayNot} (403 ${ip}).`,
      "The organisation has an IP allow list: add the runner's address, or use a runner that is on it.",
    ],
  ])("%s", (answer, ...lines) => {
    expect(say(rejected(403, answer))).toBe(lines.join("\n"));
  });
});

describe("a 404 is explained", () => {
  const fault = rejected(404, "Not Found");

  test("by a repository that the token cannot see", () => {
    expect(say(fault, { visible: { repository: false } })).toMatchInlineSnapshot(`
      "The token cannot see the repository octo/target (404).
      If \`token\` is the job's own \`GITHUB_TOKEN\` (the default), it can access only its own repository: use a token for the target. Check \`owner\` and \`repo\`, and that the token can access this repository; GitHub also returns 404 for a private repository that the token cannot access."
    `);
  });

  test("by a repository, with the root that was asked, where that may have been made of a URL", () => {
    const visible = { repository: false };
    const apiUrl = "https://git.example.com/api/v3";
    expect(say(fault, { visible, apiUrl })).toContain(
      `The request went to ${apiUrl}, the default API URL of an Enterprise Server`,
    );
    expect(say(fault, { visible, apiUrl: "https://api.github.com" })).not.toContain("The request went to");
  });

  test("by a workflow that is not on the default branch", () => {
    expect(say(fault, { visible: { repository: true, workflow: false } })).toMatchInlineSnapshot(`
      "octo/target has no workflow \`deploy.yml\` on its default branch (404).
      Check the input \`workflow\` (the file's name, e.g. \`deploy.yml\`), and merge the file into the default branch: GitHub starts no workflow that is only on another branch."
    `);
  });

  test("by a ref that is not there", () => {
    expect(say(fault, { visible: { repository: true, workflow: true, ref: false } })).toMatchInlineSnapshot(`
      "octo/target has no branch or tag \`release/1\` that the token can see (404).
      Check the input \`ref\`."
    `);
  });

  test("by a permission where all can be seen", () => {
    expect(say(fault, { visible: { repository: true, workflow: true, ref: true } })).toMatchInlineSnapshot(`
      "GitHub returned 404 for POST /repos/octo/target/actions/workflows/deploy.yml/dispatches, although the token can see octo/target.
      If \`token\` is the job's own \`GITHUB_TOKEN\` (the default), it can access only its own repository: use a token for the target. GitHub also returns 404 when a permission is missing: the token needs \`actions: write\` for this repository (a classic token the scope \`repo\`)."
    `);
  });

  test.each<[string, Situation["visible"]]>([
    ["nothing was looked at", undefined],
    ["nothing could be seen or ruled out", {}],
    ["only the workflow was seen", { workflow: true }],
  ])("by a permission, and by no sight of the repository, where %s", (_, visible) => {
    expect(say(fault, { visible }).split("\n")).toEqual([
      `GitHub returned 404 for ${workflowDispatch}.`,
      expect.stringContaining("a permission is missing: the token needs `actions: write`"),
    ]);
  });

  test("by a run that GitHub has named and not shown", () => {
    expect(say(rejected(404, "Not Found", oneRun), { namedRunId: 30_000_000_011 })).toMatchInlineSnapshot(`
      "GitHub's response to the dispatch named run 30000000011, but GitHub does not show it in octo/target (404).
      If its page exists, increase \`find_timeout_seconds\`, and check that the token has \`actions: read\`."
    `);
  });

  test("by a run that somebody has deleted", () => {
    expect(say(rejected(404, "Not Found", oneRun))).toMatchInlineSnapshot(`
      "The run no longer exists in octo/target (404): it was deleted.
      Its result can no longer be read."
    `);
  });
});

describe("another refusal is explained", () => {
  test("by its answer, without the values that were sent", () => {
    const answer = "s3cret is gone: x-s3cret-x";
    const fault = aFault("rejected", { request: workflowDispatch, status: 410, answer });
    expect(say(fault)).toMatchInlineSnapshot(`
      "GitHub refused POST /repos/octo/target/actions/workflows/deploy.yml/dispatches (410 *** is gone: x-***-x).
      Check the inputs \`api_url\`, \`repo\` and \`workflow\`, and that this is the intended server."
    `);
  });
});

describe("a 403 with a reason of its own", () => {
  test("is not told as a matter of billing where a repository is locked", () => {
    const text = say(rejected(403, "Repository has been locked for migration."));
    expect(text).toContain("octo/target is locked (403 Repository has been locked for migration.)");
    expect(text).not.toMatch(/billing|permission/);
  });

  test.each([
    ["", true],
    ["Resource not accessible by integration", true],
    ["Must have admin rights to Repository.", true],
    ["A word that nobody here knows", true],
    ["Repository was archived so is read-only.", false],
    ["Resource protected by organization SAML enforcement.", false],
    ["`acme` forbids access via a personal access token with fine-grained permissions.", false],
    ["This workflow run cannot be retried", false],
  ])("%j may mean a missing permission: %j", (answer, may) => {
    expect(mayLackPermission({ status: 403, answer })).toBe(may);
    expect(mayLackPermission({ status: 422, answer })).toBe(false);
    expect(mayLackPermission({ status: 404, answer })).toBe(true);
  });
});
