/** Advice for a request error, and the tables that map GitHub's words to it. */

import { oneLine } from "../text/foreign-text.ts";

/** What happened, what to do about it, and YAML lines to add to a file, if that is the remedy. */
export type Advice = readonly [what: string, remedy: string, lines?: string | undefined];

type Template<About, Text = string> = (about: About, ...groups: string[]) => Text;

/** One row for each refusal; `groups` are what the row's pattern has captured. */
export type AdviceRows<About> = readonly (readonly [
  pattern: RegExp,
  what: string | Template<About>,
  remedy: string | Template<About>,
  lines?: Template<About, string | undefined>,
])[];

export function lookUp<About>(rows: AdviceRows<About>, words: string, about: About): Advice | undefined {
  for (const [pattern, what, remedy, lines] of rows) {
    const groups = pattern.exec(words)?.slice(1);
    if (!groups) continue;
    const render = (part: string | Template<About>) => (typeof part === "string" ? part : part(about, ...groups));
    return [render(what), render(remedy), lines?.(about, ...groups)];
  }
  return undefined;
}

/** One line, with `***` for each value that was sent: GitHub may repeat them. */
export function redact(answer: string, { sentValues }: { sentValues: readonly string[] }): string {
  let redacted = answer;
  const forms = sentValues.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]);
  for (const value of forms.sort((a, b) => b.length - a.length)) {
    if (value === "") continue;
    const literal = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    // A short value, such as a digit, counts only as a whole word, or it would strike out half of GitHub's words.
    const pattern = value.length > 3 ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
    redacted = redacted.replace(new RegExp(pattern, "gu"), "***");
  }
  return oneLine(redacted);
}
