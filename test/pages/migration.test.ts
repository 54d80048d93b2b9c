/** docs/migration.md: its tables are complete, and each "After" sends, or asks for, what its "Before" would have. */

import { readFileSync } from "node:fs";
import { describe, test, vi } from "vitest";
import { parse } from "yaml";
import { fillTemplate } from "../simulator/expression.ts";
import type { GitHub } from "../simulator/index.ts";
import type { JournalEntry } from "../simulator/journal.ts";
import { APP_ID, CLIENT_ID, PRIVATE_KEY, PUBLIC_KEY } from "../support/app-stage.ts";
import type { Ran } from "../support/bundle.ts";
import { playCaller } from "../support/caller.ts";
import { hasOpenssl, makeAuthority } from "../support/certificates.ts";
import { type Given, ORIGINS, type Request } from "../support/migration-origins.ts";
import { setProcessStage, TOKEN } from "../support/process-stage.ts";
import { idExpression } from "../support/receivers.ts";
import { actionYml, GITHUB_TOKEN } from "../support/step.ts";
import { startTlsBroker } from "../support/tls-broker.ts";

// Each waits for a run that takes its time, and hardly ever for the processor.
vi.setConfig({ maxConcurrency: 12 });

const page = readFileSync(new URL("../../docs/migration.md", import.meta.url), "utf8");

interface Section {
  title: string;
  tables: { head: string; rows: string[][] }[];
  /** Before, after, before, after, … */
  blocks: { info: string; text: string }[];
}

const SECTIONS = page.split(/^## /m).slice(1).map(readSection);

function readSection(text: string): Section {
  const [title = ""] = text.split("\n");
  const cells = (line: string) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
  const tables = [...text.matchAll(/(?:^\|.*\n)+/gm)].map(([lines]) => {
    const [head = [], , ...rows] = lines.trimEnd().split("\n").map(cells);
    return { head: head[0] ?? "", rows };
  });
  const blocks = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = "", block = ""]) => ({
    info,
    text: block,
  }));
  return { title, tables, blocks };
}

