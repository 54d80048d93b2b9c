/** Advice for a request error, and the tables that map GitHub's words to it. */

import type { RequestError } from "../github/request-error.ts";
import { excerpt, quoted } from "../text/foreign-text.ts";

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
    const groups = pattern
      .exec(words)
      ?.slice(1)
      .map((group) => group && quoted(group));
    if (!groups) continue;
    const render = (part: string | Template<About>) => (typeof part === "string" ? part : part(about, ...groups));
    return [render(what), render(remedy), lines?.(about, ...groups)];
  }
  return undefined;
}

/** One line, with `***` for each value that was sent: GitHub may repeat them. */
export function redact(
  { answer, answerLength }: Pick<RequestError, "answer" | "answerLength">,
  { sentValues }: { sentValues: readonly string[] },
): string {
  const forms = new Set(sentValues.flatMap((value) => [value, JSON.stringify(value).slice(1, -1)]));
  const isCut = answerLength > answer.length;
  const longest = [...forms].reduce((most, { length }) => Math.max(most, length), 0);
  // Nearer to where it is cut, a part of a value could stand.
  const endsAt = isCut ? Math.max(answer.length - longest, 0) : answer.length;
  let [redacted, at] = ["", 0];
  for (const { index, 0: found } of occurrences(answer, forms)) {
    if (index >= endsAt) break;
    redacted += `${answer.slice(at, index)}***`;
    at = index + found.length;
  }
  return excerpt(redacted + answer.slice(at, Math.max(endsAt, at)), answerLength, isCut);
}

/** The longest first, where several begin at one place. */
function occurrences(answer: string, forms: ReadonlySet<string>): Iterable<RegExpExecArray> {
  const there = [...forms].filter((form) => form !== "" && answer.includes(form)).sort((a, b) => b.length - a.length);
  const oneOf = (some: readonly string[]) =>
    `(?:${some.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|") || "[]"})`;
  const long = oneOf(there.filter(({ length }) => length > 3));
  // A short value, such as a digit, counts only as a whole word, or it would strike out half of GitHub's words.
  const short = oneOf(there.filter(({ length }) => length <= 3));
  return answer.matchAll(new RegExp(`${long}|(?<![\\p{L}\\p{N}])${short}(?![\\p{L}\\p{N}])`, "gu"));
}
