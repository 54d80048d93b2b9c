/** The edge to the runner: its log, outputs, state and summary. */

import { appendFileSync } from "node:fs";
import * as core from "@actions/core";
import { StepError } from "./step-error.ts";

/** Sets the step's outputs, as far as they have changed since the last time. */
export const setOutputs = onlyNews((name, value) => core.setOutput(name, value));

/** Saves what the `post` step reads by `core.getState`, as far as it has changed since the last time. */
export const saveState = onlyNews((name, value) => core.saveState(name, value));

/**
 * Leaves a mark for the `post` step, before anything else is done: a `post` step that took itself for the step would dispatch.
 * `dist/post.js` leaves it as well, since a step can be killed before this.
 * @throws StepError where the runner does not keep state
 */
export function rememberStep(): void {
  try {
    core.saveState("isPost", "true");
  } catch (error) {
    throw new StepError(
      `The runner does not keep the step's state, so nothing was sent: ${(error as Error).message}\n` +
        "That is a fault of the runner: the file named by `GITHUB_STATE` has to exist.",
    );
  }
}

/** Adds to the job summary. A runner without summaries, as older servers have, gets none. */
export function appendSummary(markdown: string): void {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  try {
    appendFileSync(file, markdown);
  } catch (error) {
    core.warning(`The runner did not take the job summary: ${(error as Error).message}`);
  }
}

/** Passes on what has changed since the last time. */
function onlyNews(tell: (name: string, value: string) => void): (all: Record<string, string>) => void {
  const last = new Map<string, string>();
  let hasWarned = false;
  return (all) => {
    for (const [name, value] of Object.entries(all)) {
      if (last.get(name) === value) continue;
      last.set(name, value);
      try {
        tell(name, value);
      } catch (error) {
        // A runner whose files are missing must not cost us the run that we have started.
        if (!hasWarned)
          core.warning(
            `The runner takes no outputs or state of this step (the first was \`${name}\`): ${(error as Error).message}`,
          );
        hasWarned = true;
      }
    }
  };
}
