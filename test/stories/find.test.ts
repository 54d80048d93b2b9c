/** The story from a dispatch to the run that it started, where GitHub's answer does not name it. */

import { describe, expect, test } from "vitest";
import { generateDistinctId, generateIdHex } from "../../src/inputs/distinct-id.ts";
import { BUSY, type EventName, receiver, SILENT, type SignName } from "../support/receivers.ts";
import { asked, setStage, TARGET } from "../support/stage.ts";

const SIGNS: SignName[] = ["run-name", "job", "step"];

/** What a caller gives to start `deploy.yml` by `event`. */
function start(event: EventName): Record<string, string> {
  return event === "workflow_dispatch" ? { workflow: "deploy.yml", ref: "main" } : { event_type: "deploy" };
}

const EVENT = receiver("repository_dispatch", "run-name");

const STEP = receiver("repository_dispatch", "step");

test.each([
  ["found", true],
  ["nothing", false],
  ["completed", false],
])("with wait_for: %s, the log's last line says that the run's end is not waited for: %s", async (wait_for, is) => {
  const { play } = await setStage({ "deploy.yml": SILENT });
  const { log } = await play({ workflow: "deploy.yml", ref: "main", wait_for });
  expect(log.at(-1) === "Not waiting for the run's end (`wait_for: found`).").toBe(is);
});

describe("the requests", () => {
  test("are one list for each look when the run shows its name", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT }, { behaviour: { visibleAfterMs: 0 } });
    await play({ event_type: "deploy" });
    expect(github.transcript()).toEqual([
      "GET /repos/octo/target/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200",
      "POST /repos/octo/target/dispatches → 204",
      "GET /repos/octo/target/actions/runs?per_page=30&page=1&exclude_pull_requests=true → 200",
    ]);
  });

  test("are one list for each look and at most one jobs request for each undecided run", async () => {
    const { github, play } = await setStage({ "deploy.yml": STEP }, { behaviour: { queuedMs: 20_000 } });
    await play({ event_type: "deploy" });
    const id = github.runs(TARGET)[0]?.id;
    const lists = asked(github, "GET /repos/octo/target/actions/runs?");
    const jobs = asked(github, `GET /repos/octo/target/actions/runs/${id}/jobs`);
    expect(lists.length + jobs.length + 1).toBe(github.requests.length);
    expect(jobs.length).toBeLessThanOrEqual(lists.length);
    // A run that is still queued has nothing new to show: its jobs are not asked for at every look.
    expect(jobs.length).toBeLessThanOrEqual(4);
  });

  test("do not grow with runs that started before, by other events, or in other workflows", async () => {
    const { github, play } = await setStage({ "deploy.yml": STEP, "busy.yml": BUSY });
    for (let each = 0; each < 60; each++) {
      github.startRun(TARGET, "busy.yml", { event: "push", createdAtMs: github.nowMs() - each * 1000 });
      github.startRun(TARGET, "deploy.yml", {
        event: "repository_dispatch",
        action: "deploy",
        payload: { distinct_id: `old-${each}` },
        createdAtMs: github.nowMs() - 10_000 - each * 1000,
      });
    }
    const { outputs } = await play({ event_type: "deploy", workflow: "deploy.yml" });
    const jobs = github.requests.filter(({ path }) => path.endsWith("/jobs"));
    expect(new Set(jobs.map(({ path }) => path)).size).toBe(1);
    expect(outputs.runId).toBe(String(github.runs(TARGET).at(-1)?.id));
  });
});

/** A generated id of another caller, as it is made at that moment. */
function idMadeAt(epochMs: number): string {
  return generateDistinctId({ runId: "77", runAttempt: "1" }, generateIdHex(epochMs, "2a7e41d06b58"));
}

