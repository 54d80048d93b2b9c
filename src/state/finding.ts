/** One line of the dry run's checklist. */
export interface Finding extends Partial<Edit> {
  /** `unknown`: not known before a dispatch, or possibly wrong. */
  is: "right" | "wrong" | "unknown";
  text: string;
  /** It could not be read: `decides` where the result depends on it. */
  unseen?: "decides" | "aside";
  /** Why no run can have been started, where that is certain. */
  cause?: "nobody listens" | "listener disabled" | "listener unreadable";
}

/** YAML lines to add to a file. */
export interface Edit {
  lines: string;
  /** Which of them is a `run-name` for a file that has one. */
  changes?: "first" | "all" | undefined;
}

const finding =
  (is: Finding["is"]) =>
  (text: string, edit?: Edit, cause?: Finding["cause"]): Finding => ({
    is,
    text,
    ...edit,
    ...(cause && { cause }),
  });

export const right = finding("right");
export const wrong = finding("wrong");
export const unknown = finding("unknown");

export function unseen(text: string): Finding {
  return { is: "unknown", text, unseen: "decides" };
}

const MARKS: Record<Finding["is"], string> = { right: "✓", wrong: "✗", unknown: "?" };

export function formatFinding({ is, text, lines, changes }: Finding): string {
  const edit = lines ? ` ${headingOf({ changes }, "Lines to add")}:\n${lines.replace(/^/gm, "    ")}` : "";
  return `${MARKS[is]} ${text}${edit}`;
}

/** A second `run-name` would be a key that is there twice. */
export function headingOf({ changes }: Pick<Edit, "changes">, toAdd: string): string {
  if (changes === undefined) return toAdd;
  return `It has a \`run-name\`: change it to${changes === "all" ? "" : " the first line, and add the others"}`;
}
