/** What a user sees of a step, whole: its log, its error and its job summary, each held by a file in `expected/`. */

import { expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { setStage, TARGET } from "../support/stage.ts";
import type { Played } from "../support/step.ts";

const START = {
  workflow: "release.yml",
  ref: "main",
  wait_for: "completed",
  distinct_id: "1658821493-1-9f3c2a7e41d06b58",
};

/** Builds, tests on two systems, and deploys to an environment. */
const RELEASE = `name: Release
run-name: Release [\${{ inputs.distinct_id }}]
on:
  workflow_dispatch:
    inputs:
      distinct_id: { type: string }
concurrency: release
jobs:
  build:
    runs-on: ubuntu-latest
    steps: [{ name: Compile, run: make }]
  test:
    name: Test on \${{ matrix.os }}
    needs: build
    strategy: { matrix: { os: [linux, windows] } }
    runs-on: ubuntu-latest
    steps: [{ name: Run the tests, run: make test }]
  deploy:
    needs: test
    runs-on: ubuntu-latest
    environment: production
    steps: [{ name: Deploy, run: ./deploy }]
`;

const USUAL: Behaviour = {
  freshRun404Ms: 0,
  queuedMs: 8000,
  jobs: { build: { durationMs: 245_000 }, test: { durationMs: 1_210_000 }, deploy: { durationMs: 95_000 } },
};

/** Sets up the target, with three releases of yesterday that took about 26 minutes. */
async function stage(behaviour: Behaviour) {
  const on = await setStage({ "release.yml": RELEASE }, { behaviour: USUAL });
  const hourMs = 3_600_000;
  for (const ago of [26, 25, 24]) {
    const createdAtMs = on.github.nowMs() - ago * hourMs;
    on.github.startRun(TARGET, "release.yml", { event: "workflow_dispatch", createdAtMs });
  }
  on.github.behaviour(TARGET, "release.yml", behaviour);
  return on;
}

/** Everything that the step shows, as one text. */
function shown({ log, failure, summary }: Played, apiUrl: string): string {
  const parts = [log.join("\n"), failure === undefined ? "The step is green." : `Error: ${failure}`, summary];
  return `${parts.join("\n\n--------\n\n")}`
    .replaceAll(apiUrl, "https://github.test")
    .replace(/(id: )A1B2:\d+/, "$1A1B2:…");
}

async function expectShown(played: Played, apiUrl: string, name: string): Promise<void> {
  await expect(shown(played, apiUrl)).toMatchFileSnapshot(`../expected/${name}.txt`);
}

test("a release that succeeds reads like a story", async () => {
  const { github, play } = await stage(USUAL);
  const played = await play(START);
  expect(played.failure).toBeUndefined();
  await expectShown(played, github.apiUrl, "success");
});

test("a release that fails shows where, with what the failed step printed last", async () => {
  const { github, play } = await stage({
    ...USUAL,
    jobs: {
      ...USUAL.jobs,
      test: {
        durationMs: 605_000,
        failedStep: "Run the tests",
        log: ["✓ adds", "✗ divides", "  Error: expected 2, got Infinity", "    at divide (src/divide.ts:12)"],
        annotations: [{ path: "src/divide.ts", line: 12, level: "failure", message: "expected 2, got Infinity" }],
      },
    },
  });
  const played = await play(START);
  expect(played.failure).toBeDefined();
  await expectShown(played, github.apiUrl, "failure");
});

test("a release that waits for an approval says whose, and goes on", async () => {
  const { github, play } = await stage({
    ...USUAL,
    jobs: { ...USUAL.jobs, deploy: { durationMs: 95_000, waitingMs: 2_400_000 } },
    reviewers: ["octocat"],
  });
  const played = await play({ ...START, timeout_seconds: "7200" });
  expect(played.failure).toBeUndefined();
  await expectShown(played, github.apiUrl, "approval");
});

test("a release whose place a newer one takes says so", async () => {
  const { github, play, clock } = await stage(USUAL);
  const first = play({ ...START, distinct_id: "the-one-at-work", wait_for: "found" });
  await first;
  const second = play(START);
  await clock.sleep(60_000);
  const third = play({ ...START, distinct_id: "the-newest", wait_for: "found" });
  const played = await second;
  await third;
  expect(played.failure).toBeDefined();
  await expectShown(played, github.apiUrl, "superseded");
});

test.each<[string, Record<string, string>, RegExp]>([
  ["a run that was followed", {}, /^## ✅ Passed: \[Release/],
  ["a run that was only found", { wait_for: "found" }, /^## ⏳ Queued: \[Release/],
  ["a run that did not end in time", { timeout_seconds: "300" }, /^## ❌ Timed out: still in progress: \[Release/],
  ["a run that is red and passes", { success_conclusions: "any" }, /^## ✅ Passed: \[Release/],
  ["no run that is unknown", { wait_for: "nothing" }, /^$/],
  ["nothing if it is not wanted", { summary: "false" }, /^$/],
  ["nothing of a dry run if it is not wanted", { dry_run: "true", summary: "false" }, /^$/],
  ["the checklist of a dry run", { dry_run: "true" }, /^### Dry run\n\n```text\n✓ The token is valid/],
])("the job summary shows %s", async (_, given, wanted) => {
  // Only what is to be timed out has to take its time.
  const { play } = await stage(given.timeout_seconds ? USUAL : { freshRun404Ms: 0 });
  expect((await play({ ...START, ...given })).summary).toMatch(wanted);
});
