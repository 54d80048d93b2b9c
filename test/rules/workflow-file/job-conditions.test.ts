import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { contextsOf } from "../../../src/workflow-file/contexts.ts";
import { readReceiver } from "../../../src/workflow-file/receiver.ts";
import { skippedJobs, uncertainJobs } from "../../../src/workflow-file/skipped-jobs.ts";
import { SENT } from "../../support/receivers.ts";

/** What is known of a job before the run: of `job`, with these lines. */
function fateOf(lines: string, others = ""): "runs" | "skipped" | "uncertain" {
  const receiver = readReceiver("x.yml", parse(`on: repository_dispatch\njobs:\n  job: { ${lines} }\n${others}`));
  const { key = "distinct_id" } = SENT;
  const lookUp = contextsOf(receiver, { ...SENT, key, repository: "octo/target" });
  const [job] = receiver.jobs;
  if (!job) throw new Error("no job");
  if (skippedJobs(receiver.jobs, lookUp).has(job)) return "skipped";
  return uncertainJobs(receiver.jobs, lookUp).has(job) ? "uncertain" : "runs";
}

const BEFORE = {
  sure: "  before: { runs-on: x }\n",
  unsure: "  before: { if: vars.ON, runs-on: x }\n",
  never: "  before: { if: false, runs-on: x }\n",
};

describe("a job", () => {
  test.each([
    ["runs", ""],
    ["runs", "if: true"],
    ["runs", "if: success()"],
    ["runs", "if: always()"],
    ["runs", "if: '!cancelled()'"],
    ["runs", "if: success() || failure()"],
    ["runs", "if: \"success ( ) && github.event_name == 'repository_dispatch'\""],
    ["runs", "if: \"github.repository_owner == 'Octo'\""],
    ["runs", "if: \"${{ github.repository == 'octo/target' }}\""],
    ["runs", "if: \"github.event_name != 'failure()'\""],
    ["skipped", "if: \"github.repository == 'octo/original'\""],
    ["skipped", "if: \"github.event_name == 'push'\""],
    ["uncertain", "if: failure()"],
    ["uncertain", "if: cancelled()"],
    ["uncertain", "if: vars.ON"],
    ["uncertain", "if: \"github.ref == 'refs/heads/main'\""],
    ["uncertain", "if: \"needs.before.outputs.changed == 'true'\""],
    ["uncertain", "if: \"always() && needs.before.result == 'success'\""],
  ])("%s with { %s }", (fate, lines) => {
    expect(fateOf(lines)).toBe(fate);
  });

  test.each([
    ["runs", "sure", "needs: before"],
    ["uncertain", "unsure", "needs: before"],
    ["uncertain", "unsure", "needs: [Before]"],
    ["runs", "unsure", "needs: before, if: always()"],
    ["skipped", "never", "needs: before"],
  ] as const)("%s behind one that is %s, with { %s }", (fate, before, lines) => {
    expect(fateOf(lines, BEFORE[before])).toBe(fate);
  });
});
