import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { type Behaviour, type GitHub, startGitHub, VirtualClock } from "./index.ts";

const deploy = `
name: Deploy
on: [repository_dispatch, workflow_dispatch]
jobs:
  build:
    runs-on: ubuntu-latest
    strategy: { matrix: { os: [linux, mac] } }
    steps:
      - uses: actions/checkout@v4
      - env: { ID: "\${{ github.event.client_payload.id }}" }
        name: Build \${{ env.ID }} on \${{ matrix.os }}
        run: make
  ship:
    name: Ship \${{ github.event.client_payload.id }}
    needs: build
    environment: live
    steps:
      - run: |
          ship it
          all
      - run: tell
  never:
    if: false
    steps: [{ run: x }]
`;
const simple = "on: repository_dispatch\njobs: { go: { runs-on: x, steps: [{ run: make }, { run: ship }] } }";
const runs = "/repos/octo/target/actions/runs";

interface RunBody {
  id: number;
  run_attempt: number;
  status: string;
  conclusion: string | null;
  created_at: string;
  updated_at: string;
  path: string;
  display_title: string;
}
interface JobBody {
  name: string;
  status: string;
  conclusion: string | null;
  steps: { name: string; status: string; conclusion: string | null }[];
}

let github: GitHub;
let clock: VirtualClock;
let call: ReturnType<typeof clientOf>;
beforeEach(async () => {
  clock = new VirtualClock();
  github = await startGitHub({ clock });
  github.addRepository("octo/target", { workflows: { "deploy.yml": deploy, "simple.yml": simple } });
  github.addToken("all", { permissions: { contents: "write", actions: "write" } });
  call = clientOf(clock, github.apiUrl, "all");
});
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

function startRun(file: string, behaviour: Behaviour) {
  return github.startRun("octo/target", file, {
    event: "repository_dispatch",
    action: "go",
    payload: { id: "x1" },
    behaviour,
  });
}
async function until(ms: number) {
  await clock.sleep(ms - clock.nowMs());
}
async function lookAt(id: number) {
  const run = (await call("GET", `${runs}/${id}`)).body as RunBody;
  const { jobs } = (await call("GET", `${runs}/${id}/jobs`)).body as { jobs: JobBody[] };
  return {
    run: [run.status, run.conclusion],
    jobs: jobs.map(({ name, status, conclusion }) => [name, conclusion ?? status]),
    steps: jobs.map(({ steps }) => steps.map(({ name, status, conclusion }) => `${name}: ${conclusion ?? status}`)),
    updated: run.updated_at,
  };
}

