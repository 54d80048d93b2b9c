/** A step that takes up the values that its run leaves. */

import type { ArtifactBehaviour, Behaviour, FaultHook } from "../simulator/index.ts";
import { receiver } from "./receivers.ts";
import { asked, type Stage, type StageOptions, setStage, TARGET } from "./stage.ts";

export const WORKFLOWS = { "deploy.yml": receiver("workflow_dispatch", "run-name") };

export const START = { workflow: "deploy.yml", ref: "main", wait_for: "completed", outputs_from: "values" };

export const TEXT = '{"version":"1.10","image":"registry.test/app@sha256:5eed","cr3t":"5eed5eed"}\n';

export const zipped = (text = TEXT): ArtifactBehaviour => ({ name: "values", files: [{ path: "outputs.json", text }] });

export const bare = (text = TEXT): ArtifactBehaviour => ({ name: "values", text });

export interface Scene extends Omit<StageOptions, "behaviour"> {
  artifacts?: ArtifactBehaviour[];
  behaviour?: Behaviour;
  fault?: FaultHook;
  given?: Record<string, string>;
  change?: (stage: Stage) => void;
}

export async function playScene({ artifacts = [zipped()], behaviour, fault, given, change, ...options }: Scene = {}) {
  const stage = await setStage(WORKFLOWS, { ...options, behaviour: { freshRun404Ms: 0, artifacts, ...behaviour } });
  change?.(stage);
  stage.github.fault = fault;
  const played = await stage.play({ ...START, ...given });
  const [run] = stage.github.runs(TARGET);
  const page = `${stage.github.apiUrl}/${TARGET}/actions/runs/${run?.id}`;
  const requests = asked(stage.github, "GET").filter((line) => line.includes("artifact"));
  return { ...stage, ...played, page, requests };
}

export const LIST = /\/runs\/\d+\/artifacts$/;

export const ADDRESS = /\/artifacts\/\d+\/zip$/;

/** The first so many of such requests are answered so. */
export const answered =
  (pattern: RegExp, status: number, times = Number.POSITIVE_INFINITY): FaultHook =>
  ({ path, nth }) =>
    pattern.test(path) && nth <= times ? { kind: "status", when: "before", status } : undefined;
