/** What can go wrong with a GitHub App: the message as the reader sees it, and that nothing was started. */

import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  type AppStage,
  type AppStageOptions,
  CLIENT_ID,
  KEYS,
  OTHER_KEYS,
  PRIVATE_KEY,
  PUBLIC_KEY,
  setAppStage,
} from "../support/app-stage.ts";
import { receiver } from "../support/receivers.ts";
import { asked, TARGET } from "../support/stage.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");
const START = { workflow: "deploy.yml", ref: "main" };
const WAIT = { ...START, wait_for: "completed", timeout_seconds: "10800", poll_interval_seconds: "60" };
/** As long as the wait: a token made at its beginning has to be renewed in it. */
const SLOW = { behaviour: { freshRun404Ms: 0, queuedMs: 7_200_000 } };

const stage = (options?: AppStageOptions) => setAppStage({ "deploy.yml": WORKFLOW }, options);

async function messageOf(on: AppStage, given: Record<string, string> = START): Promise<string | undefined> {
  const { failure } = await on.play(given);
  return failure?.replaceAll(on.github.apiUrl, "https://github.test");
}

/** Nothing was dispatched, and no token of the App was ever used. */
function expectNothingSent(on: AppStage): void {
  expect(asked(on.github, "POST /repos")).toEqual([]);
  expect(on.github.runs(TARGET)).toEqual([]);
}

describe("credentials", () => {
  const pem = { type: "pkcs8", format: "pem" } as const;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(pem).toString();
  const locked = KEYS.privateKey.export({ ...pem, cipher: "aes-256-cbc", passphrase: "correct horse" }).toString();

  test("of which the key is missing are told so", async () => {
    const on = await stage();
    expect(await messageOf(on, { ...START, app_private_key: "" })).toMatchInlineSnapshot(`
      "There is a problem with the inputs, so nothing was sent:
      - \`app_id\` is given without \`app_private_key\`: its secret is empty or not set."
    `);
    expect(on.github.requests).toEqual([]);
  });

  test("of which the id is missing are told so", async () => {
    const on = await stage();
    expect(await messageOf(on, { ...START, app_id: "" })).toMatchInlineSnapshot(`
      "There is a problem with the inputs, so nothing was sent:
      - \`app_private_key\` is given without \`app_id\`: give the App's id or client id."
    `);
    expect(on.github.requests).toEqual([]);
  });

  test("whose id is a name are told so", async () => {
    const on = await stage();
    expect(await messageOf(on, { ...START, app_id: "My deployer" })).toMatchInlineSnapshot(`
      "There is a problem with the inputs, so nothing was sent:
      - \`app_id\` is neither an App's id (a number) nor its client id (such as \`Iv23li…\`)."
    `);
    expect(on.github.requests).toEqual([]);
  });

  test.each([
    ["text that is no key", "correct-horse-battery"],
    ["its first line only", PRIVATE_KEY.split("\n")[0] ?? ""],
    ["its first half only", PRIVATE_KEY.slice(0, PRIVATE_KEY.length / 2)],
    ["a key of an elliptic curve", ec],
    ["a key behind a passphrase", locked],
    ["the public key", PUBLIC_KEY],
  ])("whose key is %s are told so, without a word of it", async (_, app_private_key) => {
    const on = await stage();
    const message = await messageOf(on, { ...START, app_private_key });
    expect(message).toMatchInlineSnapshot(`
      "There is a problem with the inputs, so nothing was sent:
      - \`app_private_key\` is not an RSA private key: store the whole \`.pem\` file that GitHub gave you, from \`-----BEGIN\` to \`-----END …-----\`, in the secret."
    `);
    expect(on.github.requests).toEqual([]);
    for (const line of app_private_key.split("\n").filter((each) => !/^(-----.*)?$/.test(each))) {
      expect(message).not.toContain(line);
    }
  });

  test("whose key is another App's are told so after one request", async () => {
    const on = await stage();
    const app_private_key = OTHER_KEYS.privateKey.export(pem).toString();
    expect(await messageOf(on, { ...START, app_private_key })).toMatchInlineSnapshot(`
      "GitHub does not accept the App's signature (401 A JSON web token could not be decoded).
      \`app_id\` and \`app_private_key\` do not match, the key was deleted in the App's settings, or the App is on another server."
    `);
    expect(on.github.transcript()).toEqual(["GET /repos/octo/target/installation → 401"]);
    expectNothingSent(on);
  });

  test("whose id is no App's are told so after one request", async () => {
    const on = await stage();
    const message = await messageOf(on, { ...START, app_id: `${CLIENT_ID}X` });
    expect(message).toContain("`app_id`");
    expect(on.github.transcript()).toEqual(["GET /repos/octo/target/installation → 404"]);
    expectNothingSent(on);
  });
});

