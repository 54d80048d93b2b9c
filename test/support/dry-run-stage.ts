/** Dry runs, of which none may dispatch. */

import { expect } from "vitest";
import { receiver } from "./receivers.ts";
import { asked, type Stage, type StageOptions, setStage, TARGET } from "./stage.ts";

export const BY_HAND = receiver("workflow_dispatch", "run-name");

export const BY_EVENT = receiver("repository_dispatch", "step");

export const answer = (body: unknown) => ({ when: "before", kind: "status", status: 200, body }) as const;

/** As GitHub hands out a file. */
export function fileOf(text: string) {
  return { type: "file", encoding: "base64", content: Buffer.from(text).toString("base64") };
}

/** Plays a dry run; the checklist is what its log says after the first line. */
export async function examine(
  workflows: Record<string, string>,
  given: Record<string, string>,
  options: StageOptions & { before?: (stage: Stage) => void } = {},
) {
  const { before, ...rest } = options;
  const on = await setStage(workflows, rest);
  before?.(on);
  const { log, failure, outputs } = await on.play({ dry_run: "true", ...given });
  expect(asked(on.github, "POST")).toEqual([]);
  expect(on.github.runs(TARGET)).toEqual([]);
  expect(outputs.runId).toBeUndefined();
  expect(log[0]).toBe("Dry run: nothing is dispatched.");
  return { checklist: log.slice(1), failure };
}
