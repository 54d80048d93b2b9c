/** The doctor on a simulated GitHub: what a dry run finds, and that it dispatches nothing. */

import { describe, expect, test } from "vitest";
import { linesToAdd } from "../src/receiver.ts";
import { receiver, SILENT } from "./receivers.ts";
import { asked, type StageOptions, setStage, TARGET } from "./stage.ts";

const BY_HAND = receiver("workflow_dispatch", "run-name");
const BY_EVENT = receiver("repository_dispatch", "step");

/** Plays a dry run; the checklist is what its log says after the first line. */
async function examine(
  workflows: Record<string, string>,
  given: Record<string, string>,
  options: StageOptions & { before?: (stage: Awaited<ReturnType<typeof setStage>>) => void } = {},
) {
  const { before, ...rest } = options;
  const on = await setStage(workflows, rest);
  before?.(on);
  const { log, failure, outputs } = await on.play({ dry_run: "true", ...given });
  expect(asked(on.github, "POST")).toEqual([]);
  expect(on.github.runs(TARGET)).toEqual([]);
  expect(outputs.runId).toBeUndefined();
  expect(log[0]).toBe("A dry run: nothing is dispatched.");
  return { checklist: log.slice(1), failure };
}

describe("a dry run", () => {
  test("of a workflow_dispatch finds that all is right", async () => {
    const { checklist, failure } = await examine(
      { "deploy.yml": BY_HAND },
      { workflow: "deploy.yml", ref: "main" },
    );
    expect(failure).toBeUndefined();
    expect(checklist).toEqual([
      "✓ The token is accepted, and sees octo/target (default branch main).",
      "? Whether the token grants `actions: write` shows only when it is used.",
      "✓ There is a branch `main`.",
      "✓ .github/workflows/deploy.yml listens for workflow_dispatch and takes the inputs that are given.",
      "✓ .github/workflows/deploy.yml shows the id in its `run-name`.",
      "Nothing is missing, as far as can be seen without dispatching.",
    ]);
  });

  test("of a repository_dispatch finds who listens", async () => {
    const { checklist, failure } = await examine(
      { "silent.yml": SILENT, "test.yml": BY_EVENT },
      { event_type: "deploy" },
    );
    expect(failure).toBeUndefined();
    expect(checklist.slice(2)).toEqual([
      "✓ .github/workflows/test.yml listens for repository_dispatch `deploy`.",
      "✓ .github/workflows/test.yml shows the id in a step's name.",
      "Nothing is missing, as far as can be seen without dispatching.",
    ]);
  });

  test("finds a workflow by its display name, and says which there are where there is none", async () => {
    const workflows = { "deploy.yml": BY_HAND };
    expect((await examine(workflows, { workflow: "Deploy" })).failure).toBeUndefined();
    const { failure } = await examine(workflows, { workflow: "Deplyo" });
    expect(failure).toBe(
      "The dry run found 1 thing to mend:\n✗ No workflow is called `Deplyo`; there are: .github/workflows/deploy.yml (Deploy).",
    );
  });

  test("finds all that is missing at once, with the lines to add", async () => {
    const text = `name: Deploy live
on:
  workflow_dispatch:
    inputs:
      stage: { type: choice, options: [test, live] }
      version: { required: true }
jobs:
  deploy:
    runs-on: x
    steps:
      - run: deploy \${{ inputs.version }}
`;
    const { failure, checklist } = await examine(
      { "deploy.yml": text },
      { workflow: "deploy.yml", ref: "nowhere", workflow_inputs: "stage: s3cret\nreplicas: 3" },
      { before: ({ github }) => github.addRepository("octo/other") },
    );
    expect(failure).toBe(
      "The dry run found 1 thing to mend:\n✗ There is no branch or tag `nowhere`: check the input `ref`.",
    );
    const main = await examine(
      { "deploy.yml": text },
      { workflow: "deploy.yml", ref: "main", workflow_inputs: "stage: s3cret\nreplicas: 3" },
    );
    expect(main.failure).toBe(
      [
        "The dry run found 4 things to mend:",
        "✗ .github/workflows/deploy.yml does not declare the input `replicas`, which `workflow_inputs` gives.",
        "✗ .github/workflows/deploy.yml requires the input `version`, which `workflow_inputs` does not give.",
        "✗ .github/workflows/deploy.yml does not allow the value given for `stage` (one of test, live).",
        "✗ .github/workflows/deploy.yml does not declare the input `distinct_id`, so its run would not be found. Lines to add:",
        linesToAdd({ event: "workflow_dispatch", key: "distinct_id", name: "Deploy live" }).replace(
          /^/gm,
          "    ",
        ),
      ].join("\n"),
    );
    expect(main.checklist.join("\n")).toContain(
      "? .github/workflows/deploy.yml puts what is sent into a script (job deploy)",
    );
    expect([...main.checklist, ...checklist, main.failure].join("\n")).not.toContain("s3cret");
  });

  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    [
      "no workflow of that file name",
      { "deploy.yml": BY_HAND },
      { workflow: "deplyo.yml" },
      "✗ There is no workflow `deplyo.yml` on the default branch: check the input `workflow`.",
    ],
    [
      "no such trigger",
      { "deploy.yml": BY_EVENT },
      { workflow: "deploy.yml" },
      "✗ .github/workflows/deploy.yml has no `workflow_dispatch` trigger on that ref. Lines to add:",
    ],
    [
      "nobody who listens",
      { "deploy.yml": BY_EVENT },
      { event_type: "deplyo" },
      "✗ No workflow on the default branch listens for repository_dispatch `deplyo`. They listen for deploy. Lines to add:",
    ],
    [
      "a workflow that listens for another type",
      { "deploy.yml": BY_EVENT },
      { event_type: "deplyo", workflow: "deploy.yml" },
      "✗ .github/workflows/deploy.yml does not listen for repository_dispatch `deplyo` on the default branch. It listens for deploy. Lines to add:",
    ],
    [
      "an id that is shown nowhere",
      { "deploy.yml": BY_EVENT },
      { event_type: "deploy", distinct_id_key: "sha" },
      "✗ .github/workflows/deploy.yml shows the id nowhere, so its run would not be found. Lines to add:",
    ],
  ])("finds %s", async (_, workflows, given, line) => {
    const { failure, checklist } = await examine(workflows, given);
    expect(failure?.split("\n").slice(0, 2)).toEqual(["The dry run found 1 thing to mend:", line]);
    expect(checklist.join("\n").split("\n")).toContain(line);
  });

  test("finds a workflow that is disabled, and a repository that is archived", async () => {
    const { failure } = await examine(
      { "deploy.yml": BY_HAND },
      { workflow: "deploy.yml" },
      { repository: { disabled: ["deploy.yml"], archived: true } },
    );
    expect(failure?.split("\n").slice(1)).toEqual([
      "✗ octo/target is archived: nothing can be started in it.",
      "✗ .github/workflows/deploy.yml is disabled: enable it on the target's Actions page.",
    ]);
  });

  test("says of a token or a repository that is not there what a step would say", async () => {
    const on = await setStage({ "deploy.yml": BY_HAND });
    const dry = { dry_run: "true", workflow: "deploy.yml" };
    expect((await on.play({ ...dry, token: "ghp_nobody" })).failure).toMatch(
      /^GitHub does not accept the token \(401/,
    );
    expect((await on.play({ ...dry, repo: "octo/nowhere" })).failure).toMatch(
      /^The token cannot see the repository octo\/nowhere \(404\)\./,
    );
    expect(asked(on.github, "POST")).toEqual([]);
  });
});

