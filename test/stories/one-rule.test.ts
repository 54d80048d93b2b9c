/** One function says whether a text shows the id: with another rule in its place, the dry run, the search and the error follow it. */

import { describe, expect, test, vi } from "vitest";

// Another rule, which GitHub's names do not fit: only a name that begins with the id shows it, all others have it glued.
vi.mock("../../src/inputs/distinct-id.ts", async (original) => {
  const showsDistinctId = (text: string, id: string) => text.startsWith(id);
  return {
    ...(await original<typeof import("../../src/inputs/distinct-id.ts")>()),
    showsDistinctId,
    wordContainingId: (text: string, id: string) =>
      text.includes(id) && !showsDistinctId(text, id) ? "another rule" : undefined,
  };
});

const { receiver } = await import("../support/receivers.ts");
const { setStage } = await import("../support/stage.ts");

describe("another rule", () => {
  const playBoth = async (text: string) => {
    const on = await setStage({ "deploy.yml": text });
    const before = await on.play({ event_type: "deploy", dry_run: "true" });
    return { before, after: await on.play({ event_type: "deploy", find_timeout_seconds: "60" }) };
  };

  test("is the dry run's, the search's and the error's, where it says no", async () => {
    const { before, after } = await playBoth(receiver("repository_dispatch", "run-name"));
    expect(before.failure).toContain("only as part of `another rule`");
    expect(after.outputs.runId).toBeUndefined();
    expect(after.failure).toContain("shows no id, but contains it in `another rule`");
    expect(after.failure).toContain("only as part of `another rule`, so its run would not be found.");
  });

  test("is the dry run's and the search's, where it says yes", async () => {
    const text = receiver("repository_dispatch", "run-name").replace(/run-name: Deploy \[(.*)\]/, "run-name: $1abc");
    const { before, after } = await playBoth(text);
    expect(before.failure).toBeUndefined();
    expect(after.log.join("\n")).toContain("by its name: ");
  });
});