test("the page has a section for each origin, and a link to each", ({ expect }) => {
  expect(SECTIONS.map(({ title }) => title)).toEqual(Object.keys(ORIGINS));
  expect([...page.matchAll(/\]\(#/g)]).toHaveLength(SECTIONS.length);
});

describe.for(SECTIONS)("$title", ({ title, tables }) => {
  const names = ORIGINS[title]?.names ?? {};

  test("has a row for each name, and no other", ({ expect }) => {
    const explained = tables.map(({ head, rows }) => [head, rows.map(([theirs]) => theirs).sort()]);
    expect(explained).toEqual(Object.entries(names).map(([head, list]) => [head, [...list].sort()]));
  });

  test("leads to inputs and outputs that there are, or says why there is none", ({ expect }) => {
    for (const { head, rows } of tables) {
      const ours = Object.keys(head.startsWith("output") ? actionYml.outputs : actionYml.inputs);
      for (const [theirs = "", our = "", differs = ""] of rows) {
        expect(["–", ...ours.map((name) => `\`${name}\``)], theirs).toContain(our);
        expect(differs, theirs).not.toBe("");
        expect(differs === "The same" && our === "–", theirs).toBe(false);
        for (const [, name = ""] of differs.matchAll(/`([a-z]+_[a-z_]+): \w+`/g)) expect(ours).toContain(name);
      }
    }
  });
});

/** The run that is there already, where a step takes one: the first that the simulated GitHub has. */
const RUN_ID = "30000000011";

/** The caller, on a branch whose name would be a number without quotes. */
const github = {
  repository: "octo/the-app",
  repository_owner: "octo",
  sha: "9f3c2a7e41d06b58aa11c0de5eed5eed12345678",
  event_name: "push",
  ref: "refs/heads/1.10",
  ref_name: "1.10",
  head_ref: "",
  event: { client_payload: { run_id: RUN_ID } },
};
const secrets = { TESTS_TOKEN: TOKEN, DEPLOY_TOKEN: TOKEN, AUTOMATION_TOKEN: TOKEN, APP_PRIVATE_KEY: PRIVATE_KEY };
const vars = { APP_ID: String(APP_ID) };
/** A broker speaks TLS. */
const authority = hasOpenssl() ? makeAuthority() : undefined;

const PAIRS = SECTIONS.flatMap(({ title, blocks }) =>
  blocks.flatMap((before, index) => {
    const after = blocks[index + 1];
    return index % 2 === 0 && after ? [{ title, nth: index / 2 + 1, before, after }] : [];
  }),
);

test("each section's blocks are pairs, and each After is a block that examples.test.ts lets GitHub's parsers check", ({
  expect,
}) => {
  expect(PAIRS.map(({ after }) => after.info)).toEqual(PAIRS.map(() => "yaml"));
  for (const { title, blocks } of SECTIONS) {
    expect(blocks.length % 2, title).toBe(0);
    expect(blocks.length, title).toBeGreaterThan(0);
  }
});

describe.concurrent("the pair of", () => {
  const playable = PAIRS.filter(({ after }) => authority || !after.text.includes("oidc_broker"));

  test.for(playable)("$title ($nth) sends the same before and after", async ({ title, before, after }, { expect }) => {
    const origin = ORIGINS[title];
    if (!origin) throw new Error("no origin");
    const wanted = givenBy(before.text).flatMap((given) => origin.requestOf(given, github.ref));
    const { sent, ran, scripts } = await play(after.text, wanted);
    expect(sent).toEqual(wanted);
    expect(ran.stderr).toBe("");
    expect(ran.exitCode).toBe(0);
    // Each output that the next steps read is there.
    expect(scripts.flatMap(({ env }) => Object.values(env))).not.toContain("");
  });
});

/** Steps before the dispatching one, which has their token. */
const GIVES_TOKEN = /^(octo-sts\/action|actions\/create-github-app-token)@/;

/** What the first step of a "Before" gives that dispatches, each value as the text that it is for the project; a job has one for each leg. */
function givenBy(text: string): Given[] {
  const root = parse(text) as Part[] | { strategy: { matrix: { repo: string[] } }; steps: Part[] };
  if (Array.isArray(root))
    return [
      givenByStep(
        root.find(({ uses }) => !GIVES_TOKEN.test(String(uses))),
        {},
      ),
    ];
  return root.strategy.matrix.repo.map((repo) => givenByStep(root.steps[0], { repo }));
}

type Part = Record<string, Record<string, unknown>>;

function givenByStep(step: Part | undefined, matrix: Record<string, string>): Given {
  const given = step?.with ?? step?.config ?? { run: step?.run };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      fill(typeof value === "string" ? value : JSON.stringify(value), matrix),
    ]),
  );
}

function fill(text: string, matrix: Record<string, string>): string {
  // Kargo's expressions are not GitHub's: the tag of the image that is promoted, and the run of an earlier step.
  const ofOthers = text
    .replace(/\$\{\{ steps\.[\w-]+\.outputs\.token \}\}/g, TOKEN)
    .replace(/\$\{\{ imageFrom\(.*?\)\.Tag \}\}/g, github.ref_name)
    .replace(/\$\{\{ outputs\['deploy'\]\.runID \}\}/g, RUN_ID);
  return fillTemplate(ofOthers, { github, secrets, matrix });
}

