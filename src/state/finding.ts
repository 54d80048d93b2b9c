/** One line of the dry run's checklist. */
export interface Finding {
  /** `unknown`: not known before a dispatch, or possibly wrong. */
  is: "right" | "wrong" | "unknown";
  text: string;
  /** YAML lines to add to a file. */
  lines?: string;
  /** It could not be read: `decides` where the result depends on it. */
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

export function unseen(text: string): Finding {
  return { is: "unknown", text, unseen: "decides" };
}

const MARKS: Record<Finding["is"], string> = { right: "✓", wrong: "✗", unknown: "?" };

export function formatFinding({ is, text, lines }: Finding): string {
  return `${MARKS[is]} ${text}${lines ? ` Lines to add:\n${lines.replace(/^/gm, "    ")}` : ""}`;
}
