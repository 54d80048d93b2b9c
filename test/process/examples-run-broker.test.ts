/** The recipe without a stored secret, run: the committed bundle, a broker that speaks TLS, and the recipe's own policy. */

import { describe, test } from "vitest";
import { parse } from "yaml";
import type { Policy } from "../simulator/broker.ts";
import type { GitHub } from "../simulator/index.ts";
import { hasOpenssl, makeAuthority } from "../support/certificates.ts";
import { playExample, policiesOf } from "../support/examples.ts";
import { annotations } from "../support/process-stage.ts";
import { startTlsBroker, type TlsBroker } from "../support/tls-broker.ts";

const canIssue = hasOpenssl();
const made = canIssue ? makeCertificates() : undefined;

function makeCertificates() {
  const authority = makeAuthority();
  return { file: authority.file, certificate: authority.issue(["DNS:localhost"]) };
}

const title = (what: string) => (canIssue ? what : `${what} (not tested: this machine has no openssl)`);

/** By repository and identity, as in the recipe's file. */
const POLICIES = Object.fromEntries(
  Object.entries(policiesOf("without-a-stored-secret")).map(([place, text]) => [
    place.replace(/\.github\/chainguard\/(.+)\.sts\.yaml$/, "$1"),
    parse(text) as Policy,
  ]),
);

async function play({ subject, isTrusted = true }: { subject?: string; isTrusted?: boolean } = {}) {
  if (!made) throw new Error("without openssl there are no certificates");
  let on: TlsBroker | undefined;
  const prepare = async (github: GitHub) => {
    on = await startTlsBroker(github, made.certificate, { policies: POLICIES, ...(subject && { subject }) });
    const env = { ...on.env, ...(isTrusted && { NODE_EXTRA_CA_CERTS: made.file }) };
    return { given: { oidc_broker: on.host, ...(!isTrusted && { find_timeout_seconds: "3" }) }, env };
  };
  const played = await playExample("without-a-stored-secret", { prepare });
  if (!on || !played.steps[0]) throw new Error("no step was run");
  return { ...played, ...on, ran: played.steps[0] };
}

describe.runIf(canIssue).concurrent(title("without-a-stored-secret"), () => {
  test("starts the run with the broker's token, hides it, and revokes it at the end", async ({ expect }) => {
    const { github, target, jobs, broker, ran } = await play();
    expect(annotations(ran, "error")).toEqual([]);
    expect(jobs.deploy?.result).toBe("success");
    expect(github.runs(target)).toMatchObject([{ conclusion: "success" }]);
    expect(broker.exchanges().map(({ query }) => query)).toEqual([
      { scope: target, scopes: target, identity: "deployer" },
    ]);
    expect(new Set(github.requests.map(({ token }) => token))).toEqual(new Set(broker.tokens));
    expect(github.transcript().at(-1)).toBe("DELETE /installation/token → 204");
    for (const secret of [...broker.idTokens, ...broker.tokens]) {
      expect(ran.stdout.split("\n").filter((line) => line.includes(secret))).toEqual([`::add-mask::${secret}`]);
      expect(JSON.stringify([ran.outputs, ran.summary, ran.state, ran.stderr])).not.toContain(secret);
    }
  });

  test("whose subject is another is told the lines to write", async ({ expect }) => {
    const subject = "repo:octo/the-app:environment:production";
    const { github, ran, host } = await play({ subject });
    const [error = ""] = annotations(ran, "error");
    expect(error).toContain(`https://${host} gave no token for octo/deployments as \`deployer\` (403: trust policy: `);
    expect(error).toContain(`\nsubject: "${subject}"\n`);
    expect(github.requests).toEqual([]);
  });

  test("sends no OIDC token to a broker whose certificate nobody vouches for", async ({ expect }) => {
    const { github, ran, broker } = await play({ isTrusted: false });
    expect(annotations(ran, "error")).toEqual([expect.stringMatching(/^The certificate of https:\/\/localhost:\d+ /)]);
    expect(broker.asked).toEqual([]);
    expect(github.requests).toEqual([]);
  });
});

test("the recipe's policy is for the repository that its caller asks for", ({ expect }) => {
  expect(Object.keys(POLICIES)).toEqual(["octo/deployments/deployer"]);
});
