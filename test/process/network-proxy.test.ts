/** The bundle as a process behind a proxy: which requests go through it, and what is said when it does not let them. */

import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { describe, test } from "vitest";
import type { Ran } from "../support/bundle.ts";
import { annotations, askedOf, setProcessStage } from "../support/process-stage.ts";
import { type ProxyOptions, startProxy } from "../support/proxy.ts";
import { receiver } from "../support/receivers.ts";

const WORKFLOW = { "octo/target": { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
/** Nobody but the proxy knows where this is. */
const API_URL = "http://ghe.test/api/v3";
const GIVEN = {
  repo: "octo/target",
  workflow: "deploy.yml",
  ref: "main",
  api_url: API_URL,
};
/** For what cannot be reached: it is tried until then. */
const BRIEFLY = { ...GIVEN, find_timeout_seconds: "3" };
const POST = "POST /repos/octo/target/actions/workflows/deploy.yml/dispatches";
const RUN_1 = "GET /repos/octo/target/actions/runs/{1}?exclude_pull_requests=true";
const VARIABLE = "The proxy in `HTTPS_PROXY`/`HTTP_PROXY`";
const MALFORMED =
  "The proxy variable for this server (`HTTPS_PROXY` or `HTTP_PROXY`) is not a URL such as " +
  "`http://proxy.example.com:3128`, so nothing was sent.\nCorrect it on the runner; characters such as `@` or `#` in a " +
  "password must be percent-encoded.";

async function setProxyStage(options: Omit<ProxyOptions, "hosts"> = {}) {
  const stage = await setProcessStage(WORKFLOW, { behaviour: { queuedMs: 60_000 } });
  const port = Number(new URL(stage.github.apiUrl).port);
  const proxy = await startProxy({ ...options, hosts: { "ghe.test:80": port } });
  return { ...stage, proxy };
}

/** All that a step leaves behind and people can read; the runner shows no line that masks. */
function readable({ stdout, stderr, outputs, state }: Ran): string {
  const lines = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  return [...lines, stderr, JSON.stringify([outputs, state])].join("\n");
}

function masked({ stdout }: Ran): string[] {
  return [...stdout.matchAll(/^::add-mask::(.*)$/gm)].map(([, text = ""]) => text.replaceAll("%25", "%"));
}

describe.concurrent("a proxy is gone through", () => {
  test.for(["http_proxy", "HTTP_PROXY"])("where %s names it", async (name, { expect }) => {
    const { github, run, proxy } = await setProxyStage();
    const ran = await run(GIVEN, { [name]: `${proxy.url}/` });
    expect(annotations(ran, "error")).toEqual([]);
    expect(new Set(proxy.asked)).toEqual(new Set(["CONNECT ghe.test:80"]));
    expect(proxy.credentials.filter((each) => each !== undefined)).toEqual([]);
    expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, `${RUN_1} → 200`]);
    expect(ran.outputs.html_url).toMatch(/^http:\/\/ghe\.test\/octo\/target\/actions\/runs\/\d+$/);
  });

  test("by the variable in lower case where both are set", async ({ expect }) => {
    const { run, proxy } = await setProxyStage();
    const ran = await run(GIVEN, { http_proxy: proxy.url, HTTP_PROXY: "http://127.0.0.1:1" });
    // Windows knows no case in names, and either may win there.
    if (process.platform !== "win32") expect(ran.exitCode).toBe(0);
  });

  test.for(["proxy with a name", "proxy with an address"])(
    "where its URL has no scheme: %s",
    async (kind, { expect }) => {
      const { run, proxy } = await setProxyStage();
      const host = kind === "proxy with a name" ? "localhost" : "127.0.0.1";
      const ran = await run(GIVEN, { http_proxy: `${host}:${proxy.port}` });
      expect(annotations(ran, "error")).toEqual([]);
      expect(proxy.asked).toContain("CONNECT ghe.test:80");
    },
  );

  test.for([
    ["plain", "runner:correct-horse-7431", "runner:correct-horse-7431"],
    ["percent-encoded", "us%40er:p%23w%2Fd%3A7431%25", "us@er:p#w/d:7431%"],
    ["beyond ASCII", "us%C3%A9r:p%C3%A4ss7431", "usér:päss7431"],
  ])("with credentials, %s, that nobody can read", async ([, inUrl = "", credentials = ""], { expect }) => {
    const { github, run, proxy } = await setProxyStage({ credentials });
    const url = proxy.url.replace("//", `//${inUrl}@`);
    const ran = await run(GIVEN, { HTTP_PROXY: url, RUNNER_DEBUG: "1" });
    expect(annotations(ran, "error")).toEqual([]);
    expect(new Set(proxy.credentials)).toEqual(new Set([credentials]));
    const password = credentials.slice(credentials.indexOf(":") + 1);
    const inItsUrl = inUrl.slice(inUrl.indexOf(":") + 1);
    for (const form of [password, inItsUrl, Buffer.from(credentials).toString("base64")]) {
      expect(readable(ran)).not.toContain(form);
    }
    expect(masked(ran)).toContain(password);
    // They are the proxy's alone: it does not pass them on.
    expect(github.requests.flatMap(({ headers }) => Object.keys(headers))).not.toContain("proxy-authorization");
  });
});

