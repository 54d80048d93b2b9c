/** Summaries on a page: read by GitHub's rules for Markdown, their charts drawn by Mermaid in a headless Chromium. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SummaryFacts, summaryOf } from "../../../src/summary/summary.ts";
import { type Browser, findChromium, startChromium } from "../../support/chromium.ts";
import { exampleJob, exampleRun, release, START_MS } from "../../support/summary-examples.ts";
import { NASTY_NAMES, shown } from "../../support/summary-names.ts";
import { pageOf } from "../../support/summary-page.ts";

const chromium = findChromium();
if (chromium === undefined) {
  console.log("No Chromium on the PATH, nor in CHROMIUM: nothing is rendered (apt-get install chromium).");
}

interface Rendered {
  title: string;
  /** What the names of the bars show, in their order. */
  names: string[];
  bars: { x: number; y: number; width: number; height: number }[];
  ticks: string[];
  /** How wide the chart is. */
  width: number;
}

/** Runs in the page, so that it knows nothing outside itself. */
const READ = `rendered.then((errors) => ({
  errors,
  text: document.body.innerText,
  charts: [...document.querySelectorAll("figure > svg")].map((svg) => {
    const box = ({ x, y, width, height }) => ({ x, y, width, height });
    const texts = (selector) => [...svg.querySelectorAll(selector)].map((each) => each.textContent.trim());
    return {
      title: texts(".titleText").join(),
      names: texts("text[class*=taskText]"),
      bars: [...svg.querySelectorAll("rect.task")].map((each) => box(each.getBBox())),
      ticks: texts(".grid .tick text"),
      width: svg.getBoundingClientRect().width,
    };
  }),
}))`;

let browser: Browser | undefined;
const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-rendered-"));

beforeAll(async () => {
  if (chromium !== undefined) browser = await startChromium(chromium);
});

afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

/** The charts of a page with these summaries on it, read in this time zone. */
async function render(facts: readonly SummaryFacts[], timeZone = "UTC"): Promise<Rendered[]> {
  const file = join(directory, "page.html");
  writeFileSync(file, pageOf(...facts.map(summaryOf)));
  if (browser === undefined) throw new Error("Chromium was not started");
  const page = await browser.open(file, { width: 900, scale: 1, timeZone });
  const { errors, text, charts } = (await page.evaluate(READ)) as {
    errors: string[];
    text: string;
    charts: Rendered[];
  };
  expect(errors).toEqual([]);
  // Mermaid draws its errors.
  expect(text).not.toMatch(/Syntax error|Unsupported/i);
  return charts;
}

/** Facts of a run whose jobs have these names. */
function jobsNamed(names: readonly string[]): SummaryFacts {
  return {
    repository: "octo/target",
    run: exampleRun(),
    jobs: names.map((name, index) => exampleJob(name, index, index + 60)),
    isGreen: true,
  };
}

describe.skipIf(chromium === undefined)("on a page", () => {
  test("a release has a bar for each job that ran, in the order of time", async () => {
    const [chart] = await render([release]);
    expect(chart?.title).toBe("The jobs, by time since the run started");
    expect(chart?.names).toEqual(["✓ build", "✓ test / unit", "✓ test / browser (chromium, en)", "✗ deploy (eu-west)"]);
    const bars = chart?.bars ?? [];
    expect(bars).toHaveLength(4);
    const [build, , browser] = bars;
    expect((browser?.width ?? 0) / (build?.width ?? 1)).toBeCloseTo(136 / 95, 1);
    expect(bars.map(({ y }) => y)).toEqual(bars.map(({ y }) => y).sort((a, b) => a - b));
    expect(bars.map(({ x }) => x)).toEqual(bars.map(({ x }) => x).sort((a, b) => a - b));
  });

  test("every nasty name is the text of its bar", async () => {
    const halves = [NASTY_NAMES.slice(0, 25), NASTY_NAMES.slice(25)];
    const charts = await render(halves.map(jobsNamed));
    expect(charts.map(({ names }) => names)).toEqual(
      halves.map((names) => names.map((name) => `✓ ${shown(name, 40)}`)),
    );
    expect(charts.map(({ bars }) => bars.length)).toEqual(halves.map((names) => names.length));
  });

  test("every sign of ASCII is the text of its bar", async () => {
    const signs = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
    const names = signs.match(/.{1,19}/gs)?.flatMap((part) => [part, [...part].reverse().join(""), part + part]);
    const [chart] = await render([jobsNamed(names ?? [])]);
    expect(chart?.names).toEqual(names?.map((name) => `✓ ${shown(name, 40)}`));
  });

  test("fifty bars with long names are apart from each other and within the page", async () => {
    const [chart] = await render([jobsNamed(Array.from({ length: 256 }, () => "m".repeat(10_000)))]);
    expect(chart?.bars).toHaveLength(50);
    expect(chart?.width).toBeLessThanOrEqual(900);
    const tops = chart?.bars.map(({ y }) => y) ?? [];
    for (const [index, { height }] of (chart?.bars ?? []).entries()) {
      if (index > 0) expect((tops[index] ?? 0) - (tops[index - 1] ?? 0)).toBeGreaterThanOrEqual(height);
    }
  });

  test("the times are those since the run's start, in whatever time zone they are read", async () => {
    const timed = (fromS: number, toS: number): SummaryFacts => ({
      ...release,
      jobs: [exampleJob("a", fromS, toS), exampleJob("b", fromS, toS)],
      nowMs: START_MS,
    });
    for (const timeZone of ["UTC", "Asia/Kolkata", "America/New_York"]) {
      const facts = [timed(0, 2), timed(0, 600), timed(3600, 18_000), timed(0, 172_800)];
      const charts = await render(facts, timeZone);
      expect(charts.map(({ ticks }) => [ticks[0], ticks.at(-1), new Set(ticks).size === ticks.length])).toEqual([
        ["00:00", "00:02", true],
        ["00:00", "10:00", true],
        ["01:00", "05:00", true],
        ["day 1, 00:00", "day 3, 00:00", true],
      ]);
    }
  });
});
