/** The bundle as a process with a GitHub App: tokens that end during the run, and secrets that nobody gets to see. */

import { describe, test } from "vitest";
import type { GitHub } from "../simulator/index.ts";
import {
  APP_ID,
  CLIENT_ID,
  KEYS,
  mintings,
  OTHER_KEYS,
  PRIVATE_KEY,
  PUBLIC_KEY,
  tokensUsed,
} from "../support/app-stage.ts";
import type { Ran } from "../support/bundle.ts";
import { annotations, type ProcessStageOptions, setProcessStage, TOKEN } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";

const WORKFLOW = { "octo/target": { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
const START = {
  repo: "octo/target",
  workflow: "deploy.yml",
  ref: "main",
  app_id: CLIENT_ID,
  app_private_key: PRIVATE_KEY,
};
const WAIT = { ...START, wait_for: "completed", poll_interval_seconds: "1" };
const DEBUG = { RUNNER_DEBUG: "1" };
const REVOKED = "DELETE /installation/token → 204";

/** A token that may do everything is always given as well. */
async function stage(tokenLifetimeMs = 3_600_000, options: ProcessStageOptions = {}) {
  const on = await setProcessStage(WORKFLOW, options);
  const permissions = { actions: "write", contents: "write" } as const;
  on.github.addApp({
    appId: APP_ID,
    clientId: CLIENT_ID,
    publicKey: PUBLIC_KEY,
    tokenLifetimeMs,
    installations: [{ id: 4711, account: "octo", repositories: "all", permissions }],
  });
  return on;
}

/** The lines of a key that are long enough not to stand anywhere by chance, in both of its forms. */
const KEY_LINES = [
  PRIVATE_KEY,
  KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  OTHER_KEYS.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
]
  .flatMap((pem) => pem.split("\n"))
  .filter((line) => line.length > 16 && !line.startsWith("-----"));

/** Everything that a step has left behind, without the lines by which the runner learns what to hide. */
function told({ stdout, stderr, outputs, state }: Ran): string {
  const lines = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  return [...lines, stderr, JSON.stringify([outputs, state])].join("\n");
}

/** The secrets that stand in a text. */
function secretsIn(text: string, github: GitHub): string[] {
  return [...KEY_LINES, TOKEN, ...tokensUsed(github.requests)].filter((secret) => text.includes(secret));
}

describe.concurrent("a run that outlasts its tokens", () => {
  test("is followed to its end, and nobody sees a secret or finds a living token", async ({ expect }) => {
    const { github, run } = await stage(5000, { behaviour: { queuedMs: 12_000, stepMs: 1000 } });
    const ran = await run(WAIT, DEBUG);
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.exitCode).toBe(0);
    expect(ran.outputs.conclusion).toBe("success");
    expect(ran.tookMs).toBeGreaterThan(12_000);

    // The App goes before the token, which is given as well.
    const tokens = tokensUsed(github.requests);
    expect(tokens).not.toContain(TOKEN);
    expect(tokens.length).toBeGreaterThanOrEqual(3);
    expect(mintings(github.requests)).toHaveLength(tokens.length);
    expect(github.transcript().filter((line) => line.endsWith(" 401"))).toEqual([]);
    expect(github.transcript().at(-1)).toBe(REVOKED);
    expect(github.requests.at(-1)?.token).toBe(tokens.at(-1));
    const statusFor = async (token: string) =>
      (await fetch(`${github.apiUrl}/repos/octo/target`, { headers: { authorization: `token ${token}` } })).status;
    // The last one was revoked; the one before may have been renewed a moment ago, and ends by itself.
    expect(await statusFor(tokens.at(-1) ?? "")).toBe(401);
    for (const token of tokens) await expect.poll(() => statusFor(token)).toBe(401);

    expect(ran.stdout).toMatch(/^::debug::GET /m);
    expect(secretsIn(told(ran), github)).toEqual([]);
    for (const token of tokens) {
      // Straight behind the answer that has brought it, and never again.
      expect(ran.stdout.split(token)).toHaveLength(2);
      expect(ran.stdout).toMatch(
        new RegExp(`^::debug::POST /app/installations/4711/access_tokens → 201\r?\n::add-mask::${token}$`, "m"),
      );
    }
  });
});

describe.concurrent("the key", () => {
  test.for([
    ["of many lines", PRIVATE_KEY.trim()],
    ["on one line", PRIVATE_KEY.trim().replaceAll("\n", "\\n")],
  ] as const)("%s is masked before all else, line by line", async ([, key], { expect }) => {
    const { github, run } = await stage();
    const ran = await run({ ...START, app_private_key: key }, DEBUG);
    expect(ran.exitCode).toBe(0);
    const lines = ran.stdout.split(/\r?\n/);
    const firstOther = lines.findIndex((line) => !line.startsWith("::add-mask::"));
    const masked = lines.slice(0, firstOther).map((line) => line.slice("::add-mask::".length));
    const inside = PRIVATE_KEY.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
    expect(masked).toEqual(expect.arrayContaining([TOKEN, ...inside]));
    expect(secretsIn(told(ran), github)).toEqual([]);
  });

  test("that is refused, or is none, is not shown in the error", async ({ expect }) => {
    const { github, run } = await stage();
    const other = OTHER_KEYS.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    const broken = `${other.slice(0, 400)}\n-----END RSA PRIVATE KEY-----`;
    const ends = await Promise.all([other, broken].map((app_private_key) => run({ ...START, app_private_key }, DEBUG)));
    for (const ran of ends) {
      expect(ran.exitCode).toBe(1);
      expect(annotations(ran, "error")).toEqual([expect.stringContaining("`app_private_key`")]);
      expect(secretsIn(told(ran), github)).toEqual([]);
    }
    expect(github.transcript()).toEqual(["GET /repos/octo/target/installation → 401"]);
  });
});

describe.concurrent("a token is revoked", () => {
  test("when the run was red", async ({ expect }) => {
    const { github, run } = await stage(undefined, { behaviour: { conclusion: "failure" } });
    expect((await run(WAIT)).exitCode).toBe(1);
    expect(github.transcript().at(-1)).toBe(REVOKED);
  });

  // Windows knows no signals: there, each of them kills at once.
  test.skipIf(process.platform === "win32")("when the step is cancelled", async ({ expect }) => {
    const { github, start } = await stage(undefined, { behaviour: { queuedMs: 60_000 } });
    const step = start(WAIT);
    step.onLine((line) => line.startsWith("The run is queued") && step.kill("SIGINT"));
    expect((await step.ended).exitCode).toBe(1);
    expect(github.transcript().at(-1)).toBe(REVOKED);
  });

  test("by the post step, which gets one of its own", async ({ expect }) => {
    const { github, start, runPost } = await stage(undefined, {
      behaviour: { queuedMs: 60_000, cancelTakesMs: 200 },
    });
    const given = { ...WAIT, cancel_run_on: "cancel" };
    const step = start(given);
    step.onLine((line) => line.startsWith("The run is queued") && step.kill("SIGKILL"));
    const killed = await step.ended;
    const ran = await runPost(given, killed);
    expect(ran.exitCode).toBe(0);
    expect(github.runs("octo/target")).toMatchObject([{ conclusion: "cancelled" }]);
    expect(tokensUsed(github.requests)).toHaveLength(2);
    expect(github.transcript().at(-1)).toBe(REVOKED);
    expect(secretsIn(told(ran), github)).toEqual([]);
  });

  test("as far as GitHub lets us: a step does not wait for it, and is not red for it", async ({ expect }) => {
    const { github, run } = await stage();
    github.fault = ({ method }) => (method === "DELETE" ? { kind: "hang", when: "before" } : undefined);
    // The answer never comes: if the step waited for it, so would the test.
    const { exitCode, tookMs } = await run(START);
    expect(exitCode).toBe(0);
    expect(tookMs).toBeGreaterThan(2900);
  });

  test("only where there is one", async ({ expect }) => {
    const { github, run } = await stage();
    expect((await run({ ...START, ref: "refs/pull/1/merge" })).exitCode).toBe(1);
    expect(github.transcript()).toEqual([]);
  });
});
