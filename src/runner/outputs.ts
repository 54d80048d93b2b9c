import { appendFileSync } from "node:fs";
import * as core from "@actions/core";
import { StepError } from "./step-error.ts";

export const setOutputs = onlyChanges((name, value) => core.setOutput(name, value));

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
  let hasWarned = false;
  return (all) => {
    for (const [name, value] of Object.entries(all)) {
      if (last.get(name) === value) continue;
      last.set(name, value);
      try {
        write(name, value);
      } catch (error) {
        // A runner whose files are missing must not lose the run that was started.
        if (!hasWarned)
          core.warning(
            `The runner rejected outputs or state of this step (the first was \`${name}\`): ${(error as Error).message}`,
          );
        hasWarned = true;
      }
    }
  };
}
