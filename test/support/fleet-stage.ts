/** The stage for a step with `targets`: one simulated GitHub with many repositories, on virtual time. */

import { expect } from "vitest";
import { type Behaviour, type GitHub, type GitHubOptions, startGitHub, VirtualClock } from "../simulator/index.ts";
import { afterEachTest } from "./after.ts";
import { receiver } from "./receivers.ts";
import { TOKEN } from "./stage.ts";
import { type Play, type Played, playPost, playStep } from "./step.ts";

/** One object of the output `results`. */
export type Result = Record<string, string> & { failed_jobs?: unknown[]; outputs?: unknown };

export interface Fleet {
  github: GitHub;
  clock: VirtualClock;
  /** With `wait_for: completed` and `workflow: ci.yml` by default. */
  play(given: Record<string, string>, play?: Partial<Play>): Promise<FleetPlayed>;
  playPost(given: Record<string, string>, traces: readonly string[], play?: Partial<Play>): Promise<Played>;
}

export interface FleetPlayed extends Played {
  results: Result[];
  /** The results as `name: result`. */
  ends: string[];
}

export const DEFAULTS = { token: TOKEN, workflow: "ci.yml", ref: "main", wait_for: "completed" };
const open: GitHub[] = [];

/** Each repository has `ci.yml`, which goes as `behaviours` says. */
export async function setFleet(
  behaviours: Record<string, Behaviour>,
  options: Omit<GitHubOptions, "clock"> = {},
): Promise<Fleet> {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock, ...options });
  open.push(github);
  for (const [name, behaviour] of Object.entries(behaviours)) {
    github.addRepository(name, { workflows: { "ci.yml": receiver("workflow_dispatch", "run-name") } });
    github.behaviour(name, "ci.yml", behaviour);
  }
  github.addToken(TOKEN, { permissions: { contents: "write", actions: "write", checks: "read" } });
  return {
    github,
    clock,
    async play(given, play) {
      const played = await playStep(github, { ...DEFAULTS, ...given }, { clock, ...play });
      const results = JSON.parse(played.outputs.results ?? "[]") as Result[];
      return { ...played, results, ends: results.map(({ name, result }) => `${name}: ${result}`) };
    },
    playPost: (given, traces, play) => playPost(github, { ...DEFAULTS, ...given }, traces, { clock, ...play }),
  };
}

/** When the server got each dispatch, by repository, in ms since the first. */
export function dispatchedAtMs(github: GitHub): Record<string, number> {
  const dispatches = github.requests.filter(({ path }) => path.endsWith("/dispatches"));
  const firstMs = dispatches[0]?.atMs ?? 0;
  return Object.fromEntries(
    dispatches.map(({ path, atMs }) => [path.split("/").slice(2, 4).join("/"), atMs - firstMs]),
  );
}

afterEachTest(async () => {
  const closing = open.splice(0);
  await Promise.all(closing.map((github) => github.close()));
  expect(closing.flatMap(({ violations }) => violations)).toEqual([]);
  expect(closing.flatMap(({ breaches }) => breaches)).toEqual([]);
  expect(closing.map(({ filteredLists }) => filteredLists)).toEqual(closing.map(() => 0));
});
