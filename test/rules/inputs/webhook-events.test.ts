/** Which commit an event is about and whether its repository is public, by events as GitHub sends them. */

import { describe, expect, test } from "vitest";
import { readRun } from "../../../src/github/responses.ts";
import { commitOfEvent } from "../../../src/inputs/event-commit.ts";
import { countsAsPublic } from "../../../src/runner/context.ts";
import { examples, HEAD, leastEvents, type WebhookEvent } from "../../support/webhook-events.ts";

/** `GITHUB_SHA`. */
const OWN = "a".repeat(40);

const PULL_REQUEST = "ec26c3e";

/** The commit of each activity, in seven digits; `own`: `GITHUB_SHA`, which GitHub sets to that commit. */
const EXPECTED: Record<string, Record<string, readonly string[]>> = {
  check_run: { completed: ["ec26c3e"], created: ["ec26c3e"], requested_action: ["5bd5f19"], rerequested: ["d6fde92"] },
  check_suite: { completed: ["ec26c3e"], requested: ["f95f852"], rerequested: ["ec26c3e"] },
  deployment: { created: ["own"] },
  deployment_review: { requested: ["own"] },
  deployment_status: { created: ["own"] },
  // None of them is on a pull request.
  issue_comment: { created: ["own"], deleted: ["own"], edited: ["own"] },
  merge_group: { checks_requested: ["own"] },
  pull_request: Object.fromEntries(
    [
      ...["assigned", "closed", "converted_to_draft", "labeled", "locked", "opened", "ready_for_review", "reopened"],
      ...["review_request_removed", "review_requested", "synchronize", "unassigned", "unlabeled", "unlocked"],
    ].map((action) => [action, [PULL_REQUEST]]),
  ),
  pull_request_review: { dismissed: [PULL_REQUEST], submitted: [PULL_REQUEST] },
  pull_request_review_comment: { created: [PULL_REQUEST], deleted: [PULL_REQUEST], edited: [PULL_REQUEST] },
  pull_request_review_thread: { resolved: ["14ae1f9", PULL_REQUEST], unresolved: [PULL_REQUEST] },
  workflow_run: { completed: ["5779607", "3484a3f"], requested: ["3484a3f"] },
};

/** Private ones; all others are public. */
const PRIVATE = ["5779607", "14ae1f9", "merge_group"];

function commitOf({ name, payload }: WebhookEvent): string {
  const commit = commitOfEvent(name, payload, OWN);
  if ("ofPullRequest" in commit) return `#${commit.ofPullRequest}`;
  return commit.sha === OWN ? "own" : commit.sha.slice(0, 7);
}

describe("examples of GitHub's events", () => {
  test("are about the commit that the table has", () => {
    const found: Record<string, Record<string, string[]>> = {};
    for (const event of examples) {
      found[event.name] ??= {};
      const actions = found[event.name] ?? {};
      actions[event.action] = [...new Set([...(actions[event.action] ?? []), commitOf(event)])];
    }
    expect(found).toEqual(EXPECTED);
    expect(examples.length).toBeGreaterThan(80);
  });

  test.each(examples.filter(({ name }) => name === "merge_group" || name.startsWith("deployment")))(
    "of $name $action have the commit that GitHub takes as GITHUB_SHA",
    ({ name, payload }) => {
      const sha = payload.merge_group?.head_sha ?? payload.deployment?.sha ?? payload.workflow_run?.head_sha;
      expect(commitOfEvent(name, payload, sha)).toEqual({ sha, isOfCallersRun: true });
    },
  );

  test("of a comment on a pull request name it", () => {
    const comments = examples.filter(({ name }) => name === "issue_comment");
    for (const { name, payload } of comments) {
      const { issue } = payload;
      const onPullRequest = {
        ...payload,
        issue: { ...issue, pull_request: { url: issue.url, html_url: issue.html_url } },
      };
      expect(commitOfEvent(name, onPullRequest, OWN)).toEqual({ ofPullRequest: issue.number });
    }
    expect(comments.length).toBeGreaterThan(0);
  });

  test("tell whether the repository is public", () => {
    for (const event of examples) {
      const isPrivate = PRIVATE.some((each) => each === event.name || each === commitOf(event));
      expect([event.name, event.action, countsAsPublic(event.payload)]).toEqual([event.name, event.action, !isPrivate]);
    }
  });

  test("tell the run that a report is about", () => {
    const runs = examples.filter(({ name }) => name === "workflow_run").map(({ payload }) => payload.workflow_run);
    expect(runs.map((run) => readRun(run))).toMatchObject(
      runs.map(({ id, status, conclusion, html_url }) => ({ id, status, conclusion, htmlUrl: html_url })),
    );
  });
});

/** With every nullable field null, and every optional one left out. */
describe("the least that the schema allows", () => {
  const ofRun = leastEvents.filter(({ name }) => name === "workflow_run");

  test("is known for every event and activity", () => {
    const known = (events: readonly WebhookEvent[]) => new Set(events.map(({ name, action }) => `${name} ${action}`));
    const [inSchema, inExamples] = [known(leastEvents), known(examples)];
    expect([...inExamples].filter((each) => !inSchema.has(each))).toEqual([]);
    expect(inSchema.size).toBe(50);
  });

  test.each(leastEvents)("of $name $action has the same commit", ({ name, payload }) => {
    const isOther = /^(pull_request|check_|workflow_run)/.test(name);
    expect(commitOfEvent(name, payload, OWN)).toMatchObject({ sha: isOther ? HEAD : OWN });
  });

  test("of a pull request whose fork was deleted is about its head, outside the caller's run", () => {
    const pullRequests = leastEvents.filter(({ name }) => name === "pull_request");
    for (const { payload } of pullRequests) {
      const { head, base } = payload.pull_request;
      const deleted = { ...payload, pull_request: { head: { ...head, repo: null }, base } };
      expect(commitOfEvent("pull_request_target", deleted, OWN)).toEqual({ sha: HEAD, isOfCallersRun: false });
      expect(commitOfEvent("pull_request", deleted, OWN)).toEqual({ sha: HEAD, isOfCallersRun: true });
    }
    expect(pullRequests.length).toBeGreaterThan(15);
  });

  test("without a repository counts as public", () => {
    const without = leastEvents.filter(({ payload }) => payload.repository === undefined);
    expect(without.map(({ name }) => name)).toEqual(["merge_group", "merge_group"]);
    for (const { payload } of without) expect(countsAsPublic(payload)).toBe(true);
  });

  test("is a run that a report can read", () => {
    for (const { payload } of ofRun)
      expect(readRun(payload.workflow_run)).toMatchObject({ id: 1, name: "", headBranch: null, conclusion: null });
    expect(ofRun.map(({ action }) => action)).toEqual(["completed", "in_progress", "requested"]);
  });
});
