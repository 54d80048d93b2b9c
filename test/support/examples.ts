/** The recipes of `examples/`, as files and as they are played: the caller's steps by the bundle, the receiver simulated. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { GitHub } from "../simulator/index.ts";
import type { TokenOptions } from "../simulator/world.ts";
import { APP_ID, PRIVATE_KEY, PUBLIC_KEY } from "./app-stage.ts";
import { type CallerPlay, type PlayedJob, playCaller } from "./caller.ts";
import { type ProcessStageOptions, setProcessStage, TOKEN } from "./process-stage.ts";
import { GITHUB_TOKEN, type Ran, type RunningStep } from "./step.ts";

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

export function readExample(recipe: string, side: "caller" | "receiver"): Example {
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
}

/** Sets up GitHub with the recipe's receiver, where its first line says. */
export async function setExample(recipe: string, options: ExampleOptions = {}): Promise<ExampleStage> {
  const { on = "push", event, endings, outputs, secrets, given, also = [], onStep, ...stageOptions } = options;
  const caller = readExample(recipe, "caller");
  const receiver = readExample(recipe, "receiver");
  const workflows = { [receiver.path.replace(/^.*\//, "")]: receiver.text };
  const targets = [receiver.repository, ...also];
  const hosted = Object.fromEntries(targets.map((target) => [target, workflows]));
  const { github, start } = await setProcessStage({ [caller.repository]: {}, ...hosted }, stageOptions);
  const permissions = { actions: "write", contents: "write" } as const;
  // The job's own token has what the job grants, and reaches the caller alone.
  github.addToken(GITHUB_TOKEN, {
    kind: "integration",
    permissions: grantedBy(caller.text),
    repositories: [caller.repository],
  });
  const installations = [{ id: 4711, account: "octo", repositories: "all" as const, permissions }];
  github.addApp({ appId: APP_ID, clientId: "Iv23liAbCdEfGhIjKlMn", publicKey: PUBLIC_KEY, installations });

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
  const play = async () => {
    const steps: Ran[] = [];
    const jobs = await playCaller(caller.text, {
      contexts,
      ...(endings && { endings }),
      ...(outputs && { outputs }),
      dispatch: async (inputs, env, cancelled) => {
        // The caller is on github.com: what is not given is what the runner there gives.
        const url = "https://ghe.example.com";
        const elsewhere = Object.values(inputs).some((text) => text.startsWith(url));
        const here = Object.entries({ ...inputs, ...given }).map(([name, text]) => [
          name,
          text.replace(/^https:\/\/(github\.com|ghe\.example\.com)/, github.apiUrl),
        ]);
        const step = start(
          {
            token: GITHUB_TOKEN,
            ...(elsewhere && { api_url: "https://api.github.com" }),
            ...Object.fromEntries(here),
          },
          { ...env, GITHUB_REPOSITORY: caller.repository },
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
  return { github, target: receiver.repository, play };
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
