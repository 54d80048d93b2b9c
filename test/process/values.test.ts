/** The bundle as a process that takes up values: by which way it reads them, and that nobody else can. */

import { describe, test } from "vitest";
import type { ArtifactBehaviour, Behaviour } from "../simulator/index.ts";
import type { Ran } from "../support/bundle.ts";
import { chunksOf, tellingChunks } from "../support/loaded-chunks.ts";
import { annotations, setProcessStage } from "../support/process-stage.ts";
import { type ProxyOptions, startProxy } from "../support/proxy.ts";
import { receiver } from "../support/receivers.ts";

const WORKFLOW = { "octo/target": { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
const TEXT = '{\n  "version": "1.10",\n  "secret": "5eed7431"\n}\n';
const ZIPPED: ArtifactBehaviour = { name: "values", files: [{ path: "a/outputs.json", text: TEXT }] };
const GIVEN = {
  repo: "octo/target",
  workflow: "deploy.yml",
  ref: "main",
  wait_for: "completed",
  outputs_from: "values",
};
/** Nobody but the proxy knows where these are: the server, and where it keeps its files. */
const API_URL = "http://ghe.test/api/v3";
const [SERVER, STORAGE] = ["ghe.test:80", "storage.test:80"];

async function setStage(behaviour: Behaviour = { artifacts: [ZIPPED] }) {
  return setProcessStage(WORKFLOW, { behaviour });
}

async function setProxyStage(options: Omit<ProxyOptions, "hosts"> = {}) {
  const stage = await setStage();
  const port = Number(new URL(stage.github.apiUrl).port);
  const proxy = await startProxy({ ...options, hosts: { [SERVER]: port, [STORAGE]: port } });
  return { ...stage, proxy };
}

/** All that people can read, in a log with all its details. */
function readable({ stdout, stderr, state, outputs: { outputs: _, ...others } }: Ran): string {
  return [stdout, stderr, JSON.stringify([state, others])].join("\n");
}

describe.concurrent("values are read", () => {
  test.for<[string, ArtifactBehaviour]>([
    ["a zip", ZIPPED],
    ["a bare file", { name: "values", text: TEXT }],
  ])("from %s, as they are, and told by their names", async ([, artifact], { expect }) => {
    const { run } = await setStage({ artifacts: [artifact] });
    const ran = await run(GIVEN, { RUNNER_DEBUG: "1" });
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.outputs.outputs).toBe(TEXT);
    expect(ran.stdout).toContain("Outputs from the artifact `values`: `version`, `secret`.");
    expect(readable(ran)).not.toMatch(/5eed7431|1\.10|sig=|artifact-files/);
  });

  test("through a proxy, from the other host as well, without the token", async ({ expect }) => {
    const { github, run, proxy } = await setProxyStage();
    const ran = await run({ ...GIVEN, api_url: API_URL }, { http_proxy: proxy.url, RUNNER_DEBUG: "1" });
    expect(annotations(ran, "error")).toEqual([]);
    expect(ran.outputs.outputs).toBe(TEXT);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${SERVER}`, `CONNECT ${STORAGE}`]));
    const files = github.requests.filter(({ path }) => path.startsWith("/artifact-files/"));
    expect(files.map(({ headers, token }) => [headers.host, headers.authorization, token])).toEqual([
      ["storage.test", undefined, undefined],
    ]);
    expect(readable(ran)).not.toMatch(/5eed7431|sig=|artifact-files/);
  });

  test("or the step says that the proxy does not let the other host through", async ({ expect }) => {
    const { run, proxy } = await setProxyStage({ refuse: (_, host) => (host === STORAGE ? 403 : undefined) });
    const ran = await run({ ...GIVEN, api_url: API_URL }, { http_proxy: proxy.url, RUNNER_DEBUG: "1" });
    expect(ran.outputs).toMatchObject({ status: "completed", conclusion: "success" });
    expect(annotations(ran, "error")).toEqual([
      expect.stringMatching(
        /^The artifact `values` \(`outputs_from`\) could not be read \(PROXY_403\): .*\nGitHub keeps artifacts on another host/,
      ),
    ]);
    // It is not asked for again until the deadline.
    expect(proxy.asked.filter((line) => line === `CONNECT ${STORAGE}`)).toHaveLength(1);
    expect(readable(ran)).not.toMatch(/sig=|artifact-files/);
  });
});

describe.concurrent("what reads values", () => {
  const env = tellingChunks();

  test("is loaded only where values are asked for", async ({ expect }) => {
    const { github, run } = await setStage();
    const without = await run({ ...GIVEN, outputs_from: "", summary: "false" }, env);
    const asked = github.transcript().length;
    const withValues = await run({ ...GIVEN, summary: "false" }, env);
    expect([without.exitCode, withValues.exitCode]).toEqual([0, 0]);
    const more = [...chunksOf(withValues)].filter((name) => !chunksOf(without).has(name));
    expect(more.length).toBeGreaterThan(0);
    expect([...chunksOf(without)].filter((name) => !chunksOf(withValues).has(name))).toEqual([]);
    expect(github.transcript().slice(0, asked).join("\n")).not.toContain("artifact");
  });
});
