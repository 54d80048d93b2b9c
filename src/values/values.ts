/** The values, as the file has them. Pure. */

import type { Flaw } from "./flaw.ts";

export interface Values {
  /** A JSON object, exactly as the run has left it. */
  text: string;
  /** The names at its top. */
  names: readonly string[];
}

/** Reads the text of a JSON object. Nothing of it is ever told but the names at its top. */
export function readValues(file: Uint8Array): Values | Flaw {
  let text: string;
  try {
    // A byte order mark, which some shells write, is no part of the text.
    text = new TextDecoder("utf-8", { fatal: true }).decode(file);
  } catch {
    return { is: "shapeless", what: "it is no text in UTF-8" };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { text, names: Object.keys(value) };
    return { is: "shapeless", what: `it is ${kindOf(value)}` };
  } catch {
    // The error's own words quote the text.
    return { is: "shapeless", what: text.trim() === "" ? "it is empty" : "it is no JSON" };
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
