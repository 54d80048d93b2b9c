/** The recipe for a caller that starts a workflow of its own repository, run: with the job's own token, and nothing else. */

import { describe, test, vi } from "vitest";
import { tokensUsed } from "../support/app-stage.ts";
import { playExample, SHA } from "../support/examples.ts";
import { annotations, askedOf } from "../support/process-stage.ts";
import { GITHUB_TOKEN } from "../support/step.ts";

vi.setConfig({ maxConcurrency: 12 });

describe.concurrent("own-repository", () => {
  test("starts the other workflow with the job's own token, and follows it", async ({ expect }) => {
    const { github, target, jobs } = await playExample("own-repository", { secrets: {} });
    expect(target).toBe("octo/the-app");
    expect(tokensUsed(github.requests)).toEqual([GITHUB_TOKEN]);
    // The receiver declares no id. GitHub says so before a run exists, and names the run then.
    expect(askedOf(github, target).slice(0, 2)).toEqual([
      `POST /repos/${target}/actions/workflows/full-tests.yml/dispatches → 422`,
      `POST /repos/${target}/actions/workflows/full-tests.yml/dispatches → 200`,
    ]);
    expect(github.runs(target)).toMatchObject([{ inputs: { commit: SHA }, conclusion: "success" }]);
    expect(jobs["full-tests"]?.result).toBe("success");
  });

  test("cannot reach another repository with it", async ({ expect }) => {
    const { github, jobs, steps } = await playExample("own-repository", {
      secrets: {},
      also: ["octo/the-tests"],
      given: { repo: "octo/the-tests" },
    });
    expect(jobs["full-tests"]?.result).toBe("failure");
    expect(steps.flatMap((step) => annotations(step, "error"))[0]).toContain("octo/the-tests");
    expect(github.runs("octo/the-tests")).toEqual([]);
  });
});
