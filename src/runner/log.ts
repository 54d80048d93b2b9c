import * as core from "@actions/core";

/** Where the story says what it does. `main.ts` gives GitHub's log, tests give a list. */
export interface Log {
  info(line: string, tone?: Tone): void;
  /** Lines folded under a title, for long text. */
  group(title: string, lines: readonly string[]): void;
  /** Shown as an annotation on the caller's run page. */
  warning(line: string): void;
  /** Shown only when the caller's debug logging is on. */
  debug(line: string): void;
}

/** How a line is meant; shown as its colour. */
export type Tone = "plain" | "good" | "bad" | "waiting" | "quiet";

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
