/** The recipes of `examples/`, as files and as they are played: the caller's steps by the bundle, the receiver simulated. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { GitHub } from "../simulator/index.ts";
import type { TokenOptions } from "../simulator/world.ts";
import { APP_ID, PRIVATE_KEY, PUBLIC_KEY } from "./app-stage.ts";
import type { Ran, RunningStep } from "./bundle.ts";
import { type CallerPlay, type PlayedJob, playCaller } from "./caller.ts";
import { type ProcessStageOptions, setProcessStage, TOKEN } from "./process-stage.ts";
import { CALLER, GITHUB_TOKEN } from "./step.ts";

const root = fileURLToPath(new URL("../../examples/", import.meta.url));

/** The folders; beside them is the page that shows them. */
export const RECIPES = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

export interface Example {
  text: string;
  /** `owner/name` of the repository that it is in, and its path there: the first line says so. */
  repository: string;
  path: string;
}

/** The files that a recipe may have: each has the first two; some tell the caller of the run's end, and go on there. */
export const SIDES = ["caller", "receiver", "report", "go-on"] as const;
export type Side = (typeof SIDES)[number];

/** The workflows that this one has. @throws Error for one that is no side */
export function sidesOf(recipe: string): Side[] {
  const workflows = readdirSync(`${root}${recipe}`).filter((name) => !isPolicy(name));
  return workflows.map((name) => {
    const side = SIDES.find((each) => `${each}.yml` === name);
    if (!side) throw new Error(`${recipe}/${name} is none of ${SIDES.join(", ")}`);
    return side;
  });
}

function isPolicy(name: string): boolean {
  return name.endsWith(".sts.yaml");
}

