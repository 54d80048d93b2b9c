/** Texts of any length and of any characters, from every place that a target fills: where they end up, and what they cost. */

import { describe, expect, test } from "vitest";
import type { Behaviour, FaultHook, FaultRequest, JobBehaviour } from "../simulator/index.ts";
import { hostile } from "../support/hostile.ts";
import { growth } from "../support/processor-time.ts";
import { setStage } from "../support/stage.ts";
import { CALLER, type Played } from "../support/step.ts";

const MIB = 1024 * 1024;
const WORKFLOW = `name: Deploy
on:
  workflow_dispatch:
    inputs:
      distinct_id: {}
concurrency: deploy
jobs:
  deploy:
    runs-on: x
    steps: [{ name: Deploy, run: make deploy }]
`;
const STATUS_TOKEN = "ghs_ofthecaller";
const START = {
  workflow: "deploy.yml",
  ref: "main",
  wait_for: "completed",
  outputs_from: "values",
  status_context: "remote",
  status_token: STATUS_TOKEN,
};
const DRY: Record<string, string> = { workflow: "deploy.yml", ref: "main", dry_run: "true" };
const BROKEN_YAML = ": [";

type Holder = Record<string, unknown>;
/** Where a text of the target's comes from: the answers that have it, and which of their texts it is. */
type Source = [path: RegExp, is: (key: string, holder: Holder) => boolean];

const named =
  (...keys: string[]) =>
  (key: string) =>
    keys.includes(key);
const RUN = /\/actions\/runs\/\d+$/;
const JOBS = /\/actions\/runs\/\d+\/jobs$/;

