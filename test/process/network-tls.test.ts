/** The bundle as a process that speaks TLS: whom it trusts, and what becomes of connections that the other side ends. */

import { describe, test } from "vitest";
import { hasOpenssl, makeAuthority } from "../support/certificates.ts";
import { type Manners, startFront } from "../support/front.ts";
import { annotations, askedOf, type ProcessStageOptions, setProcessStage } from "../support/process-stage.ts";
import { startProxy } from "../support/proxy.ts";
import { receiver } from "../support/receivers.ts";

const WORKFLOW = { "octo/target": { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
const EVENT = { "octo/target": { "deploy.yml": receiver("repository_dispatch", "run-name") } };
const GIVEN = { repo: "octo/target", workflow: "deploy.yml", ref: "main" };
/** For what cannot be reached: it is tried until then. */
const BRIEFLY = { find_timeout_seconds: "3" };
const POST = "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches";
const RUN_1 = "GET /repos/octo/target/actions/runs/{1}?exclude_pull_requests=true → 200";

const canIssue = hasOpenssl();
const made = canIssue ? makeCertificates() : undefined;

function makeCertificates() {
  const authority = makeAuthority();
  const here = ["DNS:localhost", "DNS:ghe.test", "IP:127.0.0.1"];
  return {
    trusted: { NODE_EXTRA_CA_CERTS: authority.file },
    good: authority.issue(here),
    ofAnother: authority.issue(["DNS:other.test"]),
    /** The storage host is `localhost`, the API's only an address. */
    withoutStorage: authority.issue(["IP:127.0.0.1"]),
    expired: authority.issue(here, 0),
  };
}

const title = (what: string) => (canIssue ? what : `${what} (not tested: this machine has no openssl)`);

type Which = "good" | "ofAnother" | "withoutStorage" | "expired";

async function setTlsStage(which: Which = "good", options: ProcessStageOptions = { behaviour: { queuedMs: 60_000 } }) {
  if (!made) throw new Error("without openssl there are no certificates");
  const stage = await setProcessStage(WORKFLOW, options);
  const front = await startFront(stage.github.apiUrl, { tls: made[which] });
  const apiUrl = `https://127.0.0.1:${front.port}/api/v3`;
  return { ...stage, front, apiUrl, given: { ...GIVEN, api_url: apiUrl }, trusted: made.trusted };
}

describe.runIf(canIssue).concurrent(title("a server with a certificate of a private authority"), () => {
  test("is trusted where NODE_EXTRA_CA_CERTS names the authority", async ({ expect }) => {
    const { github, run, given, trusted, apiUrl } = await setTlsStage();
    const ran = await run(given, trusted);
    expect(annotations(ran, "error")).toEqual([]);
    expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, RUN_1]);
    expect(ran.outputs.jobs_url).toContain(apiUrl.slice("https://".length));
  });

  test("is not trusted without, and the error names the variable", async ({ expect }) => {
    const { github, run, given, apiUrl } = await setTlsStage();
    const ran = await run(given);
    expect(annotations(ran, "error")).toEqual([
      `The certificate of ${apiUrl} (UNABLE_TO_VERIFY_LEAF_SIGNATURE) is not trusted.\nIf the server has a private ` +
        "certificate authority, set `NODE_EXTRA_CA_CERTS` to its PEM file on the runner; if a proxy replaces " +
        "certificates, to that proxy's. Check `api_url`.",
    ]);
    expect(ran.stdout).not.toContain("unclear");
    expect(github.transcript()).toEqual([]);
  });

  test("is not trusted after its end, and the error says that it has expired", async ({ expect }) => {
    const { github, run, given, trusted, apiUrl } = await setTlsStage("expired");
    const ran = await run(given, trusted);
    expect(annotations(ran, "error")).toEqual([
      expect.stringMatching(/^The certificate of .+ has expired \(CERT_HAS_EXPIRED\)\.\nRenew it on the server/),
    ]);
    expect(annotations(ran, "error")[0]).toContain(apiUrl);
    expect(github.transcript()).toEqual([]);
  });

  test("is not trusted under another name, and the error says where to look", async ({ expect }) => {
    const { github, run, given, trusted } = await setTlsStage("ofAnother");
    const ran = await run(given, trusted);
    expect(annotations(ran, "error")).toEqual([
      expect.stringMatching(
        / is for another host \(ERR_TLS_CERT_ALTNAME_INVALID\)\.\nCheck the host of `api_url`, or of the proxy/,
      ),
    ]);
    expect(github.transcript()).toEqual([]);
  });

  test("spoken to without TLS leaves it open what it did, and is spoken to by one POST", async ({ expect }) => {
    const { github, run, front, given, trusted, apiUrl } = await setTlsStage();
    const ran = await run({ ...given, ...BRIEFLY, api_url: apiUrl.replace("https", "http") }, trusted);
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("a run may have started")]);
    expect(front.requests).toEqual([]);
    expect(github.transcript()).toEqual([]);
  });

  test("is not to be found where plain HTTP is spoken, and the error says so", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run({ ...GIVEN, api_url: github.apiUrl.replace("http", "https") });
    expect(annotations(ran, "error")).toEqual([
      expect.stringMatching(
        /^No TLS connection to https:.+: the server supports no TLS.+\nCheck the scheme and the port of `api_url`/,
      ),
    ]);
    expect(github.transcript()).toEqual([]);
  });
});

