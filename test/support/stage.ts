/** The stage for a story on virtual time: one simulated GitHub with one target, struck after each test. */

import { expect } from "vitest";
import {
  type Behaviour,
  type GitHub,
  type GitHubOptions,
  type RepositoryOptions,
  startGitHub,
  VirtualClock,
} from "../simulator/index.ts";
import { afterEachTest } from "./after.ts";
import { type Play, type Played, playPost, playStep } from "./step.ts";

export const TARGET = "octo/target";
/** May do everything in the target. */
export const TOKEN = "ghp_maydoeverything";

export interface Stage {
  github: GitHub;
  clock: VirtualClock;
  /** Plays a step whose target is `octo/target`, with a token that may do everything. */
  play(given: Record<string, string>, play?: Partial<Play>): Promise<Played>;
  /** Plays the `post` step after a step that left `trace`. */
  playPost(given: Record<string, string>, trace: string, play?: Partial<Play>): Promise<Played>;
}

const open: { github: GitHub; expectsViolations?: boolean }[] = [];

/** Sets up GitHub with `octo/target`, whose workflows are given by file name. */
export async function setStage(
  workflows: Record<string, string>,
  { behaviour = {}, repository = {}, ...options }: StageOptions = {},
): Promise<Stage> {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock, ...options });
  open.push({ github });
  github.addRepository(TARGET, { ...repository, workflows });
  github.addToken(TOKEN, { permissions: { contents: "write", actions: "write", checks: "read" } });
  for (const file of Object.keys(workflows)) github.behaviour(TARGET, file, behaviour);
  return {
    github,
    clock,
    play: (given, play) => playStep(github, { token: TOKEN, repo: TARGET, ...given }, { clock, ...play }),
    playPost: (given, trace, play) =>
      playPost(github, { token: TOKEN, repo: TARGET, ...given }, trace, { clock, ...play }),
  };
}

export type StageOptions = Omit<GitHubOptions, "clock"> & {
  behaviour?: Behaviour;
  repository?: RepositoryOptions;
};

afterEachTest(async () => {
  const closing = open.splice(0);
  await Promise.all(closing.map(({ github }) => github.close()));
  // Whatever a test is about: nothing is ever asked that GitHub does not know, none of its limits is broken, and no stale
  // list is read.
  expect(closing.flatMap(({ github }) => github.violations)).toEqual([]);
  expect(closing.flatMap(({ github }) => github.breaches)).toEqual([]);
  expect(closing.map(({ github }) => github.filteredLists)).toEqual(closing.map(() => 0));
});

/** The requests of one kind among all that the server saw, e.g. `POST`. */
export function asked(github: GitHub, start: string): string[] {
  return github.transcript().filter((line) => line.startsWith(start));
}
