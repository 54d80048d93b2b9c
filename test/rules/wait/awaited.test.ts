import { expect, test } from "vitest";
import type { PendingDeployment } from "../../../src/github/pending-deployments.ts";
import { describeDeployments } from "../../../src/wait/awaited.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const LATER = Date.UTC(2026, 10, 22, 9, 30);

type About = Partial<PendingDeployment>;

test.each<[string, About[]]>([
  ["", [{ environment: "", reviewers: ["octocat"] }]],
  ["an approval of production (octocat may approve)", [{ reviewers: ["octocat"] }]],
  ["an approval of production (octocat or the team ops may approve)", [{ reviewers: ["octocat", "the team ops"] }]],
  ["the wait timer of production, which ends at 2026-11-22 09:30:00 UTC", [{ timerEndsAtMs: LATER }]],
  [
    "an approval of production (octocat may approve; its wait timer ends at 2026-11-22 09:30:00 UTC)",
    [{ reviewers: ["octocat"], timerEndsAtMs: LATER }],
  ],
  ["a custom protection rule of production", [{}]],
  ["a protection rule of production, whose wait timer has ended", [{ timerEndsAtMs: NOW - 1 }]],
  ["an approval of production (octocat may approve)", [{ reviewers: ["octocat"], timerEndsAtMs: NOW - 1 }]],
  [
    "an approval of production (octocat may approve), staging (hubot may approve), the wait timer of eu, which ends at 2026-11-22 09:30:00 UTC",
    [
      { reviewers: ["octocat"] },
      { environment: "eu", timerEndsAtMs: LATER },
      { environment: "staging", reviewers: ["hubot"] },
    ],
  ],
])("%j is said of %j", (words, about) => {
  const pending = about.map((each) => ({
    environment: "production",
    reviewers: [],
    timerEndsAtMs: undefined,
    ...each,
  }));
  expect(describeDeployments(pending, { showsReviewers: true, nowMs: NOW }).join(", ")).toBe(words);
});

test("an approval is one also where nobody may be named", () => {
  const pending = [{ environment: "production", reviewers: ["octocat"], timerEndsAtMs: undefined }];
  expect(describeDeployments(pending, { showsReviewers: false, nowMs: NOW })).toEqual(["an approval of production"]);
});

test("a timer counts where no time of the server is known", () => {
  const pending = [{ environment: "production", reviewers: [], timerEndsAtMs: NOW }];
  expect(describeDeployments(pending, { showsReviewers: true, nowMs: undefined })).toEqual([
    "the wait timer of production, which ends at 2026-11-20 12:00:00 UTC",
  ]);
});
