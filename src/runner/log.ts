import * as core from "@actions/core";

export interface Log {
  info(line: string, tone?: Tone): void;
  /** Lines folded under a title. */
  group(title: string, lines: readonly string[]): void;
  /** An annotation on the caller's run page. */
  warning(line: string): void;
  /** Shown only with the caller's debug logging on. */
  debug(line: string): void;
}

/** Shown as a colour. */
export type Tone = "plain" | "good" | "bad" | "waiting" | "quiet";

const SGR: Record<Tone, string> = { plain: "", good: "32", bad: "31", waiting: "33", quiet: "90" };

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

// The runner takes `##[…]` anywhere, and `::` at the beginning of a line, for a command. Names of remote runs and jobs come
// from outside, and so do inputs.
function inert(line: string): string {
  return line.replaceAll("##[", "## [").replace(/^(\s*):(?=:)/gm, "$1: ");
}

function coloured(line: string, tone: Tone): string {
  return tone === "plain" ? line : `\u001b[${SGR[tone]}m${line}\u001b[0m`;
}
