import { expect, test } from "vitest";
import { readJobs, readRepository, readRun } from "../../../src/github/responses.ts";
import { oneLine } from "../../../src/text/foreign-text.ts";

test.each([
  ["a colour", "\u001b[31mred\u001b[0m", "red"],
  ["a colour in parts", "\u001b[38:2::255:0:0mred", "red"],
  ["a colour by one character", "\u009b31mred", "red"],
  ["a cleared screen", "a\u001b[2J\u001b[1;1Hb", "ab"],
  ["a link", "\u001b]8;;https://evil.test\u001b\\here\u001b]8;;\u0007", "here"],
  ["a title", "\u001b]0;title\u0007a", "a"],
  ["the beginning of a title that never ends", "\u001b]0;title\na", "0;title a"],
  ["another character set", "\u001b(Ba", "a"],
  ["a reset", "\u001bca", "a"],
  ["a code that is cut off", "a\u001b", "a "],
  ["a line break", "a\r\nb\u2028c", "a b c"],
  ["other control characters", "a\u0000\u0008b\u007f", "a b "],
  ["brackets that are none", "[31m] é [x]", "[31m] é [x]"],
])("a name is shown without %s", (_, text, shown) => {
  expect(oneLine(text)).toBe(shown);
});

test("nothing that an answer says of a repository, a run, a job or a step keeps a terminal's codes", () => {
  const odd = "\u001b[31m::x\u0007\n";
  const run = { name: odd, display_title: odd, event: odd, path: odd, head_branch: odd, html_url: odd, jobs_url: odd };
  const job = { id: 1, name: odd, status: odd, conclusion: odd, html_url: odd, steps: [{ name: odd, status: odd }] };
  const read = [
    readRepository({ full_name: `octo/${odd}`, default_branch: odd }),
    readRun({ ...run, id: 1, status: odd, conclusion: odd, created_at: "2026-11-20T12:00:00Z" }),
    readJobs({ jobs: [job] }),
  ];
  expect(JSON.stringify(read)).not.toMatch(/\\u001b|\\u0007|\\n|\[31m/);
  expect(JSON.stringify(read)).toContain("::x");
});
