/** The summary of many targets, read by GitHub's rules for Markdown and by Mermaid's parser. */

import { parseFragment } from "parse5";
import { describe, expect, test } from "vitest";
import type { EntryState } from "../../../src/targets/results.ts";
import { type ShownLeg, summaryOfMany } from "../../../src/targets/summary.ts";
import { aFailedJob, aState, fleet, urlOf } from "../../support/fleet.ts";
import { visible } from "../../support/summary-examples.ts";
import { NASTY_NAMES, shown } from "../../support/summary-names.ts";
import { barsOf, htmlOf } from "../../support/summary-page.ts";
import { cellsOf, elements, expectHarmless, textOf } from "../../support/summary-reading.ts";

const RED = { stepStartedAtMs: 0, isGreen: false };
const GREEN = { stepStartedAtMs: 0, isGreen: true };

function legOf(state: EntryState, fromS = 0, toS = 60): ShownLeg {
  return state.result === "skipped" ? { state } : { state, startedAtMs: fromS * 1000, endedAtMs: toS * 1000 };
}

function pageOf(...given: Parameters<typeof summaryOfMany>) {
  return parseFragment(htmlOf(summaryOfMany(...given)));
}

test("a small fleet", () => {
  const legs = [
    legOf(aState("octo/api"), 0, 60),
    legOf(
      aState("octo/web", { result: "failure", outputs: { failed_jobs: JSON.stringify([aFailedJob("test")]) } }),
      2,
      90,
    ),
    legOf(aState("octo/cli", { result: "skipped", problem: "It needs octo/web." })),
    legOf(
      aState("octo/old", { result: "timed_out", continuesOnError: true, problem: "Too late (`timeout_seconds`)." }),
    ),
  ];
  expect(visible(summaryOfMany(legs, RED))).toMatchInlineSnapshot(`
    "## ❌ 1 of 4 failed, 1 allowed failure, 1 skipped

    | Target | Result | Took | Why |
    | :--- | :--- | ---: | :--- |
    | [octo/web](https://github.com/octo/web/actions/runs/1) | ❌ failure | 1 min 28 s | [test](https://github.com/octo/api/actions/runs/1/job/2): <code>Run the tests</code> |
    | [octo/old](https://github.com/octo/old/actions/runs/1) | ⚠️ timed out (allowed) | 1 min | Too late (<code>timeout\\_seconds</code>). |

    <details><summary>1 skipped</summary>

    | Target | Result | Took | Why |
    | :--- | :--- | ---: | :--- |
    | octo/cli | ⏭️ skipped | – | It needs octo/web. |

    </details>

    <details><summary>1 succeeded</summary>

    | Target | Result | Took |
    | :--- | :--- | ---: |
    | [octo/api](https://github.com/octo/api/actions/runs/1) | ✅ success | 1 min |

    </details>

    \`\`\`mermaid
    %%{init: {"themeVariables":{"doneTaskBkgColor":"#2da44e","doneTaskBorderColor":"#1a7f37","taskTextDarkColor":"black"}}}%%
    gantt
      title The targets, by time since the step started
      dateFormat YYYY-MM-DD HH:mm:ss
      axisFormat %M:%S
      todayMarker off
      ✗ octo/old :2000-01-01 00:00:00, 60s
      ✓ octo/api :done, 2000-01-01 00:00:00, 60s
      ✗ octo/web :crit, 2000-01-01 00:00:02, 88s
    \`\`\`
    "
  `);
});

test("forty results have what is red on top, and the others folded", async () => {
  const page = pageOf(fleet(), RED);
  expect(elements(page, "h2").map(textOf)).toEqual(["❌ 5 of 40 failed, 1 allowed failure, 1 skipped"]);
  const [open, skipped, green] = elements(page, "table").map((table) => cellsOf(table).slice(1));
  expect(open?.map((cells) => cells.slice(0, 3))).toEqual([
    ["octo/checkout", "❌ failure", "4 min 12 s"],
    ["octo/geocoder", "❌ error", "1 s"],
    ["octo/mobile-api", "❌ failure", "3 min 7 s"],
    ["octo/payments", "❌ failure", "2 min 11 s"],
    ["octo/reports", "❌ timed out", "10 min 2 s"],
    ["octo/old-site", "⚠️ failure (allowed)", "1 min 6 s"],
  ]);
  expect(skipped).toEqual([["octo/docs-site", "⏭️ skipped", "–", "It needs octo/checkout."]]);
  expect(green).toHaveLength(33);
  expect(elements(page, "details").map((each) => elements(each, "table").length)).toEqual([1, 1]);
  expect(elements(page, "summary").map(textOf)).toEqual(["1 skipped", "33 succeeded"]);
  const bars = await barsOf(summaryOfMany(fleet(), RED));
  const kinds = (kind: string) => bars.filter((bar) => bar.kind === kind).length;
  expect([kinds("done"), kinds("crit"), kinds("")]).toEqual([33, 5, 1]);
});

test("all green is folded below the verdict", () => {
  const page = pageOf([legOf(aState("octo/api")), legOf(aState("octo/web"))], GREEN);
  expect(elements(page, "h2").map(textOf)).toEqual(["✅ All 2 succeeded"]);
  expect(elements(page, "summary").map(textOf)).toEqual(["2 succeeded"]);
  expect(elements(page, "table")).toHaveLength(1);
});

test("what was only started is told so", () => {
  const page = pageOf([legOf(aState("octo/api", { result: "started" }))], GREEN);
  expect(elements(page, "summary").map(textOf)).toEqual(["1 started"]);
});

