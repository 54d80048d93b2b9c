/** What the log and the error say of many targets. */

import { describe, expect, test } from "vitest";
import { endedLine, explainFailed, startedLine, stillLine, verdictOf } from "../../../src/targets/report.ts";
import type { EntryState, Result } from "../../../src/targets/results.ts";
import { aFailedJob, aState, fleet, urlOf } from "../../support/fleet.ts";

const MAX_ERROR_LENGTH = 3800;

function failing(name: string, ...jobs: ReturnType<typeof aFailedJob>[]): EntryState {
  return aState(name, { result: "failure", outputs: { failed_jobs: JSON.stringify(jobs) } });
}

describe("the verdict", () => {
  const green = aState("octo/api");
  const red = aState("octo/web", { result: "failure" });
  const known = (known_failure: string) => aState("octo/cli", { result: "failure", outputs: { known_failure } });
  test.each<[string, EntryState[]]>([
    ["All 2 succeeded", [green, green]],
    ["All 1 started", [aState("octo/api", { result: "started" })]],
    ["All 1 sent", [aState("octo/api", { result: "sent" })]],
    ["1 of 2 failed", [green, red]],
    ["2 of 2 failed", [red, aState("octo/api", { result: "timed_out" })]],
    ["1 of 1 failed", [aState("octo/api", { result: "cancelled" })]],
    ["3 of 4 failed, 1 of them new", [green, known("false"), known("true"), red]],
    ["1 of 2 failed, none of them new", [green, known("true")]],
    ["1 of 2 succeeded, 1 allowed failure", [green, { ...red, continuesOnError: true }]],
    [
      "0 of 2 succeeded, 2 allowed failures",
      [
        { ...red, continuesOnError: true },
        { ...red, continuesOnError: true },
      ],
    ],
    ["1 of 2 failed, 1 skipped", [red, aState("octo/cli", { result: "skipped" })]],
    [
      "1 of 5 succeeded, 2 cancelled, 1 unfinished, 1 skipped",
      [
        green,
        aState("octo/web", { result: "cancelled", isStopped: true }),
        aState("octo/cli", { result: "cancelled", isStopped: true }),
        aState("octo/app", { result: "unfinished", isStopped: true }),
        aState("octo/ios", { result: "skipped", isStopped: true }),
      ],
    ],
    ["5 of 40 failed, 1 allowed failure, 1 skipped", fleet().map(({ state }) => state)],
  ])("%s", (expected, states) => {
    expect(verdictOf(states)).toBe(expected);
  });
});

describe("the log", () => {
  test.each([
    ["created", "octo/api: run 1 started: https://x"],
    ["reused", "octo/api: run 1 reused: https://x"],
    ["given", "octo/api: run 1 given: https://x"],
  ])("has a line for a run that was %s", (disposition, expected) => {
    const outputs = { runId: "1", html_url: "https://x", disposition };
    expect(startedLine(aState("octo/api", { outputs }))).toEqual([expected, "plain"]);
  });

  const url = urlOf("octo/api");
  test.each<[Result, Partial<EntryState>, number | undefined, string, string]>([
    ["success", {}, 65_000, `octo/api: success after 1 min 5 s: ${url}`, "good"],
    ["success", { outputs: { run_attempt: "2" } }, 0, `octo/api: success (attempt 2) after 0 s: ${url}`, "good"],
    ["success", { outputs: { run_attempt: "1" } }, 0, `octo/api: success after 0 s: ${url}`, "good"],
    ["failure", {}, 1000, `octo/api: failure after 1 s: ${url}`, "bad"],
    ["failure", { continuesOnError: true }, 1000, `octo/api: failure (allowed) after 1 s: ${url}`, "waiting"],
    ["failure", { outputs: { known_failure: "false" } }, 1000, `octo/api: failure (new) after 1 s: ${url}`, "bad"],
    ["timed_out", { problem: "Too long." }, 1000, `octo/api: timed out after 1 s: ${url}`, "bad"],
    ["error", { problem: "No such file.\nMore." }, 0, "octo/api: error after 0 s: No such file.", "bad"],
    ["skipped", { problem: "It needs octo/web." }, undefined, "octo/api: skipped: It needs octo/web.", "quiet"],
    ["unfinished", { isStopped: true }, 1000, `octo/api: unfinished after 1 s: ${url}`, "quiet"],
  ])("has a line for an end as %s with %j", (result, about, tookMs, line, tone) => {
    expect(endedLine(aState("octo/api", { result, ...about }), tookMs)).toEqual([line, tone]);
  });

  test.each([
    ["The server was silent.", `octo/api: error after 9 s: The server was silent: ${url}`],
    [`The run continues: ${url}`, `octo/api: error after 9 s: The run continues: ${url}`],
  ])("has the link of a run that ended in an error once: %s", (problem, line) => {
    const state = aState("octo/api", { result: "error", problem, outputs: { html_url: url } });
    expect(endedLine(state, 9000)[0]).toBe(line);
  });

  test("says in a silence how many run, wait and have ended", () => {
    const open = (name: string) => ({ ...aState(name), result: undefined });
    const running = ["octo/a", "octo/b", "octo/c", "octo/d"].map((name) => ({ state: open(name), startedAtMs: 0 }));
    const ended = [
      { state: aState("octo/f"), startedAtMs: 0 },
      { state: aState("octo/g", { result: "failure" }), startedAtMs: 0 },
    ];
    expect(stillLine([...running, { state: open("octo/e") }, ...ended])).toBe(
      "4 in progress (octo/a, octo/b, octo/c and 1 more), 1 waiting, 2 ended (1 failed).",
    );
    expect(stillLine([{ state: open("octo/e") }])).toBe("0 in progress, 1 waiting, 0 ended.");
    expect(stillLine(running.slice(0, 1))).toBe("1 in progress (octo/a), 0 ended.");
  });
});

