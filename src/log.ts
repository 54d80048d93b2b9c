/** What the story says while it goes on. `main.ts` gives GitHub's log, tests give a list. */
export interface Log {
  info(line: string): void;
  /** Shown as an annotation on the caller's run page. */
  warning(line: string): void;
  /** Shown only when the caller's debug logging is on. */
  debug(line: string): void;
}
