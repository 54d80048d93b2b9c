/** A file that has a `run-name` already has to change it; a second one would be a key that is there twice. */

import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatFinding } from "../../../src/state/finding.ts";
import { examineReceiver, type ToReceiver } from "../../../src/workflow-file/examine.ts";
import { readReceiver } from "../../../src/workflow-file/receiver.ts";
import { rejected, say } from "../../support/explained.ts";
import { SENT } from "../../support/receivers.ts";

const BY_HAND = { event: "workflow_dispatch", eventType: "" } as const;
const ID = "${{ github.event.client_payload.distinct_id }}";
const CASES: [string, string, Partial<ToReceiver>][] = [
  ["does not show the id", "on: repository_dispatch", {}],
  [
    "shows it nowhere on an older server",
    "on: { workflow_dispatch: { inputs: { distinct_id: } } }",
    { ...BY_HAND, answerNamesRun: "maybe" },
  ],
  [
    "may show it in a step",
    `on: repository_dispatch\njobs: { a: { runs-on: x, steps: [{ name: "\${{ steps.a.outputs.b }}" }] } }`,
    {},
  ],
  ["may not show it to be reused", "on: repository_dispatch", { needsSign: false, needsName: true }],
];
const WITH_TRIGGER: typeof CASES = [
  ["listens for another type", "on: { repository_dispatch: { types: [release] } }", { needsSign: false }],
  ["has no workflow_dispatch", "on: push", { ...BY_HAND, needsSign: false }],
  ["does not declare the input", "on: { workflow_dispatch: }", BY_HAND],
];

function told(runName: string, text: string, about: Partial<ToReceiver>): string {
  const jobs = text.includes("jobs:") ? "" : "\njobs: { a: { runs-on: x } }";
  const receiver = readReceiver("x.yml", parse(`${runName && `run-name: "${runName}"\n`}${text}${jobs}`));
  return examineReceiver(receiver, { ...SENT, ...about })
    .map(formatFinding)
    .join("\n");
}

describe("a workflow file", () => {
  test.each(CASES)("with a run-name is told to change it where it %s", (_, text, about) => {
    expect(told("Deploy by @${{ github.actor }}", text, about)).toMatch(
      /It has a `run-name`: change it to:\n {4}run-name: My workflow \[\$\{\{ \S+ \}\}\]$/,
    );
  });

  test.each(WITH_TRIGGER)("with a run-name is told to change it, and what to add, where it %s", (_, text, about) => {
    expect(told("Deploy by @${{ github.actor }}", text, about)).toMatch(
      /It has a `run-name`: change it to the first line, and add the others:\n {4}run-name: My workflow \[.*\n {4}on:\n/,
    );
  });

  test.each([...CASES, ...WITH_TRIGGER])("without a run-name is told to add one where it %s", (_, text, about) => {
    expect(told("", text, about)).toMatch(/[^:] Lines to add:\n {4}run-name: My workflow/);
  });

  test.each(WITH_TRIGGER)("whose run-name shows the id is told the other lines alone where it %s", (_, text, about) => {
    const shown = told(`\${{ inputs.distinct_id }}${ID}`, text, about);
    expect(shown).toMatch(/ Lines to add:\n {4}on:\n/);
    expect(shown).not.toContain("run-name:");
  });

  test("whose run-name GitHub cannot read is told to change it", () => {
    expect(told("${{ env.ID }}", "on: repository_dispatch", {})).toContain(
      "which is available only in steps. It has a `run-name`: change it to:\n    run-name:",
    );
  });
});

describe("a 422", () => {
  const NOT_DECLARED = 'Unexpected inputs provided: ["distinct_id"]';
  const BOTH = 'Unexpected inputs provided: ["stage", "distinct_id"]';
  const NO_TRIGGER = "Workflow does not have 'workflow_dispatch' trigger";

  test.each([NOT_DECLARED, BOTH, NO_TRIGGER])("says to change the run-name that the file has: %s", (answer) => {
    expect(say(rejected(422, answer), { runName: "without id" })).toMatch(
      /It has a `run-name`: change it to the first line, and add the others.*:\nrun-name: /,
    );
    expect(say(rejected(422, answer))).not.toContain("change it");
    expect(say(rejected(422, answer), { runName: "with id" })).toMatch(/:\non:\n {2}workflow_dispatch:/);
  });
});
