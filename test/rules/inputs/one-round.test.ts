/** Everything that is wrong is told at once, also what stands under another action's name. */

import { describe, expect, test } from "vitest";
import { readInputs } from "../../../src/inputs/inputs.ts";
import * as mappings from "../../../src/inputs/mapping.ts";
import { asMeant } from "../../../src/inputs/names.ts";
import { problemsIn } from "../../support/problems.ts";

const CALLER = { repository: "octo/the-app", apiUrl: "https://api.github.com", runId: "1658821493", runAttempt: "1" };
const DEFAULTS = {
  token: "t",
  repo: CALLER.repository,
  client_payload: "{}",
  workflow_inputs: "{}",
  distinct_id_key: "distinct_id",
};

function read(given: Record<string, string>) {
  const texts: Record<string, string> = { ...DEFAULTS, ...given };
  return readInputs((name) => texts[name] ?? "", CALLER, "9f3c2a7e41d06b58", mappings, Object.keys(texts));
}

const problemsOf = (given: Record<string, string>) => problemsIn(() => read(given));

describe("the names of another action", () => {
  test("are told together with what is wrong with their values", () => {
    expect(
      problemsOf({ "workflow-file": "deploy.yml", inputs: '{"a": [1], "b": {}}', branch: "9".repeat(40) }),
    ).toEqual([
      "`workflow-file` is not an input of this action: here it is called `workflow`.",
      "`inputs` is not an input of this action: here it is called `workflow_inputs`.",
      "`branch` is not an input of this action: here it is called `ref`.",
      "`workflow_inputs`: 'a' is a list or an object; an input takes a single value (pass it as a JSON string).",
      "`workflow_inputs`: 'b' is a list or an object; an input takes a single value (pass it as a JSON string).",
      expect.stringContaining("`ref` is a commit"),
    ]);
  });

  test("are told together with a payload's problems", () => {
    expect(problemsOf({ "event-type": "deploy", payload: '{"a": 1.10}', timeout: "5 min" })).toEqual([
      expect.stringContaining("`event-type` is not an input"),
      expect.stringContaining("`payload` is not an input"),
      expect.stringContaining("`timeout` is not an input"),
      expect.stringContaining("`client_payload`: it has a number that would not arrive as it is written"),
    ]);
  });

  test("do not make what they name seem missing", () => {
    expect(problemsOf({ workflow_id: "deploy.yml" })).toEqual([
      "`workflow_id` is not an input of this action: here it is called `workflow`.",
    ]);
  });

  test("count for nothing where ours is given as well", () => {
    expect(problemsOf({ workflow: "deploy.yml", workflow_inputs: "a: 1", inputs: "{" })).toEqual([
      "`inputs` is not an input of this action: here it is called `workflow_inputs`.",
    ]);
  });

  test("are read as a value with more than one meaning by nobody", () => {
    expect(asMeant((name) => ({ timeout: "5" })[name] ?? "", ["timeout"])("timeout_seconds")).toBe("");
  });
});

test.each(['["build", ""]', '["", "build"]', '["build", "  "]'])("an empty name in `jobs` is a problem: %s", (jobs) => {
  expect(problemsOf({ workflow: "deploy.yml", wait_for: "completed", jobs })).toEqual([
    "`jobs` has an empty name in its list: no job is called so. See why the expression behind it is empty, or leave it out.",
  ]);
});

test("an empty line in `jobs` is none", () => {
  expect(read({ workflow: "deploy.yml", wait_for: "completed", jobs: "build\n\ntest\n" }).decidingJobs).toEqual([
    "build",
    "test",
  ]);
});

describe("a `run_id` that is the URL of an attempt", () => {
  const page = "https://github.com/octo/target/actions/runs/7";

  test("is told to follow the newest one", () => {
    expect(read({ run_id: `${page}/attempts/2` }).warnings).toEqual([
      "`run_id` names attempt 2 of its run, which is not followed as such: the run's newest attempt counts.",
    ]);
  });

  test.each([page, `${page}/job/8`, "7"])("is not told so where it is none: %s", (run_id) => {
    expect(read({ run_id }).warnings).toEqual([]);
  });
});

describe("the character at which JSON cannot be read further is shown:", () => {
  test.each([
    ['{"a": 1 "b": 2}', '(line 1, column 9), at `"`'],
    ['{"a": 1,}}', "(line 1, column 10), at `}`"],
    ['{"a": [1, 2}', "(line 1, column 12), at `}`"],
    ['{"a": 1', "(line 1, column 8), at its end"],
    ['{"a": "x}', "(line 1, column 10), at its end"],
    ['{"a": 1}{"b": 2}', "(line 1, column 9), at `{`"],
    ['{"a": 1,\n "b": 2,,\n "c": 3}', "(line 2, column 9), at `,`"],
    ['{"a": 1}\u00a0"b"', "(line 1, column 9), at U+00A0"],
    ['{"a": @x}', "(line 1, column 7), at `@`"],
    ['{"a": `x`}', "(line 1, column 7), at U+0060"],
  ])("%j: %s", (text, place) => {
    const [problem] = problemsOf({ event_type: "deploy", client_payload: text });
    expect(problem).toContain(` ${place}.`);
  });

  test("but no letter and no digit, which may be of a secret", () => {
    const [problem] = problemsOf({ event_type: "deploy", client_payload: '{"a": "x" s3cret' });
    expect(problem).toMatch(/^`client_payload`: neither JSON nor YAML; [^(]* \(line 1, column \d+\)\.$/);
  });
});