describe("a run", () => {
  test("is seen by nobody at first, by id and in lists each from its time on", async () => {
    const id = startRun("simple.yml", { visibleAfterMs: 3000, freshRun404Ms: 1000 });
    const look = async () => {
      const list = (await call("GET", runs)).body as { total_count: number };
      return [
        (await call("GET", `${runs}/${id}`)).status,
        (await call("GET", `${runs}/${id}/jobs`)).status,
        list.total_count,
      ];
    };
    expect(await look()).toEqual([404, 404, 0]);
    await until(1000);
    expect(await look()).toEqual([200, 200, 0]);
    await until(3000);
    expect(await look()).toEqual([200, 200, 1]);
  });

  test("goes from queued through its steps to its end", async () => {
    const id = startRun("simple.yml", { visibleAfterMs: 0 });
    expect(await lookAt(id)).toMatchObject({ run: ["queued", null], jobs: [["go", "queued"]], steps: [[]] });
    await until(2000);
    expect(await lookAt(id)).toMatchObject({
      run: ["in_progress", null],
      steps: [["Set up job: in_progress"]],
    });
    await until(3500);
    expect(await lookAt(id)).toMatchObject({
      steps: [["Set up job: success", "Run make: in_progress", "Run ship: queued", "Complete job: queued"]],
      updated: "2026-11-20T12:00:02Z",
    });
    await until(7000);
    expect(await lookAt(id)).toEqual({
      run: ["completed", "success"],
      jobs: [["go", "success"]],
      steps: [["Set up job: success", "Run make: success", "Run ship: success", "Complete job: success"]],
      updated: "2026-11-20T12:00:07Z",
    });
  });

  test("shows evaluated names, a matrix, and jobs behind needs only once those have ended", async () => {
    const id = startRun("deploy.yml", { visibleAfterMs: 0, jobs: { ship: { waitingMs: 5000 } } });
    expect((await lookAt(id)).jobs).toEqual([
      ["build (linux)", "queued"],
      ["build (mac)", "queued"],
      ["never", "skipped"],
    ]);
    await until(3000);
    expect((await lookAt(id)).steps[1]?.[2]).toBe("Build ${{ env.ID }} on ${{ matrix.os }}: queued");
    await until(7000);
    expect((await lookAt(id)).jobs[2]).toEqual(["Ship x1", "waiting"]);
    expect((await lookAt(id)).run).toEqual(["waiting", null]);
    expect((await call("GET", `${runs}/${id}/pending_deployments`)).body).toMatchObject([
      { environment: { name: "live" } },
    ]);
    await until(15_000);
    expect((await lookAt(id)).steps[2]).toContain("Run ship it: in_progress");
    expect((await call("GET", `${runs}/${id}/pending_deployments`)).body).toEqual([]);
    await until(19_000);
    expect((await lookAt(id)).run).toEqual(["completed", "success"]);
  });

  test("fails in the step that is told, skips what comes behind, and fails as a whole", async () => {
    const id = startRun("deploy.yml", {
      jobs: { build: { failedStep: "Run actions/checkout@v4", durationMs: 9000 } },
    });
    await until(10_999);
    expect((await lookAt(id)).run).toEqual(["in_progress", null]);
    await until(11_000);
    const { run, jobs, steps } = await lookAt(id);
    expect([run, jobs[2]]).toEqual([
      ["completed", "failure"],
      ["Ship x1", "skipped"],
    ]);
    const names = [
      "Set up job: success",
      "Run actions/checkout@v4: failure",
      "Build ${{ env.ID }} on ${{ matrix.os }}: skipped",
    ];
    expect(steps[0]).toEqual([...names, "Complete job: success"]);
  });

  test.each([
    [{ conclusion: "tomorrow" }, "tomorrow"],
    [{ conclusion: null }, null],
    [{ jobs: { go: { conclusion: "timed_out" as const } } }, "failure"],
    [{ jobs: { go: { conclusion: "cancelled" as const } } }, "cancelled"],
    [{ jobs: { go: { conclusion: "skipped" as const } } }, "skipped"],
  ])("ends as %j says: %s", async (behaviour, conclusion) => {
    const id = startRun("simple.yml", behaviour);
    await until(20_000);
    expect((await lookAt(id)).run).toEqual(["completed", conclusion]);
  });

  test("plays statuses before it is queued: pending has no jobs, waiting has waiting ones", async () => {
    const statuses = ["pending", "waiting", "tomorrow"].map((status) => ({ status, forMs: 10_000 }));
    const id = startRun("simple.yml", {
      visibleAfterMs: 0,
      statuses,
      environment: "live",
      jobs: { go: { name: "a / b", steps: ["one"] } },
    });
    expect(await lookAt(id)).toMatchObject({ run: ["pending", null], jobs: [] });
    await until(10_000);
    expect(await lookAt(id)).toMatchObject({ run: ["waiting", null], jobs: [["a / b", "waiting"]] });
    expect((await call("GET", `${runs}/${id}/pending_deployments`)).body).toMatchObject([
      { environment: { name: "live" } },
    ]);
    await until(20_000);
    expect((await lookAt(id)).run).toEqual(["tomorrow", null]);
    await until(30_000);
    expect(await lookAt(id)).toMatchObject({ run: ["queued", null], jobs: [["a / b", "queued"]] });
  });

  test("without jobs ends at once, as startup_failure", async () => {
    const id = startRun("simple.yml", { visibleAfterMs: 0, zeroJobs: true });
    expect(await lookAt(id)).toMatchObject({ run: ["completed", "startup_failure"], jobs: [] });
  });

  test("can be delivered twice, and each run of a workflow go its own way", async () => {
    github.behaviour("octo/target", "simple.yml", (nth, payload) => ({
      duplicates: nth === 1 ? 1 : 0,
      conclusion: `${nth} ${payload.id}`,
    }));
    for (const id of ["x", "y"]) {
      const body = { event_type: "go", client_payload: { id } };
      expect((await call("POST", "/repos/octo/target/dispatches", body)).status).toBe(204);
    }
    await until(60_000);
    const ours = github.runs("octo/target").filter(({ workflowPath }) => workflowPath.endsWith("simple.yml"));
    expect(ours.map(({ conclusion }) => conclusion)).toEqual(["1 x", "1 x", "3 y"]);
  });
});

