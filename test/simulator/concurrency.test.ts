/** What GitHub does about runs of one concurrency group, as the simulator plays it. */

import { afterEach, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { startGitHub, VirtualClock } from "./index.ts";

let close = async () => {};
afterEach(() => close());

/** A GitHub whose runs are of this group and take a minute each. */
async function stage(concurrency: string, ofJob = "") {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock });
  close = async () => {
    await github.close();
    expect(github.violations).toEqual([]);
  };
  github.addToken("all", { permissions: { actions: "write" } });
  const ask = clientOf(clock, github.apiUrl, "all");
  const jobs = `jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    ${ofJob}\n    steps:\n      - run: ./deploy`;
  const workflow = `on:\n  repository_dispatch:\n${concurrency}\n${jobs}\n`;
  github.addRepository("octo/target", { workflows: { "deploy.yml": workflow } });
  const behaviour = { queuedMs: 0, cancelTakesMs: 5000, jobs: { deploy: { durationMs: 60_000 } } };
  github.behaviour("octo/target", "deploy.yml", behaviour);
  const actions = "/repos/octo/target/actions";
  return {
    github,
    ids: () => github.runs("octo/target").map(({ id }) => id),
    cancel: (id: number) => ask("POST", `${actions}/runs/${id}/cancel`),
    /** What its groups tell of a run. */
    groupsOf: async (id: number) => (await ask("GET", `${actions}/runs/${id}/concurrency_groups`)).body,
    /** What a group tells of those that are ahead of a run or a job. */
    ahead: (group: string, query = "") => ask("GET", `${actions}/concurrency_groups/${group}${query}`),
    /** Lets time pass. */
    pass: (ms: number) => clock.sleep(ms),
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

test("with `queue: max` all wait, first in, first out, and who is ahead of each is told", async () => {
  const { start, after, ids, groupsOf, ahead } = await stage("concurrency: { group: deploy, queue: max }");
  for (let nth = 1; nth <= 4; nth++) await start();
  await start();
  expect(after()).toEqual(["in_progress", "pending", "pending", "pending", "pending"]);
  expect(after(60_000)).toEqual(["success", "in_progress", "pending", "pending", "pending"]);
  expect(after(240_000)).toEqual(["success", "success", "success", "success", "in_progress"]);
  const [first, second, third] = ids();
  expect(await groupsOf(third ?? 0)).toMatchObject({
    total_count: 1,
    concurrency_groups: [{ group_name: "deploy", group_members: [{ run_id: third, position: 2, status: "pending" }] }],
  });
  expect((await ahead("deploy", `?ahead_of_run=${third}`)).body).toMatchObject({
    group_members: [
      { run_id: first, status: "in_progress" },
      { run_id: second, status: "pending" },
      { run_id: third, status: "pending" },
    ],
  });
});

test("who waits moves up when one that was ahead is cancelled, or is deleted", async () => {
  const { github, start, after, ids, cancel, pass } = await stage("concurrency: { group: deploy, queue: max }");
  for (let nth = 1; nth <= 4; nth++) await start();
  const [first = 0, second = 0] = ids();
  await cancel(second);
  await pass(5000);
  expect(after()).toEqual(["in_progress", "cancelled", "pending", "pending"]);
  // The first began four seconds before, and five more have passed.
  expect(after(51_000)).toEqual(["success", "cancelled", "in_progress", "pending"]);
  github.deleteRun(first);
  expect(after()).toEqual(["cancelled", "in_progress", "pending"]);
  expect(after(60_000)).toEqual(["cancelled", "success", "in_progress"]);
});

test("a run that has left its group is no member of it, and a group without members is not there", async () => {
  const { start, ids, groupsOf, ahead, pass } = await stage("concurrency: deploy");
  await start();
  await pass(120_000);
  expect(await groupsOf(ids()[0] ?? 0)).toMatchObject({ concurrency_groups: [{ group_members: [] }] });
  expect((await ahead("deploy")).status).toBe(404);
});

test("a job waits by a group of its own, beside the run's", async () => {
  const { github, start, ids, groupsOf, ahead } = await stage(
    "concurrency: deploy",
    "concurrency: { group: Database }",
  );
  github.behaviour("octo/target", "deploy.yml", { queuedMs: 0, jobs: { deploy: { pendingMs: 30_000 } } });
  await start();
  await start();
  expect(github.runs("octo/target")).toMatchObject([{ status: "pending" }, { status: "pending" }]);
  const groups = (await groupsOf(ids()[0] ?? 0)) as { concurrency_groups: { group_members: { job_id?: number }[] }[] };
  expect(groups).toMatchObject({
    total_count: 2,
    concurrency_groups: [
      { group_name: "database", group_members: [{ position: 0, status: "pending", job_name: "deploy" }] },
      { group_name: "deploy", group_members: [{ position: 0, status: "in_progress" }] },
    ],
  });
  const job = groups.concurrency_groups[0]?.group_members[0]?.job_id;
  expect((await ahead("database", `?ahead_of_job=${job}`)).body).toMatchObject({ group_members: [{ job_id: job }] });
  expect((await ahead("deploy", `?ahead_of_job=${job}`)).status).toBe(422);
  expect((await ahead("deploy", `?ahead_of_job=${job}&ahead_of_run=${ids()[0]}`)).status).toBe(422);
});

test.each(["{ group: deploy, queue: most }", "{ group: deploy, queue: max, cancel-in-progress: true }"])(
  "a workflow with %s is refused",
  async (concurrency) => {
    await expect(stage(`concurrency: ${concurrency}`)).rejects.toThrow(/concurrency/);
  },
);
