import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { examineReceiver, type ToReceiver } from "../../../src/receiver/examine.ts";
import { linesToAdd } from "../../../src/receiver/lines-to-add.ts";
import { readReceiver } from "../../../src/receiver/receiver.ts";

describe("the lines that a receiving workflow needs", () => {
  test("show the id of a repository_dispatch in the run's name", () => {
    expect(linesToAdd({ event: "repository_dispatch", eventType: "deploy", key: "distinct_id" })).toBe(
      `run-name: My workflow [\${{ github.event.client_payload.distinct_id }}]
on:
  repository_dispatch:
    types: [deploy]`,
    );
  });

  test("declare the input of a workflow_dispatch, and show it in the run's name", () => {
    expect(linesToAdd({ event: "workflow_dispatch", key: "trace-id" })).toBe(
      `run-name: My workflow [\${{ inputs.trace-id }}]
on:
  workflow_dispatch:
    inputs:
      trace-id:
        description: Set by the caller, who finds this run by it
        required: false`,
    );
  });

  test.each([
    "deploy",
    "deploy-live_2",
    "deploy.live",
    "deploy live",
    "a, b",
    "a: b",
    "true",
    "null",
    "123",
    "on",
    "it's",
    'say "go"',
    "[x]",
    "#1",
    "*",
    "é",
  ])("are YAML that listens for exactly %j", (eventType) => {
    const lines = parse(linesToAdd({ event: "repository_dispatch", eventType, key: "distinct_id" }));
    expect(lines).toEqual({
      "run-name": `My workflow [\${{ github.event.client_payload.distinct_id }}]`,
      on: { repository_dispatch: { types: [eventType] } },
    });
  });

  test.each([
    ...["true", "True", "false", "null", "NULL", "yes", "no", "on", "off", "y", "N"],
    ...["123", "1e3", "0x1F", "1-ci", "~", "-", "_a", "a.b", "a b", "é"],
  ])("quote %j, which some YAML reads as something else", (eventType) => {
    const lines = linesToAdd({ event: "repository_dispatch", eventType, key: "distinct_id" });
    expect(lines.split("\n").at(-1)).toBe(`    types: ["${eventType}"]`);
  });

  test.each(["deploy", "a-b", "a_b", "Deploy2", "d", "online", "nullable", "true-blue"])(
    "leave %j as it is",
    (eventType) => {
      const lines = linesToAdd({ event: "repository_dispatch", eventType, key: "distinct_id" });
      expect(lines.split("\n").at(-1)).toBe(`    types: [${eventType}]`);
    },
  );

  test("are YAML that declares exactly the input", () => {
    expect(parse(linesToAdd({ event: "workflow_dispatch", key: "distinct_id" }))).toMatchObject({
      on: { workflow_dispatch: { inputs: { distinct_id: { required: false } } } },
    });
  });
});

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
        stage: { isRequired: true, options: ["test", "live"] },
        size: { isRequired: false, options: undefined },
      },
      jobNames: ["Build it"],
      stepNames: ["Make"],
      env: [
        ["ID", `\${{ inputs.distinct_id }}`],
        ["A", "b"],
      ],
      scripts: [["build", "make"]],
      callsOthers: true,
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

  const sent: ToReceiver = {
    event: "repository_dispatch",
    eventType: "deploy",
    key: "distinct_id",
    inputs: {},
    needsSign: true,
    answerNamesRun: "no",
  };
  const listening = "on: repository_dispatch\n";
  const id = "${{ github.event.client_payload.distinct_id }}";

  test.each<[string, string, Partial<ToReceiver>]>([
    ["in its `run-name`", `${listening}run-name: "${id}"`, {}],
    [
      "in its `run-name`",
      `${listening}run-name: "a \${{ format('{0}', github.event.client_payload['distinct_id']) }}"`,
      {},
    ],
    ["in a job's name", `${listening}jobs: { a: { name: "${id}" } }`, {}],
    ["in a step's name", `${listening}jobs: { a: { steps: [{ name: "x ${id} y", run: x }] } }`, {}],
    ["in a step's name", `${listening}jobs: { a: { env: { ID: "${id}" }, steps: [{ name: "\${{ env.ID }}" }] } }`, {}],
    ["in its `run-name`", `${listening}run-name: "\${{ github.event.client_payload.a-b }}"`, { key: "a-b" }],
    [
      "in its `run-name`",
      `on: { workflow_dispatch: { inputs: { distinct_id: } } }\nrun-name: "\${{ github.event.inputs.distinct_id }}"`,
      { event: "workflow_dispatch" },
    ],
  ])("shows the id %s", (place, text, about) => {
    const findings = examineReceiver(read(text), { ...sent, ...about });
    expect(findings.map(({ is }) => is)).toEqual(["right", "right"]);
    expect(findings[1]?.text).toContain(`shows the id in ${place.replace("in ", "")}.`);
  });

  test.each<[string, string, Partial<ToReceiver>]>([
    ["nothing shows it", listening, {}],
    ["a longer key is shown", `${listening}run-name: "\${{ github.event.client_payload.distinct_id_2 }}"`, {}],
    ["it is no expression", `${listening}run-name: client_payload.distinct_id`, {}],
    [
      "its `run-name` has a variable, of which GitHub knows none there",
      `${listening}env: { ID: "${id}" }\nrun-name: "\${{ env.ID }}"`,
      {},
    ],
    ["a job's name has one", `${listening}env: { ID: "${id}" }\njobs: { a: { name: "\${{ env.ID }}" } }`, {}],
    [
      "another variable is shown",
      `${listening}env: { ID: "${id}" }\njobs: { a: { steps: [{ name: "\${{ env.ID2 }}" }] } }`,
      {},
    ],
    ["only a script has it", `${listening}jobs: { a: { steps: [{ run: "echo ${id}" }] } }`, {}],
    ["the other event's is shown", `${listening}run-name: "\${{ inputs.distinct_id }}"`, {}],
    [
      "it is not declared",
      `on: workflow_dispatch\nrun-name: "\${{ inputs.distinct_id }}"`,
      { event: "workflow_dispatch" },
    ],
  ])("does not show the id where %s", (_, text, about) => {
    const wrongs = examineReceiver(read(text), { ...sent, ...about }).filter(({ is }) => is === "wrong");
    expect(wrongs).toHaveLength(1);
    expect(wrongs[0]?.lines).toContain("run-name: My workflow [${{");
  });

  test("need not show it where GitHub's answer names the run, nor declare it", () => {
    const findings = examineReceiver(read("on: workflow_dispatch"), {
      ...sent,
      event: "workflow_dispatch",
      answerNamesRun: "yes",
    });
    expect(findings.map(({ is }) => is)).toEqual(["right", "right"]);
  });

  test("need not show it, and nothing is sent, where nobody looks for the run", () => {
    for (const key of ["distinct_id", undefined]) {
      const findings = examineReceiver(read(listening), { ...sent, key, needsSign: false });
      expect(findings.map(({ is }) => is)).toEqual(["right"]);
    }
  });

  test("is not to blame where only an older server needs the id, and the lines are told all the same", () => {
    const about = { ...sent, event: "workflow_dispatch", answerNamesRun: "maybe" } as const;
    for (const text of ["on: workflow_dispatch", "on: { workflow_dispatch: { inputs: { distinct_id: } } }"]) {
      const findings = examineReceiver(read(text), about);
      expect(findings.map(({ is }) => is)).toEqual(["right", "unknown"]);
      expect(findings[1]?.text).toContain("On an Enterprise Server before 3.21");
      expect(findings[1]?.lines).toContain("run-name: My workflow [${{");
    }
    const [, ours] = examineReceiver(read("on: workflow_dispatch"), { ...about, key: undefined });
    expect(ours).toMatchObject({ is: "unknown", text: expect.stringContaining("No id is sent") });
  });

  test("may have any name for a variable", () => {
    const text = `${listening}env: { "A(B": "${id}" }\njobs: { a: { steps: [{ name: x }] } }`;
    expect(examineReceiver(read(text), sent).map(({ is }) => is)).toEqual(["right", "wrong"]);
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
    expect(receiver).toMatchObject({ dispatchTypes: [""], scripts: [["a", "echo ${{ inputs.a }}"]] });
  });

  test("declares no input by what every object has", () => {
    const about = { ...sent, event: "workflow_dispatch", inputs: { constructor: "x" } } as const;
    const [first] = examineReceiver(read("on: workflow_dispatch"), about);
    expect(first?.text).toContain("does not declare the input `constructor`");
  });

  test("is looked through in no time, whatever it says", () => {
    const many = "${{ env.A ".repeat(100_000);
    const receiver = { ...read(listening), runName: many, jobNames: [many], stepNames: [many] };
    const started = performance.now();
    examineReceiver({ ...receiver, scripts: [["a", many]] }, sent);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("is quoted on one line, and no longer than anybody reads", () => {
    const names = Array.from({ length: 12 }, (_, at) => `a\n::error::\u2028${at}${"x".repeat(200)}`);
    const receiver = {
      ...read("on: workflow_dispatch"),
      dispatchTypes: names,
      inputs: Object.fromEntries(names.map((name) => [name, { isRequired: true, options: undefined }])),
      scripts: names.map((name) => [name, "${{ inputs.a }}"] as const),
    };
    const texts = [
      ...examineReceiver(receiver, sent),
      ...examineReceiver(receiver, { ...sent, event: "workflow_dispatch" }),
      ...examineReceiver(
        { ...receiver, inputs: { stage: { isRequired: false, options: names } } },
        { ...sent, event: "workflow_dispatch", inputs: { stage: "x" } },
      ),
    ].map(({ text }) => text);
    expect(texts.filter((text) => text.includes(" and 2 more"))).toHaveLength(6);
    for (const text of texts) {
      expect(text).not.toMatch(/[\n\u2028]|x{101}/);
      expect(text.length).toBeLessThan(1500);
    }
  });

  test("may show it in a workflow that it calls", () => {
    const calling = read(`${listening}jobs: { a: { uses: ./x.yml } }`);
    expect(examineReceiver(calling, sent).map(({ is }) => is)).toEqual(["right", "unknown"]);
  });

  test.each([
    ['run: "echo ${{ github.event.client_payload.text }}"', true],
    ['run: "echo ${{ inputs.text }}"', true],
    ['run: "echo ${{ github.sha }}"', false],
    ['{ run: echo "$TEXT", env: { TEXT: "${{ inputs.text }}" } }', false],
  ])("is told when it puts what is sent into a script: %s", (step, isTold) => {
    const findings = examineReceiver(read(`${listening}jobs: { a: { steps: [${step}] } }`), sent);
    expect(findings.some(({ text }) => text.includes("puts what is sent into a script (job a)"))).toBe(isTold);
  });
});
