import { describe, expect, test } from "vitest";
import { readMapping } from "../../../src/inputs/mapping.ts";
import { setStage } from "../../support/stage.ts";

const ID = "${{ github.event.client_payload.distinct_id }}";

/** Jobs that share one anchor, as often as given. */
function receiver(times: number): string {
  const jobs = Array.from(
    { length: times },
    (_, at) => `  job${at}:\n    runs-on: x\n    env: *env\n    steps: *steps\n`,
  );
  return `run-name: Deploy [${ID}]\non: { repository_dispatch: { types: [deploy] } }\njobs:\n  first:\n    runs-on: x\n    env: &env { A: b }\n    steps: &steps\n      - run: x\n${jobs.join("")}`;
}

/** Each line has the one before ten times. */
function bombs(depth: number): string {
  const lines = Array.from({ length: depth }, (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`)}]\n`);
  return `a0: &a0 [x]\n${lines.join("")}`;
}

describe("a workflow file in which one anchor is used", () => {
  test.each([2, 100, 101, 500])("%i times is read", async (times) => {
    const { play } = await setStage({ "deploy.yml": receiver(times) });
    const { failure, log } = await play({ event_type: "deploy", dry_run: "true" });
    expect(failure).toBeUndefined();
    expect(log).toContain("✓ .github/workflows/deploy.yml shows the id in its `run-name`.");
  });
});

describe("a payload in which one anchor is used", () => {
  test.each([2, 100, 101, 500])("%i times is read", (times) => {
    const text = `a: &a { b: c }\nlist: [${Array(times).fill("*a").join(", ")}]`;
    expect(readMapping(text)).toEqual({ value: { a: { b: "c" }, list: Array(times).fill({ b: "c" }) } });
  });

  test.each([
    ["to more than anybody means", bombs(9)],
    ["without end", "a: &a [*a]"],
    ["without end, by way of another", "a: &a [&b [*a], *b]"],
  ])("so that it expands %s is refused", (_, text) => {
    expect(readMapping(text)).toEqual({ problems: ["it has aliases that expand without end"] });
  });
});
