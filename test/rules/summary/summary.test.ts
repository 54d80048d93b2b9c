import { describe, expect, test } from "vitest";
import type { Job } from "../../../src/github/responses.ts";
import { type SummaryFacts, summaryOf } from "../../../src/summary/summary.ts";
import {
  exampleJob,
  exampleRun,
  exampleStep,
  lines,
  release,
  START_MS,
  summary,
  visible,
} from "../../support/summary-examples.ts";

const RUN_URL = "https://github.com/octo/target/actions/runs/1";
const JOB_URL = `${RUN_URL}/job/11`;

describe("the whole of a summary", () => {
  test("shows a release of which one job went wrong", () => {
    expect(visible(summaryOf(release))).toBe(`\
## ❌ Failed: [Deploy 2.4.0 \\[1658821493-1-9f3c2a7e41d06b58\\]](${RUN_URL})

**octo/target** · <code>deploy.yml</code> on <code>main</code> · failure after 5 min 12 s

| Job | Result | Started | Took | Failed step |
| :--- | :--- | ---: | ---: | :--- |
| [build](${RUN_URL}/job/11) | ✅ success | +6 s | 1 min 35 s | |
| [test / unit](${RUN_URL}/job/12) | ✅ success | +1 min 47 s | 1 min 2 s | |
| [test / browser (chromium, en)](${RUN_URL}/job/13) | ✅ success | +1 min 48 s | 2 min 16 s | |
| [deploy (eu-west)](${RUN_URL}/job/14) | ❌ failure | +4 min 11 s | 58 s | <code>Wait for healthy pods</code> |
| [announce](${RUN_URL}/job/15) | ⏭️ skipped | – | – | |

\`\`\`mermaid
%%{init: {"themeVariables":{"doneTaskBkgColor":"#2da44e","doneTaskBorderColor":"#1a7f37","taskTextDarkColor":"black"}}}%%
gantt
  title The jobs, by time since the run started
  dateFormat YYYY-MM-DD HH:mm:ss
  axisFormat %M:%S
  todayMarker off
  ✓ build :done, 2000-01-01 00:00:06, 95s
  ✓ test / unit :done, 2000-01-01 00:01:47, 62s
  ✓ test / browser (chromium, en) :done, 2000-01-01 00:01:48, 136s
  ✗ deploy (eu-west) :crit, 2000-01-01 00:04:11, 58s
\`\`\`
`);
  });

  test("shows a run that goes on as far as it has come", () => {
    const run = exampleRun({
      status: "in_progress",
      conclusion: null,
      runAttempt: 2,
      displayTitle: "deploy",
    });
    const jobs = [
      exampleJob("build", 6, 101),
      exampleJob("deploy", 110, 0, {
        status: "in_progress",
        conclusion: null,
        completedAtMs: undefined,
      }),
      exampleJob("announce", 7, 0, {
        status: "queued",
        conclusion: null,
        completedAtMs: undefined,
        steps: [],
      }),
    ];
    const problem =
      "The run did not complete within 150 s (`timeout_seconds`); when last seen it was in_progress.\nMore";
    const facts: SummaryFacts = { repository: "octo/target", run, jobs, isGreen: undefined, problem };
    expect(visible(summaryOf({ ...facts, nowMs: START_MS + 150_000 }))).toBe(`\
## ❌ In progress: [deploy](${RUN_URL})

**octo/target** · <code>deploy.yml</code> on <code>main</code> · in progress after 2 min 30 s · attempt 2

> **The step failed:** The run did not complete within 150 s (\\\`timeout\\_seconds\\\`); when last seen it was in\\_progress.

| Job | Result | Started | Took |
| :--- | :--- | ---: | ---: |
| [build](${JOB_URL}) | ✅ success | +6 s | 1 min 35 s |
| [deploy](${JOB_URL}) | ▶️ in progress | +1 min 50 s | 40 s so far |
| [announce](${JOB_URL}) | ⏳ queued | – | – |

\`\`\`mermaid
%%{init: {"themeVariables":{"doneTaskBkgColor":"#2da44e","doneTaskBorderColor":"#1a7f37","taskTextDarkColor":"black"}}}%%
gantt
  title The jobs, by time since the run started
  dateFormat YYYY-MM-DD HH:mm:ss
  axisFormat %M:%S
  todayMarker off
  ✓ build :done, 2000-01-01 00:00:06, 95s
  ▸ deploy :active, 2000-01-01 00:01:50, 40s
\`\`\`
`);
  });

  test("is two lines of a run whose jobs were not read", () => {
    expect(summary()).toBe(`\
## ✅ Passed: [Deploy 2.4.0 \\[1658821493-1-9f3c2a7e41d06b58\\]](${RUN_URL})

**octo/target** · <code>deploy.yml</code> on <code>main</code> · success after 5 min 12 s
`);
  });
});

