/** A token goes to the servers that `api_url`, `repo` or the caller names, and to no other that an address leads to. */

import { createServer } from "node:net";
import { afterAll, beforeAll, describe, test } from "vitest";
import { annotations, setProcessStage } from "../support/process-stage.ts";
import { receiver } from "../support/receivers.ts";

const TARGET = "octo/target";
const WORKFLOW = { [TARGET]: { "deploy.yml": receiver("workflow_dispatch", "run-name") } };

let connections = 0;
/** Nobody names it but an address: every connection counts, whatever is sent by it. */
const foreign = createServer((socket) => {
  connections++;
  socket.destroy();
});
let port = 0;
beforeAll(
  () =>
    new Promise<void>((resolve) => {
      foreign.listen(0, "127.0.0.1", () => {
        port = (foreign.address() as { port: number }).port;
        resolve();
      });
    }),
);
afterAll(() => new Promise((resolve) => foreign.close(resolve)));

const page = (origin: string) => `${origin}/${TARGET}/actions/runs/5`;

describe("the URL of a run sends nothing", () => {
  test.for<[string, () => string]>([
    ["to another server", () => page(`https://127.0.0.1:${port}`)],
    ["to another server in plain text", () => page(`http://127.0.0.1:${port}`)],
    ["to a name of that server", () => page(`http://localhost:${port}`)],
    ["to that name in capitals", () => page(`http://LOCALHOST:${port}`)],
    ["to that name with a dot at its end", () => page(`http://localhost.:${port}`)],
    ["to an address written as one number", () => page(`http://2130706433:${port}`)],
    ["to an address in hexadecimal", () => page(`http://0x7f.1:${port}`)],
    ["with a user before the server", () => page(`http://github.com@127.0.0.1:${port}`)],
    ["with a backslash and a user", () => page(`http://github.com\\@127.0.0.1:${port}`)],
    ["with a backslash behind the server", () => `http://127.0.0.1:${port}\\${TARGET}/actions/runs/5`],
    ["to a server in other digits", () => page(`http://１２７.0.0.1:${port}`)],
  ])("%s", async ([, run_id], { expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const before = connections;
    const ran = await run({ run_id: run_id(), find_timeout_seconds: "2" });
    expect(connections).toBe(before);
    expect(github.requests).toEqual([]);
    expect(ran.exitCode).toBe(1);
    expect(annotations(ran, "error")).toEqual([expect.stringContaining("`run_id`")]);
    expect(ran.outputs).toEqual({});
  });

  test("to another port of the server that `api_url` names", async ({ expect }) => {
    const { github, run } = await setProcessStage(WORKFLOW);
    const before = connections;
    const ran = await run({ run_id: page(github.apiUrl.replace(/\d+$/, String(port))) });
    expect(connections).toBe(before);
    expect(github.requests).toEqual([]);
    expect(annotations(ran, "error")).toEqual([
      expect.stringContaining(`\`run_id\` is the URL of a run on \`127.0.0.1:${port}\``),
    ]);
  });
});

test("a repository's URL sends nothing in plain text unless `api_url` says so", async ({ expect }) => {
  const { github, run } = await setProcessStage(WORKFLOW);
  const before = connections;
  const ran = await run({
    repo: `http://127.0.0.1:${port}/${TARGET}`,
    workflow: "deploy.yml",
    ref: "main",
    find_timeout_seconds: "2",
  });
  expect(connections).toBe(before);
  expect(github.requests).toEqual([]);
  expect(annotations(ran, "error")).toEqual([expect.stringContaining("`repo` is a URL of plain `http`")]);
});
