import { describe, expect, test } from "vitest";
import { isAboutWorkflowFile } from "../../../src/errors/unprocessable.ts";
import { unexpectedInputs } from "../../../src/github/request-error.ts";
import { anEvent, eventDispatch, rejected, say } from "../../support/explained.ts";

describe("a 422 is explained", () => {
  test("by too many inputs, ours among them", () => {
    const answer = "Invalid request.\n\nNo more than 10 properties are allowed; 11 were supplied.";
    expect(say(rejected(422, answer))).toBe(
      "This server takes at most 10 inputs, `distinct_id` among them, so GitHub started nothing (422).\n" +
        "Send fewer `workflow_inputs`: combine some of them into one JSON value.",
    );
    expect(say(rejected(422, answer), { key: undefined })).toMatch(/^This server takes at most 10 inputs, so/);
  });

  test("by the input for the id, which is not declared", () => {
    expect(say(rejected(422, 'Unexpected inputs provided: ["distinct_id"]'))).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target does not declare the input \`distinct_id\`, which identifies its run, so GitHub started nothing (422).
      Add these lines to the receiving workflow:
      run-name: My workflow [\${{ inputs.distinct_id }}]
      on:
        workflow_dispatch:
          inputs:
            distinct_id:
              description: Set by the caller, who finds this run by it
              required: false"
    `);
  });

  test("by other inputs that are not declared", () => {
    expect(say(rejected(422, 'Unexpected inputs provided: ["stage", "dry"]'))).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target does not declare the inputs \`stage\`, \`dry\`, so GitHub started nothing (422).
      Correct \`workflow_inputs\`, or declare them under \`on.workflow_dispatch.inputs\` on the default branch and on the ref."
    `);
  });

  test("by both", () => {
    expect(say(rejected(422, 'Unexpected inputs provided: ["stage", "distinct_id"]'))).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target does not declare the inputs \`stage\`, \`distinct_id\`, so GitHub started nothing (422).
      Correct \`workflow_inputs\`, or declare them under \`on.workflow_dispatch.inputs\` on the default branch and on the ref; \`distinct_id\`, which identifies the run, with these lines:
      run-name: My workflow [\${{ inputs.distinct_id }}]
      on:
        workflow_dispatch:
          inputs:
            distinct_id:
              description: Set by the caller, who finds this run by it
              required: false"
    `);
  });

  test("by an input that is required", () => {
    expect(say(rejected(422, "Required input 'version' not provided"))).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target requires the input \`version\`, which was not given, so GitHub started nothing (422).
      Add \`version\` to \`workflow_inputs\`."
    `);
  });

  test("by an empty value that is not allowed", () => {
    const answer = "Provided value '' for input 'stage' not in the list of allowed values";
    expect(say(rejected(422, answer))).toBe(
      "`deploy.yml` of octo/target does not allow an empty value for its input `stage` (422), but the value is empty; nothing was started.\n" +
        "Leave `stage` out of `workflow_inputs`, so that its default applies, or check why its expression is empty.",
    );
  });

  test("by Actions, which are disabled", () => {
    expect(say(rejected(422, "Actions has been disabled for this repository."))).toBe(
      "Actions are disabled in octo/target (422); nothing was started.\n" +
        "Enable them in the target's settings (Actions → General), if its organisation allows it.",
    );
  });

  test("by a value that is not allowed, which it does not say", () => {
    const answer = "Provided value 's3cret' for input 'stage' not in the list of allowed values";
    expect(say(rejected(422, answer))).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target does not allow the value given for its input \`stage\` (422); nothing was started.
      Give \`stage\` in \`workflow_inputs\` one of the \`options\` that the workflow lists."
    `);
  });

  test("by a ref that is not there", () => {
    expect(say(rejected(422, "No ref found for: release/1"))).toMatchInlineSnapshot(`
      "octo/target has no branch or tag \`release/1\` (422); nothing was started.
      Correct the input \`ref\`: a branch or a tag of the target, not a commit."
    `);
  });

  test("by a trigger that is not there", () => {
    expect(say(rejected(422, "Workflow does not have 'workflow_dispatch' trigger"))).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target has no \`workflow_dispatch\` trigger on the ref \`release/1\` (422); nothing was started.
      Add it on that ref, and on the default branch:
      run-name: My workflow [\${{ inputs.distinct_id }}]
      on:
        workflow_dispatch:
          inputs:
            distinct_id:
              description: Set by the caller, who finds this run by it
              required: false"
    `);
  });

  test("by a trigger that GitHub does not see, because it cannot read the file", () => {
    const mistake = "is not valid YAML (line 2): a text with `: ` in it needs quotes";
    const fault = rejected(422, "Workflow does not have 'workflow_dispatch' trigger");
    expect(isAboutWorkflowFile(fault)).toBe(true);
    expect(say(fault, { mistake })).toMatchInlineSnapshot(`
      "GitHub sees no \`workflow_dispatch\` trigger in \`deploy.yml\` of octo/target on the ref \`release/1\` (422), because the file is not valid YAML (line 2): a text with \`: \` in it needs quotes; nothing was started.
      Fix the file: until then, GitHub does not start it, whatever its \`on:\` says."
    `);
  });

  test("by a workflow that is disabled", () => {
    expect(say(rejected(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow"))).toMatchInlineSnapshot(`
      "\`deploy.yml\` of octo/target is disabled (422); nothing was started.
      Enable it on the target's Actions page, or with \`gh workflow enable\`."
    `);
  });

  test("by GitHub's own words where they are new, without the values that were sent", () => {
    const answer = "Invalid request. s3cret is not 5 or 'a.b', axb, 55.";
    expect(say(rejected(422, answer))).toMatchInlineSnapshot(`
      "GitHub rejected the dispatch of \`deploy.yml\` of octo/target (422 Invalid request. *** is not *** or '***', axb, 55.); nothing was started.
      Check \`workflow\`, \`ref\` and the values sent against GitHub's message."
    `);
  });

  test("by GitHub's own words for an event", () => {
    const answer = 'Invalid request. "s3cret" is not an object.';
    expect(say(rejected(422, answer, eventDispatch), anEvent)).toMatchInlineSnapshot(`
      "GitHub rejected the dispatch of the event \`deploy\` (422 Invalid request. "***" is not an object.); nothing was started.
      Check \`event_type\` and \`client_payload\` against GitHub's message."
    `);
  });
});

