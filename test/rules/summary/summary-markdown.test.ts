/**
 * Summaries, read by GitHub's rules for Markdown and by Mermaid's parser. Each time other names: what has failed is
 * repeated by `FUZZ_SEED=…`.
 */

import fc from "fast-check";
import { parseFragment } from "parse5";
import { expect, test } from "vitest";
import type { Job } from "../../../src/github/responses.ts";
import { type SummaryFacts, summaryOf } from "../../../src/summary/summary.ts";
import { exampleJob, exampleRun, exampleStep, release, START_MS } from "../../support/summary-examples.ts";
import { anyName, NASTY_NAMES, shown } from "../../support/summary-names.ts";
import { barsOf, htmlOf, mermaidIn } from "../../support/summary-page.ts";
import { cellsOf, elements, expectHarmless, textOf } from "../../support/summary-reading.ts";

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/** What has to come of any facts. */
async function expectSound(facts: SummaryFacts): Promise<void> {
  const { repository, run, jobs } = facts;
  const markdown = summaryOf(facts);
  const page = parseFragment(htmlOf(markdown));
  const urls = [run, ...jobs].flatMap(({ htmlUrl }) => (/^https?:/.test(htmlUrl) ? [htmlUrl] : []));
  expectHarmless(page, new Set(urls));
  expect(elements(page, "a")).toHaveLength(urls.length);
  expect(elements(page, "h2").map(textOf)).toEqual([
    `${facts.isGreen ? "✅ Passed" : "❌ Failed"}: ${shown(run.displayTitle || run.name, 100)}`,
  ]);
  expect(elements(page, "strong").map(textOf)[0]).toBe(shown(repository, 100));
  if (run.headBranch) expect(elements(page, "code").map(textOf)).toContain(shown(run.headBranch, 100));

  const steps = jobs.map(({ steps: [, step] }) => step);
  const [head, ...rows] = cellsOf(page);
  expect(elements(page, "table")).toHaveLength(jobs.length > 0 ? 1 : 0);
  expect(head?.length ?? 0).toBe(jobs.length === 0 ? 0 : steps.some(Boolean) ? 5 : 4);
  expect(rows.map((cells) => cells.length)).toEqual(jobs.map(() => head?.length));
  expect(rows.map(([name]) => name)).toEqual(jobs.map(({ name }) => shown(name, 100)));
  if (steps.some(Boolean)) {
    expect(rows.map((cells) => cells[4])).toEqual(steps.map((step) => (step ? shown(step.name, 100) : "")));
  }

  const chart = mermaidIn(markdown);
  expect(elements(page, "pre").map(textOf)).toEqual(chart === undefined ? [] : [chart]);
  // One job has no chart.
  expect(await barsOf(markdown)).toEqual(
    (jobs.length > 1 ? jobs : []).map(({ name, conclusion }, index) => ({
      name: `${conclusion === "failure" ? "✗" : "✓"} ${shown(name, 40)}`,
      kind: conclusion === "failure" ? "crit" : "done",
      start: `Jan 01 2000 00:00:${String(index + 1).padStart(2, "0")}`,
      seconds: 30,
    })),
  );
}

/** The job of this place in a run; with a step it is one that failed in it. */
function jobAt(index: number, name: string, step: string | undefined): Job {
  return exampleJob(name, index + 1, index + 31, {
    id: index,
    conclusion: step === undefined ? "success" : "failure",
    steps: [exampleStep("Set up job"), ...(step === undefined ? [] : [exampleStep(step, "failure")])],
  });
}

test("an example keeps its table, its links and its chart", async () => {
  const page = parseFragment(htmlOf(summaryOf(release)));
  expect(cellsOf(page)).toEqual([
    ["Job", "Result", "Started", "Took", "Failed step"],
    ["build", "✅ success", "+6 s", "1 min 35 s", ""],
    ["test / unit", "✅ success", "+1 min 47 s", "1 min 2 s", ""],
    ["test / browser (chromium, en)", "✅ success", "+1 min 48 s", "2 min 16 s", ""],
    ["deploy (eu-west)", "❌ failure", "+4 min 11 s", "58 s", "Wait for healthy pods"],
    ["announce", "⏭️ skipped", "–", "–", ""],
  ]);
  expect(elements(page, "a").map(({ attrs }) => attrs[0]?.value)).toEqual([
    release.run.htmlUrl,
    ...release.jobs.map(({ htmlUrl }) => htmlUrl),
  ]);
  expect(await barsOf(summaryOf(release))).toEqual([
    { name: "✓ build", kind: "done", start: "Jan 01 2000 00:00:06", seconds: 95 },
    { name: "✓ test / unit", kind: "done", start: "Jan 01 2000 00:01:47", seconds: 62 },
    { name: "✓ test / browser (chromium, en)", kind: "done", start: "Jan 01 2000 00:01:48", seconds: 136 },
    { name: "✗ deploy (eu-west)", kind: "crit", start: "Jan 01 2000 00:04:11", seconds: 58 },
  ]);
});

