/** Which commit an event is about, by payloads that are made from GitHub's published descriptions of its events. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commitOfEvent } from "../../../src/inputs/event-commit.ts";
import { packageRoot } from "../../simulator/description-excerpt.ts";

type Json = Record<string, unknown>;

const text = readFileSync(`${packageRoot}generated/api.github.com.json`, "utf8");
const { components } = JSON.parse(text) as { components: { schemas: Json } };

function resolved(schema: Json): Json {
  const [, name] = /\/([^/]+)$/.exec(String(schema.$ref ?? "")) ?? [];
  return name === undefined ? schema : resolved(components.schemas[name] as Json);
}

/** A value with every property that the description requires; each commit's SHA is another one. */
function madeOf(given: Json, path: readonly string[]): unknown {
  const schema = resolved(given);
  const [one] = [schema.oneOf, schema.anyOf].filter(Array.isArray).flat() as Json[];
  if (Array.isArray(schema.allOf))
    return Object.assign({}, ...schema.allOf.map((part: Json) => madeOf(part, path) as object));
  if (one) return madeOf(one, path);
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const type = [schema.type].flat()[0];
  if (type === "object" || schema.properties) {
    const properties = (schema.properties ?? {}) as Record<string, Json>;
    const required = (schema.required ?? []) as string[];
    return Object.fromEntries(required.map((name) => [name, madeOf(properties[name] ?? {}, [...path, name])]));
  }
  if (type === "array") return [];
  if (type === "integer" || type === "number") return path.at(-1) === "number" ? 42 : 1;
  if (type === "boolean") return false;
  return /sha$|^(after|before|id)$/.test(path.at(-1) ?? "") ? shaAt(path.join(".")) : path.join(".");
}

function shaAt(path: string): string {
  return createHash("sha1").update(path).digest("hex");
}

/** What a payload has, where that is not called as the event is. */
const HAS: Record<string, string> = {
  push: "head_commit",
  pull_request_target: "pull_request",
  pull_request_review: "review",
  pull_request_review_comment: "comment",
};

const OWN = "a".repeat(40);

describe("the commit of", () => {
  test.each<[string, string, string | undefined]>([
    ["pull_request", "pull-request-opened", "pull_request.head.sha"],
    ["pull_request", "pull-request-synchronize", "pull_request.head.sha"],
    ["pull_request_target", "pull-request-opened", "pull_request.head.sha"],
    ["pull_request_review", "pull-request-review-submitted", "pull_request.head.sha"],
    ["pull_request_review_comment", "pull-request-review-comment-created", "pull_request.head.sha"],
    ["workflow_run", "workflow-run-completed", "workflow_run.head_sha"],
    ["check_suite", "check-suite-completed", "check_suite.head_sha"],
    ["check_run", "check-run-completed", "check_run.head_sha"],
    ["merge_group", "merge-group-checks-requested", undefined],
    ["deployment", "deployment-created", undefined],
    ["push", "push", undefined],
  ])("%s (%s) is %s, or GITHUB_SHA", (event, name, path) => {
    const payload = madeOf(components.schemas[`webhook-${name}`] as Json, []) as Json;
    expect(Object.keys(payload)).toContain(HAS[event] ?? event);
    expect(commitOfEvent(event, payload, OWN)).toMatchObject({ sha: path === undefined ? OWN : shaAt(path) });
  });

  test("issue_comment is the head of the pull request that it is on, or GITHUB_SHA", () => {
    const payload = madeOf(components.schemas["webhook-issue-comment-created"] as Json, []) as { issue: Json };
    expect(commitOfEvent("issue_comment", payload, OWN)).toEqual({ sha: OWN, isOfCallersRun: true });
    const { properties = {} } = resolved(components.schemas.webhooks_issue as Json) as { properties?: Json };
    expect(properties).toHaveProperty("pull_request");
    const issue = { ...payload.issue, pull_request: madeOf(properties.pull_request as Json, []) };
    expect(commitOfEvent("issue_comment", { ...payload, issue }, OWN)).toEqual({ ofPullRequest: 42 });
  });

  test("schedule, which no hook tells of, is GITHUB_SHA", () => {
    expect(commitOfEvent("schedule", { schedule: "0 0 * * *" }, OWN)).toEqual({ sha: OWN, isOfCallersRun: true });
  });
});
