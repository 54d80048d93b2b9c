/**
 * docs/troubleshooting.md quotes what the code says: nothing else, and at least one message of each file that has some.
 * A quote is a code span in the first column of a table; `…` stands for what differs from step to step.
 */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../docs/troubleshooting.md", import.meta.url), "utf8");
const src = new URL("../../src/", import.meta.url);

/** Each file of the code, without comments. */
const FILES = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => {
    const code = readFileSync(new URL(name.replaceAll("\\", "/"), src), "utf8");
    // In a message, `owner/*` begins no comment.
    return { name, code: code.replace(/(?<!\w)\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "") };
  });

const QUOTES = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .flatMap((line) => {
    const [, first = ""] = line.split(/(?<!\\)\|/);
    // A span that begins or ends with a backtick has a space there.
    return [...first.matchAll(/(`+)(.+?)\1(?!`)/g)].map(([, , text = ""]) => text.replace(/^ (?=`)|(?<=`) $/g, ""));
  });

/** What stands between the `…` of a quote. */
const partsOf = (quote: string): string[] => quote.split(/ ?… ?/).filter((part) => part !== "");
const longestOf = (quote: string): string => partsOf(quote).sort((a, b) => b.length - a.length)[0] ?? "";

/** Says whether `code` has these words, which may need a backslash there. */
const says = (code: string, words: string): boolean => code.replace(/\\(["`\\])/g, "$1").includes(words);

test("the page quotes nothing that the code does not say", () => {
  const unsaid = QUOTES.filter((quote) => !partsOf(quote).every((part) => FILES.some(({ code }) => says(code, part))));
  expect(unsaid).toEqual([]);
  expect(QUOTES.length).toBeGreaterThan(150);
});

test("no quote is so short that it may be anything", () => {
  expect(QUOTES.filter((quote) => longestOf(quote).length < 9)).toEqual([]);
});

test("the page quotes each file that says whole sentences", () => {
  const texts = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
  const isSentence = ([text]: RegExpMatchArray) => /(\S+ ){5}.*\.["`]$/s.test(text);
  const saying = FILES.filter(({ code }) => [...code.matchAll(texts)].some(isSentence));
  const unquoted = saying.filter(({ code }) => !QUOTES.some((quote) => says(code, longestOf(quote))));
  expect(unquoted.map(({ name }) => name)).toEqual([]);
  expect(saying.length).toBeGreaterThan(30);
});

test("the page quotes nothing twice", () => {
  expect(QUOTES.filter((quote, at) => QUOTES.indexOf(quote) !== at)).toEqual([]);
});
