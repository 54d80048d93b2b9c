/** GitHub's words, safe to print. */

import { oneLine } from "../github/reading.ts";

/** An answer on one line, without the values that were sent, which it may repeat. */
export function redact(answer: string, { sentValues }: { sentValues: readonly string[] }): string {
  let redacted = answer;
  const forms = sentValues.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  for (const value of forms.sort((a, b) => b.length - a.length)) {
    if (value === "") continue;
    const literal = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    // A short value, such as a digit, would strike out half of GitHub's words if it counted within a word.
    const pattern = value.length > 3 ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
    redacted = redacted.replace(new RegExp(pattern, "gu"), "***");
  }
  return oneLine(redacted);
}