/** Runs an "After" against a GitHub that has what it dispatches to. */
async function play(after: string, wanted: readonly Request[]) {
  const hosted = wanted.map((each) => [each.repository, { [fileOf(each)]: receiverFor(each, after) }]);
  const { github: server, start } = await setProcessStage(Object.fromEntries(hosted), {
    branches: ["target_branch", "1.10"],
  });
  for (const each of wanted)
    if ("runId" in each) server.startRun(each.repository, fileOf(each), { event: "workflow_dispatch" });
  const env = await tokensOf(server, after, wanted);
  const steps: Ran[] = [];
  const jobs = await playCaller(
    `jobs:
  job:
    steps:
${after.replace(/^/gm, "      ")}`,
    {
      contexts: { github, secrets, vars },
      dispatch: async (inputs, own) => {
        const here = Object.entries(inputs).map(([name, text]) => [
          name,
          text.replace("https://github.com", server.apiUrl).replace("octo-sts.dev", env.HOST ?? ""),
        ]);
        const ran = await start(
          { token: GITHUB_TOKEN, ...Object.fromEntries(here) },
          { ...own, ...env, GITHUB_REPOSITORY: github.repository },
        ).ended;
        steps.push(ran);
        return { isGreen: ran.exitCode === 0, outputs: ran.outputs };
      },
    },
  );
  const [ran, ...more] = steps;
  const dispatches = server.requests.filter(({ path, status }) => path.endsWith("/dispatches") && status < 300);
  const started = wanted.filter((each) => !("runId" in each));
  if (!ran || more.length > 0 || dispatches.length !== started.length) {
    throw new Error(`${steps.length} steps, ${dispatches.length} dispatches\n${ran?.stdout}`);
  }
  return {
    ran,
    // Several are sent at once, in any order.
    sent: wanted.map((each) => {
      const isFor = ({ path }: JournalEntry) => path.startsWith(`/repos/${each.repository}/`);
      const [first] = ("runId" in each ? server.requests : dispatches).filter(isFor);
      return first && requestOf(first, each);
    }),
    scripts: Object.values(jobs).flatMap(({ scripts }) => scripts),
  };
}

/** Where the tokens come from that an "After" has made: what the step has to find of it in its environment. */
async function tokensOf(server: GitHub, after: string, [wanted]: readonly Request[]): Promise<Record<string, string>> {
  const permissions = { contents: "write", actions: "write" } as const;
  const installations = [{ id: 4711, account: "octo", repositories: "all" as const, permissions }];
  server.addApp({ appId: APP_ID, clientId: CLIENT_ID, publicKey: PUBLIC_KEY, installations });
  if (!after.includes("oidc_broker") || !authority) return {};
  const subject = "repo:octo/the-app:ref:refs/heads/main";
  const policies = { [`${wanted?.repository}/deployer`]: { subject, permissions } };
  const { host, env } = await startTlsBroker(server, authority.issue(["DNS:localhost"]), { subject, policies });
  return { ...env, NODE_EXTRA_CA_CERTS: authority.file, HOST: host };
}

/** What was sent, without our id; where it is the old one's as well, it stays. */
function requestOf({ path, body }: JournalEntry, wanted: Request): Request {
  const [, repository = "", rest = ""] = /^\/repos\/([^/]+\/[^/]+)\/(.*)$/.exec(path) ?? [];
  if ("runId" in wanted) return { repository, runId: rest.replace(/^actions\/runs\//, "") };
  const { event_type, client_payload, ref, inputs } = body as {
    event_type: string;
    client_payload: Record<string, unknown>;
    ref: string;
    inputs: Record<string, string>;
  };
  if ("payload" in wanted) {
    const { distinct_id: _, ...payload } = client_payload;
    return { repository, eventType: event_type, payload };
  }
  const workflow = rest.split("/")[2] ?? "";
  // A display name was looked up: there is one workflow.
  return { repository, workflow: /^\d+$/.test(workflow) ? "Deploy" : workflow, ref, inputs };
}

function fileOf(wanted: Request): string {
  return "workflow" in wanted && wanted.workflow.endsWith(".yml") ? wanted.workflow : "deploy.yml";
}

/** A workflow that takes the dispatch; it shows the id only where GitHub's answer does not name the run. */
function receiverFor(wanted: Request, after: string): string {
  const jobs = (step: string) =>
    `jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - name: ${step}\n        run: ./deploy\n`;
  if ("payload" in wanted) {
    const id = idExpression("repository_dispatch", /distinct_id_key: (\w+)/.exec(after)?.[1]);
    return `name: Deploy\non:\n  repository_dispatch:\n    types: [${wanted.eventType}]\n${jobs(id)}`;
  }
  if ("runId" in wanted) return `name: Deploy\non: workflow_dispatch\n${jobs("Deploy")}`;
  const inputs = Object.keys(wanted.inputs).map((name) => `      ${name}: { required: true }\n`);
  return `name: Deploy\non:\n  workflow_dispatch:\n    inputs:\n${inputs.join("")}${jobs("Deploy")}`;
}