/** What a broker reads in the target, by its place there. */
export function policiesOf(recipe: string): Record<string, string> {
  const texts = readdirSync(`${root}${recipe}`)
    .filter(isPolicy)
    .map((name) => readFileSync(`${root}${recipe}/${name}`, "utf8"));
  return Object.fromEntries(texts.map((text) => [/^# (\S+)$/m.exec(text)?.[1] ?? "", text]));
}

export function readExample(recipe: string, side: Side): Example {
  const text = readFileSync(`${root}${recipe}/${side}.yml`, "utf8");
  const [, repository, path] = /^# ([\w-]+\/[\w-]+)\/(\.github\/workflows\/[\w-]+\.yml)/.exec(text) ?? [];
  if (!repository || !path) throw new Error(`${recipe}/${side}.yml does not begin with its place`);
  return { text, repository, path };
}

/** A commit of the caller. */
export const SHA = "9f3c2a7e41d06b58aa11c0de5eed5eed12345678";

/** The caller's `github` context, by the event that started it. */
const EVENTS = {
  push: { event_name: "push", ref: "refs/heads/main", ref_name: "main", event: {} },
  branch: { event_name: "push", ref: "refs/heads/feature/x", ref_name: "feature/x", event: {} },
  // Read as YAML without quotes, this would be the number 1.1.
  tag: { event_name: "push", ref: "refs/tags/1.10", ref_name: "1.10", event: {} },
  release: {
    event_name: "release",
    ref: "refs/tags/1.10",
    ref_name: "1.10",
    event: { release: { tag_name: "1.10" } },
  },
  schedule: { event_name: "schedule", ref: "refs/heads/main", ref_name: "main", event: {} },
  pull_request: { event_name: "pull_request", ref: "refs/pull/42/merge", ref_name: "42/merge" },
} as const;

export interface ExampleOptions extends ProcessStageOptions {
  /** Default: push. */
  on?: keyof typeof EVENTS;
  /** Of the caller, what the event tells. */
  event?: Record<string, unknown>;
  endings?: CallerPlay["endings"];
  outputs?: CallerPlay["outputs"];
  /** Instead of those that may do everything. */
  secrets?: Record<string, string>;
  /** Instead of what `with:` says, where a test is about the difference. */
  given?: Record<string, string>;
  /** What else has to be there for it, once GitHub is: inputs that take the place of others, and variables of the runner. */
  prepare?: (github: GitHub) => Promise<{ given: Record<string, string>; env: Record<string, string> }>;
  /** Further repositories that have the receiver. */
  also?: string[];
  /** Told of each dispatching step as it starts. */
  onStep?: (step: RunningStep, github: GitHub) => void;
}

export interface PlayedExample {
  github: GitHub;
  /** The receiver's repository. */
  target: string;
  jobs: Record<string, PlayedJob>;
  /** The dispatching steps as they have ended, in the order of their end. */
  steps: Ran[];
}

export interface ExampleStage {
  github: GitHub;
  target: string;
  /** Plays the caller once. */
  play(): Promise<PlayedExample>;
  /** Plays report.yml once, for an event of the target's only run as it is now, or started by hand. */
  playReport(on: "requested" | "in_progress" | "completed" | "by hand"): Promise<PlayedExample>;
  /** Plays go-on.yml once, for the event that the caller's repository has got. */
  playGoOn(): Promise<Record<string, PlayedJob>>;
}

/** The target's own `github.token`: it reads runs. */
const TARGETS_TOKEN = "ghs_thetargetsown";

/** Sets up GitHub with the recipe's receiver, where its first line says. */
export async function setExample(recipe: string, options: ExampleOptions = {}): Promise<ExampleStage> {
  const { on = "push", event, endings, outputs, secrets, given, prepare, also = [], onStep, ...stageOptions } = options;
  const caller = readExample(recipe, "caller");
  const receiver = readExample(recipe, "receiver");
  const reporting = sidesOf(recipe).flatMap((side) => (side === "report" ? [readExample(recipe, side)] : []))[0];
  const continuing = sidesOf(recipe).flatMap((side) => (side === "go-on" ? [readExample(recipe, side)] : []))[0];
  const workflows = filesOf(receiver, reporting);
  const targets = [receiver.repository, ...also];
  const hosted = Object.fromEntries(targets.map((target) => [target, workflows]));
  // Who waits itself needs no file there.
  const callers = reporting ? filesOf(caller, continuing) : {};
  const { github, start, startReport } = await setProcessStage(
    { [caller.repository]: callers, ...hosted },
    stageOptions,
  );
  if (reporting) {
    const trigger = {
      event: EVENTS[on].event_name,
      id: Number(CALLER.runId),
      headSha: SHA,
      behaviour: { freshRun404Ms: 0 },
    };
    github.startRun(caller.repository, basename(caller.path), trigger);
    github.addToken(TARGETS_TOKEN, {
      kind: "integration",
      permissions: grantedBy(reporting.text),
      repositories: [receiver.repository],
    });
  }
  const permissions = { actions: "write", contents: "write", statuses: "write" } as const;
  // The job's own token has what the job grants, and reaches the caller alone.
  github.addToken(GITHUB_TOKEN, {
    kind: "integration",
    permissions: grantedBy(caller.text),
    repositories: [caller.repository],
  });
  const installations = [{ id: 4711, account: "octo", repositories: "all" as const, permissions }];
  github.addApp({ appId: APP_ID, clientId: "Iv23liAbCdEfGhIjKlMn", publicKey: PUBLIC_KEY, installations });

  const prepared = await prepare?.(github);
  const contexts = {
    github: {
      ...EVENTS[on],
      ...(event && { event }),
      repository: caller.repository,
      repository_owner: caller.repository.split("/")[0],
      sha: SHA,
    },
    secrets: secrets ?? secretsOf(caller.text),
    vars: { DISPATCH_APP_ID: String(APP_ID) },
  };
  /** The workflow is on github.com: what is not given is what the runner there gives. */
  const inputsHere = (inputs: Record<string, string>) => {
    const isElsewhere = Object.values(inputs).some((text) => text.startsWith("https://ghe.example.com"));
    const here = Object.entries({ ...inputs, ...given, ...prepared?.given }).map(([name, text]) => [
      name,
      text.replace(/^https:\/\/(github\.com|ghe\.example\.com)/, github.apiUrl),
    ]);
    return { ...(isElsewhere && { api_url: "https://api.github.com" }), ...Object.fromEntries(here) };
  };
  const play = async () => {
    const steps: Ran[] = [];
    const jobs = await playCaller(caller.text, {
      contexts,
      ...(endings && { endings }),
      ...(outputs && { outputs }),
      dispatch: async (inputs, env, cancelled) => {
        const step = start(
          { token: GITHUB_TOKEN, ...inputsHere(inputs) },
          { ...env, ...prepared?.env, GITHUB_REPOSITORY: caller.repository },
        );
        // As `cancel:` does it in a job that is healthy.
        cancelled.addEventListener("abort", () => step.kill("SIGINT"));
        onStep?.(step, github);
        const ran = await step.ended;
        steps.push(ran);
        return { isGreen: ran.exitCode === 0, outputs: ran.outputs };
      },
    });
    return { github, target: receiver.repository, jobs, steps };
  };
  const playReport: ExampleStage["playReport"] = async (how) => {
    if (!reporting) throw new Error(`${recipe} has no report.yml`);
    const steps: Ran[] = [];
    const event = how === "by hand" ? {} : { action: how, workflow_run: await readRun(github, receiver.repository) };
    const event_name = how === "by hand" ? "workflow_dispatch" : "workflow_run";
    const file = join(mkdtempSync(join(tmpdir(), "tracked-dispatch-")), "event.json");
    writeFileSync(file, JSON.stringify(event));
    const around = {
      GITHUB_REPOSITORY: receiver.repository,
      GITHUB_EVENT_NAME: event_name,
      GITHUB_EVENT_PATH: file,
      // A run of its own.
      GITHUB_RUN_ID: "1",
    };
    const ended = async (step: RunningStep) => {
      const ran = await step.ended;
      steps.push(ran);
      return { isGreen: ran.exitCode === 0, outputs: ran.outputs };
    };
    const jobs = await playCaller(reporting.text, {
      contexts: {
        github: { event_name, event, repository: receiver.repository },
        secrets: secretsOf(reporting.text),
        vars: { REPORT_APP_ID: String(APP_ID) },
      },
      report: (inputs, env) =>
        ended(startReport({ own_token: TARGETS_TOKEN, ...inputsHere(inputs) }, { ...env, ...around })),
      dispatch: (inputs, env) => ended(start({ token: TARGETS_TOKEN, ...inputsHere(inputs) }, { ...env, ...around })),
    });
    rmSync(dirname(file), { recursive: true });
    return { github, target: receiver.repository, jobs, steps };
  };
  const playGoOn = async () => {
    if (!continuing) throw new Error(`${recipe} has no go-on.yml`);
    const [started, ...others] = github.runs(caller.repository).filter(({ id }) => String(id) !== CALLER.runId);
    if (!started || others.length > 0) throw new Error(`${others.length + (started ? 1 : 0)} runs go on`);
    return playCaller(continuing.text, {
      contexts: { github: { event_name: started.event, event: { client_payload: started.payload } } },
      dispatch: () => Promise.reject(new Error("it starts something")),
    });
  };
  return { github, target: receiver.repository, play, playReport, playGoOn };
}

function filesOf(...files: (Example | undefined)[]): Record<string, string> {
  return Object.fromEntries(files.flatMap((file) => (file ? [[basename(file.path), file.text]] : [])));
}

/** The target's only run, as an event tells it. */
async function readRun(github: GitHub, target: string): Promise<unknown> {
  const id = /\d+$/.exec(pageOf(github, target))?.[0];
  const headers = { authorization: `Bearer ${TOKEN}` };
  return (await fetch(`${github.apiUrl}/repos/${target}/actions/runs/${id}`, { headers })).json();
}

/** Plays a recipe once. */
export async function playExample(recipe: string, options: ExampleOptions = {}): Promise<PlayedExample> {
  return (await setExample(recipe, options)).play();
}

/** The page of the target's only run, which is ours. */
export function pageOf(github: GitHub, target: string): string {
  const [ours, ...others] = github.runs(target);
  if (!ours || others.length > 0) throw new Error(`${target} has ${others.length + (ours ? 1 : 0)} runs`);
  return `${github.apiUrl}/${target}/actions/runs/${ours.id}`;
}

/** What the jobs of a caller grant to their `GITHUB_TOKEN`. */
function grantedBy(text: string): NonNullable<TokenOptions["permissions"]> {
  const { jobs } = parse(text) as { jobs: Record<string, { permissions?: TokenOptions["permissions"] }> };
  return Object.assign({}, ...Object.values(jobs).map(({ permissions }) => permissions ?? {}));
}

/** All that a caller speaks of: keys are keys, the others are tokens that may do everything. */
function secretsOf(text: string): Record<string, string> {
  const names = [...text.matchAll(/secrets\.(\w+)/g)].map(([, name = ""]) => name);
  return Object.fromEntries(names.map((name) => [name, name.endsWith("_KEY") ? PRIVATE_KEY : TOKEN]));
}
