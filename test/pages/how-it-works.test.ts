/** What docs/how-it-works.md says of many targets is what the code takes and gives. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readEntries } from "../../src/targets/read-entries.ts";
import { failedTargets, type Result, resultsOf } from "../../src/targets/results.ts";

const PAGE = readFileSync(new URL("../../docs/how-it-works.md", import.meta.url), "utf8");
const namesIn = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name);

test("an entry has the keys that the page lists", () => {
  const [, listed = ""] = /\*\*What an entry has\.\*\*([\s\S]*?)\n- \*\*/.exec(PAGE) ?? [];
  const [, taken = ""] = /it takes (.*)$/.exec(readEntries("- {zzzzzzzzzzzz: 1}").problems.join()) ?? [];
  expect(namesIn(taken).length).toBeGreaterThan(20);
  expect(namesIn(listed)).toEqual(namesIn(taken));
});

test("an object of `results` has the keys that the page lists", () => {
  const outputs = { failed_jobs: "[]", outputs: "{}" };
  const { text } = resultsOf([{ name: "a", repo: "octo/a", continuesOnError: false, outputs }]);
  const [object = {}] = JSON.parse(text) as object[];
  const [, listed = ""] = /an object for each entry, in the list's order:([\s\S]*?)\. It is set early/.exec(PAGE) ?? [];
  expect(namesIn(listed).sort()).toEqual(Object.keys(object).sort());
});

test("each `result` is in the table, with what it does to the step", () => {
  const RED: Record<Result, boolean> = {
    success: false,
    started: false,
    sent: false,
    failure: true,
    cancelled: true,
    timed_out: true,
    error: true,
    skipped: false,
    unfinished: false,
  };
  const rows = [...PAGE.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| .* \| (yes|no) \|$/gm)];
  const told = rows.flatMap(([, words = "", red]) => namesIn(words).map((word) => [word, red === "yes"]));
  expect(Object.fromEntries(told)).toEqual(RED);
  for (const [result, isRed] of Object.entries(RED) as [Result, boolean][]) {
    const state = { name: "a", repo: "octo/a", outputs: {}, result };
    expect(failedTargets([{ ...state, continuesOnError: false }])).toEqual(isRed ? ["a"] : []);
    expect(failedTargets([{ ...state, continuesOnError: true }])).toEqual([]);
  }
});
