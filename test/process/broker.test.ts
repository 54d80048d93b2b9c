/** The committed bundle and an OIDC broker that speaks TLS: which way the OIDC token goes, and which it does not. */

import { describe, test } from "vitest";
import type { Ran } from "../support/bundle.ts";
import { hasOpenssl, makeAuthority } from "../support/certificates.ts";
import { chunksOf, tellingChunks } from "../support/loaded-chunks.ts";
import { annotations, setProcessStage } from "../support/process-stage.ts";
import { type ProxyOptions, startProxy } from "../support/proxy.ts";
import { receiver } from "../support/receivers.ts";
import { GITHUB_TOKEN } from "../support/step.ts";
import { startTlsBroker } from "../support/tls-broker.ts";

const canIssue = hasOpenssl();
const made = canIssue ? makeCertificates() : undefined;

function makeCertificates() {
  const authority = makeAuthority();
  return { file: authority.file, certificate: authority.issue(["DNS:localhost", "DNS:sts.test"]) };
}

const title = (what: string) => (canIssue ? what : `${what} (not tested: this machine has no openssl)`);
const TARGET = "octo/target";
const SUBJECT = "repo:octo/the-app:ref:refs/heads/main";
const START = { token: GITHUB_TOKEN, repo: TARGET, workflow: "deploy.yml", ref: "main", summary: "false" };

async function setStage(name?: string) {
  if (!made) throw new Error("without openssl there are no certificates");
  const stage = await setProcessStage({ [TARGET]: { "deploy.yml": receiver("workflow_dispatch", "run-name") } });
  const policies = { [`${TARGET}/deployer`]: { subject: SUBJECT, permissions: { actions: "write" as const } } };
  const on = await startTlsBroker(stage.github, made.certificate, { policies, ...(name !== undefined && { name }) });
  const given = { ...START, oidc_broker: on.host, oidc_identity: "deployer" };
  return { ...stage, ...on, given, env: { ...on.env, NODE_EXTRA_CA_CERTS: made.file } };
}

/** A proxy alone knows where the broker is. */
async function setProxyStage(options: Omit<ProxyOptions, "hosts"> = {}) {
  const stage = await setStage("sts.test");
  const proxy = await startProxy({ ...options, hosts: { "sts.test:443": stage.port } });
  return { ...stage, proxy, env: { ...stage.env, HTTPS_PROXY: proxy.url } };
}

/** No line but those that mask has one of the secrets. */
function shows({ stdout, stderr, outputs, state, summary }: Ran, secrets: readonly string[]): boolean {
  const lines = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  const all = [...lines, stderr, summary, JSON.stringify([outputs, state])].join("\n");
  return secrets.some((secret) => all.includes(secret));
}

describe.runIf(canIssue).concurrent(title("a broker"), () => {
  test("is asked through the proxy, while the target is not behind it", async ({ expect }) => {
    const { github, broker, run, given, env, proxy } = await setProxyStage();
    const ran = await run(given, env);
    expect(annotations(ran, "error")).toEqual([]);
    expect(new Set(proxy.asked)).toEqual(new Set(["CONNECT sts.test:443"]));
    expect(broker.exchanges()).toHaveLength(1);
    expect(github.runs(TARGET)).toHaveLength(1);
    expect(github.transcript().at(-1)).toBe("DELETE /installation/token → 204");
    expect(shows(ran, [...broker.idTokens, ...broker.tokens])).toBe(false);
  });

  test("that the proxy blocks is named with the proxy", async ({ expect }) => {
    const { github, broker, run, given, env } = await setProxyStage({ refuse: () => 403 });
    const [error = ""] = annotations(await run(given, env), "error");
    expect(error).toContain("did not connect to https://sts.test (it returned 403).");
    expect(error).toContain("It blocks the server: have the proxy allow it");
    expect([...broker.asked, ...github.requests]).toEqual([]);
  });

  test("behind a proxy variable that is no URL is not asked, although the target needs no proxy", async ({
    expect,
  }) => {
    const { github, broker, run, given, env } = await setStage("sts.test");
    const ran = await run(given, { ...env, HTTPS_PROXY: "http://user:p#w@proxy.test:1" });
    expect(annotations(ran, "error")).toEqual([expect.stringMatching(/^The proxy variable for this server /)]);
    expect([...broker.asked, ...github.requests]).toEqual([]);
  });

  test.for(["idtoken", "exchange"] as const)("that redirects (%s) is not followed", async (door, { expect }) => {
    const { github, broker, run, given, env } = await setStage();
    const headers = { location: `${github.apiUrl}/elsewhere` };
    broker.fault = (at) => (at === door ? { status: 307, headers } : undefined);
    const ran = await run(given, env);
    expect(annotations(ran, "error")).toEqual([
      expect.stringMatching(/^\S+ gave (no token for|the job no OIDC token)/),
    ]);
    expect(broker.asked.map((each) => each.door)).toEqual(door === "idtoken" ? ["idtoken"] : ["idtoken", "exchange"]);
    expect(github.requests).toEqual([]);
    expect(shows(ran, broker.idTokens)).toBe(false);
  });

  test("gives `post` a token of its own, for a step that was killed", async ({ expect }) => {
    const { github, broker, start, runPost, given, env } = await setStage();
    github.behaviour(TARGET, "deploy.yml", { visibleAfterMs: 200, freshRun404Ms: 0, queuedMs: 3_600_000 });
    const inputs = { ...given, wait_for: "completed", cancel_run_on: "cancel", poll_interval_seconds: "1" };
    const step = start(inputs, env);
    step.onLine((line) => {
      if (line.includes("The run is queued")) step.kill("SIGKILL");
    });
    const killed = await step.ended;
    const post = await runPost(inputs, killed, env);
    expect(annotations(post, "warning")).toEqual([]);
    expect(github.runs(TARGET)).toMatchObject([{ conclusion: "cancelled" }]);
    expect(broker.tokens).toHaveLength(2);
    expect(github.requests.at(-1)).toMatchObject({ path: "/installation/token", token: broker.tokens[1] });
    expect(shows(post, [...broker.idTokens, ...broker.tokens])).toBe(false);
  });
});

describe.runIf(canIssue).concurrent(title("what exchanges tokens"), () => {
  const telling = tellingChunks();

  test("is loaded only with a broker, and a step without one asks for the same", async ({ expect }) => {
    const { github, broker, run, given, env } = await setStage();
    const mayStart = "ghp_maystart";
    github.addToken(mayStart, { permissions: { actions: "write" } });
    const without = await run({ ...START, token: mayStart }, { ...env, ...telling });
    const asked = github.transcript();
    expect(broker.asked).toEqual([]);
    const withBroker = await run(given, { ...env, ...telling });
    expect([without.exitCode, withBroker.exitCode]).toEqual([0, 0]);
    expect([...chunksOf(withBroker)].filter((name) => !chunksOf(without).has(name))).toHaveLength(1);
    expect([...chunksOf(without)].filter((name) => !chunksOf(withBroker).has(name))).toEqual([]);
    const ids = (lines: readonly string[]) => lines.map((line) => line.replace(/runs\/\d+/, "runs/1"));
    expect(ids(github.transcript().slice(asked.length))).toEqual([...ids(asked), "DELETE /installation/token → 204"]);
  });
});
