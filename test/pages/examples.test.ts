/** The workflows that users copy, from `examples/`, README.md and docs/: what is wrong with them. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { cut } from "../../scripts/cut.ts";
import { ACTION } from "../support/caller.ts";
import { RECIPES, readExample, sidesOf } from "../support/examples.ts";
import { anchorsOf } from "../support/pages.ts";
import { actionYml } from "../support/step.ts";
import { asWorkflow, findingsIn, yamlBlocks } from "../support/workflow-findings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A workflow as in an example, for one thing to be wrong with it. */
const CALLER = `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - id: deploy
        uses: ${ACTION}
        with:
          token: \${{ secrets.DEPLOY_TOKEN }}
          repo: octo/deployments
          event_type: deploy
      - run: echo "$RUN"
        env:
          RUN: \${{ steps.deploy.outputs.html_url }}
`;
const PARALLEL = CALLER.replace("uses: ", "background: true\n        uses: ").replace(
  "- run: echo",
  "- wait: deploy\n      - run: echo",
);
const RECEIVER = `run-name: Deploy [\${{ inputs.distinct_id }}]
on:
  workflow_dispatch:
    inputs:
      distinct_id:
        type: string
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy
`;

describe("a finding is made", () => {
  test("in none of the workflows that are spoiled below", async () => {
    expect(await findingsIn(CALLER)).toEqual([]);
    expect(await findingsIn(RECEIVER)).toEqual([]);
    expect(await findingsIn(PARALLEL)).toEqual([]);
  });

  const BAD: [what: string, good: string, from: string, to: string, findings: (string | RegExp)[]][] = [
    [
      "where a key is misspelt",
      CALLER,
      "runs-on:",
      "run-on:",
      [
        /^parser: .*Line: 4.*'run-on'/,
        /^language service: 4: Unexpected value 'run-on'/,
        /^actionlint: 4: unexpected key "run-on"/,
      ],
    ],
    [
      "where YAML cannot be read",
      CALLER,
      "repo: octo",
      "repo: octo: ",
      [/^parser: .*Nested mappings/, /^language service: 10: /],
    ],
    [
      "where a job needs one that is not there",
      CALLER,
      "    steps:",
      "    needs: build\n    steps:",
      [
        /^parser: .*at least one job with no dependencies/,
        "language service: 5: Value 'build' is not valid",
        /^actionlint: .*"build" which does not exist/,
      ],
    ],
    [
      "where an expression speaks of nothing",
      RECEIVER,
      "inputs.distinct_id",
      "input.distinct_id",
      [
        /^parser: .*Unrecognized named-value: 'input'/,
        /^language service: 1: /,
        /^actionlint: 1: undefined variable "input"/,
      ],
    ],
    [
      "where an expression is not closed",
      RECEIVER,
      "distinct_id }}",
      "distinct_id )}}",
      [/^parser: /, /^language service: 1: /, /^actionlint: 1: /],
    ],
    [
      "where an input is not declared",
      RECEIVER,
      "inputs.distinct_id",
      "inputs.distinctid",
      [
        "language service: 1: Context access might be invalid: distinctid",
        'actionlint: 1: property "distinctid" is not defined in object type {distinct_id: string}',
      ],
    ],
    [
      "where a step is waited for that is not there",
      PARALLEL,
      "wait: deploy",
      "wait: deployment",
      [/^parser: .*deployment/],
    ],
    [
      "where a step is none",
      PARALLEL,
      "wait: deploy",
      "name: deploy",
      [/^parser: /, /^actionlint: 13: step must run script/],
    ],
    [
      "where an input's type is none",
      RECEIVER,
      "type: string",
      "type: text",
      [/^parser: .*'text'/, /^language service: 6: /, /^actionlint: 6: input type/],
    ],
    [
      "where a secret is in a job's condition",
      CALLER,
      "    steps:",
      "    if: secrets.DEPLOY_TOKEN != ''\n    steps:",
      [/^parser: .*'secrets'/, /^language service: 5: .*'secrets'/],
    ],
    [
      "where the action has no such input",
      CALLER,
      "event_type:",
      "event-type:",
      ["language service: 11: Invalid action input 'event-type'"],
    ],
    [
      "where `report` has no such input",
      CALLER.replace(ACTION, ACTION.replace("@", "/report@"))
        .replace("repo:", "callers:")
        .replace(/ +event_type.*\n/, ""),
      "callers:",
      "caller:",
      ["language service: 10: Invalid action input 'caller'"],
    ],
    [
      "where the action has no such output",
      CALLER,
      "outputs.html_url",
      "outputs.run_id",
      ["rule: 14: the action has no output run_id"],
    ],
    [
      "where an output is read of a step that is not there",
      CALLER,
      "steps.deploy",
      "steps.deployment",
      [
        "language service: 14: Context access might be invalid: deployment",
        /^actionlint: 14: property "deployment" is not defined/,
      ],
    ],
    ...[
      "inputs.distinct_id",
      "github.event.inputs.distinct_id",
      "github.event.client_payload.version",
      "toJSON(github.event)",
      "github.ref_name",
      "steps.deploy.outputs.html_url",
      "needs.build.outputs.tag",
    ].map((foreign): [string, string, string, string, (string | RegExp)[]] => [
      `where a script has ${foreign} pasted into it`,
      RECEIVER,
      "run: ./deploy",
      `run: |\n          echo "Deploying"\n          ./deploy "\${{ ${foreign} }}"`,
      [`rule: 11: \${{ ${foreign} }} is pasted into a script: hand it over by env, and read the variable`],
    ]),
  ];

  test.for(BAD)("%s", async ([, good, from, to, expected]) => {
    const bad = good.replace(from, to);
    expect(bad).not.toBe(good);
    const found = await findingsIn(bad);
    for (const finding of expected) {
      expect(found).toContainEqual(typeof finding === "string" ? finding : expect.stringMatching(finding));
    }
  });
});

