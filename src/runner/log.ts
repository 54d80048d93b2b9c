import * as core from "@actions/core";
import { inert, showsPlace } from "../text/log-lines.ts";

export interface Log {
  info(line: string, tone?: Tone): void;
  /** Lines folded under a title. */
  group(title: string, lines: readonly string[]): void;
  /** A line for a time in which nothing changes: those that follow each other are folded under the first. */
  still(line: string): void;
  /** Annotations on the caller's run page. */
  notice(line: string): void;
  warning(line: string): void;
  /** Shown only with the caller's debug logging on. */
  debug(line: string): void;
}

export type Tone = "plain" | "good" | "bad" | "waiting" | "quiet";

const SGR: Record<Tone, string> = { plain: "", good: "32", bad: "31", waiting: "33", quiet: "90" };

let isFolding = false;

/** Called before anything that must not be folded. */
export function endFolding(): void {
  if (isFolding) core.endGroup();
  isFolding = false;
}

export const runnerLog: Log = {
  info(line, tone = "plain") {
    endFolding();
    const shown = coloured(inert(line), tone);
    if (showsPlace(line)) printUnread([shown]);
    else core.info(shown);
  },
  group(title, lines) {
    endFolding();
    printUnread([title, ...lines].map(inert));
  },
  still(line) {
    if (showsPlace(line)) return runnerLog.info(line, "quiet");
    if (isFolding) core.info(coloured(inert(line), "quiet"));
    else core.startGroup(inert(line));
    isFolding = true;
  },
  notice(line) {
    endFolding();
    core.notice(line);
  },
  warning(line) {
    endFolding();
    core.warning(line);
  },
  debug: (line) => core.debug(line),
};

// Problem matchers that an earlier step has left behind make annotations of the caller's files out of plain lines, and use up those
// of this step. They do not read the data of a command, and this one's is printed as it is (docs/platform.md#problem-matchers).
function printUnread(lines: readonly string[]): void {
  core.startGroup(lines.join("\n"));
  core.endGroup();
}

function coloured(line: string, tone: Tone): string {
  return tone === "plain" ? line : `\u001b[${SGR[tone]}m${line}\u001b[0m`;
}
