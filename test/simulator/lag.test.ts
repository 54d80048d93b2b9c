/** What the model test needs of the simulator: answers that lag, connections that are refused, clocks that disagree, truth at any time. */

import { expect, test } from "vitest";
import { receiver } from "../support/receivers.ts";
import { clientOf } from "./client.ts";
import { startGitHub, VirtualClock } from "./index.ts";

async function open(clock = new VirtualClock()) {
  const github = await startGitHub({ clock });
  github.addRepository("octo/target", {
    workflows: { "deploy.yml": receiver("repository_dispatch", "run-name") },
  });
  github.addToken("token", { permissions: { contents: "write", actions: "write" } });
  const id = github.startRun("octo/target", "deploy.yml", {
    event: "repository_dispatch",
    action: "deploy",
    behaviour: { visibleAfterMs: 0, queuedMs: 2000, setupMs: 0, stepMs: 3000 },
  });
  return { github, clock, id, ask: clientOf(clock, github.apiUrl, "token") };
}

test("a stale answer shows what was so before, and the next one what is so", async () => {
  const { github, clock, id, ask } = await open();
  await clock.sleep(3000);
  github.fault = ({ nth }) => (nth === 1 ? { kind: "stale", ms: 2000 } : undefined);
  const path = `/repos/octo/target/actions/runs/${id}`;
  expect((await ask("GET", path)).body).toMatchObject({ status: "queued" });
  expect((await ask("GET", path)).body).toMatchObject({ status: "in_progress" });
  github.fault = () => ({ kind: "stale", ms: 5000 });
  expect((await ask("GET", path)).status).toBe(404);
  await github.close();
});

test("a refused connection fails with the system's own error, and the server sees nothing of it", async () => {
  const { github, clock, ask } = await open();
  clock.refuses = (method, path) => method === "GET" && path === "/repos/octo/target";
  await expect(ask("GET", "/repos/octo/target")).rejects.toMatchObject({
    cause: { code: "ECONNREFUSED", syscall: "connect" },
  });
  expect(github.requests).toEqual([]);
  clock.refuses = undefined;
  expect((await ask("GET", "/repos/octo/target")).status).toBe(200);
  await github.close();
});

test("the machine's clock may show another time than the server's", async () => {
  const clock = new VirtualClock(Date.parse("2026-11-20T13:00:00Z"));
  const { github } = await open(clock);
  expect(new Date(github.nowMs()).toISOString()).toBe("2026-11-20T12:00:00.000Z");
  await clock.sleep(1000);
  expect(new Date(github.nowMs()).toISOString()).toBe("2026-11-20T12:00:01.000Z");
  await github.close();
});

test("the truth can be asked for any time, the future included", async () => {
  const { github } = await open();
  const startMs = github.nowMs();
  const statuses = [0, 3000, 9000].map((ms) => github.runs("octo/target", startMs + ms)[0]?.status);
  expect(statuses).toEqual(["queued", "in_progress", "completed"]);
  await github.close();
});
