/** The advice for a fault, and the tables that lead from GitHub's words to it. */

/** What happened, what to do about it, and the lines (YAML) to add to a file where that is what to do. */
export type Advice = readonly [what: string, remedy: string, lines?: string | undefined];

type Say<About, Said = string> = (about: About, ...groups: string[]) => Said;

/** One row for each thing that GitHub may say; `groups` are what the row's pattern has captured. */
export type Rows<About> = readonly (readonly [
  pattern: RegExp,
  what: string | Say<About>,
  remedy: string | Say<About>,
  lines?: Say<About, string | undefined>,
])[];

/** The advice of the first row whose pattern is found in `words`. */
export function lookUp<About>(rows: Rows<About>, words: string, about: About): Advice | undefined {
  for (const [pattern, what, remedy, lines] of rows) {
    const groups = pattern.exec(words)?.slice(1);
    if (!groups) continue;
    const inWords = (said: string | Say<About>) => (typeof said === "string" ? said : said(about, ...groups));
    return [inWords(what), inWords(remedy), lines?.(about, ...groups)];
  }
  return undefined;
}