const SOURCES: Record<string, Source> = {
  "a job's name": [JOBS, (key, holder) => key === "name" && "run_id" in holder],
  "a step's name": [JOBS, (key, holder) => key === "name" && "number" in holder],
  "a conclusion": [JOBS, (key, holder) => key === "conclusion" && holder.conclusion === "failure"],
  "a job's address": [JOBS, named("html_url")],
  "the run's title": [RUN, named("display_title")],
  "the run's name": [RUN, named("name")],
  "the run's address": [RUN, named("html_url")],
  "the workflow's path": [RUN, named("path")],
  "the branch": [RUN, named("head_branch")],
  "an annotation": [/\/annotations$/, named("message")],
  "an annotation's file": [/\/annotations$/, named("path")],
  "an artifact": [/\/artifacts$/, named("name")],
  "an environment": [/\/pending_deployments$/, (key, holder) => key === "name" && !("login" in holder)],
  "a reviewer": [/\/pending_deployments$/, named("login")],
  "a concurrency group": [/\/concurrency_groups/, named("group_name")],
  "the run ahead": [/\/concurrency_groups/, named("run_name")],
  "a file": [/\/contents\//, named("content")],
  "a workflow's name": [/\/workflows\/deploy\.yml$/, named("name", "path")],
};

/** The first text of each answer is enough. */
function rewritten(body: unknown, is: Source[1], text: string): unknown {
  let hasOne = false;
  return JSON.parse(JSON.stringify(body), function (this: Holder, key: string, value: unknown) {
    if (hasOne || typeof value !== "string" || !is(key, this)) return value;
    hasOne = true;
    return key === "content" ? Buffer.from(text).toString("base64") : text;
  });
}

const by =
  (source: string, text: string): FaultHook =>
  ({ path }: FaultRequest) => {
    const [where = /^$/, is = () => false] = SOURCES[source] ?? [];
    return where.test(path)
      ? { kind: "rewrite", when: "after", rewrite: (body) => rewritten(body, is, text) }
      : undefined;
  };

interface Story {
  given?: Record<string, string>;
  job?: JobBehaviour;
  more?: Behaviour;
  fault?: FaultHook;
}

const FAILING: JobBehaviour = {
  durationMs: 60_000,
  failedStep: "Deploy",
  log: ["no"],
  annotations: [{ path: "a.ts", line: 1, level: "failure", message: "no" }],
};
const WAITING: Behaviour = {
  statuses: [{ status: "waiting", forMs: 60_000 }],
  environment: "live",
  reviewers: ["octocat"],
};

async function play({ given = START, job = FAILING, more = {}, fault }: Story): Promise<Played> {
  const behaviour: Behaviour = { freshRun404Ms: 0, jobs: { deploy: job }, ...more };
  const { github, play, clock } = await setStage({ "deploy.yml": WORKFLOW }, { behaviour });
  if (more.statuses?.[0]?.status === "pending") {
    github.startRun("octo/target", "deploy.yml", {
      event: "workflow_dispatch",
      behaviour: { queuedMs: 0, jobs: { deploy: { durationMs: 200_000 } } },
    });
    await clock.sleep(10_000);
  }
  github.addRepository(CALLER.repository);
  github.addToken(STATUS_TOKEN, { permissions: { statuses: "write" } });
  let faults = 0;
  github.fault = (request) => {
    const found = fault?.(request);
    if (found) faults++;
    return found;
  };
  const played = await play(given);
  // Else nothing hostile was there.
  if (fault) expect(faults).toBeGreaterThan(0);
  const statuses = github.statuses(CALLER.repository).map(({ description }) => description ?? "");
  expect(statuses.length > 0).toBe(given.dry_run === undefined);
  return { ...played, log: [...played.log, ...statuses] };
}

function storyOf(source: string, text: string): Story {
  switch (source) {
    case "a log's line":
      return { job: { ...FAILING, log: [text.replaceAll("\n", " ")] } };
    case "a log":
      return { job: { ...FAILING, log: text.split("\n") } };
    case "a key of the values":
      return {
        job: { durationMs: 1000 },
        more: { artifacts: [{ name: "values", text: JSON.stringify({ [text]: 1 }) }] },
      };
    case "values that are none":
      return { job: { durationMs: 1000 }, more: { artifacts: [{ name: "values", text }] } };
    case "a refusal":
      return {
        fault: ({ path }) =>
          path.endsWith("/dispatches")
            ? { kind: "status", when: "before", status: 422, body: { message: text } }
            : undefined,
      };
    case "a refusal of a job's look":
      return {
        fault: ({ path }) =>
          JOBS.test(path) ? { kind: "status", when: "before", status: 403, body: { message: text } } : undefined,
      };
    case "a page that is no JSON":
      return {
        given: { ...START, timeout_seconds: "60" },
        fault: ({ path }) => (RUN.test(path) ? { kind: "rewrite", when: "after", rewrite: () => text } : undefined),
      };
    case "a file":
      return { given: DRY, fault: by(source, `name: ${JSON.stringify(text)}\n${WORKFLOW.slice(13)}`) };
    case "a file that is no YAML":
      return { given: DRY, fault: by("a file", `${BROKEN_YAML.repeat(text.length / 3)}\n${text}`.slice(0, 400_000)) };
    case "a workflow's name":
      return { given: DRY, fault: by(source, text) };
    case "an environment":
    case "a reviewer":
      return { more: WAITING, fault: by(source, text) };
    case "a concurrency group":
    case "the run ahead":
      return { more: { statuses: [{ status: "pending", forMs: 120_000 }] }, fault: by(source, text) };
    default:
      return { fault: by(source, text) };
  }
}

const ALL = [
  ...Object.keys(SOURCES),
  "a log's line",
  "a log",
  "a key of the values",
  "values that are none",
  "a refusal",
  "a refusal of a job's look",
  "a page that is no JSON",
  "a file that is no YAML",
];

/** Everything that people see, or other steps read. */
function sinksOf({ log, warnings, failure = "", summary, outputs }: Played): string[] {
  const { outputs: _, ...others } = outputs;
  return [...log, ...warnings, failure, summary, ...Object.values(others)].flatMap((text) => text.split("\n"));
}

const HARMFUL = /[\p{Cc}\u202e\u200b]|\w\u200d/u;
const SHORT = 20_000;

describe("a hostile text", () => {
  const startedWith = process.memoryUsage().rss;

  test.each(ALL)("takes linear time and shows as harmless: %s", async (source) => {
    let sinks: string[] = [];
    const work = async (n: number) => {
      const played = await play(storyOf(source, hostile(n)));
      if (n > SHORT) sinks = sinksOf(played);
    };
    expect(await growth(work, SHORT)).toBeLessThanOrEqual(16);
    expect(sinks.join("\n").length).toBeLessThan(100_000);
    for (const sink of sinks) expect(sink).not.toMatch(HARMFUL);
  });

  test("takes no more than 300 MB", () => {
    expect(process.memoryUsage().rss - startedWith).toBeLessThan(300 * MIB);
  });
});
