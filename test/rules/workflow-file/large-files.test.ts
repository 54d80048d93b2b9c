import { describe, expect, test } from "vitest";
import { examineReceiver, type ToReceiver } from "../../../src/workflow-file/examine.ts";
import { readReceiver } from "../../../src/workflow-file/receiver.ts";
import { parseYaml } from "../../../src/workflow-file/yaml.ts";
import { growth, takesLonger } from "../../support/processor-time.ts";
import { receiver, SENT } from "../../support/receivers.ts";
import { setStage } from "../../support/stage.ts";

const KIB = 1024;
const BY_HAND = receiver("workflow_dispatch", "run-name");

/** As long as this, by a comment. */
function padded(text: string, length: number): string {
  return `${text}\n#${"x".repeat(length - text.length - 2)}`;
}

const DISPATCHED: ToReceiver = { ...SENT, event: "workflow_dispatch", eventType: "", needsName: true };

function examine(text: string): unknown {
  const parsed = parseYaml(text);
  return "value" in parsed ? examineReceiver(readReceiver("a.yml", parsed.value), DISPATCHED) : parsed;
}

const each = (n: number, line: (nth: number) => string) => Array.from({ length: n }, (_, nth) => line(nth)).join("");
const HEAD = "on:\n  workflow_dispatch:\n    inputs:\n      distinct_id: {}\n";

describe("a large workflow file", () => {
  test.each([
    ["above 512 KiB", padded(BY_HAND, 512 * KIB + 1)],
    ["that GitHub does not hand out", undefined],
  ])("%s is too large to be examined", async (_, text) => {
    const { github, play } = await setStage({ "deploy.yml": BY_HAND });
    const body =
      text === undefined
        ? { type: "file", encoding: "none", content: "", size: 2_000_000 }
        : { type: "file", encoding: "base64", content: Buffer.from(text).toString("base64") };
    github.fault = ({ path }) =>
      path.includes("/contents/") ? { kind: "status", when: "before", status: 200, body } : undefined;
    const { log, failure } = await play({ dry_run: "true", workflow: "deploy.yml" });
    const words = ".github/workflows/deploy.yml is too large to be examined (more than 512 KiB).";
    expect([...log, failure].join("\n")).toContain(words);
  });

  test("of 512 KiB is examined, in some seconds at most", async () => {
    const { play } = await setStage({ "deploy.yml": padded(BY_HAND, 512 * KIB) });
    expect((await play({ dry_run: "true", workflow: "deploy.yml" })).failure).toBeUndefined();
    const many = `${HEAD}jobs:\n${each(10_000, (nth) => `  j${nth}:\n    name: x${nth}\n    runs-on: x\n`)}`;
    expect(many.length).toBeGreaterThan(350 * KIB);
    expect(await takesLonger(20_000, () => examine(many))).toBe(false);
  });

  test.each<[string, (n: number) => string]>([
    ["different keys", (n) => each(n, (nth) => `k${nth}: 1\n`)],
    ["equal keys", (n) => "a: 1\n".repeat(n)],
    ["colons and brackets", (n) => ": [".repeat(n)],
    ["brackets", (n) => `a: ${"[".repeat(n)}`],
    ["colons and brackets before an expression", (n) => `a: ${": [".repeat(n)} \${{ x`],
    ["lines with an open bracket", (n) => "x: [\n".repeat(n)],
    ["open quotes", (n) => 'a: "b\n'.repeat(n)],
    ["tabs", (n) => "a:\n\tb\n".repeat(n)],
    ["blanks in an `if`", (n) => `${HEAD}jobs:\n  a:\n    if: "false${" ".repeat(n)}x"\n    steps: []\n`],
    ["open expressions", (n) => `${HEAD}run-name: "${"${{ ".repeat(n)}"\njobs: {a: {}}\n`],
    [
      "open expressions in an artifact's name",
      (n) => `jobs:\n  a:\n    steps: [{uses: actions/upload-artifact@v4, with: {name: "${"${{".repeat(n)}"}}]\n`,
    ],
    ["quotes in an expression", (n) => `${HEAD}run-name: "\${{ ${"'".repeat(n)}"\njobs: {a: {}}\n`],
    ["jobs", (n) => `${HEAD}jobs:\n${each(n, (nth) => `  j${nth}:\n    name: \${{ inputs.a }}\n`)}`],
    [
      "inputs",
      (n) =>
        `on:\n  workflow_dispatch:\n    inputs:\n${each(n, (nth) => `      i${nth}: {required: true}\n`)}jobs: {a: {}}\n`,
    ],
    [
      "steps and variables",
      (n) =>
        `${HEAD}env:\n${each(n, (nth) => `  V${nth}: x\n`)}jobs:\n  a:\n    steps:\n${each(n, (nth) => `      - name: \${{ env.V${nth} }}\n`)}`,
    ],
    [
      "jobs and variables",
      (n) =>
        `${HEAD}env:\n${each(n, (nth) => `  V${nth}: x\n`)}jobs:\n${each(n, (nth) => `  j${nth}:\n    steps: [{name: "\${{ env.V${nth} }}"}]\n`)}`,
    ],
    [
      "steps that use what scripts set",
      (n) =>
        `${HEAD}jobs:\n  a:\n    steps:\n${each(n, (nth) => `      - name: \${{ env.V${nth} }}\n        run: echo GITHUB_ENV\n`)}`,
    ],
    [
      "names that use a large matrix",
      (n) =>
        `${HEAD}jobs:\n  a:\n    strategy: {matrix: {v: [${"x, ".repeat(n)}]}}\n    steps:\n${each(n, () => "      - name: ${{ matrix.v }}\n")}`,
    ],
  ])("takes linear time: %s", async (_, textOf) => {
    const texts = new Map([500, 4000].map((n) => [n, textOf(n)]));
    expect(await growth((n) => examine(texts.get(n) ?? ""), 500)).toBeLessThanOrEqual(16);
  });
});
