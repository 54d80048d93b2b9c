/** The values, as the file has them. Pure. */

import type { Flaw } from "./flaw.ts";

export interface Values {
  /** A JSON object, exactly as the run has left it. */
  text: string;
  /** The names at its top. */
  names: readonly string[];
}

/** Reads the text of a JSON object. No message ever has more of it than the names at its top. */
export function readValues(file: Uint8Array): Values | Flaw {
  let text: string;
  try {
    // The decoder drops a byte order mark, which some shells write.
    text = new TextDecoder("utf-8", { fatal: true }).decode(file);
  } catch {
    return { is: "shapeless", what: "it is not text in UTF-8" };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { text, names: Object.keys(value) };
    return { is: "shapeless", what: `it is ${kindOf(value)}` };
  } catch {
    // The error's own words quote the text.
    return { is: "shapeless", what: text.trim() === "" ? "it is empty" : "it is not JSON" };
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
