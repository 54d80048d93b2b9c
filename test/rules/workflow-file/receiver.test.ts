import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readReceiver } from "../../../src/workflow-file/receiver.ts";

describe("a receiver", () => {
  const read = (text: string) => readReceiver(".github/workflows/x.yml", parse(text));

  test("is read by what matters to one who dispatches", () => {
    const receiver = read(`
name: Deploy
run-name: Deploy [\${{ inputs.distinct_id }}]
env: { ID: "\${{ inputs.distinct_id }}" }
on:
  workflow_dispatch:
    inputs:
      distinct_id:
      stage: { type: choice, options: [test, live], required: true }
      size: { required: true, default: 3 }
  repository_dispatch: { types: [deploy, 7] }
jobs:
  build:
    name: Build it
    env: { A: b }
    steps: [{ name: Make, run: make }, { uses: actions/checkout@v4 }]
  call: { uses: ./.github/workflows/other.yml }
`);
    expect(receiver).toEqual({
      path: ".github/workflows/x.yml",
      name: "Deploy",
      runName: `Deploy [\${{ inputs.distinct_id }}]`,
      dispatchTypes: ["deploy", "7"],
      inputs: {
        distinct_id: { isRequired: false, options: undefined },
        stage: { isRequired: true, type: "choice", options: ["test", "live"] },
        size: { isRequired: false, defaultValue: "3", options: undefined },
      },
      callInputs: {},
      env: { ID: `\${{ inputs.distinct_id }}` },
      jobs: [
        {
          id: "build",
          name: "Build it",
          env: { A: "b" },
          matrix: undefined,
          condition: "",
          needs: [],
          calls: undefined,
          handed: {},
          isOnWindows: false,
          steps: [
            { name: "Make", script: "make", env: {} },
            { name: "Run actions/checkout@v4", script: undefined, env: {} },
          ],
        },
        {
          id: "call",
          name: "call",
          env: {},
          matrix: undefined,
          condition: "",
          needs: [],
          calls: "./.github/workflows/other.yml",
          handed: {},
          isOnWindows: false,
          steps: [],
        },
      ],
      mistake: undefined,
      artifacts: { names: [], callsOthers: true },
    });
  });

  test.each([
    ["on: workflow_dispatch", undefined, {}],
    ["on: repository_dispatch", [], undefined],
    ["on: [push, repository_dispatch]", [], undefined],
    ["on: { repository_dispatch: { types: deploy } }", ["deploy"], undefined],
    ["on: { repository_dispatch: { types: 7 } }", ["7"], undefined],
    ["true: { workflow_dispatch: }", undefined, {}],
    ["on: push", undefined, undefined],
    ["[]", undefined, undefined],
    ["", undefined, undefined],
    ["jobs: 5", undefined, undefined],
  ])("%j listens as it says", (text, dispatchTypes, inputs) => {
    expect(read(text)).toMatchObject({ dispatchTypes, inputs });
  });

  test("may have values that have no text", () => {
    const odd = { toString: 1, valueOf: 1 };
    const receiver = readReceiver("x.yml", {
      on: {
        repository_dispatch: { types: [odd] },
        workflow_dispatch: { inputs: { a: { type: "choice", options: [odd] } } },
      },
      env: { A: odd },
      jobs: { a: { id: odd, steps: [{ job: odd, run: "echo ${{ inputs.a }}" }] } },
    });
    expect(receiver).toMatchObject({ dispatchTypes: [""], jobs: [{ steps: [{ script: "echo ${{ inputs.a }}" }] }] });
  });

  test.each([
    ["jobs: { a: { steps: [{ name: A, background: true }, { parallel: [{ name: B }, { run: c }] }] } }", "A,B,Run c"],
    ["jobs: { a: { steps: [&s { name: A }, *s] } }", "A,A"],
    ["jobs: { a: { steps: [{ run: |-\n\n  x\n  y\n }] } }".replace("|-\n\n  x\n  y\n", '"\\n  x\\n  y"'), "Run x\n  y"],
  ])("names the steps of %j", (text, names) => {
    expect(
      read(text)
        .jobs.flatMap(({ steps }) => steps.map(({ name }) => name))
        .join(),
    ).toBe(names);
  });

  test.each(["false", "${{ false }}", '" ${{false}} "'])("shows no steps of a job that never runs: %s", (condition) => {
    const { jobs } = read(
      `jobs: { a: { if: '${condition}', steps: [{ name: A }] }, b: { if: x, steps: [{ name: B }] } }`,
    );
    expect(jobs.map(({ steps }) => steps.length)).toEqual(condition.startsWith('"') ? [1, 1] : [0, 1]);
  });
});
