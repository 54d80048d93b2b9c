/** What a dry run finds of the artifact that is to bring values. */

import { describe, expect, test } from "vitest";
import type { Behaviour, FaultHook } from "../../simulator/index.ts";
import { BY_HAND, examine } from "../../support/dry-run-stage.ts";
import { SILENT } from "../../support/receivers.ts";
import { setStage, TARGET } from "../../support/stage.ts";

describe("a dry run looks for the artifact that `outputs_from` names", () => {
  const VALUES = { wait_for: "completed", outputs_from: "values" };
  const uploading = (name: string) =>
    BY_HAND.replace(
      /( +)- (name|run):/,
      (line, indent: string) =>
        `${indent}- uses: actions/upload-artifact@v7\n${indent}  with: { path: ${name}, archive: false }\n${line}`,
    );

  test.each<[string, string, string]>([
    ["that is uploaded", uploading("out/values"), "✓ .github/workflows/deploy.yml uploads the artifact `values`."],
    [
      "that is uploaded under a name that is not known yet",
      uploading('"${{ inputs.distinct_id }}"'),
      "? .github/workflows/deploy.yml uploads an artifact whose name may become `values` when it runs.",
    ],
    [
      "that nobody uploads",
      BY_HAND,
      "✗ .github/workflows/deploy.yml uploads no artifact `values`, so `outputs` would be missing (`outputs_from`). Lines to add:\n" +
        '    - run: echo \'{"version":"1.2.3"}\' > outputs.json\n    - uses: actions/upload-artifact@v3-node20\n      with:\n        name: values\n        path: outputs.json',
    ],
  ])("in a workflow: one %s", async (_, workflow, line) => {
    const { checklist, failure } = await examine(
      { "deploy.yml": workflow },
      { workflow: "deploy.yml", ref: "main", ...VALUES },
    );
    expect(checklist).toContain(line);
    expect(failure === undefined).toBe(!line.startsWith("✗"));
  });

  test("in no workflow where the step takes up nothing", async () => {
    const { checklist } = await examine({ "deploy.yml": BY_HAND }, { workflow: "deploy.yml", ref: "main" });
    expect(checklist.join("\n")).not.toContain("artifact");
  });

  test("but a run that is not found is not explained by it", async () => {
    const { play } = await setStage({ "deploy.yml": SILENT });
    const given = { event_type: "deploy", find_timeout_seconds: "20", ...VALUES };
    const { failure } = await play(given);
    expect(failure).toContain("does not show the id");
    expect(failure).not.toContain("artifact");
  });

  const refusing =
    (status: number): FaultHook =>
    ({ path }) =>
      path.endsWith("/artifacts") ? { when: "before", kind: "status", status } : undefined;

  test.each<[string, Behaviour, FaultHook | undefined, string]>([
    ["has left it", { artifacts: [{ name: "values", text: "{}" }] }, undefined, "✓ The run has the artifact `values`."],
    ["has not", { artifacts: [{ name: "other", text: "{}" }] }, undefined, "✗ The run has no artifact `values`."],
    [
      "has left it long ago",
      { artifacts: [{ name: "values", text: "{}", expired: true }] },
      undefined,
      "✗ The run has the artifact `values`, which has expired.",
    ],
    [
      "goes on",
      { queuedMs: 600_000 },
      undefined,
      "? Whether the run has the artifact `values` is known only at its end.",
    ],
    ["is hidden", {}, refusing(403), "? The token cannot see the artifacts of the run (`actions: read`)."],
    ["is gone", {}, refusing(404), "✗ The run has no artifact `values`."],
    ["is not to be had", {}, refusing(502), "? The list of the run's artifacts could not be read (502)."],
  ])("at a run that is given: one that %s", async (_, behaviour, fault, line) => {
    const { github, clock, play } = await setStage({ "deploy.yml": BY_HAND }, { behaviour });
    const id = github.startRun(TARGET, "deploy.yml", { event: "workflow_dispatch" });
    await clock.sleep(60_000);
    github.fault = fault;
    const { log, failure } = await play({ dry_run: "true", run_id: String(id), ...VALUES });
    expect(log).toContain(line);
    expect(failure === undefined).toBe(line.startsWith("✓") || line.endsWith("at its end."));
  });
});
