/** The receivers of a run that is not found in time, on a simulated GitHub. */

import { describe, expect, test } from "vitest";
import { receiver } from "../../support/receivers.ts";
import { asked, setStage } from "../../support/stage.ts";

const BY_EVENT = receiver("repository_dispatch", "step");

describe("a run that is not found in time", () => {
  test("is explained by what its receiver lacks, and the deadline is kept", async () => {
    const { github, play } = await setStage({ "test.yml": BY_EVENT });
    const { failure, tookMs } = await play({
      event_type: "deploy",
      distinct_id_key: "another",
      find_timeout_seconds: "60",
    });
    expect(tookMs).toBe(60_000);
    expect(failure).toContain(
      "✗ .github/workflows/test.yml does not show the id, so its run would not be found. Lines to add:",
    );
    expect(asked(github, "POST")).toHaveLength(1);
  });

  test("is explained by its lateness where the receiver is right", async () => {
    const { play } = await setStage({ "test.yml": BY_EVENT }, { behaviour: { visibleAfterMs: 600_000 } });
    const { failure, tookMs } = await play({ event_type: "deploy", find_timeout_seconds: "60" });
    expect(tookMs).toBe(60_000);
    expect(failure).toContain("✓ .github/workflows/test.yml shows the id in a step's name.");
    expect(failure).toContain("increase `find_timeout_seconds`");
  });

  test.each([
    [
      "is disabled",
      { disabled: ["test.yml"] },
      BY_EVENT,
      "✗ .github/workflows/test.yml is disabled: enable it on the target's Actions page.",
    ],
    [
      "is not valid YAML",
      { unreadable: ["test.yml"] },
      BY_EVENT.replace("name: Deploy", "name: Deploy\nname: x"),
      "✗ .github/workflows/test.yml is not valid YAML (line 2): a key is given twice.",
    ],
  ])("is explained by its listener alone, which %s", async (_, repository, text, line) => {
    const { github, play } = await setStage(
      { "test.yml": text, "hand.yml": receiver("workflow_dispatch", "job") },
      { repository },
    );
    const { failure } = await play({ event_type: "deploy", find_timeout_seconds: "60" });
    const page = `All runs of octo/target: ${github.apiUrl}/octo/target/actions`;
    expect(failure?.split("\n").slice(1)).toEqual(["GitHub listed no run since the dispatch.", page, line]);
  });

  test("is explained by its receiver where the server's answer has not named it", async () => {
    const { play } = await setStage(
      { "deploy.yml": receiver("workflow_dispatch", undefined) },
      { runDetails: "rejected" },
    );
    const { failure } = await play({ workflow: "deploy.yml", ref: "main", find_timeout_seconds: "60" });
    expect(failure).toContain(
      "✗ .github/workflows/deploy.yml does not show the id, so its run would not be found. Lines to add:",
    );
  });

  describe("among many workflows, far away", () => {
    const others = Array.from({ length: 25 }, (_, at) => [`other-${at}.yml`, receiver("workflow_dispatch", "job")]);
    const many = (text: string) => ({ ...Object.fromEntries(others), "test.yml": text });
    const far = { latencyMs: 250 };
    const given = { event_type: "deploy", find_timeout_seconds: "60" };

    test("is explained by the receiver that has run, and time is left for a last look", async () => {
      const { github, play } = await setStage(many(BY_EVENT), far);
      const { failure, tookMs } = await play({ ...given, distinct_id_key: "another" });
      expect(tookMs).toBe(250 + 60_000);
      expect(failure).toContain("GitHub listed 1 run since the dispatch.");
      expect(failure).toContain("✗ .github/workflows/test.yml does not show the id");
      const requests = github.transcript().map((line) => line.split(" ")[1] ?? "");
      const [files, lists] = ["/contents/", "/actions/runs?"].map((part) =>
        requests.findLastIndex((path) => path.includes(part)),
      );
      expect(files).toBeGreaterThan(0);
      expect(lists).toBeGreaterThan(files ?? 0);
    });

    test("is found when it shows at the last moment", async () => {
      const text = receiver("repository_dispatch", "run-name");
      const { play } = await setStage(many(text), { ...far, behaviour: { visibleAfterMs: 56_000 } });
      const { failure, outputs } = await play(given);
      expect(failure).toBeUndefined();
      expect(outputs.runId).toBeDefined();
    });

    test("is explained by the first look where the last one has no answer", async () => {
      const { github, clock, play } = await setStage(many(BY_EVENT), far);
      github.fault = ({ path }) =>
        path.endsWith("/actions/runs") && clock.nowMs() > 55_000 ? { when: "before", kind: "hang" } : undefined;
      const { failure, tookMs } = await play({ ...given, distinct_id_key: "another" });
      expect(tookMs).toBe(250 + 60_000);
      expect(failure).toContain("GitHub listed 1 run since the dispatch.");
    });
  });

  test("is found all the same when it shows while its receiver is looked at", async () => {
    const { play } = await setStage(
      { "test.yml": receiver("repository_dispatch", "run-name") },
      { behaviour: { visibleAfterMs: 56_000 } },
    );
    const { failure, outputs } = await play({ event_type: "deploy", find_timeout_seconds: "60" });
    expect(failure).toBeUndefined();
    expect(outputs.runId).toBeDefined();
  });
});
