/** What the doctor finds, and how it quotes what the target says. */

import { oneLine } from "../github/reading.ts";

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
export function unknown(text: string, lines?: string): Finding {
  return { is: "unknown", text, ...(lines && { lines }) };
}

/** A file of the target may say anything, of any length, and as often as it likes. */
const MAX_NAME_LENGTH = 100;
const MAX_NAMES = 10;

/** A name of the target's, as a finding may quote it. */
export function quoted(name: string): string {
  const line = oneLine(name);
  return line.length > MAX_NAME_LENGTH ? `${line.slice(0, MAX_NAME_LENGTH)}…` : line;
}

/** Names that are quoted already, but not more of them than anybody reads. */
export function enumerated(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const SIGNS: Record<Finding["is"], string> = { right: "✓", wrong: "✗", unknown: "?" };

/** A finding as it stands in a log. */
export function lineOf({ is, text, lines }: Finding): string {
  return `${SIGNS[is]} ${text}${lines ? ` Lines to add:\n${lines.replace(/^/gm, "    ")}` : ""}`;
}
