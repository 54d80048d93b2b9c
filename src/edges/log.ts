/** What the story says while it goes on. `main.ts` gives GitHub's log, tests give a list. */
export interface Log {
  info(line: string, tone?: Tone): void;
  /** Lines that are folded under a title: for what is long. */
  group(title: string, lines: readonly string[]): void;
  /** Shown as an annotation on the caller's run page. */
  warning(line: string): void;
  /** Shown only when the caller's debug logging is on. */
  debug(line: string): void;
}

/** How a line is meant; shown as its colour. */
export type Tone = "plain" | "good" | "bad" | "waiting" | "quiet";
