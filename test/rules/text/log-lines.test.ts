import { expect, test } from "vitest";
import { inert, showsPlace } from "../../../src/text/log-lines.ts";
import { FAULTS } from "../../support/problem-matchers.ts";
import { growth } from "../../support/processor-time.ts";

test.each(Object.entries(FAULTS))("what %s prints shows a place in a file, behind other words as well", (_, lines) => {
  expect(showsPlace(lines.join("\n"))).toBe(true);
  expect(showsPlace(`Job ${lines.join(" in step ")}: failure`) || lines.length > 1).toBe(true);
});

test.each([
  "Job test (1): success after 4 s.",
  'Job test (linux, 20): failure in step "Lint" after 1 min: https://github.com/octo/target/actions/runs/5/job/7',
  "Found run 5 by its name: http://127.0.0.1:8080/octo/target/actions/runs/5",
  "Rate limit reached until 12:30:00 UTC; waiting 60 s, then continuing.",
  "GitHub returned an unexpected response (502 to GET /repos/octo/target/actions/runs/5); retrying.",
  "Still in progress after 12 min (usually 4 min): build (3 min), test (1 min 5 s); 2 queued.",
  "The error: none, line by line",
])("our own line shows none: %s", (line) => {
  expect(showsPlace(line)).toBe(false);
});

test("no line is a command", () => {
  const lines = ["::error::x", "  ::set-output name=a::b", "##[error]x", "a::b", "a ##[group]b"];
  expect(inert(lines.join("\n")).split("\n")).toEqual([
    ": :error::x",
    "  : :set-output name=a::b",
    "## [error]x",
    "a::b",
    "a ## [group]b",
  ]);
});

test("a long text takes linear time", async () => {
  for (const part of [
    "\n",
    "\r",
    "\u2028",
    " ",
    ":",
    "1",
    ":1",
    "1:",
    "(1,",
    "(1 ",
    "\n 1:1",
    "12:30:00 UTC",
    ".go",
    '", line ',
    "(1): ",
    "##[",
  ]) {
    const texts = new Map([4000, 32_000].map((n) => [n, part.repeat(n)]));
    const work = (n: number) => [inert(texts.get(n) ?? ""), showsPlace(texts.get(n) ?? "")];
    expect(await growth(work, 4000), JSON.stringify(part)).toBeLessThanOrEqual(16);
  }
});
