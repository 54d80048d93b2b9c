import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { linesToAdd } from "../../../src/workflow-file/lines-to-add.ts";

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
