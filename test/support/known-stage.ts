/** A target with earlier runs, and a caller with those that started them. */

import type { Behaviour, Trigger } from "../simulator/index.ts";
import { receiver } from "./receivers.ts";
import { type StageOptions, setStage, TARGET } from "./stage.ts";
import { CALLER } from "./step.ts";

export const STATUS_TOKEN = "ghs_ofthecaller";
export const RED: Behaviour = { jobs: { identify: { failedStep: "Deploy" } } };
export const GREEN: Behaviour = {};
/** A caller's run on its default branch, and one of a pull request. */
export const ON_MAIN = 700;
export const OF_A_PULL_REQUEST = 800;
/** A caller's run that its repository does not have. */
export const NO_RUN = 999;

const HOUR_MS = 3_600_000;
export const FILES = { "deploy.yml": receiver("workflow_dispatch", "run-name") };
const WAIT = { workflow: "deploy.yml", ref: "main", wait_for: "completed", status_token: STATUS_TOKEN };

/** By a caller's run, whose id the run's name shows; or by an event of the target's own. */
export interface Earlier extends Omit<Partial<Trigger>, "behaviour"> {
  by?: number;
  file?: string;
}

let ids = 0;

export async function setKnown(workflows: Record<string, string> = FILES, options: StageOptions = {}) {
  const stage = await setStage(workflows, {
    ...options,
    repository: { branches: ["topic", "stable"], ...options.repository },
  });
  const { github, clock } = stage;
  github.addRepository(CALLER.repository, {
    branches: ["topic"],
    workflows: { "ci.yml": receiver("workflow_dispatch", undefined) },
  });
  github.addToken(STATUS_TOKEN, {
    kind: "integration",
    permissions: { actions: "read", statuses: "write" },
    repositories: [CALLER.repository],
  });
  /** One of the caller's runs. */
  const callersRun = (id: number, trigger: Partial<Trigger>) =>
    github.startRun(CALLER.repository, "ci.yml", { event: "push", ...trigger, id });
  callersRun(ON_MAIN, {});
  callersRun(OF_A_PULL_REQUEST, { event: "pull_request", ref: "topic" });
  for (const file of Object.keys(workflows)) github.behaviour(TARGET, file, RED);

  let hoursAgo = 100;
  /** Each is an hour later than the one before. Returns its id. */
  const earlier = (behaviour: Behaviour, { by, file = "deploy.yml", ...trigger }: Earlier): number => {
    const id = `${by}-1-${(++ids).toString(16).padStart(16, "0")}`;
    const sent = by === undefined ? {} : { event: "workflow_dispatch", inputs: { distinct_id: id } };
    const createdAtMs = github.nowMs() - hoursAgo-- * HOUR_MS;
    return github.startRun(TARGET, file, { event: "push", createdAtMs, ...sent, ...trigger, behaviour });
  };
  return {
    ...stage,
    callersRun,
    earlier,
    clock,
    play: (given: Record<string, string> = {}, play: Parameters<typeof stage.play>[1] = {}) =>
      stage.play({ ...WAIT, ...given }, play),
  };
}
