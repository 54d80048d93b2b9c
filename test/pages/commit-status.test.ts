/** What docs/commit-status.md says of events is what the code does with them. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { problemsOfLeaving } from "../../src/inputs/commit-status.ts";
import { commitOfEvent } from "../../src/inputs/event-commit.ts";
import { readerOf } from "../../src/inputs/reader.ts";
import { REPORT_INPUTS } from "../../src/report/report-inputs.ts";
import { reportYml } from "../support/step.ts";

const PAGE = readFileSync(new URL("../../docs/commit-status.md", import.meta.url), "utf8");
/** `GITHUB_SHA`, and the commit of the event where that is another. */
const [SHA, OTHER] = ["a".repeat(40), "b".repeat(40)];

const [, after = ""] = PAGE.split("| event | commit | `found` |");
const [TABLE = ""] = after.split("\n\n");
const ROWS = [...TABLE.matchAll(/^\| (`.*?) \| (.*?) \| (.*?) \|$/gm)].map(
  ([, events = "", commit = "", found = ""]) => ({
    events: [...events.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
    commit,
    found,
  }),
);

/** What GitHub tells of such an event. */
function payloadOf(event: string): unknown {
  if (event.startsWith("pull_request")) return { pull_request: { head: { sha: OTHER } } };
  if (event === "issue_comment") return { issue: { number: 42, pull_request: {} } };
  return { workflow_run: { head_sha: OTHER }, check_suite: { head_sha: OTHER }, check_run: { head_sha: OTHER } };
}

const mayLeave = (commit: ReturnType<typeof commitOfEvent>) => {
  const reader = readerOf((name) => (name === "distinct_id_key" ? "distinct_id" : ""));
  return (
    problemsOfLeaving(reader, { repository: "octo/a", apiUrl: "", runId: "1", runAttempt: "1", commit }).length === 0
  );
};

describe.each(ROWS.flatMap(({ events, ...row }) => events.map((event) => ({ event, ...row }))))(
  "$event",
  ({ event, commit, found }) => {
    const of = commitOfEvent(event, payloadOf(event), SHA);

    test(`has the commit that the page says: ${commit}`, () => {
      if (/needs `pull_requests: read`/.test(commit)) expect(of).toEqual({ ofPullRequest: 42 });
      else expect(of).toMatchObject({ sha: commit === "`github.sha`" ? SHA : OTHER });
    });

    test(`may be left: ${found}`, () => {
      expect(mayLeave(of)).toBe(found.startsWith("yes"));
      const ofCallersRun = commitOfEvent(event, { [event]: { head_sha: SHA } }, SHA);
      if (found.startsWith("only where")) expect(mayLeave(ofCallersRun)).toBe(true);
    });
  },
);

test("the page has a row for each kind of event", () => {
  expect(ROWS.flatMap(({ events }) => events)).toHaveLength(12);
});

test("`report` has the inputs that it reads", () => {
  expect(Object.keys(reportYml.inputs)).toEqual([...REPORT_INPUTS]);
});
