/** README.md, to somebody who has never seen the project: what comes first, and whether what it counts is so. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import { repositoryIn } from "../../scripts/repository.ts";
import { ACTION } from "../support/caller.ts";
import { readExample } from "../support/examples.ts";
import { receiver, SILENT } from "../support/receivers.ts";
import { setStage } from "../support/stage.ts";
import { actionYml } from "../support/step.ts";
import { yamlBlocks } from "../support/workflow-findings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(`${root}README.md`, "utf8");
const SHOWN = readFileSync(`${root}examples/README.md`, "utf8");
const TOP = README.split("\n").slice(0, 40).join("\n");
const { owner, fullName } = repositoryIn(root.replace(/[\\/]$/, ""));

describe("the first 40 lines of README.md", () => {
  test("hold a whole workflow to paste, which grants nothing and does not run forever", () => {
    const [block] = yamlBlocks("README.md", TOP);
    for (const part of [
      "on:",
      "permissions: {}",
      "jobs:",
      "timeout-minutes: ",
      `uses: ${ACTION}`,
      "wait_for: completed",
    ])
      expect(block?.text).toContain(part);
    expect(block?.text).toMatch(/^ +version: \$\{\{ toJSON\(/m);
  });

  test("name the token's permissions for both events, and lead to the others", () => {
    const [line = ""] = /^- \*\*Token\*\*.*$/m.exec(TOP) ?? [];
    expect(line).toContain("*Actions: Read and write*");
    expect(line).toContain("*Contents: Read and write* and *Actions: Read-only*");
    expect(line).toContain("](#which-token)");
  });

  test("say what comes back, by the names that action.yml has", () => {
    const [line = ""] = /^- \*\*What comes back\*\*.*$/m.exec(TOP) ?? [];
    const named = [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(3);
    expect(Object.keys(actionYml.outputs)).toEqual(expect.arrayContaining(named));
  });

  test("say what fails the step", () => {
    expect(TOP).toMatch(/^- \*\*What fails the step\*\*: .*`success`.*\]\(#what-fails-the-step\)$/m);
  });
});

describe("examples/README.md", () => {
  test.for(["personal-access-tokens/new", "apps/new"])("says where a token or an App is made: %s", (page) => {
    expect(SHOWN).toContain(`(https://github.com/settings/${page})`);
  });
});

describe("README.md", () => {
  test.for([
    [
      "what happens when the calling job is run again",
      /A re-run calling job dispatches again: [\s\S]*With \[`reuse`\]/,
    ],
    ["when to use something else", /\| `gh run watch`, which takes no fine-grained token/],
    ["which of the two declarations to use", /`uses: \S+\/tracked-dispatch\/node24@v1`|`uses: \S+\/node24@v1`/],
    [
      "that only the demo needs no network",
      /`npm ci` fetches packages; the demo itself needs no token and\s+no network/,
    ],
    ["how a token is made", /\(examples\/README\.md#make-a-token\)/],
    [
      "what the name in `uses:` stands for",
      owner === "OWNER" ? /^`OWNER` stands for /m : RegExp(`^\`${fullName}\` is `, "m"),
    ],
  ] as const)("says %s", ([, words]) => {
    expect(README).toMatch(words);
  });

  test("is short, so that it stays a landing page", () => {
    expect(README.split("\n").length).toBeLessThanOrEqual(376);
  });

  test("shows nothing of a service that may not be there", () => {
    const images = [...README.matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, source]) => source);
    expect(images).toEqual(["docs/summary.png", "docs/targets.png"]);
  });

  test("hands values on as its first example does: none is pasted into a list of inputs without quotes", () => {
    const pasted: string[] = [];
    const blocks = [...yamlBlocks("README.md", README), ...yamlBlocks("examples/README.md", SHOWN)];
    for (const { at, text } of blocks) {
      visit(parseDocument(text), {
        Pair: (_, { key, value }) => {
          if (!isScalar(key) || !isScalar(value)) return;
          if (!["workflow_inputs", "client_payload"].includes(String(key.value))) return;
          const [line] = /^\s*\w+: \$\{\{(?! toJSON\().*$/m.exec(String(value.value)) ?? [];
          if (line) pasted.push(`${at}: ${line}`);
        },
      });
    }
    expect(pasted).toEqual([]);
  });

  test("gives the steps of its first example a receiver", () => {
    expect(readExample("receiver-workflow-dispatch", "receiver").path).toBe(".github/workflows/deploy.yml");
  });
});

describe("two requests in all", () => {
  const declared = receiver("workflow_dispatch", "run-name");
  test.for([
    ["with `ref`", { ref: "main" }, declared, 2],
    ["without `ref`", {}, declared, 3],
    ["with `ref`, where the id is not declared", { ref: "main" }, SILENT, 3],
  ] as const)("%s", async ([, given, workflow, count]) => {
    const { github, play } = await setStage({ "deploy.yml": workflow }, { behaviour: { freshRun404Ms: 0 } });
    const { failure } = await play({ workflow: "deploy.yml", ...given });
    expect(failure).toBeUndefined();
    expect(github.transcript()).toHaveLength(count);
  });

  test("are claimed nowhere without saying what it takes", () => {
    const pages = [
      "README.md",
      "examples/README.md",
      ...readdirSync(`${root}docs`, "utf8").map((name) => `docs/${name}`),
    ].filter((name) => name.endsWith(".md"));
    const claims = pages.flatMap((page) =>
      [...readFileSync(root + page, "utf8").matchAll(/\b(?:two|2) requests\b[^.]*\./gi)].map(
        ([claim]) => `${page}: ${claim}`,
      ),
    );
    expect(claims.length).toBeGreaterThan(0);
    expect(claims.filter((claim) => !claim.includes("`ref`"))).toEqual([]);
  });
});
