/** What GitHub does about runs of one concurrency group, as the simulator plays it. */

import { afterEach, expect, test } from "vitest";
import { startGitHub, VirtualClock } from "./index.ts";

let close = async () => {};
afterEach(() => close());

/** A GitHub whose runs are of this group and take a minute each. */
async function stage(concurrency: string) {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock });
  close = () => github.close();
  const jobs = "jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./deploy";
  const workflow = `on:\n  repository_dispatch:\n${concurrency}\n${jobs}\n`;
  github.addRepository("octo/target", { workflows: { "deploy.yml": workflow } });
  const behaviour = { queuedMs: 0, cancelTakesMs: 5000, jobs: { deploy: { durationMs: 60_000 } } };
  github.behaviour("octo/target", "deploy.yml", behaviour);
  return {
    /** Starts a run, and lets a second pass. */
    start: async (stage = "production") => {
      const payload = { stage };
      github.startRun("octo/target", "deploy.yml", { event: "repository_dispatch", payload });
      await clock.sleep(1000);
    },
    /** How all runs stand, as of now or later. */
    after: (ms = 0) =>
      github.runs("octo/target", github.nowMs() + ms).map(({ status, conclusion }) => conclusion ?? status),
  };
}

test("a run waits for the one before it, and the newest of those that wait is left", async () => {
  const { start, after } = await stage("concurrency: deploy");
  await start();
  await start();
  expect(after()).toEqual(["in_progress", "pending"]);
  await start();
  expect(after()).toEqual(["in_progress", "cancelled", "pending"]);
  // The first ends a minute after its start, and the third a minute after that.
  expect(after(56_999)).toEqual(["in_progress", "cancelled", "pending"]);
  expect(after(57_000)).toEqual(["success", "cancelled", "in_progress"]);
  expect(after(117_000)).toEqual(["success", "cancelled", "success"]);
});

test("with `cancel-in-progress` a run that has begun gives way as well", async () => {
  const { start, after } = await stage("concurrency: { group: deploy, cancel-in-progress: true }");
  await start();
  await start();
  expect(after()).toEqual(["in_progress", "pending"]);
  expect(after(4000)).toEqual(["cancelled", "in_progress"]);
});

test("runs of other groups go on, and a group is the same in upper and lower case", async () => {
  const { start, after } = await stage("concurrency: deploy-${{ github.event.client_payload.stage }}");
  await start("production");
  await start("staging");
  await start("Production");
  expect(after()).toEqual(["in_progress", "in_progress", "pending"]);
});
