/** One line of the doctor's checklist. */
export interface Finding {
  is: "right" | "wrong" | "unknown";
  /** One line. */
  text: string;
  /** Lines to add to a file, as YAML. */
  lines?: string;
}

export function right(text: string): Finding {
  return { is: "right", text };
}

export function wrong(text: string, lines?: string): Finding {
  return { is: "wrong", text, ...(lines && { lines }) };
}

/** What cannot be made out, or only may be wrong. */
export function unknown(text: string): Finding {
  return { is: "unknown", text };
}

const SIGNS: Record<Finding["is"], string> = { right: "✓", wrong: "✗", unknown: "?" };

/** A finding as it stands in a log. */
export function lineOf({ is, text, lines }: Finding): string {
  return `${SIGNS[is]} ${text}${lines ? ` Lines to add:\n${lines.replace(/^/gm, "    ")}` : ""}`;
}
