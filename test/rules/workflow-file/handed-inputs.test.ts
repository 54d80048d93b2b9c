import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { examineReceiver } from "../../../src/workflow-file/examine.ts";
import { type Receiver, readReceiver } from "../../../src/workflow-file/receiver.ts";
import { SENT } from "../../support/receivers.ts";

const ID = "${{ github.event.client_payload.distinct_id }}";

/** A receiver whose job hands `handed` to a workflow with these inputs, whose step has this name. */
function receiver(handed: string, inputs: string, name: string, caller = ""): Receiver {
  const [first, called] = [
    `on: repository_dispatch\njobs: { call: { uses: ./.github/workflows/b.yml, with: { ${handed} } ${caller} } }`,
    `on: { workflow_call: { inputs: { ${inputs} } } }\njobs: { a: { runs-on: x, steps: [{ name: "${name}", run: x }] } }`,
  ].map((text) => readReceiver("x.yml", parse(text)));
  if (!first || !called) throw new Error("two files");
  return { ...first, jobs: first.jobs.map((job) => ({ ...job, called })) };
}

function told(...given: Parameters<typeof receiver>): string {
  const [, sign] = examineReceiver(receiver(...given), SENT);
  return `${sign?.is}: ${sign?.text.replace("x.yml ", "")}`;
}

const SHOWN = "right: shows the id in a step's name.";
const ABSENT = "wrong: does not show the id, so its run would not be found.";
const MAYBE = "unknown: may show the id in a step's name: the expression's value is not known before the run.";
const IF_IT_RUNS = "unknown: shows the id in a step's name only if that job runs, which is not known before the run.";

describe("a called workflow's step", () => {
  test.each([
    ["what is handed", SHOWN, `id: "${ID}"`, "id: { type: string }", "for ${{ inputs.id }}"],
    ["it in other letters' case", SHOWN, `Id: "${ID}"`, "id: { type: string }", "for ${{ INPUTS.ID }}"],
    ["it in a text", SHOWN, `id: "for ${ID}"`, "id: { type: string }", "${{ inputs.id }}"],
    ["the event itself", SHOWN, "a: b", "a: { type: string }", `for ${ID}`],
    ["another input", ABSENT, `id: "${ID}", b: c`, "id: { type: string }, b: { type: string }", "for ${{ inputs.b }}"],
    ["one that it does not declare", ABSENT, `id: "${ID}"`, "b: { type: string }", "for ${{ inputs.id }}"],
    ["a property of a text", ABSENT, `id: "${ID}"`, "id: { type: string }", "for ${{ inputs.id.b }}"],
    ["all of them", MAYBE, `id: "${ID}"`, "id: { type: string }", "${{ join(inputs.*) }}"],
    ["what may be handed", MAYBE, 'id: "${{ needs.b.outputs.id }}"', "id: { type: string }", "for ${{ inputs.id }}"],
    ["it if a boolean is set", SHOWN, "b: true", "b: { type: boolean }", `\${{ inputs.b && ${ID.slice(4, -3)} }}`],
    [
      "it if a boolean is not set",
      ABSENT,
      "b: false",
      "b: { type: boolean }",
      `\${{ inputs.b && ${ID.slice(4, -3)} }}`,
    ],
    ["it if a boolean has no default", ABSENT, "", "b: { type: boolean }", `\${{ inputs.b && ${ID.slice(4, -3)} }}`],
    [
      "it by a boolean's default",
      SHOWN,
      "",
      "b: { type: boolean, default: true }",
      `\${{ inputs.b == true && ${ID.slice(4, -3)} }}`,
    ],
    ["it by a number", SHOWN, "n: 10", "n: { type: number }", `\${{ inputs.n > 9 && ${ID.slice(4, -3)} }}`],
    [
      "it by a number's default",
      ABSENT,
      "",
      "n: { type: number, default: 9 }",
      `\${{ inputs.n > 9 && ${ID.slice(4, -3)} }}`,
    ],
  ])("that shows %s: %s", (_, says, handed, inputs, name) => {
    expect(told(handed, inputs, name)).toBe(says);
  });

  test.each([
    ["by a variable", IF_IT_RUNS, ", if: vars.ON"],
    ["for another event", ABSENT, ", if: github.event_name == 'push'"],
    ["for this event", SHOWN, ", if: github.event_name == 'repository_dispatch'"],
  ])("whose caller runs %s: %s", (_, says, caller) => {
    expect(told(`id: "${ID}"`, "id: { type: string }", "for ${{ inputs.id }}", caller)).toBe(says);
  });
});
