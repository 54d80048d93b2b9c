/** What an Enterprise Server of an older version takes, checked as soon as its version is known. */

import { describe, expect, test } from "vitest";
import { setStage, TARGET } from "../support/stage.ts";

const NAMES = Array.from({ length: 12 }, (_, at) => `input_${at + 1}`);
const WORKFLOW = `name: Deploy
run-name: Deploy (\${{ inputs.distinct_id }})
on:
  workflow_dispatch:
    inputs:
      distinct_id: {}
${NAMES.map((name) => `      ${name}: {}`).join("\n")}
jobs:
  deploy:
    runs-on: x
    steps: [{ name: Deploy, run: make deploy }]
`;
const given = (count: number, ref = "main") => ({
  workflow: "deploy.yml",
  ref,
  workflow_inputs: NAMES.slice(0, count)
    .map((name) => `${name}: x`)
    .join("\n"),
});
const posts = (lines: string[]) => lines.filter((line) => line.startsWith("POST"));

const HELD_BACK =
  /^`workflow_inputs` has 11 inputs, with `distinct_id`; this server \(3\.1\d\.\d+\) takes at most 10, so nothing was sent\.\nCombine some of them into one JSON value\.$/;

describe("more inputs than the server takes", () => {
  test("are held back when its refusal of the run's details tells its version", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { server: "ghes-3.19" });
    const { failure } = await play(given(10));
    expect(failure).toMatch(HELD_BACK);
    expect(posts(github.transcript())).toHaveLength(1);
    expect(github.runs(TARGET)).toEqual([]);
    // The asking itself could not know better.
    expect(github.takeViolations()).toEqual([expect.stringContaining("must NOT have more than 10 properties")]);
  });

  test("are held back before anything is sent when an answer has told it before", async () => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { server: "ghes-3.17" });
    const { failure } = await play(given(10, ""));
    expect(failure).toMatch(HELD_BACK);
    expect(posts(github.transcript())).toEqual([]);
  });

  test.each([
    ["ghes-3.19", 9],
    ["ghec", 12],
    ["api.github.com", 12],
  ] as const)("are none on %s with %i", async (server, count) => {
    const { github, play } = await setStage({ "deploy.yml": WORKFLOW }, { server });
    expect((await play(given(count))).failure).toBeUndefined();
    expect(github.runs(TARGET)).toHaveLength(1);
  });
});