describe
  .runIf(canIssue)
  .concurrent(title("a host that keeps artifacts, with a certificate of a private authority"), () => {
    const VALUES: ProcessStageOptions = {
      scheme: "https",
      behaviour: { artifacts: [{ name: "values", text: '{"version":"1.10"}' }] },
    };
    const FOLLOW = { wait_for: "completed", outputs_from: "values" };

    test("is trusted as the server is", async ({ expect }) => {
      const { run, given, trusted } = await setTlsStage("good", VALUES);
      const ran = await run({ ...given, ...FOLLOW }, trusted);
      expect(annotations(ran, "error")).toEqual([]);
      expect(ran.outputs.outputs).toBe('{"version":"1.10"}');
    });

    test("is not trusted under another name, and the error says that it is that host", async ({ expect }) => {
      const { run, given, trusted } = await setTlsStage("withoutStorage", VALUES);
      const ran = await run({ ...given, ...FOLLOW }, trusted);
      expect(annotations(ran, "error")).toEqual([
        expect.stringMatching(
          /^The artifact `values` \(`outputs_from`\) could not be read \(ERR_TLS_CERT_ALTNAME_INVALID\): .*\nGitHub keeps artifacts on another host/,
        ),
      ]);
      expect(ran.outputs.conclusion).toBe("success");
      expect(ran.outputs.outputs).toBeUndefined();
    });
  });

describe.runIf(canIssue).concurrent(title("a server with TLS behind a proxy"), () => {
  async function setProxiedStage(proxyTls: boolean) {
    const stage = await setTlsStage();
    const proxy = await startProxy({
      hosts: { "ghe.test:443": stage.front.port },
      ...(proxyTls && made && { tls: made.good }),
    });
    const url = proxy.url.replace("127.0.0.1", "localhost");
    return {
      ...stage,
      proxy,
      given: { ...GIVEN, api_url: "https://ghe.test/api/v3" },
      env: { HTTPS_PROXY: url },
    };
  }

  test("is reached through a tunnel in which the proxy reads nothing", async ({ expect }) => {
    const { github, run, proxy, given, env, trusted } = await setProxiedStage(false);
    const ran = await run(given, { ...env, ...trusted });
    expect(annotations(ran, "error")).toEqual([]);
    expect(new Set(proxy.asked)).toEqual(new Set(["CONNECT ghe.test:443"]));
    expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, RUN_1]);
  });

  test("is reached through a proxy that speaks TLS itself", async ({ expect }) => {
    const { run, proxy, given, env, trusted } = await setProxiedStage(true);
    const ran = await run(given, { https_proxy: env.HTTPS_PROXY, ...trusted });
    expect(annotations(ran, "error")).toEqual([]);
    expect(new Set(proxy.asked)).toEqual(new Set(["CONNECT ghe.test:443"]));
  });

  test("is not trusted there either without its authority", async ({ expect }) => {
    const { github, run, given, env } = await setProxiedStage(false);
    const ran = await run(given, env);
    expect(annotations(ran, "error")).toEqual([
      expect.stringContaining("The certificate of https://ghe.test/api/v3 (UNABLE_TO_VERIFY_LEAF_SIGNATURE)"),
    ]);
    expect(ran.stdout).not.toContain("unclear");
    expect(github.transcript()).toEqual([]);
  });

  test("is not reached through a proxy that is no TLS proxy, though its URL says so", async ({ expect }) => {
    const { github, run, given, env, trusted } = await setProxiedStage(false);
    const ran = await run(given, { HTTPS_PROXY: env.HTTPS_PROXY.replace("http", "https"), ...trusted });
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("those of the proxy in `HTTPS_PROXY`")]);
    expect(github.transcript()).toEqual([]);
  });

  test("is not reached through a TLS proxy that is spoken to without, which ends within the time", async ({
    expect,
  }) => {
    const { github, run, front, given, env, trusted } = await setProxiedStage(true);
    const ran = await run(
      { ...given, ...BRIEFLY },
      { HTTPS_PROXY: env.HTTPS_PROXY.replace("https", "http"), ...trusted },
    );
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("No connection to https://ghe.test/api/v3")]);
    expect(front.connections()).toBe(0);
    expect(github.transcript()).toEqual([]);
  });
});

