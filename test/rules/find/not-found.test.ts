import { describe, expect, test } from "vitest";
import { explainNotFound } from "../../../src/find/not-found.ts";
import type { CheckedRun } from "../../../src/find/search.ts";
import type { RequestError } from "../../../src/github/request-error.ts";
import type { Run } from "../../../src/github/responses.ts";
import type { ResolvedDispatch } from "../../../src/inputs/dispatch-request.ts";
import { type Inputs, readInputs } from "../../../src/inputs/inputs.ts";
import * as mappings from "../../../src/inputs/mapping.ts";
import { type Finding, right, unknown, wrong } from "../../../src/state/finding.ts";
import { aFault } from "../../support/faults.ts";
import { aRun } from "../../support/runs.ts";

const link = "https://github.com/octo/target/actions/runs";

const run = aRun();

describe("a run that was not found is explained", () => {
  const anEvent: ResolvedDispatch = {
    event: "repository_dispatch",
    eventType: "deploy",
    clientPayload: { a: "s3cret" },
    workflow: undefined,
  };
  const byHand: ResolvedDispatch = {
    event: "workflow_dispatch",
    workflow: { kind: "file", value: "deploy.yml" },
    ref: "main",
    inputs: { a: "s3cret" },
  };
  const first = "No run of octo/target showed the id run-1 within 300 s (`find_timeout_seconds`).";
  const eventLines = `run-name: My workflow [\${{ github.event.client_payload.distinct_id }}]
on:
  repository_dispatch:
    types: [deploy]`;

  function inputsWith(key: string): Inputs {
    const given: Record<string, string> = { token: "t0ken", workflow: "deploy.yml", distinct_id: "run-1" };
    const caller = {
      repository: "octo/target",
      apiUrl: "https://api.github.com",
      runId: "1",
      runAttempt: "1",
    };
    return readInputs((name) => (name === "distinct_id_key" ? key : (given[name] ?? "")), caller, "", mappings);
  }

  interface About {
    key?: string;
    trouble?: RequestError;
    findings?: Finding[];
    waitedMs?: number;
  }

  function explain(
    runs: CheckedRun[],
    plan: ResolvedDispatch,
    { key = "distinct_id", trouble, findings = [], waitedMs = 300_000 }: About = {},
  ) {
    const search = { run: undefined, runs, windowIsFull: false, trouble, waitedMs };
    return explainNotFound(search, plan, inputsWith(key), "octo/target", findings);
  }

  const seenRun = (id: number, verdict: CheckedRun["verdict"], about: Partial<Run> = {}): CheckedRun => ({
    run: { ...run, id, htmlUrl: `${link}/${id}`, ...about },
    verdict,
  });

  test("by nobody who listens for the event", () => {
    expect(explain([], anEvent)).toBe(`${first}
GitHub listed no run since the dispatch: no workflow on the default branch listens for repository_dispatch \`deploy\`, or the run was not created yet.
All runs of octo/target: https://github.com/octo/target/actions
To show the id in a run's name (or in a job's or step's name), the receiving workflow needs:
${eventLines}`);
  });

  test("by nobody who could be started by hand", () => {
    const key = "trace";
    expect(explain([seenRun(3, "other event", { event: "push" })], byHand, { key })).toBe(`${first}
GitHub listed 1 run since the dispatch, and none by workflow_dispatch: the run was not created yet.
All runs of octo/target: https://github.com/octo/target/actions
To show the id in a run's name (or in a job's or step's name), the receiving workflow needs:
run-name: My workflow [\${{ inputs.trace }}]
on:
  workflow_dispatch:
    inputs:
      trace:
        description: Set by the caller, who finds this run by it
        required: false`);
  });

  test("by the runs that were looked at, with workflow and title", () => {
    const seen = [
      seenRun(4, "undecided", { status: "queued", displayTitle: "Build" }),
      seenRun(3, "other event", { event: "push" }),
      seenRun(2, "without id", { path: ".github/workflows/other.yml" }),
    ];
    expect(explain(seen, anEvent)).toBe(`${first}
GitHub listed 3 runs since the dispatch. By repository_dispatch \`deploy\`:
- .github/workflows/deploy.yml "Build": is queued, shows no id yet, ${link}/4
- .github/workflows/other.yml "Deploy": shows no id, ${link}/2
To show the id in a run's name (or in a job's or step's name), the receiving workflow needs:
${eventLines}`);
  });

  test("by the runs of the event that another workflow had", () => {
    const seen = [
      seenRun(4, "other workflow", { path: ".github/workflows/other.yml", displayTitle: "Build [run-1]" }),
      seenRun(3, "other event", { event: "push" }),
    ];
    expect(explain(seen, byHand)).toBe(
      [
        "No run of `deploy.yml` in octo/target showed the id run-1 within 300 s (`find_timeout_seconds`).",
        `A run shows the id, but it belongs to .github/workflows/other.yml, and \`workflow\` names \`deploy.yml\`: ${link}/4`,
        "GitHub listed 2 runs since the dispatch. By workflow_dispatch:",
        `- .github/workflows/other.yml "Build [run-1]": shows the id, but belongs to another workflow than \`workflow\` names, ${link}/4`,
        "None is of `deploy.yml`: check the input `workflow`.",
      ].join("\n"),
    );
  });

  test("by the runs of the event that another workflow had, and that do not show the id", () => {
    const seen = [seenRun(4, "other workflow", { path: ".github/workflows/other.yml", displayTitle: "Build run-10" })];
    expect(explain(seen, byHand).split("\n").slice(0, 5)).toEqual([
      first,
      "GitHub listed 1 run since the dispatch. By workflow_dispatch:",
      `- .github/workflows/other.yml "Build run-10": belongs to another workflow than \`workflow\` names, ${link}/4`,
      "None is of `deploy.yml`: check the input `workflow`.",
      "To show the id in a run's name (or in a job's or step's name), the receiving workflow needs:",
    ]);
  });

  test("by a few of very many runs", () => {
    const lines = explain(
      Array.from({ length: 12 }, (_, id) => seenRun(id, "without id")),
      anEvent,
    ).split("\n");
    expect(lines.filter((line) => line.includes("shows no id,"))).toHaveLength(10);
    expect(lines).toContain("- and 2 more");
  });

  test("by what kept the last look from its answer", () => {
    const request = "GET /repos/octo/target/actions/runs";
    const trouble = aFault("lost", { request, code: "ECONNRESET", answer: "" });
    expect(explain([], anEvent, { trouble }).split("\n").slice(0, 2)).toEqual([
      first,
      `The last request failed: ECONNRESET to ${request}.`,
    ]);
  });

  test("by what is wrong with the receiving workflow, where that could be seen", () => {
    const findings = [
      right("It listens."),
      wrong("It does not show the id.", { lines: "run-name: x\non: y" }),
      unknown("So."),
    ];
    expect(explain([seenRun(2, "without id")], anEvent, { findings })).toBe(`${first}
GitHub listed 1 run since the dispatch. By repository_dispatch \`deploy\`:
- .github/workflows/deploy.yml "Deploy": shows no id, ${link}/2
✗ It does not show the id. Lines to add:
    run-name: x
    on: y`);
  });

  test("by the certain cause alone that nothing was started", () => {
    const findings = [wrong("x.yml is disabled.", undefined, "listener disabled")];
    expect(explain([], anEvent, { findings })).toBe(`${first}
GitHub listed no run since the dispatch.
All runs of octo/target: https://github.com/octo/target/actions
✗ x.yml is disabled.`);
  });

  test("by the word of a name that has the id as a part", () => {
    const seen = [seenRun(2, "without id", { displayTitle: "Deploy v-run-1 now" })];
    expect(explain(seen, anEvent)).toContain(
      `- .github/workflows/deploy.yml "Deploy v-run-1 now": shows no id, but contains it in \`v-run-1\`, ${link}/2`,
    );
  });

  test("by nothing that is wrong with the receiving workflow", () => {
    const findings = [right("It listens."), right("It shows the id.")];
    expect(explain([], byHand, { findings })).toBe(`${first}
GitHub listed no run since the dispatch: the run was not created yet.
All runs of octo/target: https://github.com/octo/target/actions
✓ It listens.
✓ It shows the id.
So the run was not created or not visible in time: increase \`find_timeout_seconds\`, and check GitHub's status page.`);
  });

  test("by the lines to add where the receiving workflow could not be read", () => {
    expect(explain([], anEvent, { findings: [unknown("The token cannot read it.")] })).toContain(eventLines);
  });

  test("without a value that was sent", () => {
    expect(explain([seenRun(2, "without id")], byHand)).not.toContain("s3cret");
  });
});
