/** As many inputs as GitHub takes: the id would be one too many. */

import { describe, expect, test } from "vitest";
import { setStage, TARGET } from "../support/stage.ts";

const names = (count: number) => Array.from({ length: count }, (_, at) => `input${at}`);
const given = (count: number) => ({
  workflow: "deploy.yml",
  ref: "main",
  workflow_inputs: JSON.stringify(Object.fromEntries(names(count).map((name) => [name, "s3cret"]))),
});

/** The description of old servers has ten inputs at most. */
const OF_OLD = expect.stringContaining("body.inputs: must NOT have more than 10 properties");

/** It declares so many inputs, none for the id. */
function receiver(count: number, runName = ""): string {
  const inputs = names(count).map((name) => `      ${name}:\n        required: false\n`);
  return `name: Deploy\n${runName}on:\n  workflow_dispatch:\n    inputs:\n${inputs.join("")}jobs:\n  deploy:\n    runs-on: x\n    steps:\n      - run: x\n`;
}

describe("a step with 25 inputs", () => {
  test("sends no id where GitHub's answer names the run", async () => {
    const { github, play } = await setStage({ "deploy.yml": receiver(25) });
    const { failure, outputs, log } = await play(given(25));
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ runId: String(github.runs(TARGET)[0]?.id), distinct_id: "" });
    expect(github.transcript().filter((line) => line.startsWith("POST"))).toHaveLength(1);
    expect(log.join("\n")).toContain(
      "`workflow_inputs` has 25 inputs, as many as GitHub takes, so the id is not sent: GitHub will name the run.",
    );
  });

  test("starts nothing where the answer names no run, and says what to do", async () => {
    const { github, play } = await setStage(
      { "deploy.yml": receiver(25) },
      { runDetails: "rejected", server: "api.github.com" },
    );
    const { failure } = await play(given(25));
    expect(github.takeViolations()).toEqual([OF_OLD]);
    expect(github.runs(TARGET)).toEqual([]);
    expect(failure).toBe(
      "This server does not return the run's id, and `workflow_inputs` has 25 inputs, as many as GitHub takes, so that no id can be sent: the run could never be found, so nothing was sent.\n" +
        'Combine some of them into one JSON value, or send no id (`distinct_id_key: ""`) with `wait_for: nothing`.',
    );
  });

  test("sends no id where nobody looks for the run", async () => {
    const { github, play } = await setStage(
      { "deploy.yml": receiver(25) },
      { runDetails: "rejected", server: "api.github.com" },
    );
    const { failure } = await play({ ...given(25), wait_for: "nothing" });
    expect(github.takeViolations()).toEqual([OF_OLD, OF_OLD]);
    expect(failure).toBeUndefined();
    expect(github.runs(TARGET)).toHaveLength(1);
  });

  test("is told so by the dry run", async () => {
    const { play } = await setStage({ "deploy.yml": receiver(25) });
    const { failure, log } = await play({ ...given(25), dry_run: "true" });
    expect(failure).toBeUndefined();
    expect(log).toContain(
      "? No id is sent (`workflow_inputs` has 25 inputs, as many as GitHub takes). On an Enterprise Server before 3.21, the run would not be found.",
    );
  });
});

describe("a receiver that declares 25 inputs, none for the id", () => {
  const FULL = "declares 25 inputs, as many as GitHub takes, and `distinct_id` is not among them";
  const ADVICE = 'Take one out for it, or send no id (`distinct_id_key: ""`)';

  test("is not told by the dry run to add one", async () => {
    const { play } = await setStage({ "deploy.yml": receiver(25) });
    const { failure, log } = await play({ ...given(3), dry_run: "true" });
    expect(failure).toBeUndefined();
    expect(log.join("\n")).toContain(
      `? .github/workflows/deploy.yml ${FULL}. On an Enterprise Server before 3.21, the run would not be found. ${ADVICE}.`,
    );
    expect(log.join("\n")).not.toContain("Lines to add");
  });

  test("is not told by the 422 to add one", async () => {
    const { play } = await setStage(
      { "deploy.yml": receiver(25) },
      { runDetails: "rejected", server: "api.github.com" },
    );
    const { failure } = await play(given(3));
    expect(failure).toContain(`\`deploy.yml\` of octo/target ${FULL}, so GitHub started nothing (422).`);
    expect(failure).toContain(`${ADVICE} with \`wait_for: nothing\`.`);
    expect(failure).not.toContain("Add these lines");
  });
});

describe("a receiver that declares 26 inputs", () => {
  test("is not a valid workflow, and told so", async () => {
    const { play } = await setStage({ "deploy.yml": receiver(26) }, { repository: { unreadable: ["deploy.yml"] } });
    const why = "not a valid workflow: it declares 26 inputs for `workflow_dispatch`, and GitHub takes at most 25";
    expect((await play({ ...given(3), dry_run: "true" })).failure).toContain(`deploy.yml is ${why}.`);
    expect((await play(given(3))).failure).toContain(why);
  });
});
