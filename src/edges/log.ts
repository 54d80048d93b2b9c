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
