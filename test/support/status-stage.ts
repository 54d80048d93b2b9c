/** A target and a caller, on whose commit the run is shown. */

import { expect } from "vitest";
import { type GitHub, type ServerName, startGitHub } from "../simulator/index.ts";
import { afterEachTest } from "./after.ts";
import type { Stage } from "./stage.ts";
import { CALLER } from "./step.ts";

export const STATUS_TOKEN = "ghs_ofthecaller";
export const START = {
  workflow: "deploy.yml",
  ref: "main",
  wait_for: "completed",
  status_context: "remote / deploy",
  status_token: STATUS_TOKEN,
};

const callers: GitHub[] = [];
afterEachTest(async () => {
  for (const github of callers.splice(0)) {
    await github.close();
    expect(github.violations).toEqual([]);
    expect(github.breaches).toEqual([]);
  }
});

/** On a server of its own, and on the same clock. */
export async function withCaller(on: Stage, server: ServerName = "api.github.com") {
  const caller = await startGitHub({ clock: on.clock, server });
  callers.push(caller);
  caller.addRepository(CALLER.repository);
  caller.addToken(STATUS_TOKEN, {
    kind: "integration",
    permissions: { statuses: "write" },
    repositories: [CALLER.repository],
  });
  const play: Stage["play"] = (given, play) => on.play(given, { callerApiUrl: caller.apiUrl, ...play });
  const playPost: Stage["playPost"] = (given, trace, play) =>
    on.playPost(given, trace, { callerApiUrl: caller.apiUrl, ...play });
  const statuses = () => caller.statuses(CALLER.repository);
  return { ...on, caller, play, playPost, statuses, states: () => statuses().map(({ state }) => state) };
}
