/** When a step shows which name, and how a job ends that takes too long: as the runner and the server do it. */

import { afterEach, describe, expect, test } from "vitest";
import { clientOf } from "./client.ts";
import { type Behaviour, type GitHub, startGitHub, VirtualClock } from "./index.ts";

let github: GitHub;
afterEach(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

interface JobBody {
  id: number;
  status: string;
  conclusion: string | null;
  created_at: string;
  started_at: string;
  steps: { name: string; status: string; conclusion: string | null }[];
}

/** A run whose only job has these steps. It starts at 2 s, is set up at 3 s, and each step takes 2 s. */
async function stage(steps: string, behaviour: Behaviour = {}, job = "") {
  const clock = new VirtualClock();
  github = await startGitHub({ clock });
  const text = `on: repository_dispatch\njobs:\n  go:\n    runs-on: x\n${job}    env: { ID: "\${{ github.event.client_payload.id }}" }\n    steps:\n${steps}`;
  github.addRepository("octo/target", { workflows: { "deploy.yml": text } });
  github.addToken("all", { permissions: { actions: "write", checks: "read" } });
  const payload = { id: "x1", lines: "first\nsecond" };
  const id = github.startRun("octo/target", "deploy.yml", {
    event: "repository_dispatch",
    payload,
    behaviour,
  });
  const call = clientOf(clock, github.apiUrl, "all");
  const jobAt = async (ms: number) => {
    await clock.sleep(ms - clock.nowMs());
    const { body } = await call("GET", `/repos/octo/target/actions/runs/${id}/jobs`);
    const [first] = (body as { jobs: JobBody[] }).jobs;
    if (!first) throw new Error("no job");
    return first;
  };
  /** Of its own steps, between those that the runner adds. */
  const namesAt = async (ms: number) => (await jobAt(ms)).steps.slice(1, -1).map(({ name }) => name);
  return { call, clock, jobAt, namesAt };
}

const WAIT = "      - run: sleep 2\n";

describe("the name of a step", () => {
  test.each([
    ["env", "${{ env.ID }}", "x1"],
    ["env", "${{   ENV.ID}}", "x1", "${{ ENV.ID }}"],
    ["job", "${{ job.status }}", "success"],
    ["runner", "${{ runner.os }}", "Linux"],
    ["steps", "${{ steps.none.outputs.id }}!", "!"],
    ["secrets", "for ${{ secrets.NONE }}.", "for ."],
  ])("that speaks of %s shows its source until just before it runs (%s)", async (_, name, shown, source = name) => {
    const { namesAt } = await stage(`${WAIT}      - name: "${name}"\n        run: ./go\n`);
    expect(await namesAt(3500)).toEqual(["Run sleep 2", source]);
    expect(await namesAt(4900)).toEqual(["Run sleep 2", source]);
    expect(await namesAt(5000)).toEqual(["Run sleep 2", shown]);
  });

  test.each([
    "${{ github.event.client_payload.id }}",
    "${{ GitHub.Event.Client_Payload.ID }}",
    "${{ matrix.none }}${{ github['event'].client_payload['id'] }}",
    "${{ format('{0}', github.event.client_payload.id) }}",
    "${{ 'env.ID' && github.event.client_payload.id }}",
  ])("is there from the set-up on if the job message has all of it: %s", async (name) => {
    const { namesAt } = await stage(`${WAIT}      - name: "${name}"\n        run: ./go\n`);
    expect(await namesAt(3500)).toEqual(["Run sleep 2", "x1"]);
  });

  test("stays its source if the step never runs", async () => {
    const steps = `${WAIT}      - name: "\${{ env.ID }}"\n        run: ./go\n`;
    const { namesAt } = await stage(steps, { jobs: { go: { failedStep: "Run sleep 2" } } });
    expect(await namesAt(30_000)).toEqual(["Run sleep 2", "${{ env.ID }}"]);
  });

  test("stays its source if the run is cancelled before", async () => {
    const { call, clock, jobAt } = await stage(`${WAIT}      - name: "\${{ env.ID }}"\n        run: ./go\n`, {
      cancelTakesMs: 500,
    });
    await clock.sleep(3500);
    const [{ id } = { id: 0 }] = github.runs("octo/target");
    await call("POST", `/repos/octo/target/actions/runs/${id}/force-cancel`);
    const { steps } = await jobAt(30_000);
    expect(steps.slice(2, 3)).toMatchObject([{ name: "${{ env.ID }}", conclusion: "skipped" }]);
  });

  test.each([
    ["a script", "run: echo ${{ github.event.client_payload.id }}", "Run echo x1"],
    ["a script's first line", "run: |\n          one\n          two", "Run one"],
    ["a script behind empty lines", 'run: "\\n\\n  one\\ntwo"', "Run one"],
    ["a value of two lines", "run: echo ${{ github.event.client_payload.lines }}", "Run echo first"],
    ["an action", "uses: actions/checkout@v4", "Run actions/checkout@v4"],
  ])("is, where it has none, Run and %s", async (_, step, name) => {
    const { namesAt } = await stage(`      - ${step}\n`);
    expect((await namesAt(3500))[0]).toBe(name);
  });

  test("that it has from its script comes late if any line of that speaks of what is not known", async () => {
    const script = "run: |\n          echo ${{ github.event.client_payload.id }}\n          echo ${{ env.ID }}";
    const { namesAt } = await stage(`${WAIT}      - ${script}\n`);
    expect((await namesAt(3500))[1]).toBe("Run echo ${{ github.event.client_payload.id }}");
    expect((await namesAt(5000))[1]).toBe("Run echo x1");
  });

  test("is its first line alone", async () => {
    const { namesAt } = await stage(`      - name: "\${{ github.event.client_payload.lines }}"\n        run: ./go\n`);
    expect((await namesAt(3500))[0]).toBe("first");
  });
});

describe("a job", () => {
  test("that waits has started when it was made, and has no steps", async () => {
    const { jobAt } = await stage(WAIT, { queuedMs: 60_000, visibleAfterMs: 0 });
    const job = await jobAt(30_000);
    expect(job).toMatchObject({ status: "queued", steps: [], started_at: job.created_at });
  });

  test.each([
    [1, "1m0s"],
    [45, "45m0s"],
    [60, "1h0m0s"],
    [0.5, "0m30s"],
  ])("over %s minutes ends as cancelled, and says why as an annotation", async (minutes, told) => {
    const steps = `${WAIT}      - run: ./go\n      - name: "\${{ env.ID }}"\n        run: ./more\n`;
    const behaviour: Behaviour = { setupMs: 0, queuedMs: 0, stepMs: minutes * 60_000 - 1000 };
    const { call, jobAt } = await stage(steps, behaviour, `    timeout-minutes: ${minutes}\n`);
    expect(await jobAt(minutes * 60_000 - 1)).toMatchObject({ status: "in_progress" });
    const job = await jobAt(minutes * 60_000);
    expect(job).toMatchObject({ status: "completed", conclusion: "cancelled" });
    expect(job.steps.map(({ name, conclusion }) => `${name}: ${conclusion}`)).toEqual([
      "Set up job: success",
      "Run sleep 2: success",
      "Run ./go: cancelled",
      "${{ env.ID }}: skipped",
      "Complete job: success",
    ]);
    const { body } = await call("GET", `/repos/octo/target/check-runs/${job.id}/annotations`);
    expect((body as { message: string; annotation_level: string }[]).map(({ message }) => message)).toEqual([
      `The job has exceeded the maximum execution time of ${told}`,
      "The operation was canceled.",
    ]);
    expect(github.runs("octo/target")).toMatchObject([{ conclusion: "cancelled" }]);
  });

  test("within its minutes ends as it would", async () => {
    const { jobAt } = await stage(WAIT, {}, "    timeout-minutes: 1\n");
    expect(await jobAt(59_000)).toMatchObject({ conclusion: "success" });
  });
});
