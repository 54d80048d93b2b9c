/** The doctor on a simulated GitHub: what a dry run finds, and that it dispatches nothing. */

import { describe, expect, test, vi } from "vitest";
import { linesToAdd } from "../../../src/workflow-file/lines-to-add.ts";
import { answer, BY_EVENT, BY_HAND, examine, fileOf } from "../../support/dry-run-stage.ts";
import { SILENT } from "../../support/receivers.ts";
import { asked, type Stage, setStage } from "../../support/stage.ts";

/** Each line has the one before ten times. */
function bombs(): string {
  const letters = [..."abcdefgh"];
  const lines = letters.slice(1).map((letter, at) => `${letter}: &${letter} [${Array(10).fill(`*${letters[at]}`)}]`);
  return lines.join("\n");
}

describe("a dry run", () => {
  test("of a workflow_dispatch finds that all is right", async () => {
    const { checklist, failure } = await examine({ "deploy.yml": BY_HAND }, { workflow: "deploy.yml", ref: "main" });
    expect(failure).toBeUndefined();
    expect(checklist).toEqual([
      "✓ The token is valid and can see octo/target (default branch main).",
      "? Whether the token grants `actions: write` is known only when it is used.",
      "✓ There is a branch `main`.",
      "✓ .github/workflows/deploy.yml listens for workflow_dispatch and accepts the given inputs.",
      "✓ .github/workflows/deploy.yml shows the id in its `run-name`.",
      "Found no problem, as far as can be checked without dispatching.",
    ]);
  });

  test.each([
    ["cancel, timeout", 1],
    ["timeout", 0],
    ["", 0],
  ])("says with `cancel_run_on: %s` what `if: always()` does to it: %i", async (cancel_run_on, notes) => {
    const given = { workflow: "deploy.yml", ref: "main", cancel_run_on };
    const { checklist, failure } = await examine({ "deploy.yml": BY_HAND }, given);
    expect(failure).toBeUndefined();
    expect(checklist.at(-1)).toBe("Found no problem, as far as can be checked without dispatching.");
    expect(checklist.filter((line) => line.includes("with `if: always()` the runner sends it no signal"))).toHaveLength(
      notes,
    );
  });

  test("finds a workflow by its display name, and says which there are where there is none", async () => {
    const workflows = { "deploy.yml": BY_HAND };
    expect((await examine(workflows, { workflow: "Deploy" })).failure).toBeUndefined();
    const { failure } = await examine(workflows, { workflow: "Deplyo" });
    expect(failure).toBe(
      "The dry run found 1 problem:\n✗ No workflow is called `Deplyo`; there are: .github/workflows/deploy.yml (Deploy). Did you mean `deploy.yml`?",
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
    expect(failure).toBe("The dry run found 1 problem:\n✗ There is no branch or tag `nowhere`: check the input `ref`.");
    const main = await examine(
      { "deploy.yml": text },
      { workflow: "deploy.yml", ref: "main", workflow_inputs: "stage: s3cret\nreplicas: 3" },
    );
    expect(main.failure).toBe(
      [
        "The dry run found 3 problems:",
        "✗ .github/workflows/deploy.yml does not declare the input `replicas`, which `workflow_inputs` sets.",
        "✗ .github/workflows/deploy.yml requires the input `version`, which `workflow_inputs` does not set.",
        "✗ .github/workflows/deploy.yml does not allow the value given for `stage` (one of test, live).",
      ].join("\n"),
    );
    // The server may be one whose answer names the run.
    const lines = linesToAdd({ event: "workflow_dispatch", key: "distinct_id", name: "Deploy live" });
    expect(main.checklist).toContain(
      "? .github/workflows/deploy.yml does not declare the input `distinct_id`. On an Enterprise Server before 3.21, " +
        `the run would not be found. Lines to add:\n${lines.replace(/^/gm, "    ")}`,
    );
    expect(main.checklist.join("\n")).toContain(
      "? .github/workflows/deploy.yml puts sent values into a script (job deploy)",
    );
    expect([...main.checklist, ...checklist, main.failure].join("\n")).not.toContain("s3cret");
  });

  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    [
      "no workflow of that file name",
      { "deploy.yml": BY_HAND },
      { workflow: "deplyo.yml" },
      "✗ There is no workflow `deplyo.yml` on the default branch: check the input `workflow`; there are: deploy.yml (Deploy). Did you mean `deploy.yml`?",
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
      "✗ .github/workflows/deploy.yml does not show the id, so its run would not be found. Lines to add:",
    ],
  ])("finds %s", async (_, workflows, given, line) => {
    const { failure, checklist } = await examine(workflows, given);
    expect(failure?.split("\n").slice(0, 2)).toEqual(["The dry run found 1 problem:", line]);
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

  test.each([
    ["name: a\nname: b", "(line 2): a key is given twice"],
    ["on:\n\tpush:", "(line 2): YAML is indented with spaces, not tabs"],
    ["run-name: [${{ inputs.id }}] Deploy", "(line 1): a text that begins with `[` needs quotes"],
    ["a: 'b", "(line 1)"],
  ])("says where a file is not valid YAML, and why if that is a common mistake: %j", async (text, where) => {
    const { failure } = await examine(
      { "deploy.yml": text },
      { workflow: "deploy.yml" },
      { repository: { unreadable: ["deploy.yml"] } },
    );
    expect(failure).toContain(`✗ .github/workflows/deploy.yml is not valid YAML ${where}.`);
  });

  test("asks for no sign where nobody looks for the run", async () => {
    const { failure, checklist } = await examine(
      { "deploy.yml": SILENT },
      { event_type: "deploy", wait_for: "nothing", distinct_id_key: "" },
    );
    expect(failure).toBeUndefined();
    expect(checklist.slice(2)).toEqual([
      "✓ .github/workflows/deploy.yml listens for repository_dispatch `deploy`.",
      "Found no problem, as far as can be checked without dispatching.",
    ]);
  });

  test("asks once more where GitHub does not answer as it should", async () => {
    const failing = (isFailing: (nth: number) => boolean) => ({
      before: ({ github }: Stage) => {
        github.fault = ({ path, nth }) =>
          path.includes("/contents/") && isFailing(nth) ? { when: "before", kind: "status", status: 502 } : undefined;
      },
    });
    const workflows = { "silent.yml": SILENT.replace("  repository_dispatch:\n", ""), "test.yml": BY_EVENT };
    const given = { event_type: "deploy" };
    const once = await examine(
      workflows,
      given,
      failing((nth) => nth === 1),
    );
    expect(once.checklist.slice(-3)).toEqual([
      "✓ .github/workflows/test.yml listens for repository_dispatch `deploy`.",
      "✓ .github/workflows/test.yml shows the id in a step's name.",
      "Found no problem, as far as can be checked without dispatching.",
    ]);
    const always = await examine(
      workflows,
      given,
      failing(() => true),
    );
    expect(always.checklist.slice(-2)).toEqual([
      "? .github/workflows/silent.yml, .github/workflows/test.yml could not be read (502).",
      "? None of the workflows that were read (0 of 2) listens for repository_dispatch `deploy`.",
    ]);
    expect(always.failure).toBe(
      "The dry run could not check:\n" +
        "? None of the workflows that were read (0 of 2) listens for repository_dispatch `deploy`.",
    );
  });

  test("is green where what could not be read does not decide, and says that there is such", async () => {
    const { failure, checklist } = await examine(
      { "other.yml": BY_EVENT, "test.yml": BY_EVENT },
      { event_type: "deploy" },
      {
        before: ({ github }) => {
          github.fault = ({ path }) =>
            path.endsWith("/other.yml") ? { when: "before", kind: "status", status: 502 } : undefined;
        },
      },
    );
    expect(failure).toBeUndefined();
    expect(checklist.slice(-4)).toEqual([
      "? .github/workflows/other.yml could not be read (502).",
      "✓ .github/workflows/test.yml listens for repository_dispatch `deploy`.",
      "✓ .github/workflows/test.yml shows the id in a step's name.",
      "Found no problem in what could be checked; the lines with ? could not.",
    ]);
  });

  test("is red for what is wrong and for what decides and could not be read", async () => {
    const { failure } = await examine(
      { "deploy.yml": BY_HAND },
      { workflow: "deploy.yml" },
      {
        repository: { archived: true },
        before: ({ github }) => {
          github.fault = ({ path }) =>
            path.includes("/contents/") ? { when: "before", kind: "status", status: 502 } : undefined;
        },
      },
    );
    expect(failure).toBe(
      "The dry run found 1 problem:\n" +
        "✗ octo/target is archived: nothing can be started in it.\n" +
        "It also could not check:\n" +
        "? .github/workflows/deploy.yml could not be read (502).",
    );
  });

  test.each([
    ["no YAML", "a: [", "✗ .github/workflows/deploy.yml is not valid YAML (line 1)."],
    [
      "aliases without end",
      `a: &a [${"x, ".repeat(99)}x]\n${bombs()}`,
      "✗ .github/workflows/deploy.yml is not valid YAML.",
    ],
    ["brackets without end", "[".repeat(100_000), "✗ .github/workflows/deploy.yml is not valid YAML (line 1)."],
    [
      "a key that is no text",
      "? [s3cret]\n: 1\non: push\njobs: { a: { runs-on: x } }",
      "✗ .github/workflows/deploy.yml has no `workflow_dispatch` trigger on that ref. Lines to add:",
    ],
    ["no jobs", "on: push\nx: s3cret", "✗ .github/workflows/deploy.yml is not a valid workflow: it has no `jobs`."],
  ])("takes a file with %s for what it is, and quotes nothing of it", async (_, text, line) => {
    const warned = vi.spyOn(process, "emitWarning");
    const { failure } = await examine(
      { "deploy.yml": BY_HAND },
      { workflow: "deploy.yml" },
      {
        before: ({ github }) => {
          github.fault = ({ path }) => (path.includes("/contents/") ? answer(fileOf(text)) : undefined);
        },
      },
    );
    expect(failure?.split("\n")[1]).toBe(line);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test("quotes names of the target on one line, and not all of them", async () => {
    const workflows = Array.from({ length: 12 }, (_, at) => ({
      id: at + 1,
      name: `x\n::error::${"x".repeat(200)}`,
      path: `.github/workflows/${at}.yml`,
      state: "active",
    }));
    const { failure } = await examine(
      { "deploy.yml": BY_HAND },
      { workflow: "Deplyo" },
      {
        before: ({ github }) => {
          github.fault = ({ path }) =>
            path.endsWith("/actions/workflows") ? answer({ total_count: 12, workflows }) : undefined;
        },
      },
    );
    expect(failure?.split("\n")).toHaveLength(2);
    expect(failure).toMatch(/ and 2 more\.$/);
    expect(failure).not.toMatch(/x{101}/);
  });

  test("says of a token or a repository that is not there what a step would say", async () => {
    const on = await setStage({ "deploy.yml": BY_HAND });
    const dry = { dry_run: "true", workflow: "deploy.yml" };
    expect((await on.play({ ...dry, token: "ghp_nobody" })).failure).toMatch(/^GitHub does not accept the token \(401/);
    expect((await on.play({ ...dry, repo: "octo/nowhere" })).failure).toMatch(
      /^The token cannot see the repository octo\/nowhere \(404\)\./,
    );
    expect(asked(on.github, "POST")).toEqual([]);
  });
});
