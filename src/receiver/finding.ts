/** A finding of the dry run, and how it quotes the target's names. */

import { oneLine } from "../github/reading.ts";

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

/** A file of the target may have names of any length. */
const MAX_NAME_LENGTH = 100;

/** A name from the target, in a form that a finding may quote. */
export function quoted(name: string): string {
  const line = oneLine(name);
  return line.length > MAX_NAME_LENGTH ? `${line.slice(0, MAX_NAME_LENGTH)}…` : line;
}

const SIGNS: Record<Finding["is"], string> = { right: "✓", wrong: "✗", unknown: "?" };

/** A finding as the log shows it: one line, and those to add. */
export function lineOf({ is, text, lines }: Finding): string {
  return `${SIGNS[is]} ${text}${lines ? ` Lines to add:\n${lines.replace(/^/gm, "    ")}` : ""}`;
}