test.each([
  [422, 'Unexpected inputs provided: ["distinct_id"]', ["distinct_id"]],
  [422, 'Unexpected inputs provided: ["a", "b"] - https://docs.github.com', ["a", "b"]],
  [422, "Required input 'a' not provided", []],
  [422, "", []],
  [400, 'Unexpected inputs provided: ["a"]', []],
])("%i %j names the unexpected inputs %j", (status, answer, names) => {
  expect(unexpectedInputs(rejected(status, answer))).toEqual(names);
});

describe("what the workflow's file declares makes a 422 clearer", () => {
  const declared = {
    version: { isRequired: true, options: undefined },
    stage: { isRequired: false, options: ["test", "live"] },
  };
  const last = (answer: string, about = { declared }) => say(rejected(422, answer), about);

  test("for an input that is not declared", () => {
    expect(last('Unexpected inputs provided: ["stag"]')).toContain(
      "so GitHub started nothing (422). It declares `version`, `stage` (`test`, `live`).\n",
    );
    expect(last('Unexpected inputs provided: ["stag"]', { declared: {} as typeof declared })).toContain(
      "It declares none.\n",
    );
  });

  test.each([
    "Provided value 'x' for input 'stage' not in the list of allowed values",
    "Provided value '' for input 'stage' not in the list of allowed values",
    "Required input 'stage' not provided",
  ])("for %s", (answer) => {
    expect(last(answer)).toMatch(/ It takes `test`, `live`\.$/);
    expect(isAboutWorkflowFile(rejected(422, answer))).toBe(true);
  });

  test("and nothing is said of an input without options, or of one that it does not have", () => {
    for (const input of ["version", "constructor"])
      expect(last(`Required input '${input}' not provided`)).not.toContain("It takes");
    expect(isAboutWorkflowFile(rejected(422, "No ref found for: main"))).toBe(false);
  });
});
