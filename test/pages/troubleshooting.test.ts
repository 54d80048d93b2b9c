/** docs/troubleshooting.md quotes what the code says: every message is there, and no other. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { listen } from "../support/unsaid-words.ts";

const page = readFileSync(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");

const listener = await listen();
const { directMessages } = await import("../support/messages-direct.ts");
const { doorMessages, playedMessages } = await import("../support/messages-played.ts");

/** The files whose words are for the reader of a red step. */
const FILES = [
  "asking/look-at.ts",
  "cancel/cancel-run.ts",
  "cancel/cancel.ts",
  "cancel/post.ts",
  "commit-status/commit-status.ts",
  "dispatch/dispatch.ts",
  "dispatch/manner.ts",
  "dispatch/plan.ts",
  "dispatch/unclear.ts",
  "dry-run/callers-side.ts",
  "dry-run/doctor.ts",
  "dry-run/given-run.ts",
  "dry-run/receivers.ts",
  "dry-run/workflow-files.ts",
  "explain/app.ts",
  "explain/explain.ts",
  "explain/network.ts",
  "explain/refusal.ts",
  "explain/trouble.ts",
  "explain/unprocessable.ts",
  "find/choose.ts",
  "find/find.ts",
  "find/given.ts",
  "find/not-found.ts",
  "follow/awaited.ts",
  "follow/deciding-jobs.ts",
  "follow/failed-log.ts",
  "follow/follow.ts",
  "follow/place.ts",
  "follow/time-out.ts",
  "github/api.ts",
  "inputs/commit-status.ts",
  "inputs/artifact-name.ts",
  "inputs/credentials.ts",
  "inputs/given-run.ts",
  "inputs/imitation.ts",
  "inputs/inputs.ts",
  "inputs/job-names.ts",
  "inputs/keys.ts",
  "inputs/mapping.ts",
  "inputs/names.ts",
  "inputs/order.ts",
  "inputs/reader.ts",
  "inputs/target.ts",
  "judge/red-end.ts",
  "judge/red-jobs.ts",
  "receiver/examine.ts",
  "receiver/expression.ts",
  "receiver/lines-to-add.ts",
  "receiver/mistake.ts",
  "receiver/sign.ts",
  "receiver/uploads.ts",
  "report/failure-of.ts",
  "rerun/next-attempt.ts",
  "reuse/find-equal.ts",
  "run.ts",
  "values/archive.ts",
  "values/explain-flaw.ts",
  "values/take-values.ts",
  "values/values.ts",
];

/** Words that no message of a simulated GitHub can have, or that are for nobody. */
const NEVER_SAID = [
  // The simulated server is not github.com, whose answers a dry run trusts to name the run.
  'receiver/examine.ts: "GitHub\'s answer will name the run; nothing has to show the id."',
  // Said in the log of a `post` step alone.
  "cancel/post.ts: `The remote run is ending by itself: ${htmlUrl}`",
  // A run without a status that nobody follows.
  'dry-run/given-run.ts: "without a status"',
  // A mistake of ours.
  'inputs/order.ts: "mapping.ts was not loaded"',
];

const messages = (await Promise.all([directMessages(), playedMessages(), doorMessages()])).flat();
const firsts = new Set(messages.flatMap(({ first = [] }) => first));
const lines = new Set(messages.flatMap(({ first = [], more }) => [first, more].flat()));

/** What the page quotes: each line of its blocks that are marked as text. */
const quoted = [...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
  block.trimEnd().split("\n"),
);

test("the messages below are all that there are: no words of the code are left unsaid", async () => {
  expect((await listener.unsaid(FILES)).sort()).toEqual([...NEVER_SAID].sort());
});

test("the page quotes every message by its first line", () => {
  expect([...firsts].filter((first) => !quoted.includes(first))).toEqual([]);
  expect(firsts.size).toBeGreaterThan(100);
});

test("the page quotes nothing that the code does not say", () => {
  expect(quoted.filter((line) => !lines.has(line))).toEqual([]);
});

test("the page quotes nothing twice", () => {
  expect(quoted.filter((line, at) => quoted.indexOf(line) !== at)).toEqual([]);
});