test("a cancelled step says so, and shows what goes on", () => {
  const legs = [
    legOf(
      aState("octo/api", {
        result: "unfinished",
        isStopped: true,
        problem: `The step was cancelled (SIGINT). The run continues: ${urlOf("octo/api")}`,
      }),
    ),
    legOf(aState("octo/web", { result: "cancelled", isStopped: true })),
  ];
  const page = pageOf(legs, { ...RED, stopped: "The step was cancelled (SIGINT)." });
  expect(elements(page, "blockquote").map((each) => textOf(each).trim())).toEqual(["The step was cancelled (SIGINT)."]);
  expect(cellsOf(page).slice(1)).toEqual([
    ["octo/api", "▶️ unfinished", "1 min", "The run continues"],
    ["octo/web", "🚫 cancelled", "1 min", ""],
  ]);
});

describe("why a target is red", () => {
  const reason = (about: Partial<EntryState>) =>
    cellsOf(pageOf([legOf(aState("octo/api", { result: "failure", ...about }))], RED))[1]?.[3];
  const jobs = (...failed: unknown[]) => ({ outputs: { failed_jobs: JSON.stringify(failed) } });
  test.each<[string, Partial<EntryState>, string]>([
    ["is its job and step", jobs(aFailedJob("test")), "test: Run the tests"],
    ["is a job without a step", jobs(aFailedJob("test", null)), "test"],
    ["is how the job ended", jobs(aFailedJob("test", null, { conclusion: "timed_out" })), "test (timed out)"],
    ["is a job that never ended", jobs(aFailedJob("test", null, { conclusion: "" })), "test (no conclusion)"],
    [
      "are three of its jobs",
      jobs(...["a", "b", "c", "d", "e"].map((name) => aFailedJob(name, null))),
      "abcand 2 more",
    ],
    ["is the problem's first line, without the link", { problem: "It ended: https://x/y\nMore" }, "It ended"],
    ["is code where the problem has it", { problem: "No `ref`, no `workflow`" }, "No ref, no workflow"],
    ["may be unknown", {}, ""],
  ])("%s", (_, about, expected) => {
    expect(reason(about)).toBe(expected);
  });
});

test("is new or was known", () => {
  const known = (name: string, known_failure: string) =>
    legOf(aState(name, { result: "failure", outputs: { known_failure } }));
  const rows = cellsOf(pageOf([known("octo/a", "true"), known("octo/b", "false")], RED)).slice(1);
  expect(rows.map((cells) => cells.slice(0, 2))).toEqual([
    ["octo/b", "❌ failure (new)"],
    ["octo/a", "❌ failure (as before)"],
  ]);
});

describe("foreign texts", () => {
  const nasty = (text: string, index: number): EntryState[] => {
    const job = aFailedJob(text, text, { conclusion: text });
    return [
      aState(text, { result: "failure", outputs: { failed_jobs: JSON.stringify([job]) } }),
      aState(`${index}`, { result: "error", problem: text }),
      aState(text, { result: "skipped", problem: text }),
      aState(text),
    ].map((state) => ({ ...state, outputs: { ...state.outputs, html_url: urlOf("octo/api") } }));
  };

  test.each(NASTY_NAMES.map((name, index) => [name, index] as const))("are text: %s", async (name, index) => {
    const legs = nasty(name, index).map((state) => legOf(state, index, index + 60));
    const page = pageOf(legs, { ...RED, stopped: `The step was cancelled (${name}).` });
    expectHarmless(page, new Set([urlOf("octo/api"), aFailedJob("").html_url]));
    const [open, skipped, green] = elements(page, "table").map((table) => cellsOf(table).slice(1));
    const text = shown(name, 100);
    expect(open?.[0]?.[0]).toBe(text);
    expect(open?.[0]?.[3]).toContain(`): ${text}`);
    expect(open).toHaveLength(2);
    expect(skipped).toHaveLength(1);
    expect(green).toEqual([[text, "✅ success", "1 min"]]);
    expect(await barsOf(summaryOfMany(legs, RED))).toHaveLength(3);
  });

  test.each(["javascript:alert(1)", "https://x y/|<b>", `https://x/${"y".repeat(1000)}`])(
    "are no link where they are none: %s",
    (html_url) => {
      const failed_jobs = JSON.stringify([aFailedJob("test", null, { html_url })]);
      const page = pageOf([legOf(aState("octo/api", { result: "failure", outputs: { html_url, failed_jobs } }))], RED);
      expect(elements(page, "a")).toEqual([]);
    },
  );

  test("do not make it larger than GitHub takes, however long they are", () => {
    const text = "$é|".repeat(400);
    const jobs = Array.from({ length: 20 }, () => aFailedJob(text, text, { html_url: `https://x/${"é".repeat(450)}` }));
    const legs = Array.from({ length: 256 }, (_, index) => {
      const result = (["failure", "skipped", "success"] as const)[index % 3] ?? "success";
      return legOf(aState(text, { result, problem: text, outputs: { failed_jobs: JSON.stringify(jobs) } }));
    });
    const markdown = summaryOfMany(legs, RED);
    expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024);
    expect(markdown).toMatch(/\n\n… and \d+ more\n/);
  });

  test("of ordinary length leave room for the most entries", () => {
    const failed_jobs = JSON.stringify(["lint", "test (20)", "test (22)"].map((name) => aFailedJob(name)));
    const legs = Array.from({ length: 256 }, (_, index) =>
      legOf(aState(`octo/target-${index}`, { result: "failure", outputs: { failed_jobs } })),
    );
    const markdown = summaryOfMany(legs, RED);
    expect(cellsOf(parseFragment(htmlOf(markdown)))).toHaveLength(257);
    expect(markdown).toContain("title The targets, by time since the step started (50 of 256)");
  });
});