describe.concurrent("a proxy is left alone", () => {
  // By 0.0.0.0 a system reaches itself without any name being looked up, and it is no address that is always left alone.
  test.skipIf(process.platform === "win32").for(["no_proxy", "NO_PROXY"])(
    "where %s names the server",
    async (name, { expect }) => {
      const { github, run, proxy } = await setProxyStage();
      const url = github.apiUrl.replace("127.0.0.1", "0.0.0.0");
      const env = { HTTP_PROXY: proxy.url, http_proxy: proxy.url };
      const [there, here] = await Promise.all([
        run({ ...BRIEFLY, api_url: url }, { ...env, [name]: "example.com,0.0.0.1" }),
        run({ ...GIVEN, api_url: url }, { ...env, [name]: `example.com, ${new URL(url).host} ,ghe.test` }),
      ]);
      expect(annotations(there, "error")).toEqual([
        expect.stringContaining(`did not connect to ${url} (it returned 502)`),
      ]);
      expect(annotations(here, "error")).toEqual([]);
      expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${new URL(url).host}`]));
      expect(github.runs("octo/target")).toHaveLength(1);
    },
  );

  test("for a server of this machine, and for one by the other scheme", async ({ expect }) => {
    const { github, run, proxy } = await setProxyStage();
    const env = { http_proxy: proxy.url, HTTPS_PROXY: "http://127.0.0.1:1" };
    const ran = await run({ ...GIVEN, api_url: github.apiUrl }, env);
    expect(ran.exitCode).toBe(0);
    expect(proxy.asked).toEqual([]);
  });
});

describe.concurrent("a dispatch that the proxy does not pass on is certainly not sent", () => {
  test("so it is sent again as soon as the proxy can reach the server", async ({ expect }) => {
    const { github, run, proxy } = await setProxyStage({ refuse: (nth) => (nth === 1 ? 502 : undefined) });
    const ran = await run(GIVEN, { http_proxy: proxy.url });
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.stdout).not.toContain("unclear");
    expect(ran.stdout).toContain("GitHub responds again after ");
    expect(askedOf(github, "octo/target")).toEqual([`${POST} → 200`, `${RUN_1} → 200`]);
  });

  test("and the error says so when the proxy cannot reach the server to the end", async ({ expect }) => {
    const { run, proxy } = await setProxyStage({ refuse: () => 502 });
    const ran = await run(BRIEFLY, { http_proxy: proxy.url });
    expect(annotations(ran, "error")).toEqual([
      `${VARIABLE} did not connect to ${API_URL} (it returned 502).\nIt cannot reach the server: check ` +
        "`api_url`, ask the proxy's operator, or exclude the server with `NO_PROXY`.",
    ]);
    expect(proxy.asked.length).toBeGreaterThan(1);
  });

  test.for([
    [407, "It requires a user name and password, or rejects those given: put them in the variable"],
    [403, "It blocks the server: have the proxy allow it"],
  ] as const)("and a proxy that answers %i is asked once", async ([status, advice], { expect }) => {
    const { run, proxy } = await setProxyStage({ refuse: () => status });
    const url = proxy.url.replace("//", "//runner:correct-horse-7431@");
    const ran = await run(BRIEFLY, { http_proxy: url, RUNNER_DEBUG: "1" });
    expect(annotations(ran, "error")).toEqual([
      expect.stringContaining(`${VARIABLE} did not connect to ${API_URL} (it returned ${status}).\n${advice}`),
    ]);
    expect(proxy.asked).toEqual(["CONNECT ghe.test:80"]);
    expect(readable(ran)).not.toContain("correct-horse");
  });

  test("where the proxy is down, and the error names both", async ({ expect }) => {
    const { run, proxy } = await setProxyStage();
    await proxy.close();
    const ran = await run(BRIEFLY, { http_proxy: proxy.url.replace("//", "//runner:correct-horse-7431@") });
    expect(annotations(ran, "error")).toEqual([
      `No connection to ${API_URL} (ECONNREFUSED).\nCheck \`api_url\`, and that the runner can connect to it. The ` +
        "request goes through the proxy in `HTTPS_PROXY`/`HTTP_PROXY`: check its address, or exclude the server with `NO_PROXY`.",
    ]);
    expect(ran.stdout).not.toContain("unclear");
    expect(readable(ran)).not.toContain("correct-horse");
  });

  test.for(["end", "resetAndDestroy", "answer nonsense"] as const)(
    "where the proxy hangs up (%s), and it is not called thousands of times",
    // On a busy machine, the deadline may come while a connection is being made, which leaves it open what was sent.
    { retry: 3 },
    async (how, { expect, onTestFinished }) => {
      const { github, run } = await setProxyStage();
      const { url, connections } = await listenRudely(onTestFinished, (socket) => {
        if (how === "answer nonsense") socket.end("no HTTP");
        else socket[how]();
      });
      const ran = await run(BRIEFLY, { http_proxy: url });
      expect(annotations(ran, "error")).toEqual([expect.stringContaining(`No connection to ${API_URL} (`)]);
      expect(ran.stdout).not.toContain("unclear");
      expect(connections()).toBeLessThan(5);
      expect(github.transcript()).toEqual([]);
    },
  );

  test("where the proxy never answers, the process ends with the step all the same", async ({
    expect,
    onTestFinished,
  }) => {
    const { run } = await setProxyStage();
    const { url } = await listenRudely(onTestFinished, () => {});
    const ran = await run(BRIEFLY, { http_proxy: url });
    // If it waited for the proxy, so would the test.
    expect(ran.exitCode).toBe(1);
  });
});

describe.concurrent("a proxy variable that is no proxy's URL ends the step before anything is sent", () => {
  test.for([
    "http://",
    "nonsense 7431",
    "socks5://runner:secret7431@127.0.0.1:1080",
    "http://runner:secret7431%@127.0.0.1:3128",
    "http://runner:secret7431#@127.0.0.1:3128",
    "http://127.0.0.1:3128/path?secret=7431",
  ])("such as %s", async (url, { expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const ran = await run(BRIEFLY, { http_proxy: url, RUNNER_DEBUG: "1" });
    expect(annotations(ran, "error")).toEqual([MALFORMED]);
    expect(readable(ran)).not.toContain("7431");
    expect(ran.stdout).not.toContain("Sending");
    expect(github.transcript()).toEqual([]);
  });
});

/** Takes connections, and treats each so as soon as something is said on it. */
async function listenRudely(onTestFinished: (end: () => void) => void, treat: (socket: Socket) => void) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {}).once("data", () => treat(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, connections: () => connections };
}