describe("an example", () => {
  const FILES = RECIPES.flatMap((recipe) => sidesOf(recipe).map((side) => [recipe, side] as const));

  test("has a caller and a receiver", () => {
    const two = (recipe: string) => sidesOf(recipe).filter((side) => side === "caller" || side === "receiver").length;
    expect(RECIPES.filter((recipe) => two(recipe) !== 2)).toEqual([]);
  });

  test.for(FILES)("%s/%s.yml is free of findings", async ([recipe, side]) => {
    expect(await findingsIn(readExample(recipe, side).text)).toEqual([]);
  });

  interface Job {
    "timeout-minutes"?: number;
    steps: { if?: string; uses?: string; with?: Record<string, string> }[];
  }

  test.for(FILES)("%s/%s.yml grants nothing to all jobs, and lets none run forever", ([recipe, side]) => {
    const workflow = parse(readExample(recipe, side).text) as {
      permissions: unknown;
      jobs: Record<string, Job>;
    };
    expect(workflow.permissions).toEqual({});
    for (const [id, job] of Object.entries(workflow.jobs)) {
      expect(job["timeout-minutes"], id).toBeGreaterThan(0);
    }
  });

  test.for(FILES)("%s/%s.yml uses others' actions by a commit, with its version beside it", ([recipe, side]) => {
    const uses = [...readExample(recipe, side).text.matchAll(/uses: (\S+@.*)$/gm)].map(([, given = ""]) => given);
    const ours = [ACTION, ACTION.replace("@", "/report@")];
    const others = uses.filter((given) => !ours.includes(given));
    expect(others.filter((given) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(given))).toEqual([]);
  });

  test.for(RECIPES)("%s/caller.yml lets the action come to its own deadline before the job's", (recipe) => {
    const { jobs } = parse(readExample(recipe, "caller").text) as { jobs: Record<string, Job> };
    const seconds = (given: Record<string, string> | undefined, name: string) =>
      Number(given?.[name] ?? actionYml.inputs[name]?.default);
    const dispatching = Object.values(jobs).filter(({ steps }) => steps.some(({ uses }) => uses === ACTION));
    expect(dispatching).not.toEqual([]);
    for (const { steps, "timeout-minutes": minutes = 0 } of dispatching) {
      const given = steps.find(({ uses }) => uses === ACTION)?.with;
      const waits = {
        nothing: 0,
        found: seconds(given, "find_timeout_seconds"),
        completed: seconds(given, "find_timeout_seconds") + seconds(given, "timeout_seconds"),
      }[given?.wait_for ?? "found"];
      expect(minutes * 60).toBeGreaterThan(waits ?? Number.NaN);
    }
  });
});

