import { describe, expect, test } from "vitest";
import { explainTimeout } from "../../../src/wait/explain-end.ts";
import { job } from "../../support/conclusions.ts";
import { aFault } from "../../support/faults.ts";
import { aRun } from "../../support/runs.ts";

const link = "https://github.com/octo/target/actions/runs";

describe("a run that takes too long is explained", () => {
  const first = "The run did not complete within 3600 s (`timeout_seconds`); when last seen it was in_progress.";
  const goesOn = `It continues: ${link}/1`;
  const next =
    "To follow it further without starting another, give `run_id: 1` instead of the dispatch; the next time, allow more `timeout_seconds`.";
  const trouble = aFault("server_error", { request: "GET /runs/1", status: 503, answer: "" });

  const limit = (retryAfterMs: number | undefined) =>
    aFault("limited", {
      request: "GET /runs/1",
      status: 403,
      answer: "API rate limit exceeded",
      retryAfterMs,
      dateMs: Date.parse("2026-11-20T12:00:00Z"),
    });

  test.each([
    ["and goes on", undefined, undefined, [first, goesOn, next]],
    [
      "with the last trouble",
      trouble,
      undefined,
      [first, goesOn, "The last request failed: 503 to GET /runs/1.", next],
    ],
    [
      "with the limit that reaches past the deadline, and its end",
      limit(95_000),
      undefined,
      [
        first,
        goesOn,
        "The last request hit GitHub's rate limit, which lasts until 12:01:35 UTC (403 to GET /runs/1).",
        next,
      ],
    ],
    [
      "with a limit whose end nobody knows",
      limit(undefined),
      undefined,
      [
        first,
        goesOn,
        "The last request hit GitHub's rate limit, which had not ended by then (403 to GET /runs/1).",
        next,
      ],
    ],
    [
      "with what came of cancelling it",
      undefined,
      "It is being cancelled.",
      [first, "It is being cancelled.", "The next time, allow more `timeout_seconds`."],
    ],
  ])("%s", (_, last, cancelled, lines) => {
    const sight = { run: aRun(), jobs: [], awaitedRules: [] };
    expect(explainTimeout(sight, 3_600_000, last, { cancelled })).toBe(lines.join("\n"));
  });

  const late = "All its visible jobs have ended: either more will follow, or GitHub has not ended the run.";
  test.each([
    ["whose jobs have all ended", [job(1, "success"), job(2, "skipped")], [first, goesOn, late, next]],
    ["one of whose jobs goes on", [job(1, "success"), job(2, null)], [first, goesOn, next]],
  ])("%s", (_, jobs, lines) => {
    const sight = { run: aRun(), jobs, awaitedRules: [] };
    expect(explainTimeout(sight, 3_600_000, undefined)).toBe(lines.join("\n"));
  });
});
