import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { examineReceiver, type ToReceiver } from "../../../src/workflow-file/examine.ts";
import { readReceiver } from "../../../src/workflow-file/receiver.ts";
import { growth } from "../../support/processor-time.ts";
import { SENT } from "../../support/receivers.ts";

describe("a receiver", () => {
  const JOBS = "\njobs: { a: { runs-on: x } }";
  const read = (text: string) =>
    readReceiver(".github/workflows/x.yml", parse(text.includes("jobs:") ? text : text + JOBS));

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
    ["in its `run-name`", `${listening}run-name: "\${{ github.event.client_payload.a-b }}"`, { key: "a-b" }],
    [
      "in its `run-name`",
      `on: { workflow_dispatch: { inputs: { distinct_id: } } }\nrun-name: "\${{ github.event.inputs.distinct_id }}"`,
      { event: "workflow_dispatch" },
    ],
  ])("shows the id %s", (place, text, about) => {
    const findings = examineReceiver(read(text), { ...SENT, ...about });
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
    [
      "another variable is shown",
      `${listening}env: { ID: "${id}" }\njobs: { a: { steps: [{ name: "\${{ env.ID2 }}" }] } }`,
      {},
    ],
    ["only a named step's script has it", `${listening}jobs: { a: { steps: [{ name: x, run: "echo ${id}" }] } }`, {}],
    ["the other event's is shown", `${listening}run-name: "\${{ inputs.distinct_id }}"`, {}],
    [
      "a condition of `case` is a text, of which GitHub makes no boolean",
      `${listening}run-name: "\${{ case(github.event.client_payload.distinct_id, github.event.client_payload.distinct_id, 'by hand') }}"`,
      {},
    ],
    [
      "`case` lacks what it gives otherwise",
      `${listening}run-name: "\${{ case(true, github.event.client_payload.distinct_id) }}"`,
      {},
    ],
    ["it is not declared", `on: workflow_dispatch\nrun-name: "\${{ inputs.other }}"`, { event: "workflow_dispatch" }],
  ])("does not show the id where %s", (_, text, about) => {
    const wrongs = examineReceiver(read(text), { ...SENT, ...about }).filter(({ is }) => is === "wrong");
    expect(wrongs).toHaveLength(1);
    expect(wrongs[0]?.lines).toContain("run-name: My workflow [${{");
  });

  test("shows it late where a step's name needs what is known only in the job", () => {
    for (const text of [
      'env: { ID: "ID" }, steps: [{ name: "${{ env.ID }}" }]',
      'steps: [{ name: "ID ${{ runner.os }}" }]',
    ]) {
      const findings = examineReceiver(read(`${listening}jobs: { a: { ${text.replace('"ID', `"${id}`)} } }`), SENT);
      expect(findings.map(({ is }) => is)).toEqual(["right", "right"]);
      expect(findings[1]?.text).toContain("shows the id in a step's name, but late: just before the step runs.");
    }
  });

  test.each([
    ["shows the id in a job's name.", `name: "${id}", if: vars.ON`],
    [
      "shows the id in a job's name only if that job runs",
      `name: "${id}", if: vars.ON, strategy: { matrix: { a: [b] } }`,
    ],
    [
      "shows the id in a step's name only if that job runs",
      `if: failure(), steps: [{ name: "${id} \${{ runner.os }}", run: x }]`,
    ],
  ])("%s: { %s }", (says, lines) => {
    expect(examineReceiver(read(`${listening}jobs: { a: { ${lines} } }`), SENT)[1]?.text).toContain(says);
  });

  test("may call a variable by any case on Windows, and there only", () => {
    const text = (runsOn: string) =>
      `${listening}jobs: { a: { runs-on: ${runsOn}, env: { ID: "${id}" }, steps: [{ name: "\${{ ENV.id }}" }] } }`;
    expect(examineReceiver(read(text("windows-latest")), SENT)[1]?.text).toContain("shows the id in a step's name");
    expect(examineReceiver(read(text("macos-latest")), SENT)[1]?.text).toContain("does not show the id");
  });

  test("is no workflow with a variable in a job's name, for which no lines help", () => {
    const text = `${listening}env: { ID: "${id}" }\njobs: { a: { name: "\${{ env.ID }}" } }`;
    expect(examineReceiver(read(text), SENT)).toEqual([
      {
        is: "wrong",
        text: ".github/workflows/x.yml is not a valid workflow: a job's name uses `env`, which is available only in steps.",
        cause: "listener unreadable",
      },
    ]);
  });

  test("need not show it where GitHub's answer names the run, nor declare it", () => {
    const findings = examineReceiver(read("on: workflow_dispatch"), {
      ...SENT,
      event: "workflow_dispatch",
      answerNamesRun: "yes",
    });
    expect(findings.map(({ is }) => is)).toEqual(["right", "right"]);
  });

  test("need not show it, and nothing is SENT, where nobody looks for the run", () => {
    for (const key of ["distinct_id", undefined]) {
      const findings = examineReceiver(read(listening), { ...SENT, key, needsSign: false });
      expect(findings.map(({ is }) => is)).toEqual(["right"]);
    }
  });

  test("is not to blame where only an older server needs the id, and the lines are told all the same", () => {
    const about = { ...SENT, event: "workflow_dispatch", answerNamesRun: "maybe" } as const;
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
    expect(examineReceiver(read(text), SENT).map(({ is }) => is)).toEqual(["right", "wrong"]);
  });

  test("declares no input by what every object has", () => {
    const about = { ...SENT, event: "workflow_dispatch", inputs: { constructor: "x" } } as const;
    const [first] = examineReceiver(read("on: workflow_dispatch"), about);
    expect(first?.text).toContain("does not declare the input `constructor`");
  });

  test("is looked through at a cost that grows as its length, whatever it says", async () => {
    const receivers = new Map(
      [20_000, 160_000].map((count) => {
        const many = "${{ env.A ".repeat(count);
        const jobs = [{ id: "a", name: many, steps: [{ name: many, run: many }] }];
        return [count, { ...readReceiver("x.yml", { on: "repository_dispatch", jobs }), runName: many }] as const;
      }),
    );
    const examine = (count: number) => examineReceiver(receivers.get(count) ?? read(""), SENT);
    expect(await growth(examine, 20_000)).toBeLessThanOrEqual(16);
  });

  test("is quoted on one line, and no longer than anybody reads", () => {
    const input = { isRequired: true, options: undefined };
    const names = Array.from({ length: 12 }, (_, at) => `a\n::error::\u2028${at}${"x".repeat(200)}`);
    const receiver = {
      ...read("on: workflow_dispatch"),
      dispatchTypes: names,
      inputs: Object.fromEntries(names.map((name) => [name, input])),
      jobs: readReceiver("x.yml", {
        jobs: Object.fromEntries(names.map((name) => [name, { steps: [{ run: "${{ inputs.a }}" }] }])),
      }).jobs,
    };
    const texts = [
      ...examineReceiver(receiver, SENT),
      ...examineReceiver(receiver, { ...SENT, event: "workflow_dispatch" }),
      ...examineReceiver(
        { ...receiver, inputs: { stage: { ...input, isRequired: false, options: names } } },
        { ...SENT, event: "workflow_dispatch", inputs: { stage: "x" } },
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
    expect(examineReceiver(calling, SENT).map(({ is }) => is)).toEqual(["right", "unknown"]);
  });

  test.each([
    ['run: "echo ${{ github.event.client_payload.text }}"', true],
    ['run: "echo ${{ inputs.text }}"', true],
    ['run: "echo ${{ github.sha }}"', false],
    ['{ run: echo "$TEXT", env: { TEXT: "${{ inputs.text }}" } }', false],
  ])("is told when it puts what is sent into a script: %s", (step, isTold) => {
    const findings = examineReceiver(read(`${listening}jobs: { a: { steps: [${step}] } }`), SENT);
    expect(findings.some(({ text }) => text.includes("puts sent values into a script (job a)"))).toBe(isTold);
  });

  test("allows no empty value for a choice or a boolean, and says so", () => {
    const inputs = "stage: { type: choice, options: [test, live] }, dry: { type: boolean }, note: { type: string }";
    const findings = examineReceiver(read(`on: { workflow_dispatch: { inputs: { ${inputs} } } }`), {
      ...SENT,
      event: "workflow_dispatch",
      inputs: { stage: "", dry: "", note: "" },
      needsSign: false,
    });
    expect(findings).toEqual([
      {
        is: "wrong",
        text: ".github/workflows/x.yml does not allow the value given for `stage` (it is empty; one of test, live), `dry` (it is empty; one of true, false).",
      },
    ]);
  });
});
