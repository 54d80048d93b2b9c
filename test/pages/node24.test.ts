import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { forNode24 } from "../../scripts/node24.ts";
import { ACTION } from "../support/caller.ts";
import { findingsIn } from "../support/workflow-findings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

interface Runs {
  using: string;
  main: string;
  post: string;
}

describe("node24/action.yml", () => {
  const { runs: ours, ...declared } = parse(read("node24/action.yml")) as { runs: Runs };
  const { runs, ...original } = parse(read("action.yml")) as { runs: Runs };

  test("declares what action.yml declares, for Node 24", () => {
    expect(declared).toEqual(original);
    expect([runs.using, ours.using]).toEqual(["node20", "node24"]);
  });

  test("starts the same bundle", () => {
    for (const part of ["main", "post"] as const) {
      expect(join("node24", ours[part])).toBe(join(runs[part]));
      expect(existsSync(join(root, dirname("node24/action.yml"), ours[part]))).toBe(true);
    }
  });

  test("is what `npm run readme` makes of action.yml, and says so", () => {
    expect(read("node24/action.yml")).toBe(forNode24(read("action.yml")));
    expect(read("node24/action.yml")).toMatch(/^# Written by `npm run readme`/);
  });

  test("is known to the checks of workflows by its own name", async () => {
    const uses = ACTION.replace("@", "/node24@");
    const workflow = `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ${uses}\n        with:\n          rep: octo/target\n`;
    expect(await findingsIn(workflow)).toContainEqual("language service: 8: Invalid action input 'rep'");
  });

  test.for([
    ["without a line that it is about", "runs:\n  using: node20\n  main: dist/index.js\n"],
    ["with another Node", "runs:\n  using: node16\n  main: dist/index.js\n  post: dist/post.js\n"],
  ])("is not made of an action.yml %s", ([, text = ""]) => {
    expect(() => forNode24(text)).toThrow(/action\.yml has not one line/);
  });
});