describe.concurrent("a connection that the other side ends", () => {
  async function setFrontStage(manners: Manners, scheme: "http" | "https" = "http", repositories = WORKFLOW) {
    const { github, run } = await setProcessStage(repositories, { behaviour: { stepMs: 300 } });
    const tls = scheme === "https" && made ? { tls: made.good } : {};
    const front = await startFront(github.apiUrl, { manners, ...tls });
    const api_url = `${scheme}://127.0.0.1:${front.port}`;
    return {
      github,
      front,
      run: (given: Record<string, string>) => run({ api_url, ...given }, made?.trusted),
    };
  }
  const posts = (requests: readonly string[]) => requests.filter((line) => line.startsWith("POST"));
  const { ref, ...WITHOUT_REF } = GIVEN;

  const ways = (["close", "half-close"] as const).flatMap((manners) =>
    (canIssue ? (["http", "https"] as const) : (["http"] as const)).map((scheme) => [manners, scheme] as const),
  );
  test.for(ways)("by a %s after each answer costs nothing (%s)", async ([manners, scheme], { expect }) => {
    const { github, front, run } = await setFrontStage(manners, scheme);
    const ran = await run({ ...WITHOUT_REF, wait_for: "completed", poll_interval_seconds: "1" });
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.outputs.conclusion).toBe("success");
    expect(ran.stdout).not.toMatch(/unexpected response|unclear/);
    expect(posts(front.requests)).toHaveLength(1);
    expect(front.connections()).toBe(front.requests.length);
    expect(github.runs("octo/target")).toHaveLength(1);
  });

  test("when it is used a second time lets a look go on, by another connection", async ({ expect }) => {
    const { github, front, run } = await setFrontStage("close on reuse");
    const ran = await run(GIVEN);
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.outputs.runId).toBe(String(github.runs("octo/target")[0]?.id));
    expect(front.connections()).toBeGreaterThan(1);
    expect(posts(front.requests)).toHaveLength(1);
    expect(github.runs("octo/target")).toHaveLength(1);
  });

  test("when a POST comes is not given it again", async ({ expect }) => {
    const { github, front, run } = await setFrontStage("swallow POST");
    const ran = await run({ ...WITHOUT_REF, ...BRIEFLY });
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("a run may have started")]);
    expect(posts(front.requests)).toHaveLength(1);
    expect(github.runs("octo/target")).toEqual([]);
  });

  test("when the answer to a POST should come leads to the run that it started", async ({ expect }) => {
    const { github, front, run } = await setFrontStage("swallow answer", "http", EVENT);
    const ran = await run({ repo: "octo/target", event_type: "deploy" });
    expect(annotations(ran, "error")).toEqual([]);
    const [ours, ...others] = github.runs("octo/target");
    expect(others).toEqual([]);
    expect(ran.outputs.runId).toBe(String(ours?.id));
    expect(posts(front.requests)).toHaveLength(1);
  });
});
