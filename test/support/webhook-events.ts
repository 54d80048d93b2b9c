/** Events as GitHub sends them: examples that people have gathered, and the least that the published schema allows. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// biome-ignore lint/suspicious/noExplicitAny: events of all kinds are walked, not read.
type Json = any;

export interface WebhookEvent {
  /** As in `on:`, and in `GITHUB_EVENT_NAME`. */
  name: string;
  /** Of the activity, e.g. `opened`. */
  action: string;
  payload: Json;
}

/** Events about a commit that need not be `GITHUB_SHA`, and such as look alike. */
const NAMES = [
  "pull_request_review_comment",
  "pull_request_review_thread",
  "pull_request_review",
  "pull_request",
  "workflow_run",
  "check_run",
  "check_suite",
  "issue_comment",
  "merge_group",
  "deployment_protection_rule",
  "deployment_review",
  "deployment_status",
  "deployment",
];

const given = createRequire(import.meta.url)("@octokit/webhooks-examples") as { name: string; examples: Json[] }[];

export const examples: readonly WebhookEvent[] = given
  .filter(({ name }) => NAMES.includes(name))
  .flatMap((event) => event.examples.map((payload) => ({ name: event.name, action: payload.action, payload })));

// Read as a file: the package's module would load those of eight servers, 36 MB.
const file = new URL("../../node_modules/@octokit/openapi-webhooks/generated/api.github.com.json", import.meta.url);
const { webhooks, components } = JSON.parse(readFileSync(fileURLToPath(file), "utf8")) as Json;

/** Every SHA in `leastEvents`. */
export const HEAD = "b".repeat(40);

/** The least of each event and activity: every field null that may be, every field left out that may be. */
export const leastEvents: readonly WebhookEvent[] = Object.keys(webhooks).flatMap((key) => {
  const payload = leastOf(webhooks[key].post.requestBody.content["application/json"].schema, "");
  const action = String(payload.action);
  // `pull-request-review-requested` is an activity of `pull_request`.
  const name = key.replaceAll("-", "_").slice(0, -action.length - 1);
  return NAMES.includes(name) ? [{ name, action, payload }] : [];
});

function leastOf({ $ref, ...own }: Json, key: string): Json {
  const schema = $ref === undefined ? own : components.schemas[String($ref).split("/").at(-1) ?? ""];
  if (mayBeNull(schema)) return null;
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants && !schema.properties) return leastOf(variants[0], key);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part: Json) => leastOf(part, key)));
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [type] = [schema.type].flat();
  if (type === "object" || schema.properties) {
    const required: string[] = schema.required ?? [];
    return Object.fromEntries(required.map((name) => [name, leastOf(schema.properties?.[name] ?? {}, name)]));
  }
  if (type === "array") return [];
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return false;
  if (schema.format === "date-time") return "2026-11-30T12:00:00Z";
  return /sha$/.test(key) ? HEAD : "x";
}

function mayBeNull({ nullable, type, enum: words = [], oneOf, anyOf = oneOf ?? [] }: Json): boolean {
  return (
    nullable === true ||
    [type].flat().includes("null") ||
    words.includes(null) ||
    anyOf.some((part: Json) => part.type === "null")
  );
}
