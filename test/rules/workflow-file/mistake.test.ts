import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Fields } from "../../../src/workflow-file/fields.ts";
import { mistakeIn } from "../../../src/workflow-file/mistake.ts";

const mistake = (text: string) => mistakeIn(parse(text) as Fields);
const astray = (key: string) => `\`${key}\` belongs in a job, below \`jobs:\` and the job's name`;
const merging = "GitHub supports anchors and aliases, but not merge keys (`<<`)";

describe("a file is no workflow for GitHub", () => {
  test.each([
    ["on: push", "it has no `jobs`"],
    ["jobs: []", "it has no `jobs`"],
    ["jobs: { a: }\nsteps: []", astray("steps")],
    ["jobs: { steps: [] }", astray("steps")],
    ["jobs: { runs-on: x, a: {} }", astray("runs-on")],
    ["x: &x { a: b }\njobs: { a: { env: { <<: *x } } }", merging],
    ["jobs: { a: { env: { B: c, b: d } } }", "`B` and `b` are the same key for GitHub"],
    [
      "concurrency: { queue: max, cancel-in-progress: true }\njobs: { a: {} }",
      "`queue: max` and `cancel-in-progress: true` cannot be combined",
    ],
    [
      "jobs: { a: { concurrency: { queue: max, cancel-in-progress: true } } }",
      "`queue: max` and `cancel-in-progress: true` cannot be combined",
    ],
    ["jobs: { a: { name: '${{ Steps.x }}' } }", "a job's name uses `steps`, which is available only in steps"],
    ["jobs: { a: { steps: [{ name: '${{ a' }] } }", "a step's name has an unclosed `${{`"],
    ["jobs: { a: { steps: [{ run: '${{ a' }] } }", "a script has an unclosed `${{`"],
  ])("%j", (text, words) => {
    expect(mistake(text)).toEqual({ text: words, isInRunName: false });
  });

  test.each([
    ["${{ needs.a }}", "its `run-name` uses `needs`, which is available only in jobs"],
    ["${{ secrets.a }}", "its `run-name` uses `secrets`, which is available only in steps"],
    ["${{ a", "its `run-name` has an unclosed `${{`"],
    ["'a' ${{ format('b', 'c')", "its `run-name` has an unclosed `${{`"],
    [
      "${{ format('PR",
      "its `run-name` has an unclosed `${{`: a text with ` #` in it needs quotes, or a comment begins there",
    ],
    ['${{ "a" }}', "its `run-name` has a `\"` in an expression, where GitHub accepts only `'`"],
  ])("because of its run-name: %j", (runName, words) => {
    expect(mistakeIn({ "run-name": runName, jobs: { a: {} } })).toEqual({ text: words, isInRunName: true });
  });
});

describe("a file may be a workflow for GitHub", () => {
  test.each([
    "jobs: { a: { steps: [] } }",
    "jobs: { steps: { steps: [] } }",
    "x: &x { a: b }\njobs: { a: { env: *x } }",
    "jobs: { a: { env: { <<: text } } }",
    "concurrency: { queue: max }\njobs: { a: {} }",
    "concurrency: { queue: single, cancel-in-progress: true }\njobs: { a: {} }",
    "jobs: { a: { name: '${{ needs.b }} ${{ matrix.c }}' } }",
    "run-name: ${{ github.env }} ${{ inputs.steps }} ${{ 'env' }} ${{ vars['secrets'] }}\njobs: { a: {} }",
    `run-name: ${JSON.stringify("${{ format('\"{0}\"', 'it''s') }}")}\njobs: { a: {} }`,
    "jobs: { a: { steps: [{ name: '${{ env.a }} ${{ secrets.b }}' }] } }",
    "of tomorrow: { a: b }\njobs: { a: { snapshot: x, steps: [{ teleport: y }] } }",
  ])("%j", (text) => {
    expect(mistake(text)).toBeUndefined();
  });

  test("that has more steps than a call takes arguments", () => {
    expect(mistakeIn({ jobs: { a: { steps: Array.from({ length: 200_000 }, () => ({})) } } })).toBeUndefined();
  });
});
