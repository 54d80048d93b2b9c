/** What GitHub refuses, by its own parser, is reported; what it takes is not. */

import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Fields } from "../../../src/workflow-file/fields.ts";
import { mistakeIn } from "../../../src/workflow-file/mistake.ts";

const STEPS = "steps: [{ run: x }]";

/** With one job `a` that has these lines. */
function job(lines: string, steps = STEPS): string {
  return `jobs: { a: { runs-on: x, ${lines}${lines && ", "}${steps} } }`;
}
function step(lines: string): string {
  return job("", `steps: [{ run: x, ${lines} }]`);
}
function runName(expression: string): string {
  return `run-name: "\${{ ${expression} }}"\n${job("")}`;
}

async function refusals(text: string): Promise<string[]> {
  const { context, value } = parseWorkflow(
    { name: "x.yml", content: `on: push\n${text}\n` },
    new NoOperationTraceWriter(),
  );
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (!value) return errors;
  const { errors: more = [] } = await convertWorkflowTemplate(context, value);
  return [...errors, ...more.map(({ Message }) => Message)];
}

const REFUSED: [text: string, words: string][] = [
  // Functions.
  [runName("hashFiles('a')"), "its `run-name` uses `hashFiles()`, which is available only in steps"],
  [runName("HASHFILES('a')"), "its `run-name` uses `hashFiles()`, which is available only in steps"],
  [runName("always()"), "its `run-name` uses `always()`, which is available only in `if`"],
  [runName("success() && github.run_id"), "its `run-name` uses `success()`, which is available only in `if`"],
  [job('name: "${{ failure() }}"'), "a job's name uses `failure()`, which is available only in `if`"],
  [job("name: \"${{ hashFiles('a') }}\""), "a job's name uses `hashFiles()`, which is available only in steps"],
  [step('name: "${{ cancelled() }}"'), "a step's name uses `cancelled()`, which is available only in `if`"],
  [step('env: { A: "${{ always() }}" }'), "a step's `env` uses `always()`, which is available only in `if`"],
  [job("if: hashFiles('a') != ''"), "a job's `if` uses `hashFiles()`, which is available only in steps"],
  [job("env: { A: \"${{ hashFiles('a') }}\" }"), "a job's `env` uses `hashFiles()`, which is available only in steps"],
  // Contexts.
  [`concurrency: "\${{ env.A }}"\n${job("")}`, "its `concurrency` uses `env`, which is not available there"],
  [
    `concurrency: { group: "\${{ secrets.A }}" }\n${job("")}`,
    "its `concurrency` uses `secrets`, which is not available there",
  ],
  [`env: { A: "\${{ env.B }}" }\n${job("")}`, "its `env` uses `env`, which is not available there"],
  [`env: { A: "\${{ matrix.B }}" }\n${job("")}`, "its `env` uses `matrix`, which is available only in jobs"],
  [
    `defaults: { run: { shell: "\${{ github.actor }}" } }\n${job("")}`,
    "its `defaults` uses `github`, which is not available there",
  ],
  [job('concurrency: "${{ env.A }}"'), "a job's `concurrency` uses `env`, which is not available there"],
  [job('concurrency: { group: "a-${{ env.A }}" }'), "a job's `concurrency` uses `env`, which is not available there"],
  [
    job('concurrency: { group: a, cancel-in-progress: "${{ env.A == 1 }}" }'),
    "a job's `concurrency` uses `env`, which is not available there",
  ],
  [job("if: env.A == 'b'"), "a job's `if` uses `env`, which is not available there"],
  [job("if: \"${{ secrets.A != '' }}\""), "a job's `if` uses `secrets`, which is not available there"],
  [job("if: matrix.a == 'b'"), "a job's `if` uses `matrix`, which is not available there"],
  [job('env: { A: "${{ env.B }}" }'), "a job's `env` uses `env`, which is not available there"],
  [job('env: { A: "${{ steps.b.outputs.c }}" }'), "a job's `env` uses `steps`, which is available only in steps"],
  [job('timeout-minutes: "${{ env.B }}"'), "a job's `timeout-minutes` uses `env`, which is not available there"],
  [
    job('continue-on-error: "${{ secrets.B }}"'),
    "a job's `continue-on-error` uses `secrets`, which is not available there",
  ],
  [
    job('strategy: { matrix: { a: ["${{ matrix.b }}"] } }'),
    "a job's `strategy` uses `matrix`, which is not available there",
  ],
  [job('environment: "${{ env.A }}"'), "a job's `environment` uses `env`, which is not available there"],
  [
    job('environment: { name: "${{ secrets.A }}" }'),
    "a job's `environment` uses `secrets`, which is not available there",
  ],
  [job('outputs: { a: "${{ jobs.b.outputs.c }}" }'), "a job's `outputs` uses `jobs`, which is not available there"],
  [`jobs: { a: { runs-on: "\${{ env.A }}", ${STEPS} } }`, "a job's `runs-on` uses `env`, which is not available there"],
  [
    `jobs: { a: { runs-on: [x, "\${{ secrets.A }}"], ${STEPS} } }`,
    "a job's `runs-on` uses `secrets`, which is not available there",
  ],
  [
    'jobs: { a: { uses: ./.github/workflows/b.yml, with: { c: "${{ env.D }}" } } }',
    "a job's `with` uses `env`, which is not available there",
  ],
  [
    'jobs: { a: { uses: ./.github/workflows/b.yml, with: { c: "${{ secrets.D }}" } } }',
    "a job's `with` uses `secrets`, which is not available there",
  ],
  [
    'jobs: { a: { uses: ./.github/workflows/b.yml, secrets: { c: "${{ env.D }}" } } }',
    "a job's `secrets` uses `env`, which is not available there",
  ],
  [step("if: secrets.A != ''"), "a step's `if` uses `secrets`, which is not available there"],
  [step('name: "${{ jobs.a }}"'), "a step's name uses `jobs`, which is not available there"],
  // Ids.
  [
    `jobs: { 1st: { runs-on: x, ${STEPS} } }`,
    "`1st` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`",
  ],
  [
    `jobs: { "a b": { runs-on: x, ${STEPS} } }`,
    "`a b` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`",
  ],
  [
    `jobs: { a.b: { runs-on: x, ${STEPS} } }`,
    "`a.b` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`",
  ],
  [
    `jobs: { -a: { runs-on: x, ${STEPS} } }`,
    "`-a` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`",
  ],
  [
    `jobs: { dé: { runs-on: x, ${STEPS} } }`,
    "`dé` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`",
  ],
  [
    `jobs: { "\${{ a }}": { runs-on: x, ${STEPS} } }`,
    "`${{ a }}` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`",
  ],
  [
    `jobs: { 2026: { runs-on: x, ${STEPS} } }`,
    "`2026` is no id of a job: letters, digits, `_` and `-`, not starting with a digit or `-`",
  ],
  [`jobs: { __a: { runs-on: x, ${STEPS} } }`, "`__a` is no id of a job: `__` at the beginning is GitHub's own"],
  [
    `jobs: { ${"a".repeat(100)}: { runs-on: x, ${STEPS} } }`,
    "a job's id has 100 characters, and GitHub takes at most 99",
  ],
  [step("id: 1st"), "`1st` is no id of a step: letters, digits, `_` and `-`, not starting with a digit or `-`"],
  [step("id: a.b"), "`a.b` is no id of a step: letters, digits, `_` and `-`, not starting with a digit or `-`"],
  [step("id: __a"), "`__a` is no id of a step: `__` at the beginning is GitHub's own"],
  [job("", "steps: [{ id: a, run: x }, { id: a, run: x }]"), "two steps of one job have the id `a`"],
  // Jobs.
  [job("needs: b"), "the job `a` needs `b`, which does not exist"],
  [job("needs: [b, c]"), "the job `a` needs `b`, which does not exist"],
  [job("needs: a"), "the job `a` needs itself"],
  [
    `jobs: { a: { runs-on: x, needs: b, ${STEPS} }, b: { runs-on: x, needs: a, ${STEPS} } }`,
    "the jobs `a`, `b` need each other in a circle",
  ],
  [job("", "steps: [{ run: a, uses: b/c@d }]"), "a step has both `run` and `uses`"],
];

