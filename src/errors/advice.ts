/** The advice for a fault, and the tables that lead from GitHub's words to it. */

import { oneLine } from "../text/foreign-text.ts";

/** What happened, what to do about it, and the lines (YAML) to add to a file where that is what to do. */
export type Advice = readonly [what: string, remedy: string, lines?: string | undefined];

type Say<About, Said = string> = (about: About, ...groups: string[]) => Said;

/** One row for each thing that GitHub may say; `groups` are what the row's pattern has captured. */
export type AdviceRows<About> = readonly (readonly [
  pattern: RegExp,
  what: string | Say<About>,
  remedy: string | Say<About>,
  lines?: Say<About, string | undefined>,
])[];

/** The advice of the first row whose pattern is found in `words`. */
export function lookUp<About>(rows: AdviceRows<About>, words: string, about: About): Advice | undefined {
  for (const [pattern, what, remedy, lines] of rows) {
    const groups = pattern.exec(words)?.slice(1);
    if (!groups) continue;
    const inWords = (said: string | Say<About>) => (typeof said === "string" ? said : said(about, ...groups));
    return [inWords(what), inWords(remedy), lines?.(about, ...groups)];
  }
  return undefined;
}

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
