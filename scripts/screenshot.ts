/**
 * Writes docs/summary.png and docs/targets.png: the job summaries of two examples, as a reader sees them. Needs Chromium, and
 * fonts with letters and emoji: `apt-get install chromium fonts-liberation fonts-noto-color-emoji`.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summaryOf } from "../src/summary/summary.ts";
import { summaryOfMany } from "../src/targets/summary.ts";
import { findChromium, startChromium } from "../test/support/chromium.ts";
import { fleet } from "../test/support/fleet.ts";
import { release } from "../test/support/summary-examples.ts";
import { pageOf } from "../test/support/summary-page.ts";

const WIDTH = 900;
const PICTURES = {
  "summary.png": () => summaryOf(release),
  "targets.png": () => summaryOfMany(fleet(), { stepStartedAtMs: 0, isGreen: false }),
};

const chromium = findChromium();
if (chromium === undefined) throw new Error("There is no chromium on the PATH, nor in CHROMIUM.");
const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-screenshot-"));
const browser = await startChromium(chromium);
try {
  for (const [name, markdown] of Object.entries(PICTURES)) {
    const file = join(directory, "summary.html");
    writeFileSync(file, pageOf(markdown()));
    const page = await browser.open(file, { width: WIDTH, scale: 1.75 });
    const errors = (await page.evaluate("rendered")) as string[];
    if (errors.length > 0) throw new Error(errors.join("\n"));
    const height = Number(await page.evaluate("Math.ceil(document.body.getBoundingClientRect().height)"));
    const png = await page.screenshot(WIDTH, height);
    writeFileSync(join("docs", name), png);
    console.log(`docs/${name}: ${Math.round(png.length / 1024)} KiB`);
  }
} finally {
  await browser.close();
  rmSync(directory, { recursive: true });
}