const TAKEN: string[] = [
  runName("inputs.hashFiles && github['always'] && 'always()'"),
  runName("github.run_id"),
  step("name: \"${{ hashFiles('a') }} ${{ env.A }} ${{ secrets.B }}\""),
  step("if: always() && hashFiles('a') != '' && env.A"),
  step('env: { A: "${{ secrets.B }}" }, working-directory: "${{ env.C }}"'),
  job("if: always() && needs.b && vars.C && inputs.d && github.actor"),
  job("if: \"!cancelled() && contains('env.A', 'b')\""),
  job('env: { A: "${{ secrets.B }} ${{ matrix.c }} ${{ needs.d }}" }'),
  job(
    'concurrency: { group: "${{ github.ref }}-${{ matrix.a }}-${{ needs.b }}", cancel-in-progress: "${{ inputs.c }}" }',
  ),
  job(
    'container: { image: "a:${{ matrix.b }}", env: { A: "${{ secrets.B }}" }, credentials: { username: "${{ env.A }}", password: "${{ secrets.B }}" } }',
  ),
  job('services: { redis: { image: "a:${{ matrix.b }}", env: { A: "${{ secrets.B }}" } } }'),
  job('environment: { name: "${{ matrix.a }}", url: "${{ steps.a.outputs.b }}" }'),
  job('outputs: { a: "${{ steps.a.outputs.b }} ${{ env.C }} ${{ runner.os }}" }'),
  job('defaults: { run: { working-directory: "${{ env.A }}" } }'),
  job('strategy: { fail-fast: "${{ inputs.a }}", matrix: "${{ fromJSON(vars.A) }}" }'),
  `env: { A: "\${{ secrets.B }} \${{ inputs.c }}" }\n${job("")}`,
  `concurrency: "\${{ github.workflow }}-\${{ inputs.a }}-\${{ vars.b }}"\n${job("")}`,
  'jobs: { a: { uses: ./.github/workflows/b.yml, with: { c: "${{ matrix.D }}" }, secrets: { c: "${{ secrets.D }}" } } }',
  "jobs: { a: { uses: ./.github/workflows/b.yml, secrets: inherit, if: always() } }",
  `jobs: { _a: { runs-on: x, ${STEPS} }, A-1_b: { runs-on: x, needs: _a, ${STEPS} }, ${"c".repeat(99)}: { runs-on: x, needs: [_a, A-1_b], ${STEPS} } }`,
  job("", "steps: [{ id: _a, run: x }, { id: B-1, uses: a/b@c }, { run: x }]"),
];

describe("a file is refused by GitHub's own parser, and reported", () => {
  test.each(REFUSED)("%s", async (text, words) => {
    expect(await refusals(text)).not.toEqual([]);
    expect(mistakeIn(parse(text) as Fields)?.text).toBe(words);
  });
});

describe("a file is taken by GitHub's own parser, and not reported", () => {
  test.each(TAKEN)("%s", async (text) => {
    expect(await refusals(text)).toEqual([]);
    expect(mistakeIn(parse(text) as Fields)).toBeUndefined();
  });
});
