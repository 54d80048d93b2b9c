/** The stage for a step that is a process: simulated GitHubs on real time, struck after each file's tests. */

import { expect } from "vitest";
import { type Behaviour, type GitHub, type GitHubOptions, startGitHub } from "../simulator/index.ts";
import { afterEachFile } from "./after.ts";
import { type Ran, type RunningStep, startBundle } from "./bundle.ts";
import type { Part } from "./step.ts";

/** May do everything everywhere. */
export const TOKEN = "ghp_4aBcD3fGh1jKlMn0pQrS";

export interface ProcessStage {
  github: GitHub;
  /** Starts the committed bundle with a token that may do everything. */
  start(given: Record<string, string>, env?: Record<string, string | undefined>): RunningStep;
  /** Starts `report` of it; without a token. */
  startReport(given: Record<string, string>, env?: Record<string, string | undefined>): RunningStep;
  /** Runs the committed bundle to its end. */
  run(given: Record<string, string>, env?: Record<string, string | undefined>): Promise<Ran>;
  /** Starts the `post` step of a step that has left this state. */
  startPost(
    given: Record<string, string>,
    left: Pick<Ran, "state">,
    env?: Record<string, string | undefined>,
  ): RunningStep;
  /** Runs it to its end. */
  runPost(
    given: Record<string, string>,
    left: Pick<Ran, "state">,
    env?: Record<string, string | undefined>,
  ): Promise<Ran>;
}

/** Short enough for real time, and in the order of GitHub's own. */
const SHORT: Behaviour = { visibleAfterMs: 200, freshRun404Ms: 0, queuedMs: 200, setupMs: 100, stepMs: 200 };

const open: GitHub[] = [];
const started: RunningStep[] = [];

/** Sets up GitHub with these repositories: full name → file name → the workflow as a user writes it. */
export async function setProcessStage(
  repositories: Record<string, Record<string, string>>,
  { behaviour = {}, branches = [], ...options }: ProcessStageOptions = {},
): Promise<ProcessStage> {
  const github = await startGitHub(options);
  open.push(github);
  github.addToken(TOKEN, { permissions: { contents: "write", actions: "write", checks: "read" } });
  for (const [fullName, workflows] of Object.entries(repositories)) {
    github.addRepository(fullName, { workflows, branches });
    for (const file of Object.keys(workflows)) github.behaviour(fullName, file, { ...SHORT, ...behaviour });
  }
  const startPart = (
    part: Part | "report",
    given: Record<string, string>,
    env?: Record<string, string | undefined>,
  ) => {
    const step = startBundle(github.apiUrl, given, env, part);
    started.push(step);
    return step;
  };
  const start: ProcessStage["start"] = (given, env) => startPart("main", { token: TOKEN, ...given }, env);
  const startPost: ProcessStage["startPost"] = (given, { state }, env) =>
    startPart("post", { token: TOKEN, ...given }, { ...env, ...environmentOf(state) });
  return {
    github,
    start,
    startReport: (given, env) => startPart("report", given, env),
    run: (given, env) => start(given, env).ended,
    startPost,
    runPost: (...post) => startPost(...post).ended,
  };
}

/** How the runner hands on what a step has saved. */
function environmentOf(state: Ran["state"]): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

export type ProcessStageOptions = Omit<GitHubOptions, "clock"> & {
  behaviour?: Behaviour;
  branches?: string[];
};

afterEachFile(async () => {
  const closing = open.splice(0);
  // None is left where a test failed before its step had ended.
  for (const step of started.splice(0)) step.kill("SIGKILL");
  await Promise.all(closing.map((github) => github.close()));
  // As on virtual time.
  expect(closing.flatMap(({ violations }) => violations)).toEqual([]);
  expect(closing.flatMap(({ breaches }) => breaches)).toEqual([]);
  expect(closing.map(({ filteredLists }) => filteredLists)).toEqual(closing.map(() => 0));
});

/**
 * What was asked, in order: every POST, and each look where it was made for the first time, for how often real time
 * lets it be repeated is not known. The first run's id reads `{1}`, the second's `{2}`.
 */
export function askedOf(github: GitHub, fullName: string): string[] {
  const ids = github.runs(fullName).map(({ id }) => String(id));
  const looks = new Set<string>();
  return github
    .transcript()
    .filter((line) => {
      const [look = ""] = line.split(" → ");
      const isNew = look.startsWith("POST") || !looks.has(look);
      looks.add(look);
      return isNew;
    })
    .map((line) => line.replace(/\/runs\/(\d+)/, (_, id: string) => `/runs/{${ids.indexOf(id) + 1}}`));
}

/** The annotations of one kind in a step's log, as the runner shows them. */
export function annotations({ stdout }: Ran, kind: "error" | "warning"): string[] {
  return [...stdout.matchAll(new RegExp(`^::${kind}(?: [^:]*)?::(.*)$`, "gm"))].map(([, text = ""]) =>
    text.replaceAll("%0A", "\n").replaceAll("%25", "%"),
  );
}