describe("the runner tells a step of its cancellation", () => {
  test("in every example that cancels its run, since none has `if: always()` there", () => {
    const steps = RECIPES.flatMap((recipe) => {
      const { jobs } = parse(readExample(recipe, "caller").text) as {
        jobs: Record<string, { steps: { if?: string; uses?: string; with?: Record<string, string> }[] }>;
      };
      return Object.values(jobs).flatMap((job) => job.steps.filter(({ uses }) => uses === ACTION));
    });
    const cancelling = steps.filter((step) => step.with?.cancel_run_on?.includes("cancel"));
    expect(cancelling.length).toBeGreaterThan(0);
    expect(cancelling.filter((step) => /always\(\)/.test(step.if ?? ""))).toEqual([]);
  });

  test("and README.md, where it speaks of that, and the recipe say what to write instead", () => {
    const [, recipe = ""] = SHOWN.split("### Cancelled together");
    const [, promises = ""] = README.split("A cancelled step ends at once");
    for (const page of [recipe, promises, readExample("cancel-together", "caller").text])
      expect(page.slice(0, 700)).toMatch(/`?"?if: always\(\)[\s\S]*!cancelled\(\)|!cancelled\(\)[\s\S]*if: always\(\)/);
  });
});

describe("a fragment", () => {
  const step = '- run: "true"\n';
  test.for([
    ["a list of steps", step],
    ["a job", `timeout-minutes: 5\nsteps:\n  ${step}`],
    ["jobs", `jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      ${step}`],
    ["triggers", "on: push\n"],
    ["a run's name", "run-name: ${{ github.event.client_payload.id }}\n"],
  ] as const)("that is %s is checked within a workflow", async ([, text]) => {
    expect(await findingsIn(asWorkflow(text) ?? "")).toEqual([]);
    expect(await findingsIn((asWorkflow(text) ?? "").replace(/^( *)(- run|run-name|on):/m, "$1$2x:"))).not.toEqual([]);
  });

  test.for(["environment: production\n", "- a\n- b\n", "just text\n"])("like %j is no workflow", (text) => {
    expect(asWorkflow(text)).toBeUndefined();
  });
});

const PAGES = readdirSync(`${root}docs`)
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const README = readFileSync(`${root}README.md`, "utf8");
const SHOWN = readFileSync(`${root}examples/README.md`, "utf8");

describe("on a page", () => {
  const blocks = ["README.md", "examples/README.md", ...PAGES].flatMap((page) =>
    yamlBlocks(page, readFileSync(root + page, "utf8")),
  );
  const workflows = blocks.map(({ at, text }) => [at, asWorkflow(text)] as const);

  test("every block of README.md and of examples/README.md is a workflow or a part of one", () => {
    const ours = workflows.filter(([at]) => !at.startsWith("docs/"));
    expect(ours.filter(([, workflow]) => workflow === undefined)).toEqual([]);
    expect(ours.length).toBeGreaterThan(RECIPES.length);
  });

  test.for(workflows.filter(([, workflow]) => workflow !== undefined))(
    "the block at %s is free of findings",
    async ([, workflow = ""]) => {
      expect(await findingsIn(workflow)).toEqual([]);
    },
  );

  test("README.md begins with a whole caller and a whole receiver, each with its triggers", () => {
    const [first, second] = yamlBlocks("README.md", README);
    const [caller, receiver] = (["caller", "receiver"] as const).map((side) =>
      cut(readExample("receiver-workflow-dispatch", side).text, []),
    );
    expect(first?.text.trimEnd()).toBe(caller);
    expect(second?.text.trimEnd()).toBe(receiver);
    for (const text of [caller, receiver]) expect(text).toMatch(/^on:$/m);
  });

  test("examples/README.md links to the folder of each recipe", () => {
    expect(RECIPES.filter((recipe) => !SHOWN.includes(`](${recipe})`))).toEqual([]);
  });

  test("README.md leads to each recipe, and to none that is not there", () => {
    const linked = [...README.matchAll(/\]\(examples\/README\.md#([\w-]+)\)/g)].map(([, anchor]) => anchor);
    const recipes = anchorsOf("examples/README.md", /^### (.*)$/gm);
    expect([...new Set(linked)].sort()).toEqual(recipes.sort());
    expect(recipes.length).toBeGreaterThan(RECIPES.length);
  });
});

describe("a cut", () => {
  const { text } = readExample("approvals", "receiver");

  test("keeps the keys above, the comments above, and the order of the file", () => {
    const file = "# the file\non: push\njobs:\n  # the first\n  a:\n    x: 1\n    y: 2 # two\n  b:\n    x: 3\n";
    expect(cut(file, ["jobs.b", "on"])).toBe("on: push\njobs:\n  b:\n    x: 3");
    expect(cut(file, ["jobs.a.y"])).toBe("jobs:\n  a:\n    y: 2 # two");
    expect(cut(file, ["jobs.a"])).toBe("jobs:\n  # the first\n  a:\n    x: 1\n    y: 2 # two");
    expect(cut(file, [])).toBe(file.trimEnd().split("\n").slice(1).join("\n"));
  });

  test("shows steps as a list of their own", () => {
    expect(cut(text, ["jobs.deploy.steps"])).toMatch(/^- name: Deploy\n {2}run: /);
    expect(cut(text, ["jobs.deploy.steps.0"])).toBe(cut(text, ["jobs.deploy.steps"]));
  });

  test.for(["jobs.nothing", "nothing", "jobs.deploy.steps.7"])("at %s, which is not there, is an error", (path) => {
    expect(() => cut(text, [path])).toThrow(`on the way to ${path}`);
  });
});
