/** What a step says of a run that has failed. */

import { describe, expect, test } from "vitest";
import type { Behaviour } from "../simulator/index.ts";
import { receiver } from "../support/receivers.ts";
import { asked, setStage } from "../support/stage.ts";

const WORKFLOW = receiver("workflow_dispatch", "run-name");

const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed" };

/** A stage on which one run of `deploy.yml` goes as `behaviour` says. */
function stage(behaviour: Behaviour) {
  return setStage({ "deploy.yml": WORKFLOW }, { behaviour: { freshRun404Ms: 0, ...behaviour } });
}

describe("a failed run", () => {
  test("is told with its failed jobs and steps, and their links", async () => {
    const { github, play } = await stage({ jobs: { identify: { failedStep: "Deploy" } } });
    const { failure, outputs } = await play(START);
    const local = (text = "") => text.replaceAll(github.apiUrl, "https://github.test");
    expect(local(failure)).toMatchInlineSnapshot(`
      "The run ended as failure: https://github.test/octo/target/actions/runs/30000000011
      - identify: failure in step "Deploy", https://github.test/octo/target/actions/runs/30000000011/job/60000000007
      The last lines of step "Deploy" in job identify:
      Deploy …
      Process completed with exit code 1."
    `);
    expect(JSON.parse(local(outputs.failed_jobs))).toMatchInlineSnapshot(`
      [
        {
          "conclusion": "failure",
          "failed_step": "Deploy",
          "html_url": "https://github.test/octo/target/actions/runs/30000000011/job/60000000007",
          "name": "identify",
        },
      ]
    `);
  });

  const FAILING: Behaviour = {
    jobs: {
      identify: {
        failedStep: "Deploy",
        log: Array.from({ length: 60 }, (_, index) => `output ${index + 1}`),
        annotations: [
          { path: "src/app.ts", line: 3, level: "warning", message: "odd" },
          { path: "src/app.ts", line: 12, level: "failure", message: "broken" },
        ],
      },
    },
  };
  const VISIBLE = {
    both: ["- src/app.ts:12: broken", "- src/app.ts:3: odd", "output 12", "output 60"],
    three: ["- src/app.ts:12: broken", "output 59", "output 60"],
    marks: ["- src/app.ts:12: broken"],
    nothing: [],
  };
  test.each<[string, keyof typeof VISIBLE, Record<string, string>, boolean, "private" | "public"]>([
    ["a private target in a private caller's log", "both", {}, false, "private"],
    ["a public target in a public caller's log", "both", {}, true, "public"],
    ["a public target in a private caller's log", "both", {}, false, "public"],
    ["a private target in a public caller's log", "nothing", {}, true, "private"],
    ["a private target in a public caller's log, if asked for", "three", { failed_log_lines: "3" }, true, "private"],
    ["a private target, as much as asked for", "three", { failed_log_lines: "3" }, false, "private"],
    ["a private target, if only marks are asked for", "marks", { failed_log_lines: "0" }, false, "private"],
    [
      "a private target in a public caller's log, if none is asked for",
      "nothing",
      { failed_log_lines: "0" },
      true,
      "private",
    ],
  ])("shows what %s may show: %s", async (_, visible, given, callerIsPublic, visibility) => {
    const { github, play } = await setStage(
      { "deploy.yml": WORKFLOW },
      { behaviour: { freshRun404Ms: 0, ...FAILING }, repository: { visibility } },
    );
    const { failure = "" } = await play({ ...START, ...given }, { callerIsPublic });
    const lines = failure.split("\n");
    for (const line of VISIBLE[visible]) expect(lines).toContain(line);
    expect(failure.includes("output")).toBe(visible === "both" || visible === "three");
    expect(failure.includes("output 57") && visible === "three").toBe(false);
    expect(failure.includes("src/app.ts")).toBe(visible !== "nothing");
    // Nothing is even asked for that may not be shown.
    if (visible === "nothing") expect(asked(github, "GET").filter((line) => /logs|annotations/.test(line))).toEqual([]);
  });

  test("is not held up by a log that does not come", async () => {
    const { github, play } = await stage(FAILING);
    github.fault = ({ path }) => (path.startsWith("/job-logs/") ? { when: "before", kind: "hang" } : undefined);
    const { failure, tookMs } = await play(START);
    expect(failure).toContain("- src/app.ts:12: broken");
    expect(failure).not.toContain("output");
    expect(tookMs).toBeLessThan(60_000);
  });

  test("that was cancelled before any job had started is told as superseded", async () => {
    const { play } = await stage({
      zeroJobs: true,
      conclusion: "cancelled",
      statuses: [{ status: "pending", forMs: 9000 }],
    });
    const { failure } = await play(START);
    expect(failure).toContain("a newer run of its concurrency group probably replaced it");
  });

  test.each(["startup_failure", "failure"])(
    "without jobs that ends as %s may be one of two things",
    async (conclusion) => {
      const { play } = await stage({ zeroJobs: true, conclusion });
      const { failure } = await play(START);
      expect(failure).toContain("It has no jobs. Possibly the workflow file .github/workflows/deploy.yml is invalid");
      expect(failure).toContain("or its owner's rules forbid the run: a policy");
    },
  );
});
