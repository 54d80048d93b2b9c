/** A run as `src/answers.ts` reads it. */

import type { Run } from "../../src/github/responses.ts";

const TARGET = "octo/target/actions/runs";

/** Run 1 of the target, in progress, save for what `about` says. */
export function aRun(about: Partial<Run> = {}): Run {
  return {
    id: 1,
    name: "Deploy",
    displayTitle: "Deploy",
    event: "repository_dispatch",
    path: ".github/workflows/deploy.yml",
    workflowId: 7,
    status: "in_progress",
    conclusion: null,
    runNumber: 812,
    runAttempt: 1,
    headBranch: "main",
    createdAtMs: 0,
    startedAtMs: undefined,
    isPrivate: true,
    updatedAtMs: undefined,
    htmlUrl: `https://github.com/${TARGET}/1`,
    jobsUrl: `https://api.github.com/repos/${TARGET}/1/jobs`,
    ...about,
  };
}