describe("a cancellation", () => {
  const cancel = (id: number, how = "cancel") => call("POST", `${runs}/${id}/${how}`);

  test("ends the run a little later; one that has ended is answered 409", async () => {
    const id = startRun("simple.yml", { visibleAfterMs: 0, cancelTakesMs: 1500 });
    await until(4000);
    expect((await cancel(id)).status).toBe(202);
    expect((await lookAt(id)).run).toEqual(["in_progress", null]);
    await until(5500);
    expect(await lookAt(id)).toEqual({
      run: ["completed", "cancelled"],
      jobs: [["go", "cancelled"]],
      steps: [["Set up job: success", "Run make: success", "Run ship: cancelled", "Complete job: skipped"]],
      updated: "2026-11-20T12:00:05Z",
    });
    expect((await cancel(id)).status).toBe(409);
    expect(github.runs("octo/target")[0]?.cancelRequestedAtMs).toBe(Date.parse("2026-11-20T12:00:04Z"));
  });

  test("of a run that nobody has taken yet leaves no trace of steps or of later jobs", async () => {
    const id = startRun("deploy.yml", { visibleAfterMs: 0, queuedMs: 60_000 });
    await cancel(id);
    await until(100_000);
    const { run, jobs, steps } = await lookAt(id);
    expect([run, jobs.map(([, word]) => word)]).toEqual([
      ["completed", "cancelled"],
      ["cancelled", "cancelled", "skipped"],
    ]);
    expect(steps.flat()).toEqual([]);
  });

  test("may be refused or ignored; force always works", async () => {
    const refuses = startRun("simple.yml", { visibleAfterMs: 0, cancel: "409" });
    const ignores = startRun("simple.yml", { visibleAfterMs: 0, cancel: "ignored" });
    expect((await cancel(refuses)).status).toBe(409);
    expect((await cancel(ignores)).status).toBe(202);
    await until(4000);
    expect((await lookAt(ignores)).run).toEqual(["in_progress", null]);
    expect((await cancel(ignores, "force-cancel")).status).toBe(202);
    await until(6000);
    expect((await lookAt(ignores)).run).toEqual(["completed", "cancelled"]);
  });
});

test("a list is newest first, page by page, 30 a page; with a filter it is five minutes old", async () => {
  for (let run = 0; run < 35; run++) {
    const createdAtMs = github.nowMs() - 1000 * (run % 10) - (run < 5 ? 3_600_000 : 0);
    github.startRun("octo/target", "simple.yml", {
      event: "schedule",
      createdAtMs,
      behaviour: { visibleAfterMs: 0, pathWithRef: true },
    });
  }
  const list = async (query: string) =>
    (await call("GET", `${runs}?${query}`)).body as { total_count: number; workflow_runs: RunBody[] };
  const first = await list("exclude_pull_requests=true");
  const second = await list("page=2");
  expect([first.total_count, first.workflow_runs.length, second.workflow_runs.length]).toEqual([35, 30, 5]);
  const all = [...first.workflow_runs, ...second.workflow_runs];
  const keys = all.map(({ created_at, id }) => `${created_at} ${id}`);
  expect(keys).toEqual(keys.toSorted().toReversed());
  expect(all[0]).toMatchObject({
    path: ".github/workflows/simple.yml@refs/heads/main",
    display_title: ".github/workflows/simple.yml",
  });
  expect((await list("per_page=100&event=schedule")).workflow_runs).toHaveLength(5);
  expect(github.filteredLists).toBe(1);
});

test("a re-run is a further attempt, and a deleted run is gone", async () => {
  const id = startRun("simple.yml", { conclusion: "failure" });
  await until(60_000);
  github.rerun(id, { conclusion: "success" });
  const last = (await call("GET", `${runs}/${id}`)).body as RunBody;
  expect(last).toMatchObject({ run_attempt: 2, status: "queued", created_at: "2026-11-20T12:00:00Z" });
  expect((await call("GET", `${runs}/${id}/attempts/1`)).body).toMatchObject({
    run_attempt: 1,
    conclusion: "failure",
  });
  expect((await call("GET", `${runs}/${id}/attempts/1/jobs`)).body).toMatchObject({
    jobs: [{ status: "completed" }],
  });
  expect((await call("GET", `${runs}/${id}/jobs?filter=all`)).body).toMatchObject({ total_count: 2 });
  expect((await call("GET", `${runs}/${id}/attempts/3`)).status).toBe(404);
  github.deleteRun(id);
  expect((await call("GET", `${runs}/${id}`)).status).toBe(404);
});

test("an ended job's log is somewhere else, and its address is the permission", async () => {
  const id = startRun("simple.yml", { visibleAfterMs: 0 });
  const { jobs } = (await call("GET", `${runs}/${id}/jobs`)).body as { jobs: { id: number }[] };
  const path = `/repos/octo/target/actions/jobs/${jobs[0]?.id}/logs`;
  expect((await call("GET", path)).status).toBe(404);
  await clock.sleep(3_600_000);
  const { status, headers } = await call("GET", path);
  const location = new URL(headers.get("location") ?? "");
  expect([status, location.hostname, location.pathname]).toEqual([302, "localhost", `/job-logs/${jobs[0]?.id}`]);
  const text = await (await clock.fetch(location)).text();
  expect(text).toMatch(/^\uFEFF?2026-11-20T12:00:\d\d\.\d{3}1234Z Current runner version/);
  expect(text).toContain("Z ##[group]Run ");
});