describe("the error", () => {
  test("lists the red of a fleet", () => {
    expect(explainFailed(fleet().map(({ state }) => state))).toMatchInlineSnapshot(`
      "5 of 40 failed, 1 allowed failure, 1 skipped:
      - octo/checkout: failure: https://github.com/octo/checkout/actions/runs/1
        - e2e / pay by card: failure in step "Check the receipt", https://github.com/octo/checkout/actions/runs/1/job/1100
      - octo/geocoder: error
        The token cannot see the repository octo/geocoder (404).
      - octo/mobile-api: failure: https://github.com/octo/mobile-api/actions/runs/1
        - lint: failure in step "Check types", https://github.com/octo/mobile-api/actions/runs/1/job/2800
        - test (ubuntu-latest, 20): failure in step "Run the tests", https://github.com/octo/mobile-api/actions/runs/1/job/2801
        - test (ubuntu-latest, 22): failure in step "Run the tests", https://github.com/octo/mobile-api/actions/runs/1/job/2802
        - and 2 more jobs
      - octo/payments: failure: https://github.com/octo/payments/actions/runs/1
        - test: failure in step "Run the tests", https://github.com/octo/payments/actions/runs/1/job/3100
      - octo/reports: timed out: https://github.com/octo/reports/actions/runs/1
        The run did not complete within 600 s (\`timeout_seconds\`); when last seen it was in_progress."
    `);
  });

  test("has new failures first", () => {
    const known = (name: string, known_failure: string) =>
      aState(name, { result: "failure", outputs: { known_failure } });
    const text = explainFailed([known("octo/a", "true"), aState("octo/b"), known("octo/c", "false")]);
    expect(text.split("\n").map((line) => line.split("http")[0])).toEqual([
      "2 of 3 failed, 1 of them new:",
      "- octo/c: failure (new): ",
      "- octo/a: failure (as before): ",
    ]);
  });

  test("says first what ended the step, and names what goes on", () => {
    const states = [
      failing("octo/api", aFailedJob("test")),
      aState("octo/web", {
        result: "unfinished",
        isStopped: true,
        problem: `The step was cancelled (SIGINT). The run continues: ${urlOf("octo/web")}`,
      }),
      aState("octo/cli", { result: "skipped", isStopped: true, problem: "The step ended before." }),
    ];
    expect(explainFailed(states, "The step was cancelled (SIGINT).")).toMatchInlineSnapshot(`
      "The step was cancelled (SIGINT). 1 of 3 failed, 1 unfinished, 1 skipped.
      - octo/api: failure: https://github.com/octo/api/actions/runs/1
        - test: failure in step "Run the tests", https://github.com/octo/api/actions/runs/1/job/2
      - octo/web: unfinished: https://github.com/octo/web/actions/runs/1
        The run continues"
    `);
  });

  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      const name = `octo/target-${index}`;
      return failing(name, ...["lint", "test", "e2e", "docs"].map((job) => aFailedJob(job)));
    });
  test.each([
    [5, 3, 5],
    [12, 1, 12],
    [40, 0, 40],
    [256, 0, 49],
  ])("of %i red ones names %i jobs of each, and lists %i", (count, jobs, listed) => {
    const text = explainFailed(many(count));
    const lines = text.split("\n");
    expect(text.length).toBeLessThanOrEqual(MAX_ERROR_LENGTH);
    expect(lines.filter((line) => line.startsWith("- octo/"))).toHaveLength(listed);
    expect(lines.filter((line) => /^ {2}- (?!and)/.test(line))).toHaveLength(jobs * listed);
    const rest = count - listed;
    if (rest > 0) expect(lines.at(-1)).toBe(`- and ${rest} more: \`results\` has all of them`);
  });

  test("has room for texts of any length", () => {
    const long = "x".repeat(1000);
    const jobs = [aFailedJob(long, long, { html_url: `https://github.com/${long}` })];
    const states = Array.from({ length: 30 }, () => failing("n".repeat(100), ...jobs));
    const text = explainFailed(states);
    expect(text.length).toBeLessThanOrEqual(MAX_ERROR_LENGTH);
    expect(text).not.toContain(long);
    const [alone] = explainFailed([
      aState(long, { result: "error", problem: "y".repeat(5000) }),
      aState("octo/api", { result: "failure" }),
    ]).split("\n- and ");
    expect(alone?.length).toBeLessThanOrEqual(MAX_ERROR_LENGTH);
  });
});
