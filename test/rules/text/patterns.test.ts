import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alphabetOf, hostileTexts, patternLiterals } from "../../support/pattern-literals.ts";
import { growth, takesLonger } from "../../support/processor-time.ts";

const SRC = new URL("../../../src", import.meta.url).pathname;
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const literals = files.flatMap((file) =>
  patternLiterals(readFileSync(join(SRC, file), "utf8")).map((literal) => ({ ...literal, file })),
);

/** In characters: a quadratic pattern takes far longer than a linear one. */
const LENGTH = 2000;
const MOST_TIMES = 16;
/** Lengths, and what each may take at most, in ms. */
const SHORT: [n: number, ms: number][] = [
  [16, 40],
  [20, 40],
  [24, 40],
  [64, 40],
  [LENGTH, 200],
];

function use(pattern: RegExp, text: string): unknown {
  pattern.lastIndex = 0;
  return pattern.global ? text.replace(pattern, "") : pattern.exec(text);
}

/** The least length is tried first: a pattern may be exponential. */
async function worstGrowth(pattern: RegExp): Promise<number> {
  let worst = 0;
  for (const text of hostileTexts(pattern)) {
    for (const [n, ms] of SHORT) {
      if (await takesLonger(ms, () => use(pattern, text(n)))) return Number.POSITIVE_INFINITY;
    }
    const texts = new Map([LENGTH, 8 * LENGTH].map((n) => [n, text(n)]));
    worst = Math.max(worst, await growth((n) => use(pattern, texts.get(n) ?? ""), LENGTH));
    if (worst > MOST_TIMES) return worst;
  }
  return worst;
}

describe("the regular expressions", () => {
  test("of a source are all found, and nothing else is taken for one", () => {
    const code = [
      "const a = b / c / d; // not /this/",
      'const e = "/nor/" + `/that/ ${f.replace(/x[/]y\\//g, `${/z/.source}/`)} /nor/`;',
      "if (/a`b/.test(g)) return /c'd/u;",
      "const h = (1 + 2) / 3 / 4;",
      "const i = [/\\s*/y, /* /no/ */ j[0] / 2 / 1];",
    ].join("\n");
    expect(patternLiterals(code).map(({ pattern, line }) => `${line} ${pattern}`)).toEqual([
      "2 /x[/]y\\//g",
      "2 /z/",
      "3 /a`b/",
      "3 /c'd/u",
      "5 /\\s*/y",
    ]);
  });

  test("of src/ are as many as a plain search finds at least", () => {
    expect(literals.length).toBeGreaterThan(100);
  });

  test("give the hostile texts their own alphabet", () => {
    const { signs, skeleton } = alphabetOf(/^\s*(\$\{\{\s*)?yes[^x]\d/);
    expect(skeleton).toEqual([" ", "${{", " ", "yes", "[", "7"]);
    expect(signs).toEqual([" ", "\u2028", "$", "{", "y", "e", "s", "[", "\uD83D", "7"]);
  });

  test.each([
    ["quadratic", /^\s*(\$\{\{\s*)?false\s*(\}\})?\s*$/],
    ["quadratic from many starts", /:\s+([[{])[^\]}]*\$\{\{/],
    ["exponential", /^(a+)+$/],
  ])("are found out where one is %s", async (_, pattern) => {
    expect(await worstGrowth(pattern)).toBeGreaterThan(MOST_TIMES);
  });

  test.each(literals.map(({ file, line, pattern }) => [`src/${file}:${line}`, pattern] as const))(
    "take linear time: %s",
    async (_, pattern) => {
      expect(await worstGrowth(pattern)).toBeLessThanOrEqual(MOST_TIMES);
    },
  );
});
