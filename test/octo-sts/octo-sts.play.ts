/** The committed action and the real octo-sts: `npm run test:octo-sts`. What is seen here is in docs/platform.md#oidc-brokers. */

import { describe, expect, test } from "vitest";
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

async function play(change: (on: OctoSts) => void = () => {}, given: Record<string, string> = {}) {
  if (!program || !authority) throw new Error("no octo-sts");
  const { github, run } = await setProcessStage({
    [TARGET]: { "deploy.yml": receiver("workflow_dispatch", "run-name") },
  });
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
    "calls a policy missing that GitHub's $status keeps it from, and the error says so",
    async (trouble) => {
      const { error } = await play((on) => on.troubles.push(trouble));
      expect(error).toContain('(404: unable to find trust policy for "deployer")');
      expect(error).toContain("octo-sts says the same if GitHub did not let it read the file");
    },
  );
});