describe("the title", () => {
  test.each<[string, Partial<SummaryFacts>, string]>([
    ["tells of a run that passed", { isGreen: true }, "✅ Passed"],
    ["tells of a run that failed", { isGreen: false, problem: "red" }, "❌ Failed"],
    [
      "tells the status of a run that was not followed",
      { isGreen: undefined, run: exampleRun({ status: "queued", conclusion: null }) },
      "⏳ Queued",
    ],
    [
      "marks a step that failed before the run did",
      {
        isGreen: undefined,
        problem: "timeout",
        run: exampleRun({ status: "in_progress", conclusion: null }),
      },
      "❌ In progress",
    ],
    [
      "leaves the judgement open where there was none",
      { isGreen: undefined, run: exampleRun({ conclusion: "timed_out" }) },
      "⏳ Timed out",
    ],
    [
      "does without a status",
      { isGreen: undefined, run: exampleRun({ status: "", conclusion: null }) },
      "⏳ Without a status",
    ],
  ])("%s", (_, facts, verdict) => {
    expect(summary(facts)).toMatch(`## ${verdict}: [Deploy 2.4.0`);
  });

  test("names the values that the run has left, and no more than 30 of them", () => {
    const named = (values: string[]) => lines(summaryOf({ ...release, values }), "Values")[0];
    expect(named(["version", "a|b"])).toBe("Values: <code>version</code>, <code>a&#124;b</code>");
    expect(named([])).toBe("Values: none");
    expect(named(Array.from({ length: 32 }, (_, index) => `v${index}`))).toMatch(/<code>v29<\/code> and 2 more$/);
    expect(summaryOf(release)).not.toContain("Values");
  });

  test("falls back to the run's name, and to none", () => {
    expect(summary({ run: exampleRun({ displayTitle: "" }) })).toMatch(/^## ✅ Passed: \[Deploy\]\(/);
    expect(summary({ run: exampleRun({ displayTitle: "", name: "" }) })).toMatch(/^## ✅ Passed: \[\(no name\)\]\(/);
  });

  test.each([
    ["", "## ✅ Passed: x"],
    ["javascript:alert(1)", "## ✅ Passed: x"],
    ["data:text/html,x", "## ✅ Passed: x"],
    ["https://", "## ✅ Passed: x"],
    [`https://github.com/${"x".repeat(500)}`, "## ✅ Passed: x"],
    ["http://ghe.test/a?b=1&copy=2#c", "## ✅ Passed: [x](http://ghe.test/a?b=1&amp;copy=2#c)"],
    ["https://ghe.test/a) <b>|`c\\ [d]", "## ✅ Passed: [x](https://ghe.test/a%29%20%3Cb%3E%7C%60c/%20%5Bd%5D)"],
  ])("links to %s as %s", (htmlUrl, title) => {
    expect(lines(summary({ run: exampleRun({ displayTitle: "x", htmlUrl }) }), "##")).toEqual([title]);
  });
});

describe("the line of facts", () => {
  test.each<[string, SummaryFacts["run"], string]>([
    [
      "names the workflow by its file",
      exampleRun({ path: ".github/workflows/a.yml" }),
      "**octo/target** · <code>a.yml</code> on <code>main</code> · success after 5 min 12 s",
    ],
    [
      "leaves out what is not known",
      exampleRun({ path: "", headBranch: null, startedAtMs: undefined }),
      "**octo/target** · success",
    ],
    [
      "leaves out a duration that cannot be",
      exampleRun({ path: "", updatedAtMs: START_MS - 1 }),
      "**octo/target** · on <code>main</code> · success",
    ],
    [
      "tells a conclusion that is missing",
      exampleRun({ path: "", headBranch: "", conclusion: null }),
      "**octo/target** · without a conclusion after 5 min 12 s",
    ],
  ])("%s", (_, run, line) => {
    expect(lines(summary({ run }), "**")).toEqual([line]);
  });
});

describe("the line of the problem", () => {
  test.each<[string, Partial<SummaryFacts>, string[]]>([
    ["is left out without one", { isGreen: undefined, problem: " \n " }, []],
    ["is left out where the run's own conclusion is the problem", { isGreen: false, problem: "red" }, []],
    [
      "is its first line, and no block of its own",
      { isGreen: undefined, problem: "# one\r\ntwo" },
      ["> **The step failed:** # one"],
    ],
    [
      "ends after 500 characters",
      { isGreen: undefined, problem: "x".repeat(501) },
      [`> **The step failed:** ${"x".repeat(499)}…`],
    ],
  ])("%s", (_, facts, expected) => {
    expect(lines(summary(facts), ">")).toEqual(expected);
  });
});

describe("what the error says beyond its first line", () => {
  const problem = "The run ended as failure: https://x\nAnnotations of its jobs:\n```# one\n@octo <b>";

  test("is shown where the run itself is the reason, as nothing but text", () => {
    const text = summaryOf({ ...release, isGreen: false, problem });
    expect(text).toContain("\n\n````text\nAnnotations of its jobs:\n```# one\n@octo <b>\n````\n\n");
    expect(text).not.toContain("The run ended as failure: https://x");
  });

  test("is left out where there is nothing more, where it is long, and where the run is not the reason", () => {
    const blocks = (about: Partial<SummaryFacts>) => summaryOf({ ...release, ...about }).match(/^`{3,}text$/gm) ?? [];
    expect(blocks({ isGreen: false, problem: "red" })).toEqual([]);
    expect(blocks({ isGreen: true, problem: undefined })).toEqual([]);
    expect(blocks({ isGreen: undefined, problem })).toEqual([]);
    const long = `red\n${"x".repeat(2_000_000)}`;
    expect(summaryOf({ ...release, isGreen: false, problem: long }).length).toBeLessThan(60_000);
  });
});

describe("a row of the table", () => {
  test.each<[string, Partial<Job>, string]>([
    ["of success", {}, "✅ success | +5 s | 55 s |"],
    ["of failure without a step", { conclusion: "failure" }, "❌ failure | +5 s | 55 s |"],
    [
      "of failure in a step",
      { conclusion: "failure", steps: [exampleStep("a"), exampleStep("npm test", "failure")] },
      "❌ failure | +5 s | 55 s | <code>npm test</code> |",
    ],
    ["of a time-out", { conclusion: "timed_out" }, "❌ timed out | +5 s | 55 s |"],
    ["of a cancellation", { conclusion: "cancelled" }, "🚫 cancelled | +5 s | 55 s |"],
    ["of a cancellation before the start", { conclusion: "cancelled", steps: [] }, "🚫 cancelled | – | – |"],
    ["of a skipped job", { conclusion: "skipped", steps: [] }, "⏭️ skipped | – | – |"],
    ["of a skipped job with a step", { conclusion: "skipped" }, "⏭️ skipped | – | – |"],
    ["of a neutral one", { conclusion: "neutral" }, "⚪ neutral | +5 s | 55 s |"],
    ["of a conclusion of tomorrow", { conclusion: "half|done_today" }, "⚪ half&#124;done today | +5 s | 55 s |"],
    ["of no conclusion", { conclusion: null }, "⚪ without a conclusion | +5 s | 55 s |"],
    [
      "of one that runs",
      { status: "in_progress", conclusion: null, completedAtMs: undefined },
      "▶️ in progress | +5 s | 1 min 55 s so far |",
    ],
    [
      "of one that waits",
      { status: "waiting", conclusion: null, completedAtMs: undefined, steps: [] },
      "⏳ waiting | – | – |",
    ],
    ["of one without a status", { status: "", conclusion: null, steps: [] }, "⏳ without a status | – | – |"],
    ["of one that took no time", { completedAtMs: START_MS + 5000 }, "✅ success | +5 s | 0 s |"],
    ["of one that ended before it began", { completedAtMs: START_MS }, "✅ success | +5 s | – |"],
    ["of one whose times are missing", { startedAtMs: undefined }, "✅ success | – | – |"],
  ])("%s shows %j as %s", (_, about, cells) => {
    const jobs = [exampleJob("build", 5, 60, about)];
    expect(lines(summary({ jobs, nowMs: START_MS + 120_000 }), "| [build]")).toEqual([
      `| [build](${JOB_URL}) | ${cells}`,
    ]);
  });

  test("keeps results and times on one line, and lets names break", () => {
    expect(lines(summaryOf(release), "| [test / unit]")[0]?.replaceAll("\u00A0", "~")).toBe(
      `| [test / unit](${RUN_URL}/job/12) | ✅~success | +1~min~47~s | 1~min~2~s | |`,
    );
  });

  test("without a server time does not tell how long a job has run", () => {
    const running = { status: "in_progress", conclusion: null, completedAtMs: undefined };
    const markdown = summary({ jobs: [exampleJob("build", 5, 0, running)] });
    expect(lines(markdown, "| [build]")).toEqual([`| [build](${JOB_URL}) | ▶️ in progress | +5 s | – |`]);
    expect(markdown).not.toMatch("mermaid");
  });

  test("counts from the first job where the run's start is not known", () => {
    const jobs = [exampleJob("a", 9, 20), exampleJob("b", 5, 60)];
    const markdown = summary({ run: exampleRun({ startedAtMs: undefined }), jobs });
    expect(lines(markdown, "| [").map((line) => line.split(" | ")[2])).toEqual(["+4 s", "+0 s"]);
    expect(lines(markdown, "  ✓")).toEqual([
      "  ✓ b :done, 2000-01-01 00:00:00, 55s",
      "  ✓ a :done, 2000-01-01 00:00:04, 11s",
    ]);
  });

  test("keeps apart a job that this attempt took over from an earlier one", () => {
    const jobs = [exampleJob("a", -90_000, -80_000), exampleJob("b", 5, 60), exampleJob("c", 5, 60)];
    const markdown = summary({ run: exampleRun({ runAttempt: 2 }), jobs });
    expect(lines(markdown, "| [")).toEqual([
      `| [a](${JOB_URL}) | ✅ success | earlier attempt | – |`,
      `| [b](${JOB_URL}) | ✅ success | +5 s | 55 s |`,
      `| [c](${JOB_URL}) | ✅ success | +5 s | 55 s |`,
    ]);
    expect(lines(markdown, "  ✓")).toEqual([
      "  ✓ b :done, 2000-01-01 00:00:05, 55s",
      "  ✓ c :done, 2000-01-01 00:00:05, 55s",
    ]);
  });
});

describe("of a matrix of 256 jobs", () => {
  const matrix = Array.from({ length: 256 }, (_, index) =>
    exampleJob(`job ${index}`, index, index + 60, {
      conclusion: index === 200 ? "failure" : index % 2 === 0 ? "success" : "skipped",
      steps: index % 2 === 0 ? [exampleStep("Set up job")] : [],
    }),
  );
  const markdown = summary({ jobs: matrix });

  test("100 are in the table, first those that failed, then those that ran, in their order", () => {
    const rows = lines(markdown, "| [job ").map((line) => Number(/\d+/.exec(line)?.[0]));
    expect(rows).toEqual([...Array.from({ length: 99 }, (_, index) => 2 * index), 200]);
  });

  test("the others are counted by their results", () => {
    expect(lines(markdown, "…")).toEqual(["… and 156 more: 128 ⏭️ skipped, 28 ✅ success"]);
  });

  test("50 are in the chart, with those that failed", () => {
    expect(lines(markdown, "  ✓")).toHaveLength(49);
    expect(lines(markdown, "  ✗")).toEqual(["  ✗ job 200 :crit, 2000-01-01 00:03:20, 60s"]);
  });

  test.each(["@", "🚀", "|", "#", "%", "é"])("with names full of %s stays far below GitHub's limit", (sign) => {
    const name = sign === "#" ? "#1".repeat(5000) : sign.repeat(10_000);
    const jobs = matrix.map((job) => ({
      ...job,
      name,
      conclusion: "failure",
      htmlUrl: `${JOB_URL}/${"|".repeat(150)}`,
      steps: [exampleStep(name, "failure")],
    }));
    const run = exampleRun({ displayTitle: name, headBranch: name, path: name });
    const whole = summary({ run, jobs, repository: name, isGreen: undefined, problem: name });
    expect(Buffer.byteLength(whole)).toBeLessThan(512 * 1024);
    expect(whole.slice(whole.indexOf("```mermaid")).length).toBeLessThan(15_000);
  });

  test("with as many results as jobs counts the first ten of them", () => {
    const jobs = matrix.map((job, index) => ({ ...job, conclusion: `of_tomorrow_${index}` }));
    const [line] = lines(summary({ jobs }), "…");
    expect(line?.split(", ")).toHaveLength(10);
  });
});