test.each(NASTY_NAMES)("the name %s is text wherever it stands", async (name) => {
  await expectSound({
    repository: name,
    run: exampleRun({ displayTitle: name, headBranch: name, conclusion: "failure" }),
    jobs: [jobAt(0, name, name), jobAt(1, name, undefined)],
    isGreen: false,
  });
});

test("any names are text wherever they stand", { timeout: 120_000 }, async () => {
  const jobs = fc
    .array(fc.tuple(anyName, fc.option(anyName, { nil: undefined })), { maxLength: 6 })
    .map((names) => names.map(([name, step], index) => jobAt(index, name, step)));
  const facts = fc.record({
    repository: anyName,
    run: fc
      .record({ displayTitle: anyName, name: anyName, headBranch: fc.option(anyName) })
      .map((names) => exampleRun(names)),
    jobs,
    isGreen: fc.boolean(),
  });
  await fc.assert(fc.asyncProperty(facts, expectSound), { seed, numRuns: 100 });
});

test("any problem is a line of text", () => {
  fc.assert(
    fc.property(anyName, (problem) => {
      const facts = { repository: "octo/target", run: exampleRun(), jobs: [], isGreen: undefined, problem };
      const page = parseFragment(htmlOf(summaryOf(facts)));
      expectHarmless(page, new Set([facts.run.htmlUrl]));
      const line = problem
        .trim()
        .split(/[\r\n\u2028\u2029]/)[0]
        ?.trim();
      expect(elements(page, "blockquote").map((each) => textOf(each).trim())).toEqual(
        line ? [`The step failed: ${shown(line, 500)}`] : [],
      );
    }),
    { seed, numRuns: 200 },
  );
});

test("any addresses are linked to as they are, or not at all", () => {
  const url = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc
      .tuple(
        fc.constantFrom("https://ghe.test/", "http://ghe.test/?", "HTTPS://ghe.test/#", "javascript:", "//", ""),
        anyName,
      )
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(url, (htmlUrl) => {
      const run = exampleRun({ displayTitle: "x", htmlUrl });
      const markdown = summaryOf({ repository: "octo/target", run, jobs: [], isGreen: true });
      const page = parseFragment(htmlOf(markdown));
      expect(elements(page, "h2").map(textOf)).toEqual(["✅ Passed: x"]);
      const links = elements(page, "a").map(({ attrs }) => decoded(attrs[0]?.value ?? ""));
      const isPage = /^https?:\/\//i.test(htmlUrl) && URL.canParse(htmlUrl) && htmlUrl.length <= 500;
      expect(links).toEqual(isPage ? [decoded(new URL(htmlUrl).href)] : []);
    }),
    { seed, numRuns: 200 },
  );
});

/** A percent sign may stand for itself. */
function decoded(url: string): string {
  return url.replace(/%([0-7][0-9A-F])/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

test("any times make a table and a chart that can be read, or no chart", { timeout: 120_000 }, async () => {
  const timeMs = fc.option(
    fc.oneof(
      fc.integer({ min: -100_000, max: 100_000 }).map((seconds) => START_MS + seconds * 1000),
      fc.constantFrom(0, START_MS, -8.64e15, 8.64e15),
    ),
    { nil: undefined },
  );
  const times = fc.record({ startedAtMs: timeMs, completedAtMs: timeMs, isRunning: fc.boolean() });
  const facts = fc
    .record({
      runMs: timeMs,
      endMs: timeMs,
      nowMs: timeMs,
      attempt: fc.integer({ min: 1, max: 2 }),
      jobs: fc.array(times),
    })
    .map(({ runMs, endMs, nowMs, attempt, jobs }) => ({
      repository: "octo/target",
      run: exampleRun({ startedAtMs: runMs, updatedAtMs: endMs, runAttempt: attempt }),
      jobs: jobs.map(({ isRunning, ...about }) =>
        exampleJob("a", 0, 0, isRunning ? { ...about, status: "in_progress", conclusion: null } : about),
      ),
      isGreen: true,
      nowMs,
    }));
  await fc.assert(
    fc.asyncProperty(facts, async (each) => {
      const markdown = summaryOf(each);
      expect(markdown).not.toMatch(/NaN|Infinity|undefined|-\d+ (s|min|h)/);
      const bars = await barsOf(markdown);
      for (const { start, seconds } of bars) {
        expect(start).toMatch(/ 200[01] /);
        expect(seconds).toBeGreaterThanOrEqual(0);
      }
    }),
    { seed, numRuns: 200 },
  );
});

test("a matrix of 256 jobs keeps to a hundred rows and fifty bars", async () => {
  const jobs = Array.from({ length: 256 }, (_, index) => exampleJob(`job ${index}`, index, index + 60));
  const facts = { repository: "octo/target", run: exampleRun(), jobs, isGreen: true, nowMs: START_MS };
  const markdown = summaryOf(facts);
  expect(cellsOf(parseFragment(htmlOf(markdown)))).toHaveLength(101);
  expect(await barsOf(markdown)).toHaveLength(50);
});
