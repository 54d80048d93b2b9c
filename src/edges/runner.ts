/** The edge to the runner: its log, outputs, state and summary. */

import { appendFileSync } from "node:fs";
import * as core from "@actions/core";
import { Failure } from "./failure.ts";
import type { Log, Tone } from "./log.ts";

const SGR: Record<Tone, string> = { plain: "", good: "32", bad: "31", waiting: "33", quiet: "90" };

/** The log of the step, with colours as GitHub shows them. */
export const runnerLog: Log = {
  info: (line, tone = "plain") => core.info(coloured(inert(line), tone)),
  group(title, lines) {
    core.startGroup(inert(title));
    for (const line of lines) core.info(inert(line));
    core.endGroup();
  },
  warning: (line) => core.warning(line),
  debug: (line) => core.debug(line),
};

/**
 * The line, so that the runner finds no command in it: it takes `##[…]` for one anywhere, and `::` at the beginning of a line.
 * Names of remote runs and jobs come from outside, and so do inputs.
 */
function inert(line: string): string {
  return line.replaceAll("##[", "## [").replace(/^(\s*):(?=:)/gm, "$1: ");
}

function coloured(line: string, tone: Tone): string {
  return tone === "plain" ? line : `\u001b[${SGR[tone]}m${line}\u001b[0m`;
}

/** Sets the step's outputs, as far as they have changed since the last time. */
export const setOutputs = onlyNews((name, value) => core.setOutput(name, value));

/** Saves what the `post` step reads by `core.getState`, as far as it has changed since the last time. */
export const saveState = onlyNews((name, value) => core.saveState(name, value));

/**
 * Leaves a mark for the `post` step, before anything else is done: a `post` step that took itself for the step would dispatch.
 * `dist/post.js` leaves it as well, since a step can be killed before this.
 * @throws Failure where the runner does not keep state
 */
export function rememberStep(): void {
  try {
    core.saveState("isPost", "true");
  } catch (error) {
    throw new Failure(
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
