/** A workflow file that is on the default branch, and not on the ref that is dispatched. */

import { describe, expect, test } from "vitest";
import { receiver } from "../support/receivers.ts";
import { setStage, TARGET } from "../support/stage.ts";

const WORKFLOWS = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
const REPOSITORY = { branches: ["feature"], tags: ["v1"], missingOn: { feature: ["deploy.yml"], v1: ["deploy.yml"] } };

describe("a workflow file that is not on the ref", () => {
  test.each(["feature", "refs/heads/feature", "v1"])("%s is told so after GitHub's refusal", async (ref) => {
    const { github, play } = await setStage(WORKFLOWS, { repository: REPOSITORY });
    const { failure } = await play({ workflow: "deploy.yml", ref });
    expect(failure?.split("\n").slice(0, 2)).toEqual([
      `\`deploy.yml\` of octo/target is not on \`${ref}\` (422); nothing was started.`,
      `GitHub reads the file on the ref that is dispatched: bring it to \`${ref}\`, or correct the input \`ref\`.`,
    ]);
    expect(failure).not.toMatch(/trigger|run-name/);
    expect(github.runs(TARGET)).toEqual([]);
  });

  test("is told so by the dry run", async () => {
    const { play } = await setStage(WORKFLOWS, { repository: REPOSITORY });
    const { failure } = await play({ workflow: "deploy.yml", ref: "feature", dry_run: "true" });
    expect(failure).toContain("✗ .github/workflows/deploy.yml is not on `feature`.");
    expect(failure).not.toContain("trigger");
  });

  test("where it has no trigger there is told that", async () => {
    const { play } = await setStage(
      { "deploy.yml": receiver("repository_dispatch", "run-name") },
      { repository: { branches: ["feature"] } },
    );
    const { failure } = await play({ workflow: "deploy.yml", ref: "feature" });
    expect(failure).toContain("has no `workflow_dispatch` trigger on the ref `feature` (422)");
  });

  test("is not told so where the file could not be read", async () => {
    const { github, play } = await setStage(WORKFLOWS, { repository: REPOSITORY });
    github.fault = ({ path }) =>
      path.includes("/contents/") ? { when: "before", kind: "status", status: 502 } : undefined;
    const { failure } = await play({ workflow: "deploy.yml", ref: "feature" });
    expect(failure).toContain("has no `workflow_dispatch` trigger on the ref `feature` (422)");
  });
});
