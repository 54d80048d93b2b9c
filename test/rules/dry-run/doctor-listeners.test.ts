/** What a dry run finds of the workflows that listen for a repository_dispatch. */

import { describe, expect, test } from "vitest";
import type { FaultHook } from "../../simulator/index.ts";
import { answer, BY_EVENT, BY_HAND, examine, fileOf } from "../../support/dry-run-stage.ts";
import { SILENT } from "../../support/receivers.ts";
import type { Stage } from "../../support/stage.ts";

describe("a dry run of a repository_dispatch", () => {
  test("of a repository_dispatch finds who listens", async () => {
    const { checklist, failure } = await examine(
      { "silent.yml": SILENT, "test.yml": BY_EVENT },
      { event_type: "deploy" },
    );
    expect(failure).toBeUndefined();
    expect(checklist.slice(2)).toEqual([
      "✓ .github/workflows/test.yml listens for repository_dispatch `deploy`.",
      "✓ .github/workflows/test.yml shows the id in a step's name.",
      "Found no problem, as far as can be checked without dispatching.",
    ]);
  });

  test("finds a listener that is disabled, unless another one is not", async () => {
    const disabled = { repository: { disabled: ["deploy.yml"] } };
    const alone = await examine({ "deploy.yml": BY_EVENT }, { event_type: "deploy" }, disabled);
    expect(alone.failure?.split("\n").slice(1)).toEqual([
      "✗ .github/workflows/deploy.yml is disabled: enable it on the target's Actions page.",
    ]);
    const workflows = { "deploy.yml": BY_EVENT, "test.yml": BY_EVENT };
    const withOther = await examine(workflows, { event_type: "deploy" }, disabled);
    expect(withOther.failure).toBeUndefined();
    expect(withOther.checklist.join("\n")).not.toContain("deploy.yml");
  });

  test("of an event passes over what GitHub lists and nobody could start", async () => {
    const listed = (id: number, path: string) => ({ id, name: "x", path, state: "active" });
    const fault: FaultHook = ({ path }) => {
      if (path.endsWith("/actions/workflows")) {
        const workflows = [
          listed(1, "dynamic/pages/pages-build-deployment"),
          listed(2, "dynamic/dependabot/dependabot-updates"),
          listed(3, ".github/workflows/only-on-a-branch.yml"),
          listed(4, ".github/workflows/broken.yml"),
          listed(5, ".github/workflows/test.yml"),
        ];
        return answer({ total_count: 5, workflows });
      }
      return path.endsWith("/broken.yml") ? answer(fileOf("a: [")) : undefined;
    };
    const before = ({ github }: Stage) => {
      github.fault = fault;
    };
    const right = await examine({ "test.yml": BY_EVENT }, { event_type: "deploy" }, { before });
    expect(right.failure).toBeUndefined();
    expect(right.checklist.slice(2)).toEqual([
      "✓ .github/workflows/test.yml listens for repository_dispatch `deploy`.",
      "✓ .github/workflows/test.yml shows the id in a step's name.",
      "Found no problem, as far as can be checked without dispatching.",
    ]);
    // Where nobody listens, what cannot be read may be meant.
    const nobody = await examine({ "test.yml": BY_EVENT }, { event_type: "deplyo" }, { before });
    expect(nobody.checklist[2]).toBe("? .github/workflows/broken.yml is not valid YAML (line 1).");
    expect(nobody.failure).toContain("No workflow on the default branch listens");
  });

  describe("with a listener that GitHub cannot read", () => {
    const broken = BY_EVENT.replace("name: Deploy", "name: Deploy\ndescription: Which input (default: x)");
    const workflows = { "silent.yml": BY_HAND, "test.yml": broken };
    const unreadable = { repository: { unreadable: ["test.yml"] } };
    const line = "✗ .github/workflows/test.yml is not valid YAML (line 2): a text with `: ` in it needs quotes.";

    test("names it, and says neither that nobody listens nor what the file has", async () => {
      const { failure, checklist } = await examine(workflows, { event_type: "deploy" }, unreadable);
      expect(failure).toBe(`The dry run found 1 problem:\n${line}`);
      expect(checklist.slice(2)).toEqual([line]);
    });

    test("does not take it for the cause where its types are others", async () => {
      const { failure, checklist } = await examine(workflows, { event_type: "release" }, unreadable);
      expect(checklist[2]).toBe(line.replace("✗", "?"));
      expect(failure).toContain("No workflow on the default branch listens for repository_dispatch `release`.");
    });

    test("does not mind it where another one listens", async () => {
      const { failure } = await examine({ ...workflows, "other.yml": BY_EVENT }, { event_type: "deploy" }, unreadable);
      expect(failure).toBeUndefined();
    });
  });
});