describe("an installation", () => {
  test("that is not there is told so", async () => {
    const on = await stage({ installation: { account: "octo", repositories: [] } });
    on.app.installations.length = 0;
    expect(await messageOf(on)).toMatchInlineSnapshot(`
      "The App is not installed on octo/target (404), or there is no such repository.
      Install the App there, and give it access to this repository; or check \`owner\` and \`repo\`."
    `);
    expectNothingSent(on);
  });

  test("that leaves the target out is told so", async () => {
    const on = await stage();
    on.github.addRepository("octo/other");
    on.installation.repositories = ["octo/other"];
    expect(await messageOf(on)).toContain("The App is not installed on octo/target (404)");
    expectNothingSent(on);
  });

  test("that loses the target between two requests is told so", async () => {
    const on = await stage();
    on.github.fault = ({ path }) => {
      if (path.endsWith("/access_tokens")) on.installation.repositories = [];
      return undefined;
    };
    expect(await messageOf(on)).toMatchInlineSnapshot(`
      "The App's installation has no access to octo/target (422 There is at least one repository that does not exist or is not accessible to the parent installation.).
      Give the installation access to the repository."
    `);
    expectNothingSent(on);
  });

  test.each([
    ["actions: write", { contents: "write", actions: "read" }, START],
    ["contents: write", { contents: "read", actions: "write" }, { event_type: "deploy" }],
    ["actions: read", { contents: "write" }, { event_type: "deploy" }],
  ] as const)("that lacks %s is told so", async (_, permissions, given) => {
    const on = await stage({ installation: { permissions } });
    expect(await messageOf(on, given)).toMatchSnapshot();
    expectNothingSent(on);
  });

  test("that is suspended is told so", async () => {
    const on = await stage({ installation: { suspended: true } });
    expect(await messageOf(on)).toMatchInlineSnapshot(`
      "The App's installation on octo/target cannot get a token (403 This installation has been suspended).
      It is usually suspended: the repository's owner can unsuspend it in the settings of installed Apps."
    `);
    expectNothingSent(on);
  });
});

describe("in the middle of a wait", () => {
  async function messageAfter(change: (on: AppStage) => void): Promise<string | undefined> {
    const on = await stage(SLOW);
    const playing = messageOf(on, WAIT);
    await on.clock.sleep(600_000);
    change(on);
    const message = await playing;
    expect(on.github.runs(TARGET)).toHaveLength(1);
    return message?.replace(/A1B2:\d+/, "A1B2:…");
  }

  test("an installation that is taken away ends it, and is told", async () => {
    expect(
      await messageAfter(({ app }) => {
        app.installations.length = 0;
      }),
    ).toMatchInlineSnapshot(`
      "The App is not installed on octo/target (404), or there is no such repository.
      The run itself continues: https://github.test/octo/target/actions/runs/30000000011
      Install the App there, and give it access to this repository; or check \`owner\` and \`repo\`."
    `);
  });

  test("an installation that is suspended ends it, and is told", async () => {
    expect(
      await messageAfter(({ installation }) => {
        installation.suspended = true;
      }),
    ).toMatch(/is suspended \(403\)\.\n.*\n.*unsuspend/);
  });

  test("a permission that is taken away ends it at the next token, and is told", async () => {
    expect(
      await messageAfter(({ installation }) => {
        installation.permissions = { contents: "write" };
      }),
    ).toMatchInlineSnapshot(`
      "The App's installation on octo/target cannot get a token with \`actions: write\` for it (422 The permissions requested are not granted to this installation.).
      The run itself continues: https://github.test/octo/target/actions/runs/30000000011
      Give the App these permissions in its settings, have the owner accept them in the installation, and give it access to this repository."
    `);
  });

  test("a key that is deleted ends it at the next token, and is told", async () => {
    expect(
      await messageAfter(({ app }) => {
        app.publicKey = OTHER_KEYS.publicKey.export({ type: "spki", format: "pem" }).toString();
      }),
    ).toMatchInlineSnapshot(`
      "GitHub does not accept the App's signature (401 A JSON web token could not be decoded).
      The run itself continues: https://github.test/octo/target/actions/runs/30000000011
      \`app_id\` and \`app_private_key\` do not match, the key was deleted in the App's settings, or the App is on another server."
    `);
  });
});