describe("a run that is not found in time", () => {
  test("is explained by what its receiver lacks, and the deadline is kept", async () => {
    const { github, play } = await setStage({ "test.yml": BY_EVENT });
    const { failure, tookMs } = await play({
      event_type: "deploy",
      distinct_id_key: "another",
      find_timeout_seconds: "60",
    });
    expect(tookMs).toBe(60_000);
    expect(failure).toContain(
      "✗ .github/workflows/test.yml shows the id nowhere, so its run would not be found. Lines to add:",
    );
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("is explained by its lateness where the receiver is right", async () => {
    const { play } = await setStage({ "test.yml": BY_EVENT }, { behaviour: { visibleAfterMs: 600_000 } });
    const { failure, tookMs } = await play({ event_type: "deploy", find_timeout_seconds: "60" });
    expect(tookMs).toBe(60_000);
    expect(failure).toContain("✓ .github/workflows/test.yml shows the id in a step's name.");
    expect(failure).toContain("allow more `find_timeout_seconds`");
  });

  test("is found all the same when it shows while its receiver is looked at", async () => {
    const { play } = await setStage(
      { "test.yml": receiver("repository_dispatch", "run-name") },
      { behaviour: { visibleAfterMs: 56_000 } },
    );
    const { failure, outputs } = await play({ event_type: "deploy", find_timeout_seconds: "60" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBeDefined();
  });
});
