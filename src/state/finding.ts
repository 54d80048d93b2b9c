/** A finding of the dry run, and how it quotes the target's names. */

/** One line of the dry run's checklist. */
export interface Finding {
  /** `unknown`: nobody can tell before a dispatch, or it may be wrong. */
  is: "right" | "wrong" | "unknown";
  /** One line. */
  text: string;
  /** Lines to add to a file, as YAML. */
  lines?: string;
  /** It could not be looked at: `decides` where nothing can be said without it. */
  unseen?: "decides" | "aside";
  /** Why no run can have been started, where that is certain. */
  cause?: "nobody listens" | "listener disabled" | "listener unreadable";
}

const finding =
  (is: Finding["is"]) =>
  (text: string, lines?: string, cause?: Finding["cause"]): Finding => ({
    is,
    text,
    ...(lines && { lines }),
    ...(cause && { cause }),
  });

export const right = finding("right");
export const wrong = finding("wrong");
export const unknown = finding("unknown");

/** Something could not be looked at, although it decides whether the dispatch would work. */
export function unseen(text: string): Finding {
  return { is: "unknown", text, unseen: "decides" };
}

const SIGNS: Record<Finding["is"], string> = { right: "✓", wrong: "✗", unknown: "?" };

/** A finding as the log shows it: one line, and those to add. */
export function lineOf({ is, text, lines }: Finding): string {
  return `${SIGNS[is]} ${text}${lines ? ` Lines to add:\n${lines.replace(/^/gm, "    ")}` : ""}`;
}
