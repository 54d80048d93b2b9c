/** Makes GitHub's words safe to print. */

import { oneLine } from "../github/reading.ts";

/** The answer on one line, with `***` for each of the values that were sent, which it may repeat. */
export function redact(answer: string, { sentValues }: { sentValues: readonly string[] }): string {
  let redacted = answer;
  const forms = sentValues.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  for (const value of forms.sort((a, b) => b.length - a.length)) {
    if (value === "") continue;
    const literal = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    // A short value, such as a digit, counts only as a whole word: otherwise it would strike out half of GitHub's words.
    const pattern = value.length > 3 ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
    redacted = redacted.replace(new RegExp(pattern, "gu"), "***");
  }
  return oneLine(redacted);
}