describe("among others whose runs may be ours as well, the requests", () => {
  const sent = { event: "repository_dispatch", action: "deploy" };

  test("are for the jobs of eight runs at most in a look", async () => {
    const { github, play } = await setStage(
      { "deploy.yml": STEP },
      { behaviour: { queuedMs: 40_000, stepMs: 600_000 } },
    );
    const before = { ...sent, createdAtMs: github.nowMs() - 4500 };
    for (let each = 0; each < 30; each++) github.startRun(TARGET, "deploy.yml", before);
    const { failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    const looks = github
      .transcript()
      .join("\n")
      .split(/^GET \S+\/runs\?.*$/m);
    const reads = looks.map((look) => look.match(/\/jobs\?/g)?.length ?? 0);
    expect(Math.max(...reads)).toBe(8);
  });

  test("are few in a crowd, since each id that is read tells where ours is, and none follows ours", async () => {
    const { github, clock, play } = await setStage({ "deploy.yml": STEP }, { behaviour: { stepMs: 600_000 } });
    await clock.sleep(1500 - (github.nowMs() % 1000));
    const nowMs = github.nowMs();
    // All in the first half of a second, of which `created_at` tells no more: by that alone, ours would be amid them.
    for (let each = 45; each > 0; each--) {
      const createdAtMs = nowMs - each * 10;
      const payload = { distinct_id: idMadeAt(createdAtMs) };
      github.startRun(TARGET, "deploy.yml", { ...sent, createdAtMs, payload });
    }
    const idHex = generateIdHex(nowMs, "9f3c2a7e41d0");
    const { outputs, failure } = await play({ event_type: "deploy" }, { idHex });
    expect(failure).toBeUndefined();
    const ours = github.runs(TARGET).find(({ payload }) => payload.distinct_id === outputs.distinct_id);
    expect(outputs.runId).toBe(String(ours?.id));
    const jobs = github.requests.filter(({ path }) => path.endsWith("/jobs"));
    expect(jobs.length).toBeLessThanOrEqual(6);
    expect(github.requests.at(-1)?.path).toContain(`/runs/${ours?.id}/jobs`);
  });
});

describe("a run is found rightly", () => {
  test("among ids of which one is the beginning of the other", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    const ids = ["run-1", "run-10", "run-1-2", "xrun-1", "run-1.5"];
    const played = await Promise.all(ids.map((distinct_id) => play({ event_type: "deploy", distinct_id })));
    const carried = (runId = "") => github.runs(TARGET).find(({ id }) => String(id) === runId)?.payload.distinct_id;
    expect(played.map(({ outputs }) => carried(outputs.runId))).toEqual(ids);
  });

  test("behind 150 newer ones", async () => {
    const { github, play } = await setStage(
      { "deploy.yml": EVENT, "busy.yml": BUSY },
      { behaviour: { visibleAfterMs: 5000 } },
    );
    github.behaviour(TARGET, "busy.yml", { visibleAfterMs: 0 });
    const played = play({ event_type: "deploy" });
    github.fault = ({ method }) => {
      if (method === "POST") {
        queueMicrotask(() => {
          for (let each = 0; each < 150; each++)
            github.startRun(TARGET, "busy.yml", { event: "push", createdAtMs: github.nowMs() + 1000 });
        });
      }
      return undefined;
    };
    const { outputs, failure } = await played;
    expect(failure).toBeUndefined();
    const ours = github.runs(TARGET).find(({ event }) => event === "repository_dispatch");
    expect(outputs.runId).toBe(String(ours?.id));
    expect(asked(github, "GET").join("\n")).toContain("per_page=100&page=2");
  });

  test("by its last job, of 60", async () => {
    const jobs = Array.from(
      { length: 59 },
      (_, index) => `  job${index}:\n    runs-on: x\n    steps:\n      - run: make`,
    );
    const text = `${receiver("repository_dispatch", undefined)}\n${jobs.join("\n")}\n  last:\n    name: \${{ github.event.client_payload.distinct_id }}\n    runs-on: x\n    steps:\n      - run: make`;
    const { github, play } = await setStage({ "deploy.yml": text });
    const { outputs, failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test("by a job beyond the first page of 100", async () => {
    const jobs = Array.from(
      { length: 130 },
      (_, index) => `  job${index}:\n    runs-on: x\n    steps:\n      - run: make`,
    );
    const text = `${receiver("repository_dispatch", undefined)}\n${jobs.join("\n")}\n  last:\n    name: \${{ github.event.client_payload.distinct_id }}\n    runs-on: x\n    steps:\n      - run: make`;
    const { github, play } = await setStage({ "deploy.yml": text });
    const { outputs, failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test("by a job that appears late, behind another", async () => {
    const text = `${receiver("repository_dispatch", undefined)}\n  late:\n    needs: identify\n    name: Late \${{ github.event.client_payload.distinct_id }}\n    runs-on: x\n    steps:\n      - run: make`;
    const { github, play } = await setStage(
      { "deploy.yml": text },
      { behaviour: { jobs: { identify: { durationMs: 90_000 } } } },
    );
    const { outputs, failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test("when it becomes visible only after four minutes", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT }, { behaviour: { visibleAfterMs: 240_000 } });
    const { outputs, tookMs } = await play({ event_type: "deploy" });
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
    expect(tookMs).toBeLessThan(253_000);
  });

  test("although an older run carries the same id", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    const older = github.startRun(TARGET, "deploy.yml", {
      event: "repository_dispatch",
      action: "deploy",
      payload: { distinct_id: "mine" },
      createdAtMs: github.nowMs() - 30_000,
    });
    const { outputs } = await play({ event_type: "deploy", distinct_id: "mine" });
    expect(outputs.runId).toBe(String(github.runs(TARGET).at(-1)?.id));
    expect(outputs.runId).not.toBe(String(older));
  });

  const now = Date.now();

  test.each([-3_600_000, 3_600_000])("although the runner's clock is off by %i ms", async (offMs) => {
    // The clock of the step starts anywhere: nothing of it is ever compared with the server's time of day.
    const startsAt = new Date(now + offMs).toISOString();
    const { github, play } = await setStage({ "deploy.yml": EVENT }, { startsAt });
    const { outputs } = await play({ event_type: "deploy" });
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test("although a neighbour in another workflow shows the id, when the workflow is given", async () => {
    const { github, play } = await setStage({ "other.yml": EVENT, "deploy.yml": EVENT });
    const { outputs } = await play({ event_type: "deploy", workflow: "deploy.yml" });
    const ours = github.runs(TARGET).find(({ workflowPath }) => workflowPath.endsWith("/deploy.yml"));
    expect(outputs.runId).toBe(String(ours?.id));
  });

  test("whose path GitHub shows with a ref behind it", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT }, { behaviour: { pathWithRef: true } });
    const { outputs } = await play({ event_type: "deploy", workflow: "deploy.yml" });
    expect(outputs.runId).toBe(String(github.runs(TARGET)[0]?.id));
  });

  test("although a neighbour's run is deleted while it is looked at", async () => {
    const { github, play } = await setStage({ "deploy.yml": STEP }, { behaviour: { visibleAfterMs: 3000 } });
    const neighbour = github.startRun(TARGET, "deploy.yml", {
      event: "repository_dispatch",
      action: "deploy",
      behaviour: { visibleAfterMs: 0 },
    });
    github.fault = ({ path }) => {
      if (path.endsWith(`/${neighbour}/jobs`)) github.deleteRun(neighbour);
      return undefined;
    };
    const { outputs, failure } = await play({ event_type: "deploy" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBe(String(github.runs(TARGET).at(-1)?.id));
  });
});

test.each(SIGNS)(
  "the oldest of two runs with our id in its %s is ours, and a warning names the other",
  async (sign) => {
    const { github, play } = await setStage(
      { "deploy.yml": receiver("repository_dispatch", sign) },
      { behaviour: { duplicates: 1 } },
    );
    const { outputs, warnings } = await play({ event_type: "deploy" });
    const [first, second] = github.runs(TARGET);
    expect(outputs.runId).toBe(String(first?.id));
    expect(warnings).toEqual([
      `2 runs carry the id ${outputs.distinct_id}. The oldest is used; the others are: ${github.apiUrl}/octo/target/actions/runs/${second?.id}`,
    ]);
  },
);

test("a run that shows seconds before the deadline is found", async () => {
  const { play } = await setStage({ "deploy.yml": EVENT }, { behaviour: { visibleAfterMs: 298_000 } });
  const { failure, outputs } = await play({ event_type: "deploy" });
  expect(failure).toBeUndefined();
  expect(outputs.runId).toBeDefined();
});

test("a run that has ended is found although its jobs are not to be had", async () => {
  const { github, play } = await setStage({ "deploy.yml": EVENT }, { behaviour: { visibleAfterMs: 20_000 } });
  github.fault = ({ path }) => (path.endsWith("/jobs") ? { when: "before", kind: "status", status: 502 } : undefined);
  const { failure, outputs } = await play({ event_type: "deploy" });
  expect(failure).toBeUndefined();
  expect(outputs).toMatchObject({ status: "completed", conclusion: "success" });
});

describe("a run that is not found", () => {
  test("is told with what was looked at, and with the lines that the receiver needs", async () => {
    const { github, play } = await setStage({ "deploy.yml": SILENT, "busy.yml": BUSY });
    const played = play({ event_type: "deploy", distinct_id: "mine", find_timeout_seconds: "60" });
    const { failure, outputs, tookMs } = await played;
    expect(tookMs).toBe(60_000);
    expect(outputs).toEqual({ distinct_id: "mine", ref: "" });
    expect(failure?.replaceAll(github.apiUrl, "https://github.test")).toMatchInlineSnapshot(`
      "No run of octo/target showed the id mine within 60 s (\`find_timeout_seconds\`).
      GitHub listed 1 run since the dispatch. By repository_dispatch \`deploy\`:
      - .github/workflows/deploy.yml "deploy": shows no id, https://github.test/octo/target/actions/runs/30000000011
      ✗ .github/workflows/deploy.yml does not show the id, so its run would not be found. Lines to add:
          run-name: Silent [\${{ github.event.client_payload.distinct_id }}]"
    `);
  });

  test("is told as one that nobody listens for when there is none at all", async () => {
    const { github, play } = await setStage({ "deploy.yml": EVENT });
    const { failure } = await play({ event_type: "deplyo", distinct_id: "mine", distinct_id_key: "id" });
    expect(failure?.replaceAll(github.apiUrl, "https://github.test")).toMatchInlineSnapshot(`
      "No run of octo/target showed the id mine within 62 s. None can have started, so the wait ended before the default of 300 s (\`find_timeout_seconds\`); a value that you set is kept.
      GitHub listed no run since the dispatch.
      All runs of octo/target: https://github.test/octo/target/actions
      ✗ No workflow on the default branch listens for repository_dispatch \`deplyo\`. They listen for deploy. Lines to add:
          run-name: My workflow [\${{ github.event.client_payload.id }}]
          on:
            repository_dispatch:
              types: [deplyo]"
    `);
  });

  test("costs no second look at the jobs of a run that is complete and shows no id", async () => {
    const { github, play } = await setStage({ "deploy.yml": SILENT }, { behaviour: { visibleAfterMs: 20_000 } });
    await play({ event_type: "deploy", find_timeout_seconds: "200" });
    expect(github.requests.filter(({ path }) => path.endsWith("/jobs"))).toHaveLength(1);
  });
});

describe("an id that is glued to other words in the run's name", () => {
  const named = (name: string) =>
    `run-name: ${name}\non: { repository_dispatch: { types: [deploy] } }\njobs:\n  build: { runs-on: ubuntu-latest, steps: [{ run: x }] }\n`;
  const ID = "${{ github.event.client_payload.distinct_id }}";

  test.each([`deploy-${ID}`, `v${ID}`, `${ID}-prod`, `prod/${ID}`])(
    "is found where it was generated: %s",
    async (name) => {
      const { play } = await setStage({ "deploy.yml": named(name) });
      expect((await play(start("repository_dispatch"), { idHex: "9f3c2a7e41d06b58" })).failure).toBeUndefined();
    },
  );

  test("is not ours where it was given: it may be a part of another", async () => {
    const { play } = await setStage({ "deploy.yml": named(`deploy-${ID}`) });
    const { failure } = await play({
      ...start("repository_dispatch"),
      distinct_id: "run-1",
      find_timeout_seconds: "20",
    });
    expect(failure).toContain("No run of octo/target showed the id run-1");
  });
});
