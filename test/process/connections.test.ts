/** Every connection that the bundle makes as a process: to the API's server, and to where that keeps its logs; no other. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import type { Fault } from "../simulator/index.ts";
import { startFront } from "../support/front.ts";
import { type ProcessStage, setProcessStage } from "../support/process-stage.ts";
import { startProxy } from "../support/proxy.ts";
import { receiver, SILENT } from "../support/receivers.ts";

const WORKFLOW = { "octo/target": { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
const GIVEN = { repo: "octo/target", workflow: "deploy.yml", ref: "main" };

/** Loaded before the bundle: writes down each way out of a process as a line, and then lets it be gone. */
const WATCH = `
const { appendFileSync } = require("node:fs");
const tell = (line) => appendFileSync(process.env.WAYS_OUT, line + "\\n");
function watch(owner, name, line) {
  const was = owner[name];
  owner[name] = function (...parameters) {
    tell(line(parameters));
    return was.apply(this, parameters);
  };
}
const net = require("node:net");
watch(net.Socket.prototype, "connect", ([first, second]) => {
  const [to] = Array.isArray(first) ? first : [first];
  if (typeof to === "object") return to.path ? "pipe " + to.path : "connect " + to.host + ":" + to.port;
  return "connect " + (typeof second === "string" ? second : "localhost") + ":" + to;
});
const dns = require("node:dns");
for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) {
  watch(dns, name, ([host]) => "look up " + host);
  watch(dns.promises, name, ([host]) => "look up " + host);
}
watch(require("node:dgram").Socket.prototype, "send", () => "send a datagram");
const children = require("node:child_process");
for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) {
  watch(children, name, ([file]) => "start " + file);
}
`;

const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-connections-"));
afterAll(() => rmSync(directory, { recursive: true }));
const watcher = join(directory, "watch.cjs");
writeFileSync(watcher, WATCH);
let watched = 0;

/** Runs the bundle and returns each way out that it took, once. */
async function waysOut(
  run: ProcessStage["run"],
  given: Record<string, string>,
  env: Record<string, string | undefined> = {},
) {
  const file = join(directory, String(++watched));
  writeFileSync(file, "");
  // NODE_OPTIONS takes a backslash within quotes for an escape, as JSON does.
  const NODE_OPTIONS = `--require=${JSON.stringify(watcher)}`;
  const ran = await run(given, { ...env, NODE_OPTIONS, WAYS_OUT: file });
  return { ran, ways: [...new Set(readFileSync(file, "utf8").split("\n").slice(0, -1))] };
}

describe.concurrent("a process connects to the API's server alone", () => {
  const here = (url: string) => [`connect ${new URL(url).host}`];

  test("when all goes well", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const given = { ...GIVEN, wait_for: "completed", poll_interval_seconds: "1" };
    const { ran, ways } = await waysOut(run, given);
    expect(ran.outputs.conclusion).toBe("success");
    expect(ways).toEqual(here(github.apiUrl));
  });

  test("when the run fails, and in the post step", async ({ expect }) => {
    const behaviour = { jobs: { identify: { failedStep: "Deploy" } } };
    const { github, run, runPost } = await setProcessStage(WORKFLOW, { behaviour });
    const given = {
      ...GIVEN,
      wait_for: "completed",
      poll_interval_seconds: "1",
      cancel_run_on: "cancel,timeout",
    };
    const { ran, ways } = await waysOut(run, given);
    expect(ran.outputs.conclusion).toBe("failure");
    expect(ran.stdout).toContain('The last lines of step "Deploy"');
    // The simulator keeps its logs there, and complains of a token.
    const { port } = new URL(github.apiUrl);
    expect(ways.slice(0, 1)).toEqual(here(github.apiUrl));
    expect(ways.slice(1)).toEqual([`connect localhost:${port}`, "look up localhost"]);
    // Where the event does not tell that the caller is private, everybody may be reading.
    const quiet = await waysOut(run, given, { GITHUB_EVENT_PATH: undefined });
    expect(quiet.ran.stdout).not.toContain("The last lines");
    expect(quiet.ways).toEqual(here(github.apiUrl));
    expect((await waysOut((given, env) => runPost(given, ran, env), given)).ways).toEqual([]);
  });

  test("when the token is bad", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const { ran, ways } = await waysOut(run, { ...GIVEN, token: "ghp_nobodyknowsme" });
    expect(ran.stdout).toContain("401 Bad credentials");
    expect(ways).toEqual(here(github.apiUrl));
  });

  test("when nothing is found", async ({ expect }) => {
    const { github, run } = await setProcessStage({ "octo/target": { "silent.yml": SILENT } });
    const given = { repo: "octo/target", event_type: "deploy", find_timeout_seconds: "2" };
    const { ran, ways } = await waysOut(run, given);
    expect(ran.exitCode).toBe(1);
    expect(ways).toEqual(here(github.apiUrl));
  });

  test("whatever other servers the runner's variables name", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const env = {
      GITHUB_SERVER_URL: "https://server.test",
      GITHUB_GRAPHQL_URL: "https://graphql.test",
      ACTIONS_RESULTS_URL: "https://results.test/",
      ACTIONS_RUNTIME_URL: "https://runtime.test/",
      ACTIONS_ID_TOKEN_REQUEST_URL: "https://identity.test/",
    };
    expect((await waysOut(run, GIVEN, env)).ways).toEqual(here(github.apiUrl));
  });

  test("not at all when the inputs are wrong", async ({ expect }) => {
    const { run } = await setProcessStage(WORKFLOW);
    expect((await waysOut(run, { ...GIVEN, wait_for: "the end" })).ways).toEqual([]);
  });

  test("and to the proxy alone where there is one, which looks the server up", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const proxy = await startProxy({ hosts: { "ghe.test:80": Number(new URL(github.apiUrl).port) } });
    const given = { ...GIVEN, api_url: "http://ghe.test" };
    const { ran, ways } = await waysOut(run, given, { http_proxy: proxy.url });
    expect(ran.exitCode).toBe(0);
    expect(ways).toEqual(here(proxy.url));
  });
});

describe.concurrent("a redirect to another host", () => {
  test.for([301, 302, 307, 308])("(%i) is not followed, and the token stays here", async (status, { expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const other = await startFront(github.apiUrl, {});
    const elsewhere = `http://127.0.0.1:${other.port}`;
    github.fault = ({ path }): Fault => ({
      kind: "status",
      when: "before",
      status,
      headers: { location: elsewhere + path },
    });
    // The 301 of a GET, and the others of the dispatch itself.
    const { ref, ...withoutRef } = GIVEN;
    const { ran, ways } = await waysOut(run, status === 301 ? withoutRef : GIVEN);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(new RegExp(`\\(${status} redirected to (http://)?127\\.0\\.0\\.1:${other.port}\\)`));
    expect(other.connections()).toBe(0);
    expect(ways).toEqual([`connect ${new URL(github.apiUrl).host}`]);
    expect(github.requests).toHaveLength(1);
  });
});
