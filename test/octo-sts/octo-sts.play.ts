/** The committed action and the real octo-sts: `npm run test:octo-sts`. What is seen here is in docs/platform.md#oidc-brokers. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { hasOpenssl, makeAuthority } from "../support/certificates.ts";
import { policiesOf } from "../support/examples.ts";
import { annotations, setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";
import { GITHUB_TOKEN } from "../support/step.ts";
import { buildOctoSts, type OctoSts, startOctoSts } from "./octo-sts.ts";

const program = hasOpenssl() ? buildOctoSts() : undefined;
if (program === undefined) console.warn("Skipped: this machine has no Go, or no openssl.");
const authority = program === undefined ? undefined : makeAuthority();

const TARGET = "octo/deployments";
const POLICY = `${TARGET}/.github/chainguard/deployer.sts.yaml`;
const [RECIPE = ""] = Object.values(policiesOf("without-a-stored-secret"));

async function play(
  change: (on: OctoSts) => void = () => {},
  given: Record<string, string> = {},
  behaviour: Behaviour = {},
) {
  if (!program || !authority) throw new Error("no octo-sts");
  const { github, run } = await setProcessStage({
    [TARGET]: { "deploy.yml": receiver("workflow_dispatch", "run-name") },
  });
  github.behaviour(TARGET, "deploy.yml", behaviour);
  const on = await startOctoSts(program, github, authority);
  // GitHub's issuer is another server here.
  on.policies[POLICY] = RECIPE.replace("https://token.actions.githubusercontent.com", on.issuer);
  change(on);
  const inputs = { repo: TARGET, workflow: "deploy.yml", ref: "main", wait_for: "completed", ...given };
  const ran = await run({ token: GITHUB_TOKEN, oidc_broker: on.host, oidc_identity: "deployer", ...inputs }, on.env);
  on.close();
  const [error = ""] = annotations(ran, "error");
  return { github, on, ran, error: error.replaceAll(on.host, "HOST").replaceAll(on.issuer, "ISSUER") };
}

describe.skipIf(program === undefined)("octo-sts", () => {
  test("gives a token by the recipe's policy, which is hidden, used and revoked", async () => {
    const { github, on, ran, error } = await play();
    expect(error).toBe("");
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "success" }]);
    expect(github.transcript().at(-1)).toBe("DELETE /installation/token → 204");
    const used = new Set(github.requests.map(({ token }) => token));
    expect(used.size).toBe(1);
    for (const secret of [...used, ...on.idTokens])
      expect(ran.stdout.split("\n").filter((line) => line.includes(secret ?? ""))).toEqual([`::add-mask::${secret}`]);
  });

  const REFUSALS: Record<string, (on: OctoSts) => void> = {
    "a subject that does not fit": (on) => {
      on.subject = "repo:octo/the-app:pull_request";
    },
    "a subject with a blank": (on) => {
      on.subject = "repo:octo/the-app:environment:my prod";
      on.policies[POLICY] = on.policies[POLICY]?.replace(/^subject: .*$/m, `subject: "${on.subject}"`) ?? "";
    },
    "an audience that does not fit": (on) => {
      on.policies[POLICY] += "audience: octo-sts.dev\n";
    },
    "no policy": (on) => {
      on.policies = {};
    },
    "a policy with an unknown key": (on) => {
      on.policies[POLICY] += "permission: {}\n";
    },
    "no installation": (on) => {
      on.installation.account = "acme";
    },
    "more than its App may do": (on) => {
      on.policies[POLICY] += "  checks: write\n";
    },
  };

  test.each(Object.entries(REFUSALS))("refuses %s, and the error says what to write", async (_, change) => {
    const { github, error } = await play(change);
    expect(error).toMatchSnapshot();
    expect(github.requests).toEqual([]);
  });

  const TROUBLES = [
    { status: 403, message: "You have exceeded a secondary rate limit." },
    { status: 503, message: "Service Unavailable" },
  ];

  // The first token that it asks for is its own, by which it reads the policy.
  test.each(TROUBLES)("answers GitHub's $status by an error that is waited out", async (trouble) => {
    const { github, ran, error } = await play((on) => on.troubles.push(undefined, trouble));
    expect(error).toBe("");
    expect(ran.stdout).toContain("responds again");
    expect(github.runs(TARGET)).toHaveLength(1);
  });

  test.each(TROUBLES)(
    "calls a policy missing that GitHub's $status keeps it from, and is asked again",
    async (trouble) => {
      const { github, on, error } = await play((on) => on.troubles.push(trouble, trouble));
      expect(error).toBe("");
      // octo-sts asks twice for a token of its own each time: to read the policy, and to revoke it.
      expect(on.idTokens).toHaveLength(2);
      expect(github.runs(TARGET)).toHaveLength(1);
    },
  );

  test("calls it missing while GitHub's own limit lasts, and the error says so after three tries", async () => {
    const resets = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 3600) };
    const limit = { status: 403, message: "API rate limit exceeded for installation ID 4712.", headers: resets };
    const { github, on, error } = await play((on) => on.readTroubles.push(limit, limit, limit));
    expect(error).toContain('(404: unable to find trust policy for "deployer"), so nothing was sent.');
    expect(error).toContain("octo-sts says the same if GitHub did not let it read the file");
    expect(on.idTokens).toHaveLength(3);
    expect(github.requests).toEqual([]);
  });

  test("answers a 403 without a limit's headers by 429, which is waited out until the deadline", async () => {
    const refused = { status: 403, message: "Resource not accessible by integration" };
    const { ran, error } = await play((on) => on.readTroubles.push(refused), { find_timeout_seconds: "10" });
    expect(ran.stdout).toMatch(/Rate limit of https:\S+ reached/);
    expect(error).toMatchSnapshot();
  });

  test("renews a token that ends in the middle of a wait, by a fresh OIDC token", async () => {
    const { github, on, ran, error } = await play(
      (on) => {
        on.lifeMs = 4000;
      },
      { poll_interval_seconds: "1" },
      { queuedMs: 9000 },
    );
    expect(error).toBe("");
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "success" }]);
    expect(on.idTokens.length).toBeGreaterThan(1);
    expect(new Set(on.idTokens).size).toBe(on.idTokens.length);
    const used = new Set(github.requests.map(({ token }) => token));
    expect([...used]).toEqual(on.tokens);
    for (const secret of [...used, ...on.idTokens])
      expect(ran.stdout.split("\n").filter((line) => line.includes(secret ?? ""))).toEqual([`::add-mask::${secret}`]);
  });

  test("knows no OIDC token of another issuer's key, and the error says so", async () => {
    const { error } = await play((on) => {
      on.isForged = true;
    });
    expect(error).toMatchSnapshot();
  });
});
