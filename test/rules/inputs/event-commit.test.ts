/** The commit that the caller's event is about, by the fields of GitHub's events. */

import { describe, expect, test } from "vitest";
import { commitOfEvent } from "../../../src/inputs/event-commit.ts";
import type { EventCommit } from "../../../src/inputs/target.ts";

/** `GITHUB_SHA`, and the commit that the event has. */
const OWN = "a".repeat(40);
const HEAD = "b".repeat(40);

const own: EventCommit = { sha: OWN, isOfCallersRun: true };
const head: EventCommit = { sha: HEAD, isOfCallersRun: true };
const elsewhere: EventCommit = { sha: HEAD, isOfCallersRun: false };
const none: EventCommit = { sha: "", isOfCallersRun: true };

const pull_request = { number: 7, head: { sha: HEAD, ref: "topic" }, base: { sha: OWN, ref: "main" } };
const issue = { number: 7, title: "Change" };

describe("commitOfEvent", () => {
  test.each<[string, unknown, EventCommit]>([
    ["push", { after: HEAD, before: OWN, head_commit: { id: HEAD } }, own],
    ["schedule", { schedule: "0 0 * * *" }, own],
    ["workflow_dispatch", { inputs: { pull_request: "x" } }, own],
    ["repository_dispatch", { action: "deploy", client_payload: { pull_request } }, own],
    ["merge_group", { action: "checks_requested", merge_group: { head_sha: HEAD, base_sha: OWN } }, own],
    ["deployment", { deployment: { sha: HEAD, ref: "main" } }, own],
    ["deployment_status", { deployment: { sha: HEAD }, deployment_status: { state: "success" } }, own],
    ["release", { release: { target_commitish: HEAD } }, own],
    ["pull_request", { action: "opened", number: 7, pull_request }, head],
    ["pull_request_target", { action: "opened", number: 7, pull_request }, head],
    ["pull_request_review", { action: "submitted", pull_request, review: { commit_id: OWN } }, head],
    ["pull_request_review_comment", { action: "created", pull_request, comment: { commit_id: OWN } }, head],
    ["issue_comment", { action: "created", issue: { ...issue, pull_request: { url: "x" } } }, { ofPullRequest: 7 }],
    ["issue_comment", { action: "created", issue }, own],
    ["issues", { action: "opened", issue }, own],
    ["workflow_run", { action: "completed", workflow_run: { head_sha: HEAD } }, elsewhere],
    ["workflow_run", { action: "completed", workflow_run: { head_sha: OWN } }, own],
    ["check_suite", { action: "completed", check_suite: { head_sha: HEAD } }, elsewhere],
    ["check_run", { action: "completed", check_run: { head_sha: HEAD, check_suite: { head_sha: OWN } } }, elsewhere],
  ])("of %s with %j", (event, payload, commit) => {
    expect(commitOfEvent(event, payload, OWN)).toEqual(commit);
  });

  test.each<[string, unknown]>([
    ["pull_request", { pull_request: { head: {} } }],
    ["pull_request", { pull_request: "x" }],
    ["pull_request_target", {}],
    ["workflow_run", {}],
    ["workflow_run", { workflow_run: { head_sha: 5 } }],
    ["check_suite", { check_suite: { head_sha: "main" } }],
    ["check_run", null],
  ])("is never GITHUB_SHA where %s has another that cannot be read (%j)", (event, payload) => {
    expect(commitOfEvent(event, payload, OWN)).toMatchObject({ sha: "" });
  });

  test.each(["", "HEAD", "a".repeat(39)])("is none where GITHUB_SHA is %j", (sha) => {
    expect(commitOfEvent("push", {}, sha)).toEqual(none);
  });

  test("is none where the number of the pull request cannot be read", () => {
    for (const number of ["7", 7.5, undefined])
      expect(commitOfEvent("issue_comment", { issue: { number, pull_request: {} } }, OWN)).toMatchObject({ sha: "" });
  });
});
