import { randomUUID } from "node:crypto";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import * as core from "@actions/core";
import { StepError } from "./step-error.ts";

export const setOutputs = onlyChanges((name, value) => core.setOutput(name, value));

/**
 * Writes the file of the outputs anew. `core.setOutput` would append to it, and `results` may have a megabyte each time. A step
 * that is killed meanwhile leaves the file as it was.
 */
export function rewriteOutputs(changed: Record<string, string>): void {
  Object.assign(rewritten, changed);
  const file = process.env.GITHUB_OUTPUT;
  if (!file) {
    setOutputs(changed);
    return;
  }
  try {
    const delimiter = `ghadelimiter_${randomUUID()}`;
    const lines = Object.entries(rewritten).map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
    writeFileSync(`${file}.new`, lines.join(""));
    renameSync(`${file}.new`, file);
  } catch (error) {
    warnOnce(Object.keys(changed)[0], error);
  }
}

const rewritten: Record<string, string> = {};

/** For the `post` step's `core.getState`. */
export const saveState = onlyChanges((name, value) => core.saveState(name, value));

/**
 * Called before anything else: a `post` step that took itself for the step would dispatch. `dist/post.js` saves it as well,
 * since a step can be killed before this.
 * @throws StepError if the runner keeps no state
 */
export function markPostStep(): void {
  try {
    core.saveState("isPost", "true");
  } catch (error) {
    throw new StepError(
      `The runner did not save the step's state, so nothing was sent: ${(error as Error).message}\n` +
        "This is a runner error: the file named by `GITHUB_STATE` must exist.",
    );
  }
}

/** Does nothing on a runner without summaries, as older servers have. */
export function appendSummary(markdown: string): void {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  try {
    appendFileSync(file, markdown);
  } catch (error) {
    core.warning(`The runner rejected the job summary: ${(error as Error).message}`);
  }
}

/** Passes on only the values that changed since the last call. */
function onlyChanges(write: (name: string, value: string) => void): (all: Record<string, string>) => void {
  const last = new Map<string, string>();
  return (all) => {
    for (const [name, value] of Object.entries(all)) {
      if (last.get(name) === value) continue;
      last.set(name, value);
      try {
        write(name, value);
      } catch (error) {
        warnOnce(name, error);
      }
    }
  };
}

let hasWarned = false;

/** A runner whose files are missing must not lose the run that was started. */
function warnOnce(name = "", error: unknown): void {
  if (!hasWarned)
    core.warning(
      `The runner rejected outputs or state of this step (the first was \`${name}\`): ${(error as Error).message}`,
    );
  hasWarned = true;
}
