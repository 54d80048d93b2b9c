/** What the dry run finds, and how it quotes what the target says. */

import { oneLine } from "../github/reading.ts";

/** One line of the dry run's checklist. */
export interface Finding {
  /** `unknown`: it cannot be made out, or only may be wrong. */
  is: "right" | "wrong" | "unknown";
  /** One line. */
  text: string;
  /** Lines to add to a file, as YAML. */
  lines?: string;
  /** It could not be looked at; and whether all depends on it, so that nothing can be said without it. */
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

/** What could not be looked at, although it decides whether the dispatch would work. */
export function unseen(text: string): Finding {
  return { is: "unknown", text, unseen: "decides" };
}

/** A file of the target may hold names of any length. */
const MAX_NAME_LENGTH = 100;

/** A name of the target's, as a finding may quote it. */
export function quoted(name: string): string {
  const line = oneLine(name);
  return line.length > MAX_NAME_LENGTH ? `${line.slice(0, MAX_NAME_LENGTH)}…` : line;
}

const SIGNS: Record<Finding["is"], string> = { right: "✓", wrong: "✗", unknown: "?" };

/** A finding as it stands in a log. */
export function lineOf({ is, text, lines }: Finding): string {
  return `${SIGNS[is]} ${text}${lines ? ` Lines to add:\n${lines.replace(/^/gm, "    ")}` : ""}`;
}
