/** A server may repeat what it was sent, in an error or in any other answer: nobody gets to see a token or an App's JWT by that. */

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished, test } from "vitest";
import { CLIENT_ID, PRIVATE_KEY } from "../support/app-stage.ts";
import { type Ran, runBundle } from "../support/bundle.ts";
import { setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";
import { CALLER } from "../support/step.ts";

const TARGET = "octo/target";
const WORKFLOW = { [TARGET]: { "deploy.yml": receiver("workflow_dispatch", "run-name") } };
/** With characters that URLs and base64 write otherwise. */
const SECRET = "ghp_4aB+cD3/fGh1~kLm=n0pQrS";
const GIVEN = { token: SECRET, repo: TARGET, workflow: "deploy.yml", ref: "main", poll_interval_seconds: "1" };

const base64 = (text: string) => Buffer.from(text).toString("base64");
/** As a server may write it. */
const formsOf = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  [...secret].map((each) => `%${each.charCodeAt(0).toString(16)}`).join(""),
  base64(secret),
  encodeURIComponent(base64(secret)),
  Buffer.from(secret).toString("base64url"),
  base64(`x-access-token:${secret}`),
  base64(`x${secret}:x`),
  base64(`xy${secret}`),
];
/** Long enough to tell the secret; the first and last letters of base64 belong to what stands around it. */
const partsOf = (secret: string) =>
  formsOf(secret).flatMap((form, index) => (index < 3 ? [form] : [form.slice(-24, -4), form.slice(4, 24)]));

/** The parts of a secret in all that a step has left behind, except the lines by which the runner learns what to hide. */
function told(secret: string, { stdout, stderr, outputs, state }: Ran, ...more: string[]): string[] {
  const lines = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  const text = [...lines, stderr, JSON.stringify([outputs, state]), ...more].join("\n");
  const seen = [text, text.replaceAll("%25", "%")].join("\n").toLowerCase();
  return partsOf(secret).filter((part) => seen.includes(part.toLowerCase()));
}

const echo = (secret: string) => `it was ${formsOf(secret).join(" and ")}, indeed`;

function withSummary() {
  const file = join(mkdtempSync(join(tmpdir(), "tracked-dispatch-")), "summary");
  writeFileSync(file, "");
  return { env: { GITHUB_STEP_SUMMARY: file, RUNNER_DEBUG: "1" }, summary: () => readFileSync(file, "utf8") };
}

async function setStage(behaviour = {}) {
  const stage = await setProcessStage(WORKFLOW, { behaviour });
  stage.github.addToken(SECRET, { permissions: { contents: "write", actions: "write", checks: "read" } });
  return stage;
}

describe.concurrent("a server that repeats the token", () => {
  test.for([400, 401, 403, 404, 422, 429, 500])("in an error %i tells it nobody", async (status, { expect }) => {
    const { github, run } = await setStage();
    const { env, summary } = withSummary();
    const body = { message: echo(SECRET), errors: [{ message: echo(SECRET) }] };
    const headers = { "x-github-request-id": SECRET, "x-github-sso": `required; url=https://github.com/${SECRET}` };
    github.fault = ({ method }) =>
      method === "POST" ? { kind: "status", when: "before", status, body, headers } : undefined;
    const ran = await run({ ...GIVEN, find_timeout_seconds: "2" }, env);
    expect(ran.exitCode).toBe(1);
    expect(told(SECRET, ran, summary())).toEqual([]);
  });

  test("in names, links and logs tells it nobody", async ({ expect }) => {
    const { github, run } = await setStage({ jobs: { identify: { failedStep: "Deploy", log: [echo(SECRET)] } } });
    const { env, summary } = withSummary();
    const changed = (value: unknown, key?: string): unknown => {
      if (Array.isArray(value)) return value.map((each) => changed(each));
      if (typeof value === "object" && value !== null)
        return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, changed(each, name)]));
      return key === "name" || key === "display_title"
        ? `${value} ${echo(SECRET)}`
        : key === "html_url"
          ? `${value}/${SECRET}`
          : value;
    };
    github.fault = ({ method, path }) =>
      method === "GET" && /\/runs(\/\d+(\/jobs)?)?$/.test(path)
        ? { kind: "rewrite", when: "after", rewrite: (body) => changed(body) }
        : undefined;
    const ran = await run({ ...GIVEN, wait_for: "completed" }, env);
    expect(ran.exitCode).toBe(1);
    expect(ran.outputs.conclusion).toBe("failure");
    expect(ran.stdout).toContain("it was ***");
    expect(summary()).not.toBe("");
    expect(told(SECRET, ran, summary())).toEqual([]);
  });

  test("does not tell it by the commit status", async ({ expect }) => {
    const { github, run } = await setStage();
    const { github: caller } = await setProcessStage({ [CALLER.repository]: {} });
    caller.addToken("ghs_thecallersown", { permissions: { statuses: "write" } });
    github.fault = ({ method }) =>
      method === "POST" ? { kind: "status", when: "before", status: 422, body: { message: SECRET } } : undefined;
    const given = { ...GIVEN, wait_for: "completed", status_context: "remote" };
    const ran = await run(given, { GITHUB_API_URL: caller.apiUrl, RUNNER_DEBUG: "1" });
    const [status, ...others] = caller.statuses(CALLER.repository);
    expect(others).toEqual([]);
    expect(status?.description).toContain("***");
    expect(told(SECRET, ran, JSON.stringify(status))).toEqual([]);
  });

  test("of the commit status does not tell that token", async ({ expect }) => {
    const { run } = await setStage();
    const { github: caller } = await setProcessStage({ [CALLER.repository]: {} });
    const status_token = `${SECRET}2`;
    caller.addToken(status_token, { permissions: { statuses: "write" } });
    caller.fault = () => ({ kind: "status", when: "before", status: 422, body: { message: echo(status_token) } });
    const given = { ...GIVEN, wait_for: "completed", status_context: "remote", status_token };
    const ran = await run(given, { GITHUB_API_URL: caller.apiUrl, RUNNER_DEBUG: "1" });
    expect(ran.stdout).toContain("::warning::The commit status `remote` could not be set");
    expect(told(status_token, ran)).toEqual([]);
  });
});

describe.concurrent("a server that repeats an App's signature", () => {
  test.for([401, 403, 404, 422])("in an error %i tells it nobody, and it is masked", async (status, { expect }) => {
    const seen: string[] = [];
    const server = createServer(({ headers: { authorization = "" } }, response) => {
      const secret = authorization.replace(/^\S+ /, "");
      seen.push(secret);
      const escaped = [...secret].map((each) => `\\u00${each.charCodeAt(0).toString(16)}`).join("");
      response.writeHead(status, { "content-type": "application/json", "x-github-request-id": secret });
      response.end(`{"message": ${JSON.stringify(echo(secret))}, "errors": ["${escaped}"]}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const apiUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const given = { ...GIVEN, app_id: CLIENT_ID, app_private_key: PRIVATE_KEY, find_timeout_seconds: "5" };
    const ran = await runBundle(apiUrl, given, { RUNNER_DEBUG: "1" });
    expect(ran.exitCode).toBe(1);
    expect(seen.length).toBeGreaterThan(0);
    for (const secret of seen) {
      expect(secret.split(".")).toHaveLength(3);
      expect(told(secret, ran)).toEqual([]);
      expect(ran.stdout).toContain(`::add-mask::${secret}\n`);
    }
  });
});
