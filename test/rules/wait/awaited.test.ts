import { expect, test } from "vitest";
import { describeDeployment } from "../../../src/wait/awaited.ts";

test.each<[string, Partial<Parameters<typeof describeDeployment>[0]>]>([
  ["", { environment: "", reviewers: ["octocat"] }],
  ["production", {}],
  ["production (octocat may approve)", { reviewers: ["octocat"] }],
  ["production (octocat or the team ops may approve)", { reviewers: ["octocat", "the team ops"] }],
  ["production (its wait timer ends at 12:30:00 UTC)", { timerEndsAtMs: Date.UTC(2026, 10, 20, 12, 30) }],
  [
    "production (octocat may approve; its wait timer ends at 12:30:00 UTC)",
    { reviewers: ["octocat"], timerEndsAtMs: Date.UTC(2026, 10, 20, 12, 30) },
  ],
])("%j is said of %j", (words, about) => {
  expect(describeDeployment({ environment: "production", reviewers: [], timerEndsAtMs: undefined, ...about })).toBe(
    words,
  );
});
